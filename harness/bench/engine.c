/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs libFuzzer's driver for its first call of the target, which never comes back to it. */
#include "harness/bench/engine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

static struct {
    void (*body)(void *user);
    void *user;
    int errors; /* stderr, while the engine has none: it warns of sanitizers that are not there */
} engine;

static void silence(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    engine.errors = dup(STDERR_FILENO);
    HS_CHECK(nowhere >= 0 && engine.errors >= 0, "no descriptor");
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
}

static void speak(void)
{
    dup2(engine.errors, STDERR_FILENO);
    close(engine.errors);
}

static int call_body(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    speak();
    engine.body(engine.user);
    fflush(NULL);
    /* exit() would look like a crash to the engine. */
    _exit(0);
}

void engine_run(uint32_t seed, void (*body)(void *user), void *user)
{
    /* Quiet, without the engine's clocks, and without its handlers of signals. */
    char *arguments[] = {
        (char *)"engine",         (char *)"-verbosity=0",    (char *)"-timeout=0",      (char *)"-rss_limit_mb=0",
        (char *)"-handle_segv=0", (char *)"-handle_abrt=0",  (char *)"-handle_int=0",   (char *)"-handle_term=0",
        (char *)"-handle_bus=0",  (char *)"-handle_ill=0",   (char *)"-handle_fpe=0",   (char *)"-handle_xfsz=0",
        (char *)"-handle_usr1=0", (char *)"-handle_usr2=0",  hs_format("-seed=%u", seed), NULL,
    };
    int argc = (int)HS_COUNT(arguments) - 1;
    char **argv = arguments;

    engine.body = body;
    engine.user = user;
    silence();
    LLVMFuzzerRunDriver(&argc, &argv, call_body);
    speak();
    HS_CHECK(0, "the engine ended without a call");
    abort();
}
