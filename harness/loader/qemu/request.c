/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies a stream, or says which pieces of a file it is made of. */
#include "harness/loader/qemu/request.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Where a request goes. */
struct request {
    struct protocol_shared *shared;
    int control, stream;
    off_t at; /* in `control` */
};

static int write_all(int fd, const void *data, size_t size, off_t at)
{
    while (size) {
        ssize_t n = pwrite(fd, data, size, at);

        if (n <= 0) {
            return -1;
        }
        data = (const char *)data + n;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int put(struct request *request, const void *data, size_t size)
{
    off_t at = request->at;

    request->at += (off_t)size;
    return write_all(request->control, data, size, at);
}

static int put_memory(struct request *request, const struct loader_input *input)
{
    int result = 0;

    for (size_t i = 0; i < input->n_memory; i++) {
        uint64_t record[2] = { input->memory[i]->address, input->memory[i]->data.len };

        result |= put(request, record, sizeof(record));
        result |= put(request, input->memory[i]->data.data, record[1]);
    }
    return result;
}

/* A whole stream is not loaded twice: it may be as large as the guest's memory. */
static int put_again(struct request *request, const struct loader_input *input)
{
    bool is_wanted = input->again && !input->fast && input->pokes & POKE_BIT(POKE_RETRY) &&
                     !loader_input_is_whole(input) && !request_file(input);

    struct protocol_piece piece = { PROTOCOL_FD_CONTROL, (uint64_t)request->at + sizeof(piece), 0 };

    request->shared->request.again = is_wanted ? (uint64_t)request->at : 0;
    if (!is_wanted) {
        return 0;
    }
    piece.size = input->again->size;
    return put(request, &piece, sizeof(piece)) | put(request, input->again->data, input->again->size);
}

static int put_piece(struct request *request, int fd, uint64_t offset, uint64_t size)
{
    struct protocol_piece piece = { fd, offset, size };

    if (!size) {
        return 0;
    }
    request->shared->request.n_pieces++;
    return put(request, &piece, sizeof(piece));
}

/* What a file shows is read from that file; only the rest is copied. */
static int put_pieces(struct request *request, const struct loader_input *input, const struct mapped *view,
                      const struct builder *behind)
{
    const uint8_t *from = input->bytes, *end = from + input->size;
    struct mapped_range range;
    int result = ftruncate(request->stream, 0);
    size_t copied = 0;

    request->shared->request.pieces = (uint64_t)request->at;
    while (from < end) {
        size_t n;

        if (!mapped_clean(view, from, end, &range)) {
            range.from = range.to = (uint8_t *)end;
        }
        n = (size_t)(range.from - from);
        result |= write_all(request->stream, from, n, (off_t)copied);
        result |= put_piece(request, PROTOCOL_FD_INPUT, copied, n);
        result |= put_piece(request, PROTOCOL_FD_FILE, (uint64_t)(range.from - view->origin),
                            (uint64_t)(range.to - range.from));
        copied += n;
        from = range.to;
    }
    result |= write_all(request->stream, behind->data, behind->size, (off_t)copied);
    return result | put_piece(request, PROTOCOL_FD_INPUT, copied, behind->size);
}

const struct mapped *request_file(const struct loader_input *input)
{
    return input->size >= MAPPED_LEAST ? mapped_find(input->bytes) : NULL;
}

uint32_t request_limit_ms(const struct loader_input *input)
{
    uint64_t limit = input->timeout_ms ? input->timeout_ms : LOADER_TIMEOUT_MS;

    limit += input->size / LOADER_BYTES_PER_MS;
    return limit < LOADER_LONGEST_MS ? (uint32_t)limit : LOADER_LONGEST_MS;
}

/* Copies the stream. */
static int put_copy(struct request *request, const struct loader_input *input, const struct builder *behind)
{
    int result = ftruncate(request->stream, (off_t)(input->size + behind->size));

    result |= write_all(request->stream, input->bytes, input->size, 0);
    return result | write_all(request->stream, behind->data, behind->size, (off_t)input->size);
}

int request_write(struct protocol_shared *shared, int control, int stream, const struct loader_input *input,
                  const struct builder *behind, struct hs_error *err)
{
    struct request request = { shared, control, stream, PROTOCOL_MEMORY_OFFSET };
    const struct mapped *view = request_file(input);
    int result;

    shared->request.n_pieces = 0;
    result = put_memory(&request, input);
    result |= put_again(&request, input);
    result |= view ? put_pieces(&request, input, view, behind) : put_copy(&request, input, behind);
    if (result) {
        return hs_fail(err, HS_NO_OFFSET, "cannot hand over %zu bytes: %s", input->size, strerror(errno));
    }
    shared->request.whole = loader_input_is_whole(input);
    shared->request.chance = input->fast ? 0 : input->chance;
    shared->request.fast = input->fast;
    shared->request.pokes = input->fast ? input->pokes & POKE_FAST : input->pokes;
    shared->request.timeout_ms = request_limit_ms(input);
    if (shared->request.again) {
        /* Two loads. */
        shared->request.timeout_ms *= 2;
    }
    shared->request.most_reads = input->most_reads ? input->most_reads : LOADER_READS_BEYOND;
    shared->request.n_memory = (uint32_t)input->n_memory;
    return 0;
}
