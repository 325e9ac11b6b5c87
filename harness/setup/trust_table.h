/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stranger's file may ask a QEMU for.  What is not listed is refused.  A row may join when what it names touches
 * nothing outside QEMU's process, whatever the values are that its properties may have: no file, device, socket,
 * program or other process of the host.
 */
#ifndef HARDSTOP_SETUP_TRUST_TABLE_H
#define HARDSTOP_SETUP_TRUST_TABLE_H

/* A list of words; ends with NULL. */
#define TRUST_WORDS 12

/*
 * So many options, devices and globals a file may have, of each: an iothread is a thread of the host, and a device
 * takes memory.  The setups of the corpus have at most five of one kind.
 */
#define TRUST_MOST 64

/*
 * An option, always with a value: a first word, then "key=value", each key once, because QEMU takes the last of two.
 * There is no option without a value: it would take the next word for one.
 */
struct trust_option_row {
    const char *option;
    const char *first[TRUST_WORDS]; /* the first word is one of these; none: there is none, all are "key=value" */
    const char *keys[TRUST_WORDS];
};

/* Models of devices: BASE and one of the endings. */
struct trust_device_row {
    const char *base;
    const char *const *endings; /* ends with NULL */
};

/* Ends with a row whose first member is NULL, as all of them. */
extern const struct trust_option_row trust_options[];
extern const struct trust_device_row trust_devices[];

/* Keys of options that have one of these values only. */
extern const struct trust_value_row {
    const char *key;
    const char *values[TRUST_WORDS];
} trust_values[];

/*
 * Properties of devices whose value may be a word: names of what the same command line makes, and text for the guest.
 */
extern const char *const trust_word_properties[];
/* Properties that reach the host, whatever the value.  Any other may be a number, a size, or on, off or auto. */
extern const char *const trust_host_properties[];
/* "DRIVER." of a global that is no device of the table; its properties may be numbers and switches. */
extern const char *const trust_global_drivers[];
/* Begins of names of machines that reach the host by themselves. */
extern const char *const trust_host_machines[];

#endif
