/* A small plugin in order: a table, a method, settings. */
#include <csm/csm.h>

typedef struct settings {
    bool loud;
    int64_t limit;
    const char *greeting;
} settings;

static const csm_setting options[] = {
    { .name = "loud", .type = CSM_T_BOOL, .offset = offsetof(settings, loud), .dflt = "true", .doc = "Shouts" },
    { .name = "limit", .type = CSM_T_INT, .offset = offsetof(settings, limit), .dflt = "10", .min = 1, .max = 99,
      .unit = "words", .doc = "Longest greeting" },
    { .name = "greeting", .type = CSM_T_TEXT, .offset = offsetof(settings, greeting), .dflt = "hello",
      .doc = "What is said" },
};

static const csm_field fields[] = { CSM_TEXT("name", .flags = CSM_REQUIRED, .doc = "Who") };
static const csm_table tables[] = { { .name = "guest", .doc = "Who was greeted", .fields = CSM_ARRAY(fields) } };

static csm_status greet(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const settings *s = csm_settings(ctx);

    (void)in;
    return csm_reply_value(ctx, out, csm_ctext(s->greeting));
}

static const csm_method methods[] = {
    { .name = "greet", .run = greet, .returns = CSM_T_TEXT, .since = 1, .doc = "Greets" },
};

CSM_PLUGIN(good, .version = "1.2.0", .summary = "In order", .alias = "com.example.good",
           .settings = CSM_ARRAY(options), .settings_size = sizeof(settings), .tables = CSM_ARRAY(tables),
           .methods = CSM_ARRAY(methods))
