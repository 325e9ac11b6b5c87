/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests: each kind that a device tells apart by what a queue is for, in its plainest form. */
#include "harness/canary/in_use_table.h"

#define READS(bytes) .readable = bytes, .size = sizeof(bytes) - 1
#define ZEROS4 "\0\0\0\0"
#define ZEROS8 ZEROS4 ZEROS4
#define ZEROS16 ZEROS8 ZEROS8
#define LUN "\1\0\100\0" ZEROS4 /* 0 of target 0 */
#define FRAME "\377\377\377\377\377\377\122\124\0\22\64\126\10\6" ZEROS16 ZEROS16 ZEROS8 ZEROS4 "\0\0"

const struct in_use_request in_use_requests[] = {
    { "net*", 0, .writable = { 1526 }, .when = IN_USE_WITH_INPUT },
    { "net*", 1, READS(ZEROS8 ZEROS4 FRAME) },
    /* The control queue is behind those of all pairs. */
    { "net", 2, READS("\0\0\1"), .writable = { 1 } },
    { "net-packed", 2, READS("\0\0\1"), .writable = { 1 } },
    { "net-mq", 6, READS("\0\0\1"), .writable = { 1 } },
    { "blk*", 0, READS("\0\0\0\0" ZEROS4 ZEROS8), .writable = { 512, 1 } },
    { "blk*", 0, READS("\1\0\0\0" ZEROS4 ZEROS8), .more = 512, .writable = { 1 } },
    { "blk*", 0, READS("\4\0\0\0" ZEROS4 ZEROS8), .writable = { 1 } },
    { "blk*", 0, READS("\10\0\0\0" ZEROS4 ZEROS8), .writable = { 20, 1 } },
    { "blk-mq", 1, READS("\0\0\0\0" ZEROS4 ZEROS8), .writable = { 512, 1 } },
    { "scsi", 0, READS("\0\0\0\0\5\0\0\0" LUN ZEROS8), .writable = { 1 } },
    { "scsi", 1, .writable = { 16 }, .when = IN_USE_LATER },
    /* TEST UNIT READY, which is told that the disk is new, INQUIRY, READ(10) and WRITE(10) of a block. */
    { "scsi", 2, READS(LUN ZEROS8 "\0\0\0" ZEROS16 ZEROS16), .writable = { 108 } },
    { "scsi", 2, READS(LUN ZEROS8 "\0\0\0" "\22\0\0\0\44" ZEROS16 ZEROS8 "\0\0\0"), .writable = { 108, 36 } },
    { "scsi", 2, READS(LUN ZEROS8 "\0\0\0" "\50" ZEROS4 "\0\0\0\1" ZEROS16 "\0\0\0\0\0\0\0"),
      .writable = { 108, 512 } },
    { "scsi", 2, READS(LUN ZEROS8 "\0\0\0" "\52" ZEROS4 "\0\0\0\1" ZEROS16 "\0\0\0\0\0\0\0"), .more = 512,
      .writable = { 108 } },
    /* Two queues of port 0, two for control, then those of the ports 1 to 5. */
    { "serial", 0, .writable = { 64 }, .when = IN_USE_LATER },
    { "serial", 2, .writable = { 64 }, .when = IN_USE_LATER },
    { "serial", 3, READS("\2\0\0\0\3\0\1\0") },
    { "serial", 3, READS("\2\0\0\0\6\0\1\0") },
    { "serial", 6, .writable = { 64 }, .when = IN_USE_WITH_INPUT },
    { "serial", 7, READS("hello") },
    { "serial", 13, READS("hello") },
    { "rng", 0, .writable = { 64 } },
    { "balloon", 0, READS("\300\1\0\0") },
    { "balloon", 1, READS("\300\1\0\0") },
    { "balloon", 2, READS("\0\0" ZEROS8), .when = IN_USE_LATER },
    { "balloon", 3, READS("\0\0\0\0"), .when = IN_USE_LATER },
    { "balloon", 4, .writable = { 4096 } },
    /* Two events for a key that goes down, and two when it goes up; a mouse tells more at once. */
    { "keyboard", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "keyboard", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "keyboard", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "keyboard", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "keyboard", 1, READS("\21\0\0\0\1\0\0\0") },
    { "mouse", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "mouse", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "mouse", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "mouse", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "mouse", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "mouse", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "mouse", 1, READS("\21\0\0\0\1\0\0\0") },
    { "tablet", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "tablet", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "tablet", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "tablet", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "tablet", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "tablet", 0, .writable = { 8 }, .when = IN_USE_WITH_INPUT },
    { "tablet", 1, READS("\21\0\0\0\1\0\0\0") },
    /* GET_DISPLAY_INFO, RESOURCE_CREATE_2D, RESOURCE_ATTACH_BACKING of one piece, SET_SCANOUT; UPDATE_CURSOR. */
    { "gpu", 0, READS("\0\1\0\0" ZEROS16 ZEROS4), .writable = { 408 } },
    { "gpu", 0, READS("\1\1\0\0" ZEROS16 ZEROS4 "\7\0\0\0\2\0\0\0\4\0\0\0\3\0\0\0"), .writable = { 24 } },
    { "gpu", 0, READS("\6\1\0\0" ZEROS16 ZEROS4 "\7\0\0\0\1\0\0\0" "\0\0\36\0" ZEROS4 "\60\0\0\0" ZEROS4),
      .writable = { 24 } },
    { "gpu", 0, READS("\3\1\0\0" ZEROS16 ZEROS4 ZEROS8 "\4\0\0\0\3\0\0\0" ZEROS4 "\7\0\0\0"), .writable = { 24 } },
    { "gpu", 1, READS("\0\3\0\0" ZEROS16 ZEROS4 ZEROS16 "\7\0\0\0" ZEROS8 ZEROS4) },
    { "9p", 0, READS("\25\0\0\0\144\377\377\0\40\0\0\10\0" "9P2000.L"), .writable = { 64 } },
    /* ATTACH of the device behind it to a domain, MAP of a page there. */
    { "iommu", 0, READS("\1\0\0\0\1\0\0\0\30\0\0\0" ZEROS8), .writable = { 4 } },
    { "iommu", 0, READS("\3\0\0\0\1\0\0\0" ZEROS8 "\377\17" ZEROS4 "\0\0" "\0\0\36\0" ZEROS4 "\3\0\0\0"),
      .writable = { 4 } },
    { "iommu", 1, .writable = { 24 }, .when = IN_USE_LATER },
    /* STATE of the first block. */
    { "mem", 0, READS("\3\0" "\0\0\0\0\0\0" "\0\0\0\0\1\0\0\0" "\1\0" "\0\0\0\0\0\0"), .writable = { 10 } },
    { NULL },
};
