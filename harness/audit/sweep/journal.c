/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appends in whole records, and reads as far as the checksums hold. */
#include "harness/audit/sweep/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/file.h"

#define REMOVE_IT "remove it or give another path"

enum { HEAD_SIZE = 28, CHECKSUM_SIZE = 8, RECORD_HEAD_SIZE = 5 };

enum kind {
    KIND_ANSWER = 'A',
    KIND_CELLS = 'C',
};

static const char magic[8] = "HSSWEEP\n";

static void put_head(struct builder *out, uint64_t hash)
{
    builder_put(out, magic, sizeof(magic));
    builder_put_be(out, 4, SWEEP_JOURNAL_VERSION);
    builder_put_be(out, 8, hash);
    builder_put_be(out, 8, XXH3_64bits(out->data, out->size));
}

static void put_record(struct sweep_journal *journal, enum kind kind, const void *data, size_t size,
                       const uint8_t *prefix)
{
    struct builder *out = &journal->out;
    size_t start = out->size;

    builder_put_be(out, 1, (uint64_t)kind);
    builder_put_be(out, 4, size + (prefix != NULL));
    builder_put(out, prefix, prefix != NULL);
    builder_put(out, data, size);
    journal->chain = XXH3_64bits_withSeed(out->data + start, out->size - start, journal->chain);
    builder_put_be(out, 8, journal->chain);
}

static bool read_answer(const uint8_t *data, size_t size, struct sweep_answers *answers)
{
    char text[SWEEP_TEXT];
    uint32_t before = answers->n;

    if (size < 1 || size > sizeof(text) || data[0] >= VERDICT_COUNT) {
        return false;
    }
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    return sweep_answers_put(answers, (enum verdict)data[0], text) == before;
}

static bool read_cells(const uint8_t *data, size_t size, uint32_t n_answers, uint32_t *results, uint32_t n)
{
    struct bytes in = bytes_of(data, size);
    uint64_t cell, answer;

    while (bytes_get_be(&in, 4, &cell) && bytes_get_be(&in, 4, &answer)) {
        if (cell >= n || answer >= n_answers) {
            return false;
        }
        results[cell] = (uint32_t)answer + 1;
    }
    return bytes_left(&in) == 0;
}

/* Reads one record; false when there is no whole and right one. */
static bool read_record(struct bytes *in, uint64_t *chain, struct sweep_answers *answers, uint32_t *results,
                        uint32_t n)
{
    const uint8_t *start = in->data + in->at, *data;
    uint64_t kind, size, checksum, expected;

    if (!bytes_get_be(in, 1, &kind) || !bytes_get_be(in, 4, &size) || !bytes_get(in, size, &data) ||
        !bytes_get_be(in, 8, &checksum)) {
        return false;
    }
    expected = XXH3_64bits_withSeed(start, RECORD_HEAD_SIZE + size, *chain);
    if (expected != checksum || !(kind == KIND_ANSWER ? read_answer(data, size, answers)
                                  : kind == KIND_CELLS && read_cells(data, size, answers->n, results, n))) {
        return false;
    }
    *chain = expected;
    return true;
}

static int lock(int fd, const char *path, struct hs_error *err)
{
    /* Of this kind, because it ends with the process: workers that outlive it by a moment do not hold it. */
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl(fd, F_SETLK, &whole) < 0) {
        return errno == EACCES || errno == EAGAIN
                   ? hs_fail(err, HS_NO_OFFSET, "%s: in use by another sweep", path)
                   : hs_fail(err, HS_NO_OFFSET, "%s: %s", path, strerror(errno));
    }
    return 0;
}

static int read_all(int fd, struct builder *data)
{
    uint8_t piece[65536];
    ssize_t n;

    while ((n = read(fd, piece, sizeof(piece))) > 0 && data->size <= FILE_MAX_SIZE) {
        builder_put(data, piece, (size_t)n);
    }
    return n < 0 ? -1 : 0;
}

/* How much of the journal holds, up to which it is read; 0: not even its head was written whole. */
static int read_journal(struct sweep_journal *journal, const char *path, const struct builder *data, uint64_t hash,
                        struct sweep_answers *answers, uint32_t *results, uint32_t n, size_t *good,
                        struct hs_error *err)
{
    struct bytes in = bytes_of(data->data, data->size);
    struct builder head = { 0 };
    size_t common;
    bool same;

