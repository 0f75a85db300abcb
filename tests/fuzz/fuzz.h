/* What every fuzz target shares: the entry point and a check that stops the run. */
#ifndef CSM_FUZZ_FUZZ_H
#define CSM_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define FUZZ_CHECK(expr)                                                                                               \
    do {                                                                                                               \
        if (!(expr)) {                                                                                                 \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #expr);                                   \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
