#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each defect of ci/patches/uses-10.0.patch shows by the poke that it is there for, in the served QEMU and, but for what
# follows a rejection, what is watched and what comes from outside, in an unmodified process, and is missed without that
# poke; and without a defect there is none.  Skipped (77) without such QEMUs.
# test_uses.sh HARDSTOP SOURCE
set -eu
hardstop=$1 corpus=$2/corpus
cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 found=0

for target in s390x x86_64; do
    qemu=$(ls "$cache/bin/qemu-system-$target"-*-uses* 2>/dev/null | head -n 1)
    if [ ! -x "$qemu" ]; then
        echo "not tested: there is no QEMU of ci/qemu --source --target $target --patch uses trixie"
        exit 77
    fi
    cat >"$work/qemu-system-$target" <<END
#!/bin/sh
HARDSTOP_USE=\$(cat "$work/defect") exec "$qemu" "\$@"
END
    chmod +x "$work/qemu-system-$target"
done

# A fresh device with the mark of the patch.
echo none >"$work/defect"
for machine in s390x:ccw:s390-ccw-virtio-10.0:virtio-rng-ccw x86_64:pci:pc-q35-10.0:virtio-rng-pci-non-transitional; do
    IFS=: read -r target transport type device <<END
$machine
END
    "$hardstop" capture --qemu "$work/qemu-system-$target" --machine "$type" --device "$device" --section virtio-rng \
        -o "$work/plain.textproto" >/dev/null
    awk '!done && /virtio \{/ { print; print "isr: 90"; done = 1; next } !/^ *isr:/' "$work/plain.textproto" \
        >"$work/$transport.textproto"
    grep -q "isr: 90" "$work/$transport.textproto"
done

# A device in use, with the mark of the patch.
in_use() {
    sed -e "s|^  binary: .*|  binary: \"$work/$2\"|" "$corpus/cases/in-use/$1.textproto" |
        awk '!done && /^    virtio \{/ { print; print "isr: 90"; done = 1; next } !/^ *isr:/' >"$work/$3.textproto"
    grep -q "isr: 90" "$work/$3.textproto"
}
in_use pci/rng qemu-system-x86_64 rng
in_use ccw/serial qemu-system-s390x serial
in_use pci/net qemu-system-x86_64 net

# says STATUS WORDS TRANSPORT POKES OPTION...
says() {
    expected=$1 words=$2 case=$work/$3.textproto pokes=$4 status=0
    shift 4
    "$hardstop" repro --trust-setup --poke="$pokes" "$@" "$case" >"$work/said" 2>&1 || status=$?
    [ "$status" = "$expected" ] && grep -q -e "$words" "$work/said"
}

# shows POKE CASE WITHOUT WORDS: with that poke, too; a process with -incoming ends at a rejection, so that it shows no
# more, what it writes is not looked at, and nothing comes for it from outside.
shows() {
    case $1 in
    retry | watch | input) says 1 "$4" "$2" "$3,$1" ;;
    *) says 1 "$4" "$2" "$3,$1" --confirm -o "$work/out.mig" && grep -q "^CONFIRMED" "$work/said" ;;
    esac
}

# finds POKE CASE WITHOUT WORDS [DEFECT]: WITHOUT is what is done besides.
finds() {
    echo "${5:-$1}" >"$work/defect"
    if shows "$@" && says 0 "" "$2" "$3"; then
        found=$((found + 1))
    else
        echo "$1 on $2: not found, not confirmed, or found without it:" >&2
        tail -n 12 "$work/said" >&2
        failed=1
    fi
    echo none >"$work/defect"
    says 0 "" "$2" "$3,$1" || { echo "$1 on $2: a finding without the defect" >&2; tail -n 12 "$work/said" >&2; failed=1; }
}

dies="accepted-survives-use does not hold: SIGABRT"
for transport in ccw pci; do
    finds cont $transport clock "$dies"
    finds clock $transport cont "$dies"
    finds stop $transport cont "$dies"
    finds reset $transport cont "reset-forgets does not hold: .*virtio.isr 0x0 -> 0x5a"
done
for poke in kick config registers; do
    finds $poke pci cont "$dies"
done
finds unplug ccw cont "$dies"
# What follows a rejected stream: here no section's type is where the end of the file was.
for transport in ccw pci; do
    { cat "$work/$transport.textproto"; echo "damage { at { section: 1 header: true } insert: 'A' }"; } \
        >"$work/rejected-$transport.textproto"
    finds retry rejected-$transport cont "rejected-leaves-no-trace does not hold: .*virtio.status 0x0 -> 0x40"
done
finds watch rng cont,kick "nothing-leaves does not hold: .*bytes of fresh host memory went to the guest's" leave
finds watch serial cont,kick "nothing-leaves does not hold: .*bytes of fresh host memory went to a backend" send
finds input net cont,kick "$dies"
[ $failed = 0 ] && [ $found = 17 ] && echo "$found uses found, and missed without their poke"
