/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-serial: hw/char/virtio-serial-bus.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

#define SERIAL Hardstop__VirtioSerial
#define PORT Hardstop__VirtioSerialPort

enum { PORTS_MAX = 511 }; /* VIRTIO_QUEUE_MAX / 2 - 1: each port has two queues */

/* max_nr_ports is a copy from config space, so its byte order is the guest's; only one of the two can be legal. */
static uint64_t map_words(const struct field_decoder *decoder, const void *message)
{
    uint32_t ports = ((const SERIAL *)message)->max_nr_ports;

    (void)decoder;
    if (ports > PORTS_MAX) {
        ports = __builtin_bswap32(ports);
    }
    return ports <= PORTS_MAX ? (ports + 31) / 32 : 0;
}

static bool has_element(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)decoder;
    (void)field;
    return ((const PORT *)message)->elem_popped != 0;
}

static const struct field port_fields[] = {
    FIELD_NUMBER(PORT, id, 4, .min = 0, .max = PORTS_MAX),
    FIELD_NUMBER(PORT, guest_connected, 1, FIELD_FLAG),
    FIELD_NUMBER(PORT, host_connected, 1, FIELD_FLAG),
    FIELD_NUMBER(PORT, elem_popped, 4, FIELD_FLAG),
    FIELD_NUMBER(PORT, iov_idx, 4, .present = has_element),
    FIELD_NUMBER(PORT, iov_offset, 8, .present = has_element),
    FIELD_STRUCT(PORT, elem, &queue_element_table, .present = has_element),
};
static const struct table port_table = TABLE(hardstop__virtio_serial_port, port_fields);

static const struct field serial_fields[] = {
    FIELD_NUMBER(SERIAL, cols, 2),
    FIELD_NUMBER(SERIAL, rows, 2),
    FIELD_NUMBER(SERIAL, max_nr_ports, 4),
    FIELD_NUMBERS(SERIAL, ports_map, 4, .count = map_words),
    FIELD_COUNT_OF(SERIAL, nr_active_ports, 4, 1, .min = 0, .max = PORTS_MAX),
    FIELD_STRUCTS(SERIAL, port, &port_table),
};
const struct table serial_table = TABLE(hardstop__virtio_serial, serial_fields);
VIRTIO_PAYLOAD(serial, SERIAL, "virtio-console", .other_readings = 1);
