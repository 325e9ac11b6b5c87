# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's packages of QEMU, unpacked with the libraries that they were built for.

# Sets packages and version to what is to be unpacked.
choose_packages() {
    packages="" version=""
    while read -r emulator candidates rest; do
        found=""
        for package in $(echo "$candidates" | tr , ' '); do
            version=$(offered "$package" Packages)
            [ -z "$version" ] || { found=$package; break; }
        done
        [ -n "$found" ] || fail "$suite is not to be had: it offers no package with qemu-system-$emulator"
        packages="$packages $found"
    done <<END
$emulators
END
    version=${version#*:}
}

fetch() {
    # What an earlier call has left, but for what is offered no longer, is not fetched again.
    # shellcheck disable=SC2086
    if ! with_apt apt-get autoclean >"$log" 2>&1 ||
       ! with_apt apt-get install --print-uris -qq $packages >"$apt/uris" 2>"$log"; then
        cat "$log" >&2
        fail "$suite: apt finds no way to install$packages"
    fi
    awk -v what="ci/qemu: $suite offers $version" '
        { size += $3 } END { printf "%s: %d packages, %d MB to fetch\n", what, NR, size / 1e6 }' "$apt/uris"
    output=$log
    [ ! -t 1 ] || output=/dev/tty
    # shellcheck disable=SC2086
    if ! with_apt apt-get install --download-only $packages >"$output" 2>&1; then
        sed -n '/^E:/p' "$log" | head -n 3 >&2
        fail "$suite: not all packages could be fetched; the next call goes on from there"
    fi
}

# Unpacks into $root, which is whole or not there.
unpack() {
    rm -rf "$root.part"
    mkdir -p "$root.part/usr/bin"
    for file in "$apt"/cache/archives/*.deb; do
        dpkg-deb -x "$file" "$root.part"
    done
    ln -sfn ../.. "$root.part/usr/bin/qemu-bundle"    # where QEMU looks for firmware and modules
    while read -r emulator rest; do
        adapt "$root.part/usr/bin/qemu-system-$emulator"
    done <<END
$emulators
END
    mv -T "$root.part" "$root"
    with_apt apt-get clean
}

# Lets a program of $root.part look for libraries in $root.
adapt() {
    start=$(basename "$(patchelf --print-interpreter "$1")")
    start=$(cd "$root.part" && find lib usr/lib -type f -name "$start" 2>/dev/null | head -n 1)
    [ -n "$start" ] || fail "$suite: no C library among the packages"
    patchelf --set-interpreter "$root/$start" --force-rpath \
        --set-rpath "$root/usr/lib/$(basename "$(dirname "$start")"):$root/lib/$(basename "$(dirname "$start")")" "$1"
}

take() {
    lock "$cache"
    suite=$1 kinds=deb
    apt=$cache/apt/$suite
    if [ -n "$keep" ] && linked; then
        echo "ci/qemu: $suite is there"
        return
    fi
    configure_apt
    update
    choose_packages
    root=$cache/$version
    if [ -d "$root" ] && linked "$version"; then
        echo "ci/qemu: $suite is there: $version"
        return
    fi
    if [ ! -d "$root" ]; then
        fetch
        unpack
    fi
    mkdir -p "$bin"
    while read -r emulator packages start; do
        link "$emulator" "$start" "../$version/usr/bin/qemu-system-$emulator" VERSION "$suite"
    done <<END
$emulators
END
    echo "ci/qemu: $suite: $bin/qemu-system-*-$number, $(du -sm "$root" | cut -f 1) MB"
}
