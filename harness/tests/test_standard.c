/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard descriptors that are closed, and files that may not grow: nothing is taken for another, and all is said. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/standard.h"

enum { SUBSETS = 8 };

/* What a process sees whose descriptors of the subset are closed; 0: all is well. */
static int look(unsigned subset)
{
    char byte;
    int fd;

    for (int i = 0; i < 3; i++) {
        if (subset & 1u << i) {
            close(i);
        }
    }
    standard_begin();
    fd = open("/dev/null", O_RDWR);
    if (fd < 3) {
        return 10 + fd;
    }
    for (int i = 0; i < 3; i++) {
        ssize_t n = i ? write(i, "", 1) : read(i, &byte, 1);

        if (subset & 1u << i ? n != -1 || errno != EBADF : n == -1) {
            return 20 + i;
        }
    }
    return 0;
}

static void closed_descriptors_stay_taken(void **state)
{
    (void)state;
    for (unsigned subset = 0; subset < SUBSETS; subset++) {
        pid_t pid = fork();
        int status;

        if (pid == 0) {
            int null = open("/dev/null", O_RDWR);

            for (int i = 0; i < 3; i++) {
                dup2(null, i);
            }
            close(null);
            _exit(look(subset));
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status)) {
            fail_msg("subset %u: status %x", subset, (unsigned)status);
        }
    }
}

static const char text[] = "setup { binary: 'qemu-system-s390x' } stream { section { type: EOF } rest: 'rest' }";

/* Runs `before`, then the command on the case; its exit status. */
static int run(const char *folder, const char *before, const char *arguments, const char *behind)
{
    char *program = support_beside("hardstop");
    char *line = hs_format("cd '%s' && %s '%s' %s %s", folder, before, program, arguments, behind);
    int status = system(line);

    free(line);
    free(program);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool has_file(const char *folder, const char *name, const char *content)
{
    char *path = hs_format("%s/%s", folder, name);
    uint8_t *data = NULL;
    size_t size = 0;
    bool has = file_read(path, &data, &size, NULL) == 0 && size == strlen(content) && memcmp(data, content, size) == 0;

    free(data);
    free(path);
    return has;
}

static char *read_all(const char *folder, const char *name)
{
    char *path = hs_format("%s/%s", folder, name), *copy;
    uint8_t *data;
    size_t size;

    assert_int_equal(file_read(path, &data, &size, NULL), 0);
    copy = hs_format("%.*s", (int)size, (const char *)data);
    free(data);
    free(path);
    return copy;
}

/* Descriptors closed, and whether something was to be printed to one of them. */
static const struct {
    const char *closed;
    bool out, err;
} closed[] = {
    { "", false, false }, { "<&-", false, false }, { ">&-", true, false }, { "2>&-", false, true },
    { "<&- >&-", true, false }, { "<&- 2>&-", false, true }, { ">&- 2>&-", true, true },
    { "<&- >&- 2>&-", true, true },
};

static void a_command_writes_what_it_should_and_where(void **state)
{
    char *folder = support_folder(), *good;

    (void)state;
    free(support_write(folder, "case.textproto", text, strlen(text)));
    assert_int_equal(run(folder, "", "damage --truncate 0 case.textproto -o good.textproto", ""), 0);
    good = read_all(folder, "good.textproto");
    for (size_t i = 0; i < HS_COUNT(closed); i++) {
        assert_int_equal(run(folder, "rm -f out.textproto;", "damage --truncate 0 case.textproto -o out.textproto",
                             closed[i].closed), 0);
        assert_true(has_file(folder, "out.textproto", good));
        assert_int_equal(run(folder, "", "show case.textproto >/dev/null", closed[i].closed), closed[i].out ? 2 : 0);
        assert_int_equal(run(folder, "", "show missing", closed[i].closed), 2);
        assert_int_equal(run(folder, "", "nothing", closed[i].closed), 2);
        assert_true(has_file(folder, "case.textproto", text));
    }
    free(good);
    support_remove(folder);
}

static void a_file_that_may_not_grow_is_an_error(void **state)
{
    char *folder = support_folder(), *words;

    (void)state;
    free(support_write(folder, "case.textproto", text, strlen(text)));
    assert_int_equal(run(folder, "(ulimit -f 0;", "damage --truncate 0 case.textproto -o out.textproto",
                         "2>&1; echo status $?) | cat >words"), 0);
    words = read_all(folder, "words");
    assert_int_equal(strncmp(words, "hardstop: ", strlen("hardstop: ")), 0);
    assert_non_null(strstr(words, "File too large\nstatus 2\n"));
    assert_false(has_file(folder, "out.textproto", ""));
    free(words);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_descriptors_stay_taken),
        cmocka_unit_test(a_command_writes_what_it_should_and_where),
        cmocka_unit_test(a_file_that_may_not_grow_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
