/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the rule of a table that is about a field, and holds. */
#include "harness/judge/recomputed.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/wire/tables.h"

/* The rows that the names of the rules, and of the fields below, stand for. */
struct rows {
    const struct field *first;
    size_t n;
};

static struct {
    struct rows fields[RECOMPUTED_RULES], arrays[RECOMPUTED_RULES];
    struct rows in_num, out_num, elem_popped, features, config_len, broken;
    bool are_found;
} rows;

static struct rows find(const char *name)
{
    struct rows found = { 0 };

    if (name) {
        found.first = tables_named(name, &found.n);
        HS_CHECK(found.first, "no table has a field %s", name);
    }
    return found;
}

static void find_rows(void)
{
    if (rows.are_found) {
        return;
    }
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        rows.fields[i] = find(recomputed_rules[i].field);
        rows.arrays[i] = find(recomputed_rules[i].array);
    }
    rows.in_num = find("VirtQueueElement.in_num");
    rows.out_num = find("VirtQueueElement.out_num");
    rows.elem_popped = find("VirtioSerialPort.elem_popped");
    rows.features = find("Features64.guest_features");
    rows.config_len = find("VirtioSection.config_len");
    rows.broken = find("Broken.broken");
    rows.are_found = true;
}

static bool holds(const struct rows *some, const struct field *row)
{
    return row && row >= some->first && row < some->first + some->n;
}

void recomputed_see(struct recomputed *walk, const struct map_entry *entry)
{
    find_rows();
    if (entry->field == rows.in_num.first) {
        walk->in_num = entry->value;
    } else if (entry->field == rows.out_num.first) {
        walk->out_num = entry->value;
    } else if (entry->field == rows.elem_popped.first) {
        walk->holds_back = entry->value;
    } else if (entry->field == rows.features.first) {
        walk->version_1 = entry->value >> 32 & 1;
    }
}

static bool is_broken(const struct recomputed *walk)
{
    for (size_t i = walk->first; i < walk->end; i++) {
        if (walk->saved->entries[i].field == rows.broken.first) {
            return walk->saved->entries[i].value;
        }
    }
    return false;
}

static bool same_command(const struct recomputed *walk, const struct map_entry *entry, const struct map_entry *other)
{
    static const uint8_t lengths[] = { 6, 10, 10, 16, 16, 12, 16, 16 }; /* by the first three bits */
    const uint8_t *given = walk->given->encoding.out.data + entry->offset;

    return other && entry->size == sizeof(lengths) * 2 && other->size == entry->size &&
           memcmp(given, walk->saved->encoding.out.data + other->offset, lengths[*given >> 5]) == 0;
}

/* How much of a path says which subsection it is in, of those that a description names; 0: none. */
static size_t subsection_path(const char *path)
{
    const char *end = strrchr(path, '>');

    return end ? (size_t)(end + 1 - path) : 0;
}

/* Is the body of the innermost subsection that holds the field nothing but zeros? */
static bool is_empty_subsection(const struct recomputed *walk, const struct map_entry *entry)
{
    const struct map *given = walk->given;
    size_t length = subsection_path(entry->path);

    for (size_t i = 0; i < given->n; i++) {
        const struct map_entry *other = &given->entries[i];

        if (other->section == entry->section && other->part > FIELD_PART_SUBSECTION_HEADER &&
            strncmp(other->path, entry->path, length) == 0 &&
            !bytes_are_zero(given->encoding.out.data + other->offset, other->size)) {
            return false;
        }
    }
    return true;
}

/* Is a path, as it is or without its indexes, that of a rule? */
static bool is_path(const char *path, const char *rule)
{
    size_t length = strcspn(rule, "*");
    char pattern[256];

    map_path_without_indexes(path, pattern, sizeof(pattern));
    return strcmp(path, rule) == 0 ||
           (strncmp(pattern, rule, length) == 0 && (rule[length] == '*' || !pattern[length]));
}

/* Does the section that was given hold such a path? */
static bool is_beside(const struct recomputed *walk, const struct map_entry *entry, const char *path)
{
    for (size_t i = 0; i < walk->given->n; i++) {
        const struct map_entry *other = &walk->given->entries[i];

        if (other->section == entry->section && map_is_payload(other) && is_path(other->path, path)) {
            return true;
        }
    }
    return false;
}

/* Does nothing differ but bits of `mask`? */
static bool differs_within(const struct recomputed *walk, uint64_t mask, const struct map_entry *entry,
                           const struct map_entry *other)
{
    return entry->size == other->size &&
           !((map_number(walk->given, entry) ^ map_number(walk->saved, other)) & ~mask);
}

