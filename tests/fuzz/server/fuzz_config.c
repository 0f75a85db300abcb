/* A configuration file, whatever stands in it: reading ends with settings or with an error that says where, and settings that
 * hold are printed as a file that reads the same. */
#include "fuzz.h"

#include "server/config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static csm_status read_bytes(csm_config *config, const void *bytes, size_t len, csm_error *err)
{
    int fd = memfd_create("config", MFD_CLOEXEC);
    char path[32];
    csm_status st;

    FUZZ_CHECK(fd >= 0);
    for (size_t at = 0; at < len;) {
        ssize_t put = write(fd, (const char *)bytes + at, len - at);

        FUZZ_CHECK(put > 0);
        at += (size_t)put;
    }
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    FUZZ_CHECK(csm_config_init(config, err) == CSM_OK);
    st = csm_config_read(config, path, err);
    (void)close(fd);
    return st;
}

static void print(const csm_config *config, csm_buf *out)
{
    csm_buf_init(out, 0);
    FUZZ_CHECK(csm_config_print(config, out) == CSM_OK);
}

static void check_printed(const csm_config *config)
{
    csm_buf first, second;
    csm_config again;
    csm_error err = { 0 };

    print(config, &first);
    FUZZ_CHECK(read_bytes(&again, first.ptr, first.len, &err) == CSM_OK);
    print(&again, &second);
    FUZZ_CHECK(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0);
    csm_buf_done(&first);
    csm_buf_done(&second);
    csm_config_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    csm_config config;
    csm_error err = { 0 };

    /* An include reads other files: of those, nothing is promised. */
    if (memmem(bytes, len, "@include", 8) != NULL)
        return 0;
    if (read_bytes(&config, bytes, len, &err) != CSM_OK)
        FUZZ_CHECK(err.code != CSM_OK && err.message[0] != '\0');
    else if (csm_config_check(&config, &err) == CSM_OK)
        check_printed(&config);
    csm_config_done(&config);
    return 0;
}
