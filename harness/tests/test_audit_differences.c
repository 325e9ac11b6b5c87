/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Audits of other setups, or of other damages, are told apart, and what differs is said. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit_differences.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "sample_audit.h"

static void set_text(char **text, const char *value)
{
    free(*text);
    *text = hs_strdup(value);
}

static void change(struct audit *audit, unsigned what)
{
    Hardstop__Setup *setup = audit->setup;

    switch (what) {
    case 0:
        audit->loader = audit_keep(audit, "QEMU 10.0.2");
        break;
    case 1:
        set_text(&setup->binary, "/opt/bin/qemu-kvm");
        break;
    case 2:
        set_text(&setup->machine, "pc");
        break;
    case 3:
        setup->memory = hs_strdup("8M");
        break;
    case 4:
        free(setup->device[--setup->n_device]);
        break;
    case 5:
        set_text(&setup->global[0], "virtio-net-ccw.max_revision=1");
        break;
    case 6:
        set_text(&setup->option[1], "kvm");
        break;
    case 7:
        setup->defaults = true;
        break;
    default:
        set_text(&setup->binary, "/usr/bin/qemu-system-s390x");
        break;
    }
}

static void each_part_of_a_setup_counts(void **state)
{
    static const char *const words[] = {
        "loader QEMU 10.0.2 instead of QEMU 7.2.22", "program qemu-kvm instead of qemu-system-s390x",
        "machine pc instead of s390-ccw-virtio", "memory 8M instead of least",
        "devices virtio-net-ccw instead of virtio-net-ccw virtio-rng-ccw",
        "globals virtio-net-ccw.max_revision=1 instead of virtio-net-ccw.max_revision=0",
        "options -accel kvm instead of -accel tcg", "default devices on instead of off", NULL,
    };

    (void)state;
    for (unsigned i = 0; i < HS_COUNT(words); i++) {
        struct audit now = { 0 }, earlier = { 0 };
        char *text;

        sample_head(&now, 8);
        sample_head(&earlier, 8);
        change(&now, i);
        text = audit_setup_differences(&now, &earlier);
        if (words[i]) {
            assert_non_null(text);
            assert_string_equal(text, words[i]);
        } else {
            assert_null(text); /* the same program elsewhere */
        }
        free(text);
        text = audit_choice_differences(&now, &earlier);
        assert_null(text);
        audit_clear(&now);
        audit_clear(&earlier);
    }
}

/* "delete 1, flip 01": one cell of each. */
static void add_values(struct audit *audit, const char *list)
{
    char edit[16], value[20];
    int length;

    for (; sscanf(list, "%15[a-z] %19[0-9a-z]%n", edit, value, &length) == 2; list += length) {
        sample_add(audit, edit_of_name(edit), value, 0, 1, VERDICT_REJECTED, "no");
        list += strspn(list + length, ", ");
    }
}

static void what_was_tried_counts(void **state)
{
    static const struct {
        const char *now, *earlier, *words;
    } pairs[] = {
        { "insert 00, insert 41, delete 1", "insert 00, insert 41, delete 1", NULL },
        { "insert 00, insert 41", "insert 00", "insert 41 tried in this one alone" },
        { "insert 00", "insert 00, delete 2", "delete 2 tried in the other alone" },
        { "insert 00, flip 01", "insert 41, flip 01",
          "insert 00 tried in this one alone; insert 41 tried in the other alone" },
        { "range 01, range 02", "range 03", NULL }, /* of other fields, and the same edit */
        { "delete 1, range 01", "delete 1", "range tried in this one alone" },
        { "insert 00, insert 01, insert 02, insert 03, insert 04, insert 05", "insert 03",
          "insert 00, insert 01, insert 02, insert 04 and 1 more tried in this one alone" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(pairs); i++) {
        struct audit now = { 0 }, earlier = { 0 };
        char *text;

        sample_head(&now, 8);
        sample_head(&earlier, 8);
        add_values(&now, pairs[i].now);
        add_values(&earlier, pairs[i].earlier);
        text = audit_choice_differences(&now, &earlier);
        if ((text == NULL) != (pairs[i].words == NULL) || (text && strcmp(text, pairs[i].words) != 0)) {
            fail_msg("%zu: %s", i, text ? text : "nothing");
        }
        free(text);
        audit_clear(&now);
        audit_clear(&earlier);
    }
}

static void framing_and_section_count(void **state)
{
    struct audit now = { 0 }, earlier = { 0 };
    char *text;

    (void)state;
    sample_head(&now, 8);
    sample_head(&earlier, 8);
    now.setup->framing = HARDSTOP__FRAMING__FOOTER;
    text = audit_choice_differences(&now, &earlier);
    assert_string_equal(text, "with section footers instead of without section footers");
    free(text);
    /* Where nobody chose, the fields tell. */
    now.setup->has_framing = false;
    assert_null(audit_choice_differences(&now, &earlier));
    audit_add_field(&now, "footer.mark", 0, 1);
    text = audit_choice_differences(&now, &earlier);
    assert_string_equal(text, "with section footers instead of without section footers");
    free(text);
    earlier.setup->framing = HARDSTOP__FRAMING__FOOTER;
    now.section = audit_keep(&now, "fe.0.0009/virtio-net");
    text = audit_choice_differences(&now, &earlier);
    assert_string_equal(text, "section fe.0.0009/virtio-net instead of fe.0.0001/virtio-net");
    free(text);
    assert_null(audit_setup_differences(&now, &earlier));
    audit_clear(&now);
    audit_clear(&earlier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_of_a_setup_counts),
        cmocka_unit_test(what_was_tried_counts),
        cmocka_unit_test(framing_and_section_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
