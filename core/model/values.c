/* From what a client, a plugin or a text says to what a row keeps: one converter per field type.
 * Text and bytes are borrowed from the input; what must be built lives in the arena. */
#include "model/model.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#define TEXT_LENGTH 255        /* code points, unless the field says */
#define JOURNAL_LENGTH 16000
#define CONDITION_LENGTH 8000
#define ZONE_LENGTH 64
#define BYTES_LENGTH 16384     /* bytes of MAP and BYTES, unless the field says */
#define TEXT_BYTES 60000       /* of any text: a stored value stays below 64 KiB */
#define LIST_COUNT 3000
#define MAP_DEPTH 16
#define SHOWN 48               /* bytes of a bad value quoted in a message */

typedef csm_status (*convert_fn)(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out,
                                 csm_error *err);

/* ---- refusing ---- */

/* Quotes a value for a message: cut between code points, control characters as '?', a hidden field's not at all. */
static const char *show(const csm_mfield *field, csm_value v, char buf[SHOWN + 8])
{
    static const char *const words[] = { "nothing", "a yes/no", "an integer", "a float", "text",     "bytes",
                                         "a time",  "an id",    "a list",     "a map",   "a decimal", "a date" };
    size_t len = v.s.len < SHOWN ? v.s.len : SHOWN;
    size_t n;

    if ((field->flags & CSM_HIDDEN) != 0)
        return "the value";
    if (v.type == CSM_T_INT) {
        (void)snprintf(buf, SHOWN + 8, "%lld", (long long)v.i);
        return buf;
    }
    if (v.type != CSM_T_TEXT || !csm_utf8_valid(v.s))
        return v.type < sizeof(words) / sizeof(words[0]) ? words[v.type] : "the value";
    while (len < v.s.len && len > 0 && ((unsigned char)v.s.ptr[len] & 0xc0u) == 0x80u)
        len--;
    buf[0] = '"';
    for (n = 0; n < len; n++)
        buf[n + 1] = (unsigned char)v.s.ptr[n] < 0x20u || v.s.ptr[n] == 0x7f ? '?' : v.s.ptr[n];
    (void)snprintf(buf + n + 1, 5, "%s\"", len < v.s.len ? "..." : "");
    return buf;
}

static csm_status refuse(const csm_mfield *field, csm_value in, const char *wanted, csm_error *err)
{
    char buf[SHOWN + 8];

    return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": %s is not %s", field->name,
                           show(field, in, buf), wanted);
}

static csm_status in_range(const csm_mfield *field, int64_t i, csm_error *err)
{
    if ((field->min == 0 && field->max == 0) || (i >= field->min && i <= field->max))
        return CSM_OK;
    return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": %lld is not between %lld and %lld",
                           field->name, (long long)i, (long long)field->min, (long long)field->max);
}

static const csm_choice *find_choice(const csm_mfield *field, csm_value value)
{
    char buf[24];
    csm_str text = value.s;

    if (value.type == CSM_T_INT)
        text = (csm_str){ buf, (size_t)snprintf(buf, sizeof(buf), "%lld", (long long)value.i) };
    else if (value.type != CSM_T_TEXT)
        return NULL;
    for (uint32_t n = 0; n < field->choice_count; n++)
        if (csm_str_is(text, field->choices[n].value))
            return &field->choices[n];
    return NULL;
}

/* Refuses a value that is none of the field's choices, naming as many of them as fit. */
static csm_status in_choices(const csm_mfield *field, csm_value value, csm_error *err)
{
    char allowed[200], buf[SHOWN + 8];
    size_t used = 0;

    if (field->choice_count == 0 || find_choice(field, value) != NULL)
        return CSM_OK;
    for (uint32_t n = 0; n < field->choice_count; n++) {
        size_t len = strlen(field->choices[n].value);

        if (used + len + sizeof(", ...") >= sizeof(allowed)) {
            memcpy(allowed + used, ", ...", sizeof(", ..."));
            used += sizeof(", ...") - 1;
            break;
        }
        used += (size_t)snprintf(allowed + used, sizeof(allowed) - used, "%s%s", n > 0 ? ", " : "",
                                 field->choices[n].value);
    }
    allowed[used < sizeof(allowed) ? used : sizeof(allowed) - 1] = '\0';
    return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": %s is none of %s", field->name,
                           show(field, value, buf), allowed);
}

