#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hardstop compat finds each change of ci/patches/incompatibilities-10.0.patch, and names the field or property that it
# is about; and none where no change is named.  Skipped (77) without such QEMUs.
# test_incompatible.sh HARDSTOP SOURCE [BUILD [NAME...]]: BUILD as in qemu-system-s390x-BUILD; else what is there
set -eu
hardstop=$1
cd "$2"
cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in s390x x86_64; do
    # shellcheck disable=SC2086
    qemu=$(ls "$cache/bin/qemu-system-$target"-${3:-*-incompatibilities*} 2>/dev/null | head -n 1)
    if [ ! -x "$qemu" ]; then
        echo "not tested: there is no QEMU of ci/qemu --source --target $target --patch incompatibilities trixie"
        exit 77
    fi
    ln -s "$qemu" "$work/qemu-system-$target-old"
done
shift $(($# < 3 ? $# : 3))
failed=0 found=0

# compat ARCHITECTURE OPTION...: of the QEMU without a change, and the one with those of $names.
compat() {
    architecture=$1
    shift
    cat >"$work/qemu-system-$architecture-new" <<END
#!/bin/sh
HARDSTOP_INCOMPATIBLE=$names exec "$work/qemu-system-$architecture-old" "\$@"
END
    chmod +x "$work/qemu-system-$architecture-new"
    status=0
    "$hardstop" compat --qemu "$work/qemu-system-$architecture-old" --qemu "$work/qemu-system-$architecture-new" "$@" \
        >"$work/said" 2>&1 || status=$?
}

# finds NAME ARCHITECTURE WORDS OPTION...
finds() {
    names=$1 architecture=$2 words=$3
    shift 3
    case " $wanted " in "  " | *" $names "*) ;; *) return 0 ;; esac
    compat "$architecture" "$@"
    if [ $status = 1 ] && grep -q -e "$words" "$work/said"; then
        found=$((found + 1))
    else
        echo "$names: status $status, and no \"$words\"" >&2
        head -n 20 "$work/said" | cut -c1-200 >&2
        failed=1
    fi
}

wanted=$*
ccw="--transport ccw --machines s390-ccw-virtio-10.0"
pci="--transport pci --machines pc-q35-10.0"
# shellcheck disable=SC2086
{
    finds array_grown s390x "layout: virtio-net virtio.net.*grown, [0-9]* to" $ccw --devices net
    finds silent_bytes s390x "layout: virtio-net virtio.*grown, [0-9]* to" $ccw --devices net
    finds subsection_new s390x "layout: virtio-net virtio-net-device/hardstop grown" $ccw --devices net
    finds default_changed s390x "property: virtio-net-ccw.ctrl_vlan is true, and false" $ccw --devices net
    finds bit_at_run_time x86_64 "Bad config data: i=0x8 " $pci --devices rng,net,blk
    finds wrong_struct s390x "lost: virtio-net .*rss" $ccw --devices net-mq,net
    finds same_name s390x "layout: virtio-rng virtio/broken grown" $ccw --devices rng
    finds left_out s390x "changed: virtio-net virtio.net.promisc\|defaulted: virtio-net virtio.net.promisc" $ccw --devices net
    finds flag_global s390x "virtio.ccw.thinint_isc" $ccw --devices net
    finds recomputed s390x "virtio-net virtio.net.allmulti" $ccw --devices net
    finds width s390x "layout: virtio-net virtio.net.*grown, [0-9]* to" $ccw --devices net
    finds section_new s390x "hardstop" $ccw --devices rng
    names=""
    compat s390x $ccw --devices net,rng
    [ $status = 0 ] || { echo "one program by two names: status $status" >&2; head -n 9 "$work/said" >&2; failed=1; }
}
[ $failed = 0 ]
echo "$found changes found and named"
