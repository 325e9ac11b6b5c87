# SPDX-License-Identifier: GPL-2.0-or-later
# A guest for x86, loaded by Multiboot, that brings the first virtio-pci device into use, puts requests in flight, and
# stops: it asks for a reset.  Halts for ever when there is no device, none that requests.inc knows, or a legacy one.
# Registers and structures: virtio 1.0, section 4.1; the firmware has given addresses to the device.

    .include "requests.inc"

# Registers of the common configuration.
.equ FEATURES_SELECT, 8
.equ FEATURES, 12
.equ STATUS, 20
.equ SELECT, 22
.equ SIZE, 24
.equ ENABLE, 28
.equ NOTIFY_AT, 30
.equ DESCRIPTORS_AT, 32
.equ AVAILABLE_AT, 40
.equ USED_AT, 48

# Reads a register of the configuration space of the device in %ebx.
.macro read_config register
    lea \register(%ebx), %eax
    call select_config
    inl %dx, %eax
.endm

# Runs the code between with %ecx as the number of each queue, %esi at its entry and %edi at its page.
.macro each_queue
    xor %ecx, %ecx
    lea 12(%ebp), %esi
8:  movzwl (%esi), %edi
    shl $12, %edi
    add $RINGS, %edi
.endm

.macro end_each_queue
    add $4, %esi
    inc %ecx
    cmp %cx, 2(%ebp)
    ja 8b
.endm

    .code32
    .text
    .balign 4
    .long 0x1badb002, 0, -0x1badb002           # Multiboot: nothing asked for

    .globl _start
_start:
    mov $work_end, %esp
    mov $0xff, %al                             # no interrupts: they are asked for
    outb %al, $0x21
    outb %al, $0xa1
    mov $0x80000000, %ebx                      # bus 0, slot 0
1:  read_config 0
    cmp $0x1af4, %ax
    je 2f
    add $0x800, %ebx
    cmp $0x80010000, %ebx
    jb 1b
    jmp failed
2:  shr $16, %eax
    sub $0x1040, %eax
    jae 3f
    read_config 0x2c                           # transitional: its number is the subsystem's
    shr $16, %eax
3:  mov $devices, %ebp
4:  mov (%ebp), %cx
    test %cx, %cx
    jz failed
    cmp %ax, %cx
    je 5f
    movzwl 2(%ebp), %ecx
    lea 12(%ebp, %ecx, 4), %ebp
    jmp 4b
5:  mov %ebx, device
    read_config 4
    or $6, %eax                                # memory, bus master
    outl %eax, %dx

    # The capabilities of virtio, to know where its registers are.
    read_config 0x34
1:  movzbl %al, %edi
    test %edi, %edi
    jz 3f
    add %ebx, %edi
    lea (%edi), %eax
    call select_config
    inl %dx, %eax
    mov %eax, %esi
    cmp $9, %al
    jne 2f
    shr $24, %eax                              # its type: 1 common, 2 notifications
    cmp $2, %al
    ja 2f
    push %eax
    lea 4(%edi), %eax
    call select_config
    inl %dx, %eax
    movzbl %al, %eax
    lea 0x10(%ebx, %eax, 4), %eax
    call select_config
    inl %dx, %eax
    and $~15, %eax
    mov %eax, %ecx
    lea 8(%edi), %eax
    call select_config
    inl %dx, %eax
    add %eax, %ecx
    pop %eax
    mov %ecx, registers - 4(, %eax, 4)
    cmp $2, %al
    jne 2f
    lea 16(%edi), %eax
    call select_config
    inl %dx, %eax
    mov %eax, multiplier
2:  mov %esi, %eax
    shr $8, %eax
    jmp 1b

3:  mov common, %ebx
    test %ebx, %ebx
    jz failed                                  # a legacy device has no such registers
    movb $0, STATUS(%ebx)
4:  cmpb $0, STATUS(%ebx)
    jne 4b
    movb $1, STATUS(%ebx)
    movb $3, STATUS(%ebx)
    movl $0, FEATURES_SELECT(%ebx)
    mov 4(%ebp), %eax
    mov %eax, FEATURES(%ebx)
    movl $1, FEATURES_SELECT(%ebx)
    mov 8(%ebp), %eax
    mov %eax, FEATURES(%ebx)
    movb $11, STATUS(%ebx)
    each_queue
    mov %cx, SELECT(%ebx)
    movw $QUEUE_SIZE, SIZE(%ebx)
    mov %edi, DESCRIPTORS_AT(%ebx)
    lea AVAILABLE(%edi), %eax
    mov %eax, AVAILABLE_AT(%ebx)
    lea USED(%edi), %eax
    mov %eax, USED_AT(%ebx)
    movw $1, ENABLE(%ebx)
    end_each_queue
    movb $15, STATUS(%ebx)
    each_queue
    movzbl 3(%esi), %eax
    test %eax, %eax
    jz 6f
    mov %ax, AVAILABLE + 2(%edi)
    mov %cx, SELECT(%ebx)
    movzwl NOTIFY_AT(%ebx), %eax
    imul multiplier, %eax
    add notifications, %eax
    mov %cx, (%eax)
6:  end_each_queue
    each_queue
    movzbl 2(%esi), %eax
    shl $16, %eax
5:  mov USED(%edi), %edx
    cmp %eax, %edx
    jb 5b
    test %dx, %dx
    jnz 5b
    end_each_queue

    mov device, %ebx
6:  mov $100000, %ecx                          # leaves QEMU's lock to those who serve the device
7:  loop 7b
    read_config 4
    test $1 << 19, %eax                        # an interrupt is pending, and stays so
    jz 6b
    mov $0xcf9, %dx                            # ready
    mov $6, %al
    outb %al, %dx
failed:
    hlt
    jmp failed

# %eax: a register of the configuration space; %dx gets the port of its data.
select_config:
    mov $0xcf8, %dx
    outl %eax, %dx
    mov $0xcfc, %dx
    ret

    .data
device:
    .long 0
registers:
common:
    .long 0
notifications:
    .long 0
multiplier:
    .long 0
    .fill 64
work_end:
