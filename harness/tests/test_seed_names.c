/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds copied for a campaign: each case of a folder becomes one of its own, however alike the names are. */
#include "support.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/tool/campaign_seeds.h"

static const char text[] =
    "setup { binary: 'qemu-system-s390x' machine: 's390-ccw-virtio-7.2' device: 'virtio-rng-ccw' }";

static const char *const names[] = {
    "rng.textproto", "rng.min.textproto", "rng.case", "a/b.textproto", "a-b.textproto", "a%2Fb.textproto", "a/b",
};

static size_t count_files(const char *folder)
{
    DIR *directory = opendir(folder);
    size_t n = 0;

    for (struct dirent *entry; (entry = readdir(directory));) {
        n += *entry->d_name != '.';
    }
    closedir(directory);
    return n;
}

static void no_seed_takes_the_place_of_another(void **state)
{
    char *folder = support_folder(), *from = hs_format("%s/from", folder), *below = hs_format("%s/a", from);
    char *to = hs_format("%s/to", folder);
    struct hs_error err;

    (void)state;
    assert_int_equal(file_make_folder(below, &err), 0);
    assert_int_equal(file_make_folder(to, &err), 0);
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        free(support_write(from, names[i], text, strlen(text)));
    }
    if (seeds_copy(to, "ccw_rng", from, "", false, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(count_files(to), HS_COUNT(names));
    /* The same from another folder. */
    assert_int_equal(seeds_copy(to, "ccw_rng", from, "in-use/", false, &err), 0);
    assert_int_equal(count_files(to), 2 * HS_COUNT(names));
    free(to);
    free(below);
    free(from);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(no_seed_takes_the_place_of_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
