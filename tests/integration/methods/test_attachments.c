/* record.attach, attachments, fetch_attachment, delete_attachment: files follow their record in who sees them and in its end. */
#include "kit.h"

static int start(void **state)
{
    csm_tk *tk = csm_tk_start("customer_service", 0);
    const char *acme, *other;

    csm_tk_user(tk, "ann", "sn_customerservice_agent");
    csm_tk_user(tk, "ivy", "snc_internal");
    csm_tk_as(tk, NULL);
    acme = csm_tk_insert(tk, "customer_account", "{'name':'Acme','customer':true}");
    other = csm_tk_insert(tk, "customer_account", "{'name':'Other','customer':true}");
    (void)csm_tk_insert(tk, "customer_contact", "{'user_name':'kim','last_name':'Kim','email':'kim@example.com','account':'%s'}",
                        acme);
    (void)csm_tk_insert(tk, "customer_contact", "{'user_name':'zoe','last_name':'Zoe','email':'zoe@example.com','account':'%s'}",
                        other);
    *state = tk;
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

static const char *make_case(csm_tk *tk)
{
    csm_tk_as(tk, NULL);
    return csm_tk_insert(tk, "sn_customerservice_case", "{'short_description':'broken','account':'%s','contact':'%s'}",
                         csm_tk_str(tk, csm_tk_first(tk, "customer_account", "name=Acme"), "sys_id"),
                         csm_tk_str(tk, csm_tk_first(tk, "sys_user", "user_name=kim"), "sys_id"));
}

static const char *attach(csm_tk *tk, const char *id, const char *name, const char *data, bool internal)
{
    return csm_tk_str(tk, csm_tk_ok(tk, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'%s',"
                                    "'content_type':'text/plain','data':'%s','internal':%s}", id, name, data,
                                    internal ? "true" : "false"), "attachment.id");
}

static const csm_value *list(csm_tk *tk, const char *id)
{
    return csm_tk_ok(tk, "record.attachments", "{'table':'sn_customerservice_case','id':'%s'}", id);
}

static void the_customer_sees_ordinary_files_of_his_case(void **state)
{
    csm_tk *tk = *state;
    const char *id = make_case(tk), *open_file, *internal;
    const csm_value *got;

    csm_tk_as(tk, "ann");
    open_file = attach(tk, id, "log.txt", "hello", false);
    internal = attach(tk, id, "notes.txt", "between us", true);
    assert_int_equal(list(tk, id)->count, 2);
    got = csm_tk_ok(tk, "record.fetch_attachment", "{'id':'%s'}", internal);
    assert_true(csm_str_is(csm_tk_at(tk, got, "data")->s, "between us"));
    csm_tk_as(tk, "kim");
    got = list(tk, id);
    assert_int_equal(got->count, 1);
    csm_tk_assert_str(csm_tk_str(tk, got, "0.id"), open_file);
    csm_tk_assert_str(csm_tk_str(tk, got, "0.hash"), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    got = csm_tk_ok(tk, "record.fetch_attachment", "{'id':'%s','offset':1,'length':3}", open_file);
    assert_true(csm_str_is(csm_tk_at(tk, got, "data")->s, "ell"));
    assert_false(csm_tk_bool(tk, got, "last"));
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", internal);
    (void)attach(tk, id, "photo.jpg", "jpg", false);
    csm_tk_fails(tk, CSM_E_DENIED, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'x.txt','data':'x',"
                 "'internal':true}", id);
    csm_tk_as(tk, "zoe");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.attachments", "{'table':'sn_customerservice_case','id':'%s'}", id);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", open_file);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'x','data':'x'}",
                 id);
    csm_tk_as(tk, "ivy");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", open_file);
}

static void a_file_comes_in_pieces(void **state)
{
    csm_tk *tk = *state;
    const char *id = make_case(tk), *upload;
    const csm_value *got;
    char piece[50001];

    memset(piece, 'a', sizeof(piece) - 1);
    piece[sizeof(piece) - 1] = '\0';
    csm_tk_as(tk, "ann");
    got = csm_tk_ok(tk, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'big.txt','data':'%s',"
                    "'last':false}", id, piece);
    upload = csm_tk_str(tk, got, "upload");
    assert_true(csm_tk_is_nil(tk, got, "attachment"));
    assert_int_equal(list(tk, id)->count, 0); /* visible with the last */
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", upload);
    csm_tk_fails(tk, CSM_E_INVALID, "record.attach", "{'upload':'%s','offset':70000,'data':'x'}", upload);
    memset(piece, 'b', sizeof(piece) - 1);
    for (int n = 0; n < 2; n++) { /* a piece sent again counts once */
        got = csm_tk_ok(tk, "record.attach", "{'upload':'%s','offset':50000,'data':'%s','last':false}", upload, piece);
        assert_int_equal(csm_tk_int(tk, got, "received"), 100000);
    }
    csm_tk_as(tk, "ivy");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.attach", "{'upload':'%s','offset':100000,'data':'x'}", upload);
    csm_tk_as(tk, "kim");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.attach", "{'upload':'%s','offset':100000,'data':'x'}", upload);
    csm_tk_as(tk, "ann");
    got = csm_tk_ok(tk, "record.attach", "{'upload':'%s','offset':100000,'data':'end','last':true}", upload);
    assert_int_equal(csm_tk_int(tk, got, "attachment.size_bytes"), 100003);
    got = csm_tk_ok(tk, "record.fetch_attachment", "{'id':'%s','offset':49999,'length':1048576}", upload);
    assert_int_equal(csm_tk_at(tk, got, "data")->s.len, 50004);
    assert_memory_equal(csm_tk_at(tk, got, "data")->s.ptr, "abb", 3);
    assert_memory_equal(csm_tk_at(tk, got, "data")->s.ptr + 50001, "end", 3);
    assert_true(csm_tk_bool(tk, got, "last"));
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.attach", "{'upload':'%s','offset':100003,'data':'x'}", upload); /* finished */
}

