#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: a QEMU built from source with default options is served by its symbol table, as it is and behind a script: it
# takes its own state, a crash has function, file and line, a finding is shown on it unmodified, and known findings are
# what they are on others; stripped, it is refused with one line that says what to do.  For what $HARDSTOP_QEMUS names
# that ends in -source (ci/test --all-qemu sets it), else for bookworm-source; what is not in the cache is not tested,
# and the exit status is then 77.
# test_built.sh HARDSTOP SOURCE
set -eu
hardstop=$1
cd "$2"
bin=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu/bin
cases=corpus/cases/regress

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect STATUS WORDS ARGUMENT...: hardstop's exit status, and words that are printed (a regular expression).
expect() {
    wanted=$1 words=$2 status=0
    shift 2
    "$hardstop" "$@" >"$work/said" 2>&1 || status=$?
    if [ "$status" != "$wanted" ] || { [ -n "$words" ] && ! grep -q -e "$words" "$work/said"; }; then
        echo "hardstop $*: status $status, expected $wanted; \"$words\" is wanted:" >&2
        cat "$work/said" >&2
        exit 1
    fi
}

# served QEMU MACHINE DEVICE CASE FRAME: as every QEMU is.
served() {
    expect 0 "fast loads" doctor --qemu "$1"
    ! grep "have no name" "$work/said"
    expect 0 "" capture --qemu "$1" --machine "$2" --device "$3" --section virtio-net -o "$work/own.textproto"
    expect 0 " virtio.net.mac " show "$work/own.textproto"
    expect 0 "^accepted" load --trust-setup "$work/own.textproto"
    expect 1 "in $5  at [a-z0-9/-]*\.c:[0-9]" load --qemu "$1" --trust-setup "$cases/$4"
    expect 1 "^CONFIRMED" repro --confirm --qemu "$1" --trust-setup -o "$work/confirm" "$cases/$4"
}

# refused QEMU CASE
refused() {
    expect 2 "nothing says where its function qemu_init is: keep its symbol table" load --qemu "$1" --trust-setup "$cases/$2"
    [ "$(wc -l <"$work/said")" = 1 ] || { cat "$work/said" >&2; exit 1; }
}

result=77
for name in $(echo "${HARDSTOP_QEMUS:-bookworm-source}" | tr ' ' '\n' | grep -e '-source$'); do
    while read -r target machine device case frame; do
        qemu=$bin/qemu-system-$target-$name behind=$work/qemu-system-$target
        if [ ! -x "$qemu" ]; then
            echo "not tested: $qemu"
            continue
        fi
        served "$qemu" "$machine" "$device" "$case" "$frame"
        rm -f "$behind"
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$qemu" >"$behind"
        chmod +x "$behind"
        served "$behind" "$machine" "$device" "$case" "$frame"
        rm "$behind"
        strip -o "$behind" "$(readlink -f "$qemu")"
        refused "$behind" "$case"
        result=0
    done <<END
s390x s390-ccw-virtio virtio-net-ccw ccw-rng-config-vector.textproto virtio_ccw_notify
x86_64 q35 virtio-net-pci pci-net-queue-num.textproto virtio_net_set_features
END
    [ "$result" = 77 ] || expect 0 ": [0-9]* confirmed" known --qemu "$bin/qemu-system-s390x-$name"
done
exit $result
