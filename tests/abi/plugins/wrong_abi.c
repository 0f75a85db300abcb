/* Built against a server of the future. */
#include <csm/csm.h>

CSM_EXPORT const csm_plugin *csm_plugin_entry_v1(void);
CSM_EXPORT const csm_plugin *csm_plugin_entry_v1(void)
{
    static const csm_plugin descriptor = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = 9,
                                           .id = "wrong_abi", .version = "1.0", .summary = "From the future" };

    return &descriptor;
}
