/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks of virtio-scsi, which have sections of their own: hw/scsi/scsi-disk.c and scsi-bus.c, QEMU 7.2 and 11.1. */
#include "harness/wire/virtio/tables.h"

#define REQUEST Hardstop__ScsiRequest

enum {
    COMMAND_SIZE = 16, /* SCSI_CMD_BUF_SIZE */
    SENSE_SIZE_OLD = 96, /* SCSI_SENSE_BUF_SIZE_OLD */
    SENSE_SIZE = 252, /* SCSI_SENSE_BUF_SIZE */
    SECTOR_SIZE = 512, /* BDRV_SECTOR_SIZE */
    REQUEST_FRESH = 2, /* 1: to be retried */
    /* The low bits of an operation code; the upper three say how long the command is. */
    OPERATION_READ = 0x08,
    OPERATION_WRITE = 0x0a,
    OPERATION_WRITE_VERIFY = 0x0e,
    KEY_UNIT_ATTENTION = 6,
};

/* The command's byte `i`: zeros at the end are not held. */
static uint32_t command_byte(const REQUEST *request, size_t i)
{
    return i < request->cmd.len ? request->cmd.data[i] : 0;
}

/* The blocks to transfer of a command that reads or writes some: 6, 10, 16 or 12 bytes by the operation's group. */
static uint32_t command_blocks(const REQUEST *request, unsigned group)
{
    size_t at = group == 0 ? 4 : group == 1 ? 7 : group == 4 ? 10 : 6;
    size_t n = group == 0 ? 1 : group == 1 ? 2 : 4;
    uint32_t blocks = 0;

    for (size_t i = 0; i < n; i++) {
        blocks = blocks << 8 | command_byte(request, at + i);
    }
    return group == 0 && !blocks ? 256 : blocks;
}

/*
 * READ, WRITE and WRITE AND VERIFY of each length: what scsi_disk_dma_reqops does.  A disk that has a unit attention to
 * report answers them with that alone, so its loader reads no more of them.  By loading the request it forgets the unit
 * attention: saved again, no byte tells that there was one (reading 2).
 */
static bool is_transfer(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const Hardstop__ScsiDisk *disk = (const Hardstop__ScsiDisk *)decoder->root;
    unsigned operation = command_byte(message, 0) & 0x1f, group = command_byte(message, 0) >> 5;

    (void)field;
    if (disk->qdev->unit_attention_key == KEY_UNIT_ATTENTION || decoder->reading == 2 ||
        (group != 0 && group != 1 && group != 4 && group != 5)) {
        return false;
    }
    return operation == OPERATION_READ || operation == OPERATION_WRITE ||
           (operation == OPERATION_WRITE_VERIFY && group != 0);
}

static bool has_write_data(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const REQUEST *request = message;
    unsigned operation = command_byte(request, 0) & 0x1f;

    return is_transfer(decoder, message, field) && request->buflen && operation != OPERATION_READ &&
           command_blocks(request, command_byte(request, 0) >> 5);
}

static uint64_t write_size(const struct field_decoder *decoder, const void *message)
{
    const REQUEST *request = message;
    uint64_t size = (uint64_t)request->sector_count * SECTOR_SIZE;

    (void)decoder;
    return size < request->buflen ? size : request->buflen;
}

static bool has_read_data(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    const REQUEST *request = message;

    return is_transfer(decoder, message, field) && request->buflen && request->retry == REQUEST_FRESH &&
           !has_write_data(decoder, message, field);
}

/* Any mark below 1 as a signed number ends the list. */
static bool more_requests(const struct field_decoder *decoder, const void *message, size_t i)
{
    int mark = bytes_peek(&decoder->in, 0);

    (void)message;
    (void)i;
    return mark > 0 && mark < 0x80;
}

