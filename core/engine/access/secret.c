/* Passwords (argon2id) and opaque secrets, all by libsodium. Slow on purpose: worker threads only. */
#include "engine/access/access.h"

#include <sodium.h>

#define PASSWORD_MAX 256u
#define SECRET_BYTES 32u

static csm_status sodium_ready(csm_error *err)
{
    if (sodium_init() >= 0)
        return CSM_OK;
    return csm_error_set(err, CSM_E_INTERNAL, "the system has no source of random bytes");
}

csm_status csm_password_make(csm_arena *arena, csm_str password, csm_str *out, csm_error *err)
{
    char text[crypto_pwhash_STRBYTES];
    csm_str copy;

    CSM_TRY(sodium_ready(err));
    if (password.len == 0 || password.len > PASSWORD_MAX)
        return csm_error_field(err, CSM_E_INVALID, "password", "a password has 1 to %u bytes", PASSWORD_MAX);
    if (crypto_pwhash_str(text, password.ptr, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return csm_error_nomem(err);
    copy = csm_arena_str(arena, csm_str_of(text));
    if (copy.ptr == NULL)
        return csm_error_nomem(err);
    *out = copy;
    return CSM_OK;
}

bool csm_password_check(csm_str stored, csm_str password)
{
    /* What an unknown name is compared with, so that it takes as long as a known one. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char text[crypto_pwhash_STRBYTES] = { 0 };
    bool known = stored.len > 0 && stored.len < sizeof(text);

    if (sodium_init() < 0 || password.len > PASSWORD_MAX)
        return false;
    if (known)
        memcpy(text, stored.ptr, stored.len);
    else
        memcpy(text, nobody, sizeof(nobody));
    return crypto_pwhash_str_verify(text, password.ptr != NULL ? password.ptr : "", password.len) == 0 && known;
}

csm_status csm_password_rule(csm_str password, csm_error *err)
{
    bool upper = false, lower = false, digit = false;

    for (size_t n = 0; n < password.len; n++) {
        upper = upper || (password.ptr[n] >= 'A' && password.ptr[n] <= 'Z');
        lower = lower || (password.ptr[n] >= 'a' && password.ptr[n] <= 'z');
        digit = digit || (password.ptr[n] >= '0' && password.ptr[n] <= '9');
    }
    if (password.len < 8 || password.len > PASSWORD_MAX)
        return csm_error_field(err, CSM_E_INVALID, "password", "a password has 8 to %u bytes", PASSWORD_MAX);
    if (!upper || !lower || !digit)
        return csm_error_field(err, CSM_E_INVALID, "password", "a password needs an upper case letter, a lower case letter "
                                                               "and a digit");
    return CSM_OK;
}

csm_status csm_secret_digest(csm_arena *arena, csm_str secret, csm_str *hash, csm_error *err)
{
    unsigned char digest[crypto_generichash_BYTES];
    char hex[crypto_generichash_BYTES * 2 + 1];
    csm_str copy;

    CSM_TRY(sodium_ready(err));
    crypto_generichash(digest, sizeof(digest), (const unsigned char *)secret.ptr, secret.len, NULL, 0);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    copy = csm_arena_str(arena, csm_str_of(hex));
    if (copy.ptr == NULL)
        return csm_error_nomem(err);
    *hash = copy;
    return CSM_OK;
}

csm_status csm_secret_make(csm_arena *arena, csm_str *secret, csm_str *hash, csm_error *err)
{
    unsigned char bytes[SECRET_BYTES];
    char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    csm_str copy;

    CSM_TRY(sodium_ready(err));
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(text, sizeof(text), bytes, sizeof(bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    copy = csm_arena_str(arena, csm_str_of(text));
    if (copy.ptr == NULL)
        return csm_error_nomem(err);
    CSM_TRY(csm_secret_digest(arena, copy, hash, err));
    *secret = copy;
    return CSM_OK;
}
