#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each defect that ci/patches/defects-10.0.patch puts back is reached by the damages in corpus/defects.tsv: its marker
# is set, and a load with the check taken away ends in another way.
# test_defects.sh HARDSTOP SOURCE [BUILD [NAME...]]: BUILD as in qemu-system-s390x-BUILD; else what is there
set -eu
hardstop=$1
cd "$2"
cache=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu
for target in s390x x86_64; do
    # shellcheck disable=SC2086
    qemu=$(ls "$cache/bin/qemu-system-$target"-${3:-*-defects*} 2>/dev/null | head -n 1)
    if [ ! -x "$qemu" ]; then
        echo "not tested: there is no QEMU of ci/qemu --source --target $target --patch defects trixie"
        exit 77
    fi
done
shift $(($# < 3 ? $# : 3))

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 reached=0

# What a load said, on two lines: verdict, signal and words; markers.
load() {
    "$hardstop" load "$1" --qemu "$qemu" --trust-setup $setup --json >"$work/answer.json" 2>"$work/errors" ||
        [ $? = 1 ] || { cat "$work/errors" >&2; return 1; }
    python3 - "$work/answer.json" <<'END'
import json, sys
answer = json.load(open(sys.argv[1]))
print(answer["verdict"], answer["signal"], repr(answer["message"]))
print(answer.get("markers", ""))
END
}

# damage SEED STEPS: makes $given of the seed.
damage() {
    qemu=$(echo "$qemu" | sed 's/system-[a-z0-9_]*/system-s390x/')
    setup="" given=$work/given.textproto section="--section 0"
    case $1 in
    whole | sized | q35)
        setup="--machine s390-ccw-virtio --device virtio-rng-ccw" given=$work/given.mig section=""
        [ "$1" != sized ] || setup="$setup --framing sized"
        if [ "$1" = q35 ]; then
            qemu=$(echo "$qemu" | sed s/system-s390x/system-x86_64/)
            setup="--machine q35 --device virtio-rng-pci --device vmxnet3 --device lsi53c895a"
            setup="$setup --device pcie-root-port,id=p1,chassis=1"
        fi
        [ -e "$work/$1.mig" ] || "$hardstop" capture --qemu "$qemu" $setup -o "$work/$1.mig"
        cp "$work/$1.mig" "$given"
        ;;
    *) cp "corpus/cases/seeds/ccw/$1.textproto" "$given" ;;
    esac
    echo "$2" | python3 -c "
import re, sys
print(re.sub(r'\{(\d+)\*(..)\}', lambda of: of[2] * int(of[1]), sys.stdin.read()).replace(' ; ', '\n'), end='')" |
        while read -r step; do
            case $step in *--section*) where="" ;; *) where=$section ;; esac
            "$hardstop" damage "$given" $where $step -o "$work/next.${given##*.}"
            mv "$work/next.${given##*.}" "$given"
        done
}

tab=$(printf '\t')
grep -v '^#' corpus/defects.tsv >"$work/defects"
while IFS=$tab read -r name what device transports where acts refused seed; do
    case "$# $* " in "0 "* | *" $name "*) ;; *) continue ;; esac
    damage "${seed%% *}" "${seed#* }"
    with=$(load "$given")
    without=$(HARDSTOP_DEFECTS=$name load "$given")
    case ",$(echo "$with" | tail -n 1)," in
    *",$name,"*) reached=$((reached + 1)) ;;
    *) echo "$name: its marker is not reached: $with" >&2; failed=1 ;;
    esac
    if [ "$acts" = load ] && [ "$(echo "$with" | head -n 1)" = "$(echo "$without" | head -n 1)" ]; then
        echo "$name: the same with the check and without: $with" >&2
        failed=1
    fi
done <"$work/defects"

[ $failed = 0 ]
[ $reached -gt 0 ]
echo "$reached defects reached"

# A name that there is not would test nothing.
if HARDSTOP_DEFECTS=no_such "$qemu" -version >/dev/null 2>&1; then
    echo "a misspelt defect is not noticed" >&2
    exit 1
fi