static const struct field request_fields[] = {
    FIELD_NUMBER(REQUEST, retry, 1, .initial = 1, .min = 1, .max = REQUEST_FRESH),
    FIELD_BLOB(REQUEST, cmd, .fixed = COMMAND_SIZE),
    FIELD_NUMBER(REQUEST, tag, 4),
    FIELD_NUMBER(REQUEST, lun, 4),
    FIELD_NUMBER(REQUEST, vq_index, 4),
    FIELD_STRUCT(REQUEST, elem, &queue_element_table),
    FIELD_NUMBER(REQUEST, sector, 8, .present = is_transfer),
    FIELD_NUMBER(REQUEST, sector_count, 4, .present = is_transfer),
    FIELD_NUMBER(REQUEST, buflen, 4, .present = is_transfer),
    FIELD_BLOB(REQUEST, write_data, .present = has_write_data, .count = write_size),
    FIELD_COUNT_OF(REQUEST, read_len, 4, 1, .present = has_read_data),
    FIELD_BLOB(REQUEST, read_data, .present = has_read_data),
};
static const struct table request_table = TABLE(hardstop__scsi_request, request_fields);

static const struct field sense_fields[] = {
    FIELD_BLOB(Hardstop__ScsiSense, sense, .fixed = SENSE_SIZE - SENSE_SIZE_OLD),
};
static const struct table sense_table = TABLE(hardstop__scsi_sense, sense_fields);

static const struct subsection_set device_subsections = {
    .vmstate = "SCSIDevice",
    .element = &hardstop__subsection__descriptor,
    .known = { { "SCSIDevice/sense", HARDSTOP__SUBSECTION__BODY_SCSI_SENSE, &sense_table } },
};

#define DEVICE Hardstop__ScsiDevice
static const struct field device_fields[] = {
    FIELD_NUMBER(DEVICE, unit_attention_key, 1),
    FIELD_NUMBER(DEVICE, unit_attention_asc, 1),
    FIELD_NUMBER(DEVICE, unit_attention_ascq, 1),
    FIELD_NUMBER(DEVICE, sense_is_ua, 1, FIELD_FLAG),
    FIELD_BLOB(DEVICE, sense, .fixed = SENSE_SIZE_OLD),
    FIELD_NUMBER(DEVICE, sense_len, 4, .min = 0, .max = SENSE_SIZE),
    FIELD_STRUCTS(DEVICE, request, &request_table, .more = more_requests),
    FIELD_NUMBER(DEVICE, end, 1),
    FIELD_SUBSECTION_LIST(DEVICE, subsection, &device_subsections),
};
static const struct table device_table = TABLE(hardstop__scsi_device, device_fields);

static const struct field reservation_fields[] = {
    FIELD_NUMBER(Hardstop__ScsiReservation, key, 8),
    FIELD_NUMBER(Hardstop__ScsiReservation, resv_type, 1),
};
static const struct table reservation_table = TABLE(hardstop__scsi_reservation, reservation_fields);

static const struct subsection_set disk_subsections = {
    .vmstate = "scsi-disk",
    .element = &hardstop__subsection__descriptor,
    .known = { { "scsi-disk/pr", HARDSTOP__SUBSECTION__BODY_SCSI_PR, &reservation_table } },
};

#define DISK Hardstop__ScsiDisk
static const struct field disk_fields[] = {
    FIELD_STRUCT(DISK, qdev, &device_table),
    FIELD_NUMBER(DISK, media_changed, 1, FIELD_FLAG),
    FIELD_NUMBER(DISK, media_event, 1, FIELD_FLAG),
    FIELD_NUMBER(DISK, eject_request, 1, FIELD_FLAG),
    FIELD_NUMBER(DISK, tray_open, 1, FIELD_FLAG),
    FIELD_NUMBER(DISK, tray_locked, 1, FIELD_FLAG),
    FIELD_SUBSECTION_LIST(DISK, subsection, &disk_subsections),
    FIELD_REST(DISK),
};
static const struct table scsi_disk_table = TABLE(hardstop__scsi_disk, disk_fields);

const struct payload scsi_disk_payload = {
    .idstr = "scsi-disk", .tag = HARDSTOP__SECTION__PAYLOAD_SCSI_DISK, .table = &scsi_disk_table, .other_readings = 2,
};
