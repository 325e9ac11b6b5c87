/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states: what counts as a difference, in a whole state and in what was given to be loaded. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/oracle/state.h"
#include "proto/reflect.h"

#define A(byte) "section { section_id: 1 idstr: 'x/a' instance_id: 0 version_id: 1 opaque: '" byte "' footer { } }"
#define B(byte) "section { section_id: 2 idstr: 'b' instance_id: 0 version_id: 1 opaque: '" byte "' footer { } }"
#define B1(byte) "section { section_id: 3 idstr: 'b' instance_id: 1 version_id: 1 opaque: '" byte "' footer { } }"
#define END "section { type: EOF }"

static const struct {
    const char *left, *right;
    enum state_scope scope;
    size_t n;
    const char *device, *path; /* of the first difference */
} compared[] = {
    { A("1") B("2") END, A("1") B("2") END, STATE_WHOLE, 0, "", "" },
    { A("1") B("2") END, A("1") B("3") END, STATE_WHOLE, 1, "b", "opaque" },
    { A("1") B("2") END, A("3") B("3") END, STATE_GIVEN, 2, "a", "opaque" },
    { A("1") END, A("1") B("2") END, STATE_WHOLE, 0, "", "" },
    { A("1") B("2") END, A("1") END, STATE_WHOLE, 1, "b", "" },
    { A("1") B("2") END, A("1") END, STATE_GIVEN, 1, "b", "" },
    /* The last of two counts for what was given. */
    { B("9") A("1") B("2") END, A("1") B("2") END, STATE_GIVEN, 0, "", "" },
    { B("2") A("1") B("9") END, A("1") B("2") END, STATE_GIVEN, 1, "b", "opaque" },
    { B("9") A("1") B("2") END, A("1") B("2") END, STATE_WHOLE, 1, "b", "opaque" },
    { B("9") B1("2") END, B("9") B1("2") END, STATE_GIVEN, 0, "", "" },
    { B("8") B1("2") END, B("9") B1("2") END, STATE_GIVEN, 1, "b", "opaque" },
    /* Nobody reads behind the end, and that is one difference, after all others. */
    { A("1") END B("2") END, A("1") B("7") END, STATE_GIVEN, 1, "b", STATE_UNREAD },
    { A("1") END B("2") B1("4") END, A("1") B("2") END, STATE_GIVEN, 1, "b", STATE_UNREAD },
    { A("1") END B("2") END, A("0") B("7") END, STATE_GIVEN, 2, "a", "opaque" },
    { A("1") END END, A("1") END, STATE_GIVEN, 0, "", "" },
    { A("1") END "rest: 'x'", A("1") END, STATE_GIVEN, 1, "", STATE_UNREAD },
    { A("1") END B("2") END, A("1") B("7") END, STATE_WHOLE, 1, "b", "opaque" },
};

static void differences_are_those_that_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(compared); i++) {
        ProtobufCMessage *left = support_message(&hardstop__stream__descriptor, compared[i].left);
        ProtobufCMessage *right = support_message(&hardstop__stream__descriptor, compared[i].right);
        struct state_comparison comparison;

        memset(&comparison, 0, sizeof(comparison));
        state_compare((Hardstop__Stream *)left, NULL, (Hardstop__Stream *)right, NULL, compared[i].scope, &comparison);
        if (comparison.n != compared[i].n || strcmp(comparison.differences[0].device, compared[i].device) != 0 ||
            strcmp(comparison.differences[0].path, compared[i].path) != 0) {
            fail_msg("%zu: %zu differences, the first in %s %s", i, comparison.n, comparison.differences[0].device,
                     comparison.differences[0].path);
        }
        reflect_free(left);
        reflect_free(right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_those_that_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
