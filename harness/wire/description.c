/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cuts a description down to the sections that are there. */
#include "harness/wire/description.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

const ProtobufCBinaryData *description_of(const Hardstop__Stream *stream)
{
    if (stream->has_description) {
        return &stream->description;
    }
    return stream->vmdesc && stream->vmdesc->json.len ? &stream->vmdesc->json : NULL;
}

bool description_is_needed(const Hardstop__Stream *stream)
{
    for (size_t i = 0; stream && i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];

        if (section->type == HARDSTOP__SECTION__TYPE__FULL &&
            section->payload_case == HARDSTOP__SECTION__PAYLOAD_OPAQUE) {
            return true;
        }
    }
    return false;
}

bool description_is_missing(const Hardstop__Stream *stream)
{
    return stream && !description_of(stream) && description_is_needed(stream);
}

void description_set(Hardstop__Stream *stream, const ProtobufCBinaryData *json)
{
    uint8_t *copy = json ? hs_copy(json->data, json->len) : NULL;

    free(stream->description.data);
    stream->has_description = json != NULL;
    stream->description = (ProtobufCBinaryData){ json ? json->len : 0, copy };
}

static bool names(const json_t *device, const Hardstop__Section *section)
{
    const json_t *name = json_object_get(device, "name");

    return section->payload_case == HARDSTOP__SECTION__PAYLOAD_OPAQUE && section->idstr.len &&
           json_string_length(name) == section->idstr.len &&
           memcmp(json_string_value(name), section->idstr.data, section->idstr.len) == 0 &&
           (uint32_t)json_integer_value(json_object_get(device, "instance_id")) == section->instance_id;
}

static bool is_needed(const Hardstop__Stream *stream, const bool *wanted, const json_t *device)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if ((!wanted || wanted[i]) && names(device, stream->section[i])) {
            return true;
        }
    }
    return false;
}

void description_keep(Hardstop__Stream *stream, const bool *wanted)
{
    const ProtobufCBinaryData *whole = description_of(stream);
    json_t *root = whole ? json_loadb((const char *)whole->data, whole->len, 0, NULL) : NULL;
    json_t *devices = json_object_get(root, "devices");
    ProtobufCBinaryData kept;
    char *text = NULL;

    for (size_t i = json_array_size(devices); i-- > 0;) {
        if (!is_needed(stream, wanted, json_array_get(devices, i))) {
            json_array_remove(devices, i);
        }
    }
    if (json_array_size(devices)) {
        text = json_dumps(root, JSON_COMPACT);
    }
    kept = (ProtobufCBinaryData){ text ? strlen(text) : 0, (uint8_t *)text };
    description_set(stream, text ? &kept : NULL);
    free(text);
    json_decref(root);
}
