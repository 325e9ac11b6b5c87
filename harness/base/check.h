/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks for our own bugs, compiled into every build.  A loader's misconduct is a finding, never a failed check. */
#ifndef HARDSTOP_BASE_CHECK_H
#define HARDSTOP_BASE_CHECK_H

/* Ends the process with file, line, the condition and the formatted values when `cond` does not hold. */
#define HS_CHECK(cond, ...)                                         \
    do {                                                            \
        if (!(cond)) {                                              \
            hs_check_failed(__FILE__, __LINE__, #cond, __VA_ARGS__); \
        }                                                           \
    } while (0)

__attribute__((noreturn, format(printf, 4, 5))) void hs_check_failed(const char *file, int line, const char *cond,
                                                                     const char *fmt, ...);

#define HS_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
