/* A library, but no plugin. */
#include <csm/abi.h>

CSM_EXPORT int something_else(void);
CSM_EXPORT int something_else(void)
{
    return 1;
}