    put_head(&head, hash);
    common = data->size < head.size ? data->size : head.size;
    same = !common || memcmp(data->data, head.data, common) == 0;
    journal->chain = XXH3_64bits(head.data, head.size);
    builder_clear(&head);
    if (!same && memcmp(data->data, magic, common < sizeof(magic) ? common : sizeof(magic)) == 0) {
        return hs_fail(err, HS_NO_OFFSET, "%s: the journal of another sweep: " REMOVE_IT, path);
    }
    if (!same) {
        return hs_fail(err, HS_NO_OFFSET, "%s: is there and is not a sweep's journal: " REMOVE_IT, path);
    }
    *good = common == HEAD_SIZE ? HEAD_SIZE : 0;
    in.at = *good;
    while (*good && read_record(&in, &journal->chain, answers, results, n)) {
        *good = in.at;
    }
    return 0;
}

/* Takes the journal up where it holds. */
static int resume(struct sweep_journal *journal, const char *path, uint64_t hash, struct sweep_answers *answers,
                  uint32_t *results, uint32_t n, struct hs_error *err)
{
    struct builder data = { 0 };
    struct stat status;
    size_t good = 0;
    int result = -1;

    if (fstat(journal->fd, &status) == 0 && !S_ISREG(status.st_mode)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: is not a regular file", path);
    }
    if (lock(journal->fd, path, err) == 0) {
        result = read_all(journal->fd, &data) < 0
                     ? hs_fail(err, HS_NO_OFFSET, "%s: %s", path, strerror(errno))
                     : read_journal(journal, path, &data, hash, answers, results, n, &good, err);
    }
    builder_clear(&data);
    if (result == 0 && (ftruncate(journal->fd, (off_t)good) < 0 || lseek(journal->fd, 0, SEEK_END) < 0)) {
        result = hs_fail(err, HS_NO_OFFSET, "%s: %s", path, strerror(errno));
    }
    if (result == 0 && !good) {
        put_head(&journal->out, hash);
    }
    journal->answers = answers->n;
    return result;
}

int sweep_journal_open(struct sweep_journal *journal, const char *path, uint64_t hash, struct sweep_answers *answers,
                       uint32_t *results, uint32_t n, struct hs_error *err)
{
    memset(journal, 0, sizeof(*journal));
    journal->fd = -1;
    if (!path) {
        return 0;
    }
    journal->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0666);
    if (journal->fd < 0) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %s", path,
                       errno == ELOOP ? "is a symbolic link: " REMOVE_IT : strerror(errno));
    }
    if (resume(journal, path, hash, answers, results, n, err) < 0) {
        sweep_journal_close(journal);
        return -1;
    }
    return 0;
}

void sweep_journal_note(struct sweep_journal *journal, uint32_t cell, uint32_t answer)
{
    if (journal->fd >= 0) {
        builder_put_be(&journal->cells, 4, cell);
        builder_put_be(&journal->cells, 4, answer);
    }
}

static int write_out(struct sweep_journal *journal)
{
    const uint8_t *data = journal->out.data;
    size_t left = journal->out.size;

    while (left) {
        ssize_t n = write(journal->fd, data, left);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return -1;
        }
        data += n;
        left -= (size_t)n;
    }
    builder_reset(&journal->out);
    return 0;
}

int sweep_journal_flush(struct sweep_journal *journal, const struct sweep_answers *answers, struct hs_error *err)
{
    if (journal->fd < 0) {
        return 0;
    }
    for (; journal->answers < answers->n; journal->answers++) {
        const struct sweep_answer *answer = &answers->list[journal->answers];
        uint8_t verdict = (uint8_t)answer->verdict;

        put_record(journal, KIND_ANSWER, answer->text, strlen(answer->text), &verdict);
    }
    if (journal->cells.size) {
        put_record(journal, KIND_CELLS, journal->cells.data, journal->cells.size, NULL);
        builder_reset(&journal->cells);
    }
    return write_out(journal) < 0 ? hs_fail(err, HS_NO_OFFSET, "the journal: %s", strerror(errno)) : 0;
}

void sweep_journal_close(struct sweep_journal *journal)
{
    if (journal->fd >= 0) {
        close(journal->fd);
    }
    builder_clear(&journal->out);
    builder_clear(&journal->cells);
    journal->fd = -1;
}
