/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation that ends the process with a sentence when memory is out.  All memory is released with free(). */
#ifndef HARDSTOP_BASE_ALLOC_H
#define HARDSTOP_BASE_ALLOC_H

#include <stddef.h>
#include <string.h>

/* `size` bytes, all zero; at least one. */
void *hs_alloc(size_t size);
/* `block` (NULL: none yet) resized to hold `count` elements of `size` bytes; new bytes are not cleared. */
void *hs_resize(void *block, size_t count, size_t size);
/* `block`, of malloc() and the like, with room for one more than its `count` elements, however it was made. */
void *hs_grow(void *block, size_t count, size_t size);
/*
 * A pointer to one more element, all zero, of a list and its count: HS_PUSH(list, n)->offset = 3.  `list` and `n` are
 * evaluated more than once.
 */
#define HS_PUSH(list, n)                                   \
    ((list) = hs_grow((list), (n), sizeof(*(list))),       \
     (__typeof__(list))memset(&(list)[(n)++], 0, sizeof(*(list))))
/* A copy of `size` bytes, with one zero byte after them. */
void *hs_copy(const void *bytes, size_t size);
char *hs_strdup(const char *text);
/* A new string made by printf rules. */
__attribute__((format(printf, 1, 2))) char *hs_format(const char *fmt, ...);

#endif
