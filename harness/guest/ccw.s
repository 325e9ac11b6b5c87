# SPDX-License-Identifier: GPL-2.0-or-later
# A guest for s390x that brings the first virtio-ccw device into use, puts requests in flight, and stops: it asks for a
# reset.  Panics, by a disabled wait, when there is no device, or none that requests.inc knows.
# Commands and structures: virtio 1.0, section 4.3; channel I/O: z/Architecture Principles of Operation.

    .include "requests.inc"

.equ FIRST_SUBCHANNEL, 0x10000

# Bytes of the work area, at %r13.
.equ SCHIB, 0
.equ IRB, 64
.equ ORB, 192
.equ CCW, 208
.equ SENSE, 216
.equ STATUS, 232
.equ FEATURES, 240
.equ QUEUE, 248
.equ REVISION, 280
.equ INDICATORS_AT, 288
.equ CONFIG_INDICATORS_AT, 296
.equ INDICATORS, 304

.macro command code, data, size
    lghi %r2, \code
    la %r3, \data(%r13)
    lghi %r4, \size
    brasl %r14, run_command
.endm

.macro set_status value
    mvi STATUS(%r13), \value
    command 0x31, STATUS, 1
.endm

.macro set_features index, from
    l %r0, \from(%r5)
    strv %r0, FEATURES(%r13)
    mvi FEATURES + 4(%r13), \index
    command 0x11, FEATURES, 5
.endm

# Runs the code between with %r8 as the number of each queue, %r9 at its entry and %r10 at its page.
.macro each_queue
    lghi %r8, 0
    la %r9, 12(%r5)
8:  llgh %r10, 0(%r9)
    sllg %r10, %r10, 12
    algfi %r10, RINGS
.endm

.macro end_each_queue
    la %r9, 4(%r9)
    la %r8, 1(%r8)
    ch %r8, 2(%r5)
    jl 8b
.endm

    .text
    .globl _start
_start:
    larl %r13, work
    # With interrupts off, so does one that has an interrupt pending: they are taken, and nothing is done for them.
    larl %r1, interruption
    mvc 0x1f0(16), 0(%r1)
    lctlg %c6, %c6, 16(%r1)
    stosm STATUS(%r13), 2
    llilf %r1, FIRST_SUBCHANNEL
    stsch SCHIB(%r13)
    jnz failed
    oi SCHIB + 5(%r13), 0x80          # enabled
    msch SCHIB(%r13)
    jnz failed
    command 0xe4, SENSE, 12
    larl %r5, devices
1:  llgh %r6, 0(%r5)
    ltgr %r6, %r6
    jz failed
    llgc %r7, SENSE + 3(%r13)
    cgr %r6, %r7
    je 2f
    llgh %r6, 2(%r5)
    sllg %r6, %r6, 2
    la %r5, 12(%r5, %r6)
    j 1b
2:  command 0x83, REVISION, 4
    command 0x33, STATUS, 0
    set_status 1
    set_status 3
    set_features 0, 4
    set_features 1, 8
    set_status 11
    each_queue
    stg %r10, QUEUE(%r13)
    sth %r8, QUEUE + 12(%r13)
    mvhhi QUEUE + 14(%r13), QUEUE_SIZE
    la %r0, AVAILABLE(%r10)
    stg %r0, QUEUE + 16(%r13)
    la %r0, USED(%r10)
    stg %r0, QUEUE + 24(%r13)
    command 0x13, QUEUE, 32
    end_each_queue
    larl %r0, work + INDICATORS
    stg %r0, INDICATORS_AT(%r13)
    command 0x43, INDICATORS_AT, 8
    larl %r0, work + INDICATORS + 8
    stg %r0, CONFIG_INDICATORS_AT(%r13)
    command 0x53, CONFIG_INDICATORS_AT, 8
    set_status 15
    # Not before: the device may serve it at once, and its interrupt would be lost in that of the command.
    each_queue
    llgc %r0, 3(%r9)
    ltr %r0, %r0
    jz 5f
    strvh %r0, AVAILABLE + 2(%r10)
    lghi %r1, 3                       # tells the device
    llilf %r2, FIRST_SUBCHANNEL
    lgr %r3, %r8
    diag %r2, %r4, 0x500
5:  end_each_queue
    # A processor that asks without a pause keeps QEMU's lock from those who serve the device.
3:  llilf %r0, 1000000
4:  brct %r0, 4b
    each_queue
    lrv %r0, USED(%r10)
    llgc %r6, 2(%r9)
    sll %r6, 16
    clr %r0, %r6
    jl 3b
    tmll %r0, 0xffff
    jnz 3b
    end_each_queue
    llilf %r1, FIRST_SUBCHANNEL
    stsch SCHIB(%r13)
    tm SCHIB + 31(%r13), 1            # its status is pending, and stays so
    jz 3b
    lghi %r3, 3                       # ready: to be loaded again
    diag %r0, %r3, 0x308

interrupted:
    lpswe 0x170

failed:
    larl %r1, panic
    lpswe 0(%r1)

# %r2: the command, %r3: its data, %r4: their size.  Ends with what the subchannel says of it.
run_command:
    stc %r2, CCW(%r13)
    mvi CCW + 1(%r13), 0x20           # any length is right
    sth %r4, CCW + 2(%r13)
    st %r3, CCW + 4(%r13)
    la %r0, CCW(%r13)
    st %r0, ORB + 8(%r13)
    ssch ORB(%r13)
    jnz failed
1:  tsch IRB(%r13)
    jnz 1b
    tm IRB + 9(%r13), 0xff            # subchannel status: none
    jnz failed
    br %r14

    .balign 8
interruption:                         # where one leads, and the classes that are taken
    .quad 0x0000000180000000, interrupted
    .quad 0xff000000
panic:
    .quad 0x0002000180000000, 0
work:
    .org work + ORB
    .long 0, 0x0080ff00               # format 1, any path
    .org work + REVISION
    .short 1, 0
    .org work + INDICATORS + 16
