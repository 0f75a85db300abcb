/* Order of values: what the keys keep, without their cut. */
#include "base/str.h"
#include "engine/table/codec.h"
#include "engine/table/fold.h"

static int sign(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int cmp_float(double a, double b)
{
    return (a > b) - (a < b);
}

/* Bytes that are ASCII on both sides and not followed by what could combine with them compare without folding. True:
 * decided. */
static bool cmp_ascii(csm_str a, csm_str b, int *out)
{
    size_t both = a.len < b.len ? a.len : b.len;
    size_t n = 0;
    while (n < both && ((uint8_t)a.ptr[n] | (uint8_t)b.ptr[n]) < 0x80 &&
           csm_fold_ascii(a.ptr[n]) == csm_fold_ascii(b.ptr[n]))
        n++;
    /* The bytes at n and after decide only if ASCII; those before n are the same in both. */
    if ((n < a.len && (uint8_t)a.ptr[n] >= 0x80) || (n < b.len && (uint8_t)b.ptr[n] >= 0x80) ||
        (n + 1 < a.len && (uint8_t)a.ptr[n + 1] >= 0x80) || (n + 1 < b.len && (uint8_t)b.ptr[n + 1] >= 0x80))
        return false;
    if (n == both)
        *out = (a.len > b.len) - (a.len < b.len);
    else
        *out = (int)csm_fold_ascii(a.ptr[n]) - (int)csm_fold_ascii(b.ptr[n]);
    return true;
}

int csm_text_cmp(csm_arena *arena, csm_str a, csm_str b)
{
    int order = 0;
    (void)arena;
    if (cmp_ascii(a, b, &order))
        return order;
    csm_folded left, right;
    csm_folded_init(&left, a);
    csm_folded_init(&right, b);
    if (left.s.ptr != NULL && right.s.ptr != NULL)
        order = csm_str_cmp(left.s, right.s);
    else
        order = csm_str_cmp(a, b); /* out of memory: some order, and never equal unless they are */
    csm_folded_done(&left);
    csm_folded_done(&right);
    return order;
}

static int cmp_ids(csm_value a, csm_value b)
{
    for (uint32_t n = 0; n < a.count && n < b.count; n++) {
        int order = memcmp(a.list[n].id.b, b.list[n].id.b, sizeof(csm_id));
        if (order != 0)
            return order;
    }
    return sign(a.count, b.count);
}

/* By id, then by table. */
static int cmp_document(csm_value a, csm_value b)
{
    int order = memcmp(a.list[1].id.b, b.list[1].id.b, sizeof(csm_id));
    return order != 0 ? order : csm_str_cmp(a.list[0].s, b.list[0].s);
}

/* By amount, then by currency. */
static int cmp_currency(csm_value a, csm_value b)
{
    const csm_value *left = csm_map_get(&a, "amount"), *right = csm_map_get(&b, "amount");
    int order = left != NULL && right != NULL ? sign(left->i, right->i) : 0;
    if (order != 0)
        return order;
    left = csm_map_get(&a, "currency");
    right = csm_map_get(&b, "currency");
    return left != NULL && right != NULL ? csm_str_cmp(left->s, right->s) : 0;
}

/* Trees have no order that means anything; their bytes give one that is always the same. */
static int cmp_trees(csm_value a, csm_value b)
{
    csm_buf left, right;
    csm_writer w = { &left };
    csm_buf_init(&left, 0);
    csm_buf_init(&right, 0);
    csm_write_value(&w, a);
    w.buf = &right;
    csm_write_value(&w, b);
    int order = csm_str_cmp(csm_buf_str(&left), csm_buf_str(&right));
    csm_buf_done(&left);
    csm_buf_done(&right);
    return order;
}

int csm_field_cmp(csm_arena *arena, const csm_mfield *field, csm_value a, csm_value b)
{
    if (csm_is_nil(a) || csm_is_nil(b))
        return (int)csm_is_nil(b) - (int)csm_is_nil(a);
    if (field->type == CSM_F_MAP || a.type != b.type)
        return cmp_trees(a, b);
    switch (a.type) {
    case CSM_T_TEXT:
        return csm_text_cmp(arena, a.s, b.s);
    case CSM_T_BYTES:
        return csm_str_cmp(a.s, b.s);
    case CSM_T_BOOL:
        return (int)a.b - (int)b.b;
    case CSM_T_FLOAT:
        return cmp_float(a.f, b.f);
    case CSM_T_ID:
        return memcmp(a.id.b, b.id.b, sizeof(csm_id));
    case CSM_T_LIST:
        return field->type == CSM_F_DOCUMENT ? cmp_document(a, b) : cmp_ids(a, b);
    case CSM_T_MAP:
        return cmp_currency(a, b);
    default:
        return sign(a.i, b.i);
    }
}