static bool applies(struct recomputed *walk, const struct recomputed_rule *rule, const struct map_entry *entry,
                    const struct map_entry *other)
{
    switch (rule->when) {
    case RECOMPUTED_ALWAYS:
        return true;
    case RECOMPUTED_BEYOND_IN:
        return entry->context.index >= walk->in_num;
    case RECOMPUTED_BEYOND_OUT:
        return entry->context.index >= walk->out_num;
    case RECOMPUTED_BEYOND_COMMAND:
        return same_command(walk, entry, other);
    case RECOMPUTED_LEGACY_DEVICE:
        return !walk->version_1;
    case RECOMPUTED_FALSE_FLAG:
        /* A subsection's header is followed by its flag, whose value decides for both. */
        while (entry->part == FIELD_PART_SUBSECTION_HEADER) {
            entry++;
        }
        return entry->value == 0;
    case RECOMPUTED_OTHER_LENGTH:
        /* config_len comes first on the wire: config may differ only where config_len did. */
        walk->other_length = walk->other_length || entry->field == rows.config_len.first;
        return walk->other_length;
    case RECOMPUTED_EMPTY_SUBSECTION:
        return !other && is_empty_subsection(walk, entry);
    case RECOMPUTED_FLOWED:
        return walk->holds_back && (!other || (entry->field == rows.elem_popped.first && other->value == 0));
    case RECOMPUTED_BROKEN_DEVICE:
        return other && differs_within(walk, rule->mask, entry, other) && other->value > entry->value &&
               is_broken(walk);
    case RECOMPUTED_BITS:
        return other && differs_within(walk, rule->mask, entry, other);
    case RECOMPUTED_SET:
        return other && map_number(walk->saved, other) == rule->mask;
    case RECOMPUTED_BESIDE:
        return is_beside(walk, entry, rule->beside);
    case RECOMPUTED_LEFT_OUT:
        return !other;
    case RECOMPUTED_NEWER_VERSION:
        return other && other->value > entry->value;
    }
    return false;
}

static bool is_of_field(size_t i, const struct map_entry *entry)
{
    const struct recomputed_rule *rule = &recomputed_rules[i];

    if (entry->part == FIELD_PART_SUBSECTION_HEADER) {
        return (rule->when == RECOMPUTED_FALSE_FLAG || rule->when == RECOMPUTED_LEFT_OUT) &&
               entry->context.subsection && rows.fields[i].first == entry->context.subsection->fields;
    }
    return holds(&rows.fields[i], entry->field) && (!rule->array || entry->context.array == rows.arrays[i].first);
}

static bool is_of_description(const struct recomputed_rule *rule, const struct map_entry *entry)
{
    if (rule->device) {
        return !rule->path || is_path(entry->path, rule->path);
    }
    if (rule->when == RECOMPUTED_NEWER_VERSION) {
        return entry->part == FIELD_PART_SUBSECTION_HEADER && entry->field &&
               strcmp(entry->field->name, "version_id") == 0;
    }
    if (rule->when == RECOMPUTED_EMPTY_SUBSECTION) {
        return subsection_path(entry->path) != 0;
    }
    return rule->type != VMDESC_OTHER && rule->type == entry->type;
}

/* Thousands of fields may differ, and few rules are about the device. */
static void choose_rules(struct recomputed *walk, const Hardstop__Section *section)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    walk->section = section;
    walk->n_rules = 0;
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        if (!recomputed_rules[i].device || strcmp(recomputed_rules[i].device, device) == 0) {
            walk->rules[walk->n_rules++] = (uint8_t)i;
        }
    }
}

const char *recomputed_why(struct recomputed *walk, const Hardstop__Section *section, const struct map_entry *entry,
                           const struct map_entry *other)
{
    find_rows();
    if (walk->section != section) {
        choose_rules(walk, section);
    }
    for (size_t i = 0; i < walk->n_rules; i++) {
        const struct recomputed_rule *rule = &recomputed_rules[walk->rules[i]];

        if ((rule->field ? is_of_field(walk->rules[i], entry) : is_of_description(rule, entry)) &&
            applies(walk, rule, entry, other)) {
            return rule->reason;
        }
    }
    return NULL;
}

const char *recomputed_reason(const struct map_entry *entry)
{
    find_rows();
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        const struct recomputed_rule *rule = &recomputed_rules[i];

        if (rule->field && rule->when <= RECOMPUTED_BEYOND_COMMAND && is_of_field(i, entry)) {
            return rule->reason;
        }
    }
    return NULL;
}