/* ---- text ---- */

static csm_status check_text(const csm_mfield *field, csm_value in, size_t length, csm_error *err)
{
    if (in.type != CSM_T_TEXT)
        return refuse(field, in, "text", err);
    if (in.s.len > TEXT_BYTES)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": %zu bytes are more than %d", field->name,
                               in.s.len, TEXT_BYTES);
    if (!csm_utf8_valid(in.s))
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": the text is not valid UTF-8",
                               field->name);
    if (memchr(in.s.ptr, '\0', in.s.len) != NULL)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": the text holds a zero character",
                               field->name);
    if (field->length != 0)
        length = field->length;
    if (in.s.len > length && csm_utf8_count(in.s) > length)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": %zu characters are more than %zu",
                               field->name, csm_utf8_count(in.s), length);
    return CSM_OK;
}

static csm_status to_text(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    (void)arena;
    CSM_TRY(check_text(field, in, TEXT_LENGTH, err));
    CSM_TRY(in_choices(field, in, err));
    *out = in;
    return CSM_OK;
}

static csm_status to_journal(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    (void)arena;
    CSM_TRY(check_text(field, in, JOURNAL_LENGTH, err));
    *out = in;
    return CSM_OK;
}

static csm_status to_condition(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    (void)arena;
    CSM_TRY(check_text(field, in, CONDITION_LENGTH, err));
    *out = in;
    return CSM_OK;
}

