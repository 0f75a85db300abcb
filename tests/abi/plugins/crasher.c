/* Takes the process with it as soon as it is mapped. */
#include <csm/csm.h>

#include <stdlib.h>

__attribute__((constructor)) static void die(void)
{
    _Exit(77); /* as sudden as a crash, without a core file */
}

CSM_PLUGIN(crasher, .version = "1.0", .summary = "Ends the process")
