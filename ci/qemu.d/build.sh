# SPDX-License-Identifier: GPL-2.0-or-later
# Building a source: as a user would, or as a special build, for which there is more in special.sh.

# Whether configure has an option.
knows() {
    (cd "$objects" && "$tree/configure" --help) | grep -q -e "$1"
}

# configure WORDS...: of $tree in $objects, unless it was done with these words.
configure() {
    if [ ! -e "$objects/build.ninja" ] || [ "$*" != "$(cat "$objects/configure.words" 2>/dev/null)" ]; then
        rm -f "$objects/configure.words"
        (cd "$objects" && "$tree/configure" "$@" >configure.log 2>&1) ||
            { tail -n 20 "$objects/configure.log" >&2; fail "configure failed; all its words: $objects/configure.log"; }
        echo "$*" >"$objects/configure.words"
    fi
}

# Builds the targets of $tree in $objects; options of configure come as arguments.
build() {
    [ -z "$root" ] || set -- --disable-install-blobs "$@"
    ! knows --disable-download || set -- --disable-download "$@"
    # Those of earlier calls stay.
    all=$(echo "$targets" | cat - "$objects/targets" 2>/dev/null | tr ' ' '\n' | sort -u)
    echo "$all" >"$objects/targets"
    configure "--target-list=$(echo "$all" | sed 's/$/-softmmu/' | paste -s -d ,)" "$@"
    output=/dev/tty
    [ -t 1 ] || { output=$objects/ninja.log; echo "ci/qemu: how far it is: tail -f $output"; }
    # shellcheck disable=SC2086
    ninja -C "$objects" -j "$(nproc)" $(printf 'qemu-system-%s ' $targets) >"$output" 2>&1 ||
        { [ -t 1 ] || tail -n 20 "$output" >&2; fail "the build failed in $objects; the next call goes on from there"; }
}

# Where QEMU looks for what others add: firmware, which Debian's source lacks.
link_firmware() {
    firmware=$objects/qemu-bundle/usr/local/share/qemu-firmware
    mkdir -p "$firmware"
    for file in "$root"/usr/share/qemu/* "$root"/usr/share/seabios/* "$root"/usr/lib/ipxe/qemu/*; do
        [ ! -e "$file" ] || ln -sfn "$file" "$firmware"
    done
}

# The emulators of $1 that are built from source.
take_build() {
    find_source "$1"
    build=$cache/build/$label$special objects=$build
    [ -z "$special" ] || objects=$build/tree/build
    lock "$build"
    mkdir -p "$objects"
    (
        [ -z "$tools" ] || export PATH="$tools/usr/bin:$PATH" PYTHONPATH="$tools/usr/lib/python3/dist-packages"
        if [ -n "$special" ]; then
            build_special
        else
            build
        fi
    ) || exit
    [ -z "$root" ] || link_firmware
    mkdir -p "$bin"
    # shellcheck disable=SC2086
    suffixed=$(printf "%s${special:-$plain} " $names) made=""
    for target in $targets; do
        start=$(echo "$emulators" | awk -v target="$target" '$1 == target { print $3 }')
        # shellcheck disable=SC2086
        link "$target" "$start" "../${objects#"$cache/"}/qemu-system-$target" $suffixed
        made="$made $bin/qemu-system-$target-$(echo "${suffixed%% *}" | sed "s/VERSION/$number/")"
    done
    echo "ci/qemu:$made, $(du -sm "$build" | cut -f 1) MB"
}