/* A zone is what the system's zone files know; no part of the name may leave their directory. */
static bool zone_exists(csm_str name)
{
    char path[128];
    struct stat info;

    if (name.len > ZONE_LENGTH || name.ptr[0] == '/' || name.ptr[0] == '.')
        return false;
    for (size_t n = 0; n < name.len; n++) {
        char c = name.ptr[n];
        bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                    c == '+' || c == '-' || c == '/';

        if (!good)
            return false;
    }
    (void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%.*s", CSM_STR_FMT(name));
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static csm_status to_zone(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    (void)arena;
    CSM_TRY(check_text(field, in, ZONE_LENGTH, err));
    if (!zone_exists(in.s))
        return refuse(field, in, "a time zone such as \"Europe/Berlin\"", err);
    *out = in;
    return CSM_OK;
}

/* ---- numbers and times ---- */

static csm_status to_int(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    int64_t i = in.i;

    (void)arena;
    if (in.type == CSM_T_TEXT ? !csm_parse_int(in.s, &i) : in.type != CSM_T_INT) {
        if (in.type == CSM_T_TEXT)
            CSM_TRY(in_choices(field, in, err));
        return refuse(field, in, field->type == CSM_F_DURATION ? "a number of seconds" : "an integer", err);
    }
    CSM_TRY(in_range(field, i, err));
    CSM_TRY(in_choices(field, csm_int(i), err));
    *out = csm_int(i);
    return CSM_OK;
}

static csm_status to_float(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    double f = 0;
    bool good;

    (void)arena;
    if (in.type == CSM_T_TEXT) {
        good = csm_parse_float(in.s, &f);
    } else {
        f = in.type == CSM_T_INT ? (double)in.i : in.type == CSM_T_FLOAT ? in.f : 0;
        good = (in.type == CSM_T_INT || in.type == CSM_T_FLOAT) && isfinite(f);
    }
    if (!good)
        return refuse(field, in, "a number", err);
    *out = csm_float(f);
    return CSM_OK;
}

static bool decimal_of(csm_value in, int64_t *out)
{
    switch (in.type) {
    case CSM_T_DECIMAL:
        *out = in.i;
        return true;
    case CSM_T_INT:
        return !__builtin_mul_overflow(in.i, INT64_C(1000000), out);
    case CSM_T_TEXT:
        return csm_parse_decimal(in.s, out);
    default:
        return false;
    }
}

static csm_status to_decimal(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    int64_t i;

    (void)arena;
    if (!decimal_of(in, &i))
        return refuse(field, in, "a decimal such as \"12.50\", at most 6 places", err);
    *out = csm_decimal(i);
    return CSM_OK;
}

static csm_status to_bool(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    bool is_true = in.type == CSM_T_BOOL   ? in.b
                   : in.type == CSM_T_INT  ? in.i == 1
                   : in.type == CSM_T_TEXT ? csm_str_is(in.s, "true") || csm_str_is(in.s, "1")
                                           : false;
    bool is_false = in.type == CSM_T_BOOL   ? !in.b
                    : in.type == CSM_T_INT  ? in.i == 0
                    : in.type == CSM_T_TEXT ? csm_str_is(in.s, "false") || csm_str_is(in.s, "0")
                                            : false;

    (void)arena;
    if (!is_true && !is_false)
        return refuse(field, in, "true or false", err);
    *out = csm_bool(is_true);
    return CSM_OK;
}

static csm_status to_time(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    csm_time t = in.i;

    (void)arena;
    if (in.type == CSM_T_TEXT ? !csm_time_parse(in.s, &t) : in.type != CSM_T_TIME)
        return refuse(field, in, "a time such as \"2026-01-31T10:00:00Z\"", err);
    *out = csm_time_value(t);
    return CSM_OK;
}

static csm_status to_date(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    int64_t days = in.i;

    (void)arena;
    if (in.type == CSM_T_TEXT ? !csm_date_parse(in.s, &days) : in.type != CSM_T_DATE)
        return refuse(field, in, "a date such as \"2026-01-31\"", err);
    *out = csm_date_value(days);
    return CSM_OK;
}

/* ---- references ---- */

static bool id_of(csm_value in, csm_id *out)
{
    if (in.type == CSM_T_ID) {
        *out = in.id;
        return true;
    }
    return in.type == CSM_T_TEXT && csm_id_parse(in.s, out);
}

static csm_status to_ref(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    csm_id id;

    (void)arena;
    if (!id_of(in, &id))
        return refuse(field, in, "an id of 32 hex digits", err);
    *out = csm_id_is_none(id) ? csm_nil() : csm_id_value(id);
    return CSM_OK;
}

/* Adds one id to a list being made, unless it is there or none. */
static csm_status add_id(const csm_mfield *field, csm_value in, csm_value *items, uint32_t *count, csm_error *err)
{
    csm_id id;

    if (!id_of(in, &id))
        return refuse(field, in, "an id of 32 hex digits", err);
    for (uint32_t n = 0; n < *count; n++)
        if (csm_id_eq(items[n].id, id))
            return CSM_OK;
    if (!csm_id_is_none(id))
        items[(*count)++] = csm_id_value(id);
    return CSM_OK;
}

static uint32_t comma_count(csm_str s)
{
    uint32_t count = 0;

    for (size_t n = 0; n < s.len && count <= LIST_COUNT; n++)
        count += s.ptr[n] == ',';
    return count;
}

static csm_status to_list(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    uint32_t most = in.type == CSM_T_LIST ? in.count : in.type == CSM_T_TEXT ? comma_count(in.s) + 1 : 0, count = 0;
    csm_value *items;

    if (in.type != CSM_T_LIST && in.type != CSM_T_TEXT)
        return refuse(field, in, "a list of ids", err);
    if (most > LIST_COUNT)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": more than %d ids", field->name,
                               LIST_COUNT);
    items = csm_arena_array(arena, (size_t)most + 1, sizeof(*items));
    if (items == NULL)
        return csm_error_nomem(err);
    if (in.type == CSM_T_TEXT) {
        csm_str rest = in.s, part;

        while (csm_str_split(&rest, ',', &part))
            CSM_TRY(add_id(field, csm_text(csm_str_trim(part)), items, &count, err));
    } else {
        for (uint32_t n = 0; n < in.count; n++)
            CSM_TRY(add_id(field, in.list[n], items, &count, err));
    }
    *out = count > 0 ? csm_list(items, count) : csm_nil();
    return CSM_OK;
}

static bool table_name_like(csm_str s)
{
    if (s.len == 0 || s.len > 80)
        return false;
    for (size_t n = 0; n < s.len; n++)
        if (!((s.ptr[n] >= 'a' && s.ptr[n] <= 'z') || (s.ptr[n] >= '0' && s.ptr[n] <= '9') || s.ptr[n] == '_'))
            return false;
    return true;
}

/* {table, id}, [table, id] or "table/id". Whether the table exists is the engine's to say. */
static csm_status to_document(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    csm_value table = csm_nil(), id = csm_nil();
    csm_value *items;
    csm_id parsed;

    if (in.type == CSM_T_MAP && in.count == 2 && csm_map_get(&in, "table") != NULL && csm_map_get(&in, "id") != NULL) {
        table = *csm_map_get(&in, "table");
        id = *csm_map_get(&in, "id");
    } else if (in.type == CSM_T_LIST && in.count == 2) {
        table = in.list[0];
        id = in.list[1];
    } else if (in.type == CSM_T_TEXT) {
        csm_str rest = in.s;

        (void)csm_str_split(&rest, '/', &table.s);
        table.type = CSM_T_TEXT;
        id = csm_text(rest);
    }
    if (table.type != CSM_T_TEXT || !table_name_like(table.s) || !id_of(id, &parsed) || csm_id_is_none(parsed))
        return refuse(field, in, "a document {table, id}", err);
    items = csm_arena_array(arena, 2, sizeof(*items));
    if (items == NULL)
        return csm_error_nomem(err);
    items[0] = table;
    items[1] = csm_id_value(parsed);
    *out = csm_list(items, 2);
    return CSM_OK;
}

/* ---- composed values ---- */

static bool currency_code(csm_value v)
{
    if (v.type != CSM_T_TEXT || v.s.len != 3)
        return false;
    for (size_t n = 0; n < 3; n++)
        if (v.s.ptr[n] < 'A' || v.s.ptr[n] > 'Z')
            return false;
    return true;
}

/* {amount, currency} or "12.50 EUR". */
static csm_status to_currency(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    csm_value amount = csm_nil(), code = csm_nil();
    csm_pair *pairs;
    int64_t i;

    if (in.type == CSM_T_MAP && in.count == 2 && csm_map_get(&in, "amount") != NULL &&
        csm_map_get(&in, "currency") != NULL) {
        amount = *csm_map_get(&in, "amount");
        code = *csm_map_get(&in, "currency");
    } else if (in.type == CSM_T_TEXT) {
        csm_str rest = in.s;

        (void)csm_str_split(&rest, ' ', &amount.s);
        amount.type = CSM_T_TEXT;
        code = csm_text(rest);
    }
    if (!decimal_of(amount, &i) || !currency_code(code))
        return refuse(field, in, "money {amount, currency} such as \"12.50 EUR\"", err);
    pairs = csm_arena_array(arena, 2, sizeof(*pairs));
    if (pairs == NULL)
        return csm_error_nomem(err);
    pairs[0] = (csm_pair){ CSM_STR("amount"), csm_decimal(i) };
    pairs[1] = (csm_pair){ CSM_STR("currency"), code };
    *out = csm_map(pairs, 2);
    return CSM_OK;
}

static csm_status to_bytes(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    size_t most = field->length != 0 ? field->length : BYTES_LENGTH;

    (void)arena;
    if (in.type != CSM_T_BYTES)
        return refuse(field, in, "bytes", err);
    if (in.s.len > most || in.s.len > TEXT_BYTES)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": %zu bytes are more than %zu",
                               field->name, in.s.len, most < TEXT_BYTES ? most : (size_t)TEXT_BYTES);
    *out = in.s.len > 0 ? in : csm_nil();
    return CSM_OK;
}

