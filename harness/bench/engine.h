/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer as a library, for benches of its byte mutator: LLVMFuzzerMutate() works only while an engine runs. */
#ifndef HARDSTOP_BENCH_ENGINE_H
#define HARDSTOP_BENCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's byte mutator, as target_bytes_fn; to be called by the body of engine_run() alone. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Starts the engine with its random numbers seeded, calls `body` once from inside, and ends the process, status 0. */
__attribute__((noreturn)) void engine_run(uint32_t seed, void (*body)(void *user), void *user);

#endif
