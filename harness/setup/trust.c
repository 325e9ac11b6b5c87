/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the parts of a setup apart as QEMU does, to see whether the tables list what they ask for. */
#include "harness/setup/trust.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/setup/brought.h"
#include "harness/setup/setup.h"
#include "harness/setup/trust_table.h"

/* The id of a device of ours that a file must not get hold of: the connection to QEMU itself. */
#define OUR_ID "hardstop"

/* A word within a text. */
struct word {
    const char *text;
    size_t length;
};

static struct word word_of(const char *text)
{
    return (struct word){ text, strlen(text) };
}

static bool is(struct word word, const char *text)
{
    return strlen(text) == word.length && memcmp(text, word.text, word.length) == 0;
}

static bool is_in(const char *const *list, struct word word)
{
    for (; *list; list++) {
        if (is(word, *list)) {
            return true;
        }
    }
    return false;
}

static bool begins_with_one_of(const char *const *list, const char *text)
{
    for (; *list; list++) {
        if (strncmp(text, *list, strlen(*list)) == 0) {
            return true;
        }
    }
    return false;
}

/* A name or number: nothing that could be a path or begin another option. */
static bool is_plain(struct word word)
{
    for (size_t i = 0; i < word.length; i++) {
        if (!isalnum((unsigned char)word.text[i]) && (!word.text[i] || !strchr("-_.:", word.text[i]))) {
            return false;
        }
    }
    return word.length > 0 && word.text[0] != '-' && word.text[0] != '.' && !is(word, OUR_ID);
}

/* "on", or a number with or without a unit, 0x10 and 1.5G included. */
static bool is_number_or_switch(struct word word)
{
    static const char *const switches[] = { "on", "off", "auto", "yes", "no", "true", "false", NULL };
    size_t digits = 0;

    if (is_in(switches, word)) {
        return true;
    }
    while (digits < word.length && (isxdigit((unsigned char)word.text[digits]) || strchr(".xX", word.text[digits]))) {
        digits++;
    }
    return isdigit((unsigned char)word.text[0]) && digits + 1 >= word.length &&
           (digits == word.length || strchr("kKMGTPE", word.text[digits]));
}

/* One "key=value" of a list, from `*rest` on, which moves behind it; false when it is none. */
static bool take_pair(const char **rest, struct word *key, struct word *value)
{
    size_t length = strcspn(*rest, ",");

    *key = (struct word){ *rest, strcspn(*rest, "=,") };
    *value = (struct word){ *rest + key->length + 1, length - key->length - 1 };
    if (key->length == length) {
        return false;
    }
    *rest += length;
    if (**rest == ',') {
        ++*rest;
        /* A comma at the end, or two, which QEMU reads as one that belongs to the value. */
        return **rest && **rest != ',';
    }
    return true;
}

/* Is `key` the key of a pair of `from` before `end`? */
static bool was_given(const char *from, const char *end, struct word key)
{
    for (const char *part = from; part < end; part += strcspn(part, ",") + 1) {
        if (strcspn(part, "=,") == key.length && memcmp(part, key.text, key.length) == 0) {
            return true;
        }
    }
    return false;
}

/* May the pair be given?  `keys` are those of an option's row. */
typedef bool pair_fn(struct word key, struct word value, const char *const *keys);

static bool is_listed_pair(struct word key, struct word value, const char *const *keys)
{
    for (const struct trust_value_row *row = trust_values; row->key; row++) {
        if (is(key, row->key)) {
            return is_in(keys, key) && is_in(row->values, value);
        }
    }
    return is_in(keys, key) && is_plain(value);
}

static bool is_harmless_property(struct word key, struct word value, const char *const *keys)
{
    (void)keys;
    return is_plain(key) && !is_in(trust_host_properties, key) &&
           (is_in(trust_word_properties, key) ? is_plain(value) : is_number_or_switch(value));
}

/* All pairs of a list, each key once. */
static bool has_pairs(const char *text, pair_fn *may, const char *const *keys)
{
    struct word key, value;

    for (const char *rest = text; *rest;) {
        const char *begin = rest;

        if (!take_pair(&rest, &key, &value) || was_given(text, begin, key) || !may(key, value, keys)) {
            return false;
        }
    }
    return true;
}

/* What is behind the first word: pairs, or nothing. */
static bool has_pairs_behind(const char *text, size_t first, pair_fn *may, const char *const *keys)
{
    return !text[first] || (text[first + 1] && has_pairs(text + first + 1, may, keys));
}

static bool is_harmless_option(const char *option, const char *value)
{
    size_t first = strcspn(value, ",");

    for (const struct trust_option_row *row = trust_options; row->option; row++) {
        if (strcmp(row->option, option) != 0) {
            continue;
        }
        if (!row->first[0]) {
            return *value && has_pairs(value, is_listed_pair, row->keys);
        }
        return is_in(row->first, (struct word){ value, first }) &&
               has_pairs_behind(value, first, is_listed_pair, row->keys);
    }
    return false;
}