static size_t head_bytes(size_t count)
{
    return count < 16 ? 1 : count < 256 ? 2 : count < 65536 ? 3 : 5;
}

/* Adds what @p v takes when encoded, at most; false when it is too deep, too large or no value. */
static bool measure(csm_value v, unsigned depth, size_t most, size_t *bytes)
{
    bool good = depth <= MAP_DEPTH;

    switch (v.type) {
    case CSM_T_NIL:
    case CSM_T_BOOL:
        *bytes += 1;
        break;
    case CSM_T_INT:
    case CSM_T_FLOAT:
        *bytes += 9;
        break;
    case CSM_T_TIME:
    case CSM_T_DATE:
    case CSM_T_DECIMAL:
    case CSM_T_ID:
        *bytes += 34; /* their text */
        break;
    case CSM_T_TEXT:
        good = good && csm_utf8_valid(v.s);
        *bytes += head_bytes(v.s.len) + v.s.len;
        break;
    case CSM_T_BYTES:
        *bytes += head_bytes(v.s.len) + 1 + v.s.len;
        break;
    case CSM_T_LIST:
        *bytes += head_bytes(v.count);
        for (uint32_t n = 0; good && n < v.count; n++)
            good = measure(v.list[n], depth + 1, most, bytes);
        break;
    case CSM_T_MAP:
        *bytes += head_bytes(v.count);
        for (uint32_t n = 0; good && n < v.count; n++)
            good = measure(csm_text(v.map[n].key), depth + 1, most, bytes) &&
                   measure(v.map[n].value, depth + 1, most, bytes);
        break;
    default:
        return false;
    }
    return good && *bytes <= most;
}