static void sizes_and_types_are_limited(void **state)
{
    static const char *const refused[] = { "run.exe", "RUN.EXE", "run.exe. ", "a.b.js" };
    static const char *const bad[] = { "../up", "a\\u0001b", "", "a\\u007f", "a\\u009b", "\\u202etxt.pdf", "\\u2066a" };
    static const char *const bad_types[] = { "text", "/plain", "text/", "text/plain\\r\\nX-Spy: 1", "t\\u00e9xt/plain" };
    csm_tk *tk = *state;
    const char *id = make_case(tk), *property;

    csm_tk_as(tk, "ann");
    for (size_t n = 0; n < sizeof(refused) / sizeof(refused[0]); n++)
        csm_tk_fails(tk, CSM_E_REJECTED, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'%s',"
                     "'data':'x'}", id, refused[n]);
    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
        csm_tk_fails(tk, CSM_E_INVALID, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'%s',"
                     "'data':'x'}", id, bad[n]);
    for (size_t n = 0; n < sizeof(bad_types) / sizeof(bad_types[0]); n++) {
        csm_tk_fails(tk, CSM_E_INVALID, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'x.txt',"
                     "'content_type':'%s','data':'x'}", id, bad_types[n]);
        csm_tk_assert_str(csm_tk_error_field(tk), "content_type");
    }
    csm_tk_as(tk, NULL);
    property = csm_tk_str(tk, csm_tk_first(tk, "sys_properties", "name=attachment.max_size"), "sys_id");
    (void)csm_tk_update(tk, "sys_properties", property, "{'value':'10'}");
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_LIMIT, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'x.txt',"
                 "'data':'12345678901'}", id);
    assert_int_equal(list(tk, id)->count, 0);
    (void)attach(tk, id, "x.txt", "1234567890", false);
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_properties", property, "{'value':'26214400'}");
}

static void files_go_with_their_record(void **state)
{
    csm_tk *tk = *state;
    const char *id = make_case(tk), *file, *taken_off, *pending;
    int64_t blobs;

    csm_tk_as(tk, NULL);
    blobs = csm_tk_int(tk, csm_tk_ok(tk, "store.stat", "{}"), "entries.blob");
    csm_tk_as(tk, "ann");
    file = attach(tk, id, "a.txt", "a", false);
    taken_off = attach(tk, id, "b.txt", "b", false);
    csm_tk_as(tk, "kim");
    csm_tk_fails(tk, CSM_E_DENIED, "record.delete_attachment", "{'id':'%s'}", taken_off);
    csm_tk_as(tk, "ann");
    (void)csm_tk_ok(tk, "record.delete_attachment", "{'id':'%s'}", taken_off);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", taken_off);
    pending = csm_tk_str(tk, csm_tk_ok(tk, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'c.txt',"
                                       "'data':'c','last':false}", id), "upload");
    csm_tk_as(tk, NULL);
    (void)csm_tk_ok(tk, "record.delete", "{'table':'sn_customerservice_case','id':'%s'}", id);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.fetch_attachment", "{'id':'%s'}", file);
    assert_int_equal(csm_tk_count(tk, "sys_attachment", "sys_idIN%s,%s", file, pending), 0);
    assert_int_equal(csm_tk_int(tk, csm_tk_ok(tk, "store.stat", "{}"), "entries.blob"), blobs);
}

static void uploads_never_finished_are_forgotten(void **state)
{
    csm_tk *tk = *state;
    const char *id = make_case(tk), *upload;

    csm_tk_as(tk, "ann");
    upload = csm_tk_str(tk, csm_tk_ok(tk, "record.attach", "{'table':'sn_customerservice_case','id':'%s','file_name':'c.txt',"
                                      "'data':'c','last':false}", id), "upload");
    csm_tk_advance(tk, 3 * CSM_DAY);
    csm_tk_as(tk, NULL);
    assert_int_equal(csm_tk_count(tk, "sys_attachment", "sys_id=%s", upload), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_customer_sees_ordinary_files_of_his_case),
        cmocka_unit_test(a_file_comes_in_pieces),
        cmocka_unit_test(sizes_and_types_are_limited),
        cmocka_unit_test(files_go_with_their_record),
        cmocka_unit_test(uploads_never_finished_are_forgotten),
    };

    return cmocka_run_group_tests_name("attachment methods", tests, start, stop);
}
