/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds, parses and looks up a description, and fits it to the bytes of a payload. */
#include "harness/wire/vmdesc.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

enum {
    MAX_JSON = 16 << 20, /* a q35 takes 70 KiB */
    HEADER_SIZE = 5, /* 06 and the length */
};

size_t vmdesc_find(const uint8_t *data, size_t size)
{
    size_t first = size > MAX_JSON ? size - MAX_JSON : 0;
    size_t end = size < HEADER_SIZE ? 0 : size - HEADER_SIZE;
    const uint8_t *at;

    while (end > first + 1 && (at = memrchr(data + first + 1, 0x06, end - first - 1)) != NULL) {
        struct bytes in = { data, size, (size_t)(at - data) + 1 };
        uint64_t length;

        end = (size_t)(at - data);
        if (at[HEADER_SIZE] == '{' && bytes_get_be(&in, 4, &length) && length == bytes_left(&in)) {
            return end;
        }
    }
    return SIZE_MAX;
}

static void read_device(struct vmdesc_section *section, const json_t *device)
{
    const char *name = json_string_value(json_object_get(device, "name"));

    section->idstr = hs_strdup(name ? name : "");
    section->instance_id = (uint32_t)json_integer_value(json_object_get(device, "instance_id"));
    section->device = device;
    section->trouble = name ? NULL : hs_strdup("vmdesc: a device without a name");
}

/* One that makes no sense costs its own device's names alone. */
static void walk_device(struct vmdesc_section *section, size_t *budget)
{
    struct hs_error err = { .offset = HS_NO_OFFSET };
    size_t before = *budget;
    enum vmdesc_end end;

    section->is_walked = true;
    if (vmdesc_walk(section->device, NULL, section, budget, &end, &err) < 0) {
        vmdesc_section_clear(section);
        section->trouble = hs_strdup(err.text);
        /* What it took is free again, but many such devices may not take all the time there is. */
        *budget = before / 2;
    }
}

int vmdesc_parse(struct vmdesc *vmdesc, const uint8_t *json, size_t size, struct hs_error *err)
{
    const json_t *devices, *device;
    json_error_t where;
    size_t i;

    memset(vmdesc, 0, sizeof(*vmdesc));
    vmdesc->budget = VMDESC_BUDGET;
    vmdesc->root = json_loadb((const char *)json, size, 0, &where);
    if (!vmdesc->root) {
        return hs_fail(err, where.position < 0 ? 0 : (uint64_t)where.position, "vmdesc: %s", where.text);
    }
    devices = json_object_get(vmdesc->root, "devices");
    if (!json_is_array(devices)) {
        vmdesc_clear(vmdesc);
        return hs_fail(err, HS_NO_OFFSET, "vmdesc: no list of devices");
    }
    vmdesc->page_size = (uint32_t)json_integer_value(json_object_get(vmdesc->root, "page_size"));
    vmdesc->sections = hs_alloc(json_array_size(devices) * sizeof(*vmdesc->sections));
    json_array_foreach(devices, i, device) {
        read_device(&vmdesc->sections[vmdesc->n_sections++], device);
    }
    return 0;
}

/* Walks beside the bytes; true when these are all of the payload. */
static bool walk_payload(const struct vmdesc_section *section, const struct vmdesc_payload *payload,
                         struct vmdesc_section *fitted)
{
    size_t budget = VMDESC_BUDGET;
    enum vmdesc_end end;

    vmdesc_section_clear(fitted);
    if (section->trouble || vmdesc_walk(section->device, payload, fitted, &budget, &end, NULL) < 0) {
        vmdesc_section_clear(fitted);
        return false;
    }
    if (end == VMDESC_END_ALL && fitted->size == payload->size) {
        return true;
    }
    if (end != VMDESC_END_SUBSECTION) {
        /* Somewhere the bytes are not what is described, and nobody knows where. */
        vmdesc_section_clear(fitted);
    }
    return false;
}

void vmdesc_fit(const struct vmdesc *vmdesc, const struct vmdesc_section *section, const uint8_t *data, size_t size,
                const struct vmdesc *other, struct vmdesc_section *fitted)
{
    struct vmdesc_payload payload = {
        .data = data, .size = size, .known = { vmdesc->root, other ? other->root : NULL },
    };
    struct vmdesc_section with_pointers = { 0 };
    size_t budget = VMDESC_BUDGET;
    enum vmdesc_end end;

    memset(fitted, 0, sizeof(*fitted));
    if (walk_payload(section, &payload, fitted) || section->trouble) {
        return;
    }
    if (section->size == size) {
        /* A damage to what tells a subsection: the names are those of what was there. */
        vmdesc_section_clear(fitted);
        vmdesc_walk(section->device, NULL, fitted, &budget, &end, NULL);
        return;
    }
    payload.pointers = true;
    payload.pointed = size > section->size ? size - section->size + 1 : 1;
    if (walk_payload(section, &payload, &with_pointers)) {
        vmdesc_section_clear(fitted);
        *fitted = with_pointers;
        return;
    }
    vmdesc_section_clear(&with_pointers);
}

size_t vmdesc_extent(const struct vmdesc *vmdesc, const struct vmdesc_section *section, const uint8_t *data,
                     size_t size)
{
    const struct vmdesc_payload payload = { .data = data, .size = size, .known = { vmdesc->root } };
    struct vmdesc_section walked = { 0 };
    size_t budget = VMDESC_BUDGET, extent = 0;
    enum vmdesc_end end;

    if (!section->trouble && vmdesc_walk(section->device, &payload, &walked, &budget, &end, NULL) == 0 &&
        end == VMDESC_END_ALL) {
        extent = walked.size;
    }
    vmdesc_section_clear(&walked);
    return extent;
}

void vmdesc_section_clear(struct vmdesc_section *section)
{
    for (size_t k = 0; k < section->n_fields; k++) {
        free(section->fields[k].path);
    }
    free(section->fields);
    free(section->rest);
    section->fields = NULL;
    section->rest = NULL;
    section->n_fields = section->size = 0;
}

void vmdesc_clear(struct vmdesc *vmdesc)
{
    for (size_t i = 0; i < vmdesc->n_sections; i++) {
        struct vmdesc_section *section = &vmdesc->sections[i];

        vmdesc_section_clear(section);
        free(section->idstr);
        free(section->trouble);
    }
    free(vmdesc->sections);
    json_decref(vmdesc->root);
    free(vmdesc->text);
    memset(vmdesc, 0, sizeof(*vmdesc));
}

const struct vmdesc_section *vmdesc_section_at(struct vmdesc *vmdesc, size_t place)
{
    struct vmdesc_section *section = &vmdesc->sections[place];

    if (!section->is_walked && !section->trouble) {
        walk_device(section, &vmdesc->budget);
    }
    return section;
}

const struct vmdesc_section *vmdesc_section(struct vmdesc *vmdesc, const uint8_t *idstr, size_t size,
                                            uint32_t instance_id)
{
    for (size_t i = 0; size && i < vmdesc->n_sections; i++) {
        const struct vmdesc_section *section = &vmdesc->sections[i];

        if (section->instance_id == instance_id && strlen(section->idstr) == size &&
            memcmp(section->idstr, idstr, size) == 0) {
            return vmdesc_section_at(vmdesc, i);
        }
    }
    return NULL;
}