static csm_status to_map(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    size_t most = field->length != 0 && field->length < TEXT_BYTES ? field->length : BYTES_LENGTH, bytes = 0;

    (void)arena;
    if (!measure(in, 0, most, &bytes))
        return csm_error_field(err, CSM_E_INVALID, field->name,
                               "field \"%s\": the value is no UTF-8, deeper than %d levels or above %zu bytes",
                               field->name, MAP_DEPTH, most);
    *out = in;
    return CSM_OK;
}

/* ---- the door ---- */

static const convert_fn converters[] = {
    [CSM_F_TEXT] = to_text,         [CSM_F_INT] = to_int,           [CSM_F_FLOAT] = to_float,
    [CSM_F_DECIMAL] = to_decimal,   [CSM_F_BOOL] = to_bool,         [CSM_F_TIME] = to_time,
    [CSM_F_DATE] = to_date,         [CSM_F_DURATION] = to_int,      [CSM_F_REF] = to_ref,
    [CSM_F_LIST] = to_list,         [CSM_F_JOURNAL] = to_journal,   [CSM_F_CURRENCY] = to_currency,
    [CSM_F_BYTES] = to_bytes,       [CSM_F_MAP] = to_map,           [CSM_F_DOCUMENT] = to_document,
    [CSM_F_CONDITION] = to_condition, [CSM_F_ZONE] = to_zone,
};

/* Blanks alone say nothing: they fill no field that is required and are no comment. */
static bool says_nothing(const csm_mfield *field, csm_value in)
{
    if (in.type == CSM_T_TEXT && (field->type == CSM_F_TEXT || field->type == CSM_F_JOURNAL))
        return csm_str_trim(in.s).len == 0;
    return csm_is_nil(in) || ((in.type == CSM_T_TEXT || in.type == CSM_T_BYTES) && in.s.len == 0);
}

csm_status csm_mfield_convert(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err)
{
    if (says_nothing(field, in)) {
        *out = csm_nil();
        return CSM_OK;
    }
    if (field->type >= sizeof(converters) / sizeof(converters[0]) || converters[field->type] == NULL)
        return csm_error_field(err, CSM_E_INTERNAL, field->name, "field \"%s\": type %u is unknown", field->name,
                               field->type);
    return converters[field->type](field, in, arena, out, err);
}

csm_status csm_mfield_parse(const csm_mfield *field, csm_str text, csm_arena *arena, csm_value *out, csm_error *err)
{
    return csm_mfield_convert(field, csm_text(text), arena, out, err);
}

csm_str csm_mfield_choice_label(const csm_mfield *field, csm_value value, bool external)
{
    const csm_choice *choice = find_choice(field, value);

    if (choice == NULL)
        return (csm_str){ "", 0 };
    return csm_str_of(external && choice->customer_label != NULL ? choice->customer_label : choice->label);
}