static bool is_harmless_model(struct word model)
{
    for (const struct trust_device_row *row = trust_devices; row->base; row++) {
        size_t base = strlen(row->base);

        if (model.length >= base && memcmp(model.text, row->base, base) == 0 &&
            is_in(row->endings, (struct word){ model.text + base, model.length - base })) {
            return true;
        }
    }
    return false;
}

static bool is_harmless_device(const char *device)
{
    size_t model = strcspn(device, ",");

    return is_harmless_model((struct word){ device, model }) &&
           has_pairs_behind(device, model, is_harmless_property, NULL);
}

/* DRIVER.PROPERTY=VALUE; a driver's name has no dot, and QEMU reads other forms as a list of pairs. */
static bool is_harmless_global(const char *global)
{
    size_t driver = strcspn(global, ".=,");
    struct word key, value;
    const char *rest = global + driver + 1;

    if (global[driver] != '.' || strchr(global, ',') || !take_pair(&rest, &key, &value)) {
        return false;
    }
    if (begins_with_one_of(trust_global_drivers, global)) {
        return is_plain(key) && is_number_or_switch(value);
    }
    return is_harmless_model((struct word){ global, driver }) && is_harmless_property(key, value, NULL);
}

static bool is_harmless_binary(const char *binary)
{
    return strncmp(binary, SETUP_PROGRAM, strlen(SETUP_PROGRAM)) == 0 && is_plain(word_of(binary));
}

static bool is_harmless_machine(const char *machine)
{
    return is_plain(word_of(machine)) && !begins_with_one_of(trust_host_machines, machine);
}

/* At most 9999 MiB of guest memory, which is only taken as far as it is touched; more may be promised. */
static bool is_modest(const char *memory)
{
    static const char *const keys[] = { "slots", "maxmem", NULL };
    size_t digits = strspn(memory, "0123456789"), unit = digits + strspn(memory + digits, "KM");

    return digits >= 1 && digits <= 4 && unit <= digits + 1 && (!memory[unit] || memory[unit] == ',') &&
           has_pairs_behind(memory, unit, is_listed_pair, keys);
}

static int refuse(struct hs_error *err, const char *what, const char *value)
{
    return hs_fail(err, HS_NO_OFFSET, "setup: %s \"%.300s\" is not among what a file may ask for", what, value);
}

static int check_count(size_t n, const char *what, struct hs_error *err)
{
    if (n <= TRUST_MOST) {
        return 0;
    }
    return hs_fail(err, HS_NO_OFFSET, "setup: %zu %ss are more than the %d that a file may ask for", n, what,
                   TRUST_MOST);
}

static int check_list(char *const *values, size_t n, bool (*is_harmless)(const char *), const char *what,
                      struct hs_error *err)
{
    if (check_count(n, what, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_harmless(values[i])) {
            return refuse(err, what, values[i]);
        }
    }
    return 0;
}

static int check_options(const Hardstop__Setup *setup, struct hs_error *err)
{
    if (check_count((setup->n_option + 1) / 2, "option", err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < setup->n_option; i += 2) {
        const char *value = i + 1 < setup->n_option ? setup->option[i + 1] : "";

        if (!is_harmless_option(setup->option[i], value)) {
            char what[64];

            snprintf(what, sizeof(what), "option %s", setup->option[i]);
            return refuse(err, what, value);
        }
    }
    return 0;
}

int trust_check(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err)
{
    const char *binary = setup->binary ? setup->binary : "";

    if (brought_has(setup->binary)) {
        return 0;
    }
    if (!(trust & TRUST_BINARY) && !is_harmless_binary(binary)) {
        return refuse(err, "binary", binary);
    }
    if (!(trust & TRUST_MACHINE) && setup->machine && !is_harmless_machine(setup->machine)) {
        return refuse(err, "machine", setup->machine);
    }
    if (!(trust & TRUST_MEMORY) && *setup_memory(setup) && !is_modest(setup_memory(setup))) {
        return refuse(err, "memory", setup->memory);
    }
    if (!(trust & TRUST_DEVICES) && check_list(setup->device, setup->n_device, is_harmless_device, "device", err) < 0) {
        return -1;
    }
    if (!(trust & TRUST_GLOBALS) && check_list(setup->global, setup->n_global, is_harmless_global, "global", err) < 0) {
        return -1;
    }
    if (trust != TRUST_ALL && setup->defaults) {
        return refuse(err, "defaults", "true");
    }
    return trust & TRUST_OPTIONS ? 0 : check_options(setup, err);
}

enum trust trust_of_given(const Hardstop__Setup *setup)
{
    unsigned given = TRUST_NONE;

    given |= setup->binary ? TRUST_BINARY : 0;
    given |= setup->machine ? TRUST_MACHINE : 0;
    given |= setup->memory != hardstop__setup__memory__default_value ? TRUST_MEMORY : 0;
    given |= setup->n_device ? TRUST_DEVICES : 0;
    given |= setup->n_global ? TRUST_GLOBALS : 0;
    given |= setup->n_option ? TRUST_OPTIONS : 0;
    return (enum trust)given;
}

const char *trust_option(const Hardstop__Setup *setup)
{
    return trust_check(setup, TRUST_NONE, NULL) < 0 ? " --trust-setup" : "";
}
