/* Runs a fuzz target without libFuzzer: each file of the folders given, each part of it from its start, and a fixed
 * number of mutations, the same ones every time. Inputs are heap blocks of their exact size. */
#include "fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#define INPUT_MAX 65536
#define PARTS_MAX 4096 /* of long files only the first so many parts */
#define MUTATIONS 500

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return z ^ (z >> 31);
}

static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

static void run_mutations(const uint8_t *bytes, size_t len)
{
    uint8_t changed[INPUT_MAX];
    uint64_t seed = len;
    for (int n = 0; n < MUTATIONS && len > 0; n++) {
        memcpy(changed, bytes, len);
        for (uint64_t edits = 1 + next_random(&seed) % 4; edits > 0; edits--) {
            uint64_t dice = next_random(&seed);
            size_t at = (size_t)(dice % len);
            unsigned flipped = changed[at] ^ (1u << ((dice >> 60) % 8));
            bool replace = (dice >> 40) % 2 == 0;
            changed[at] = (uint8_t)(replace ? dice >> 48 : flipped);
        }
        run(changed, len);
    }
}

static bool run_file(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return false;
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    bool ok = ferror(file) == 0;
    fclose(file);
    for (size_t part = 0; ok && part < len && part < PARTS_MAX; part++)
        run(bytes, part);
    if (ok) {
        run(bytes, len);
        run_mutations(bytes, len);
    }
    return ok;
}

static int run_folder(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;
    if (dir == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char file[4096];
        if (entry->d_name[0] == '.')
            continue;
        int len = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        if (len < 0 || (size_t)len >= sizeof(file) || !run_file(file)) {
            fprintf(stderr, "cannot read %s/%s\n", path, entry->d_name);
            closedir(dir);
            return 0;
        }
        count++;
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
        return 2;
    }
    for (int n = 1; n < argc; n++) {
        int count = run_folder(argv[n]);
        if (count == 0) { /* a corpus that is gone tests nothing */
            fprintf(stderr, "no inputs in %s\n", argv[n]);
            return 1;
        }
        printf("%s: %d inputs\n", argv[n], count);
    }
    return 0;
}
