# SPDX-License-Identifier: GPL-2.0-or-later
# Sources of QEMU, and what goes with each.

# find_source FOLDER|VERSION|SUITE: sets
#   tree    to the source
#   label   to what a build of it is called
#   names   to what its programs are called, and plain to what is appended if it is a plain build
#   tools   to a folder with a meson, empty if its own or this machine's does
#   root    to what has its firmware, empty if the tree has it
find_source() {
    tools="" root="" plain=-source
    if [ -x "$1/configure" ]; then
        tree=$(cd "$1" && pwd -P)
        label=$(echo "${tree#/}" | tr -c 'a-zA-Z0-9.\n' -) names=$label plain=""
        [ -e "$tree/pc-bios/s390-ccw.img" ] || root=/
        has_meson || find_tools trixie
    elif ! find_version "$1"; then
        case $1 in *[!a-z0-9-]*)
            fail "$1: neither a suite nor a folder with QEMU's configure, and no version whose source was fetched" ;;
        esac
        take "$1"
        root=$(cd "$(dirname "$(readlink -f "$bin/qemu-system-s390x-$1")")/../.." && pwd -P)
        take_source "$1"
        label=${version#*:} names="$1 VERSION"
    fi
}

# The same for a version whose source was fetched with its suite: the mirror is not asked.
find_version() {
    for tree in "$cache"/source/*; do
        root=$(echo "$cache/${tree##*/}"*) tools=$tree.tools
        if [ "$(cat "$tree/VERSION" 2>/dev/null)" = "$1" ] && [ -d "$root" ] && [ -d "$tools" ]; then
            label=${tree##*/} names=VERSION
            return
        fi
    done
    return 1
}

# Whether configure finds a meson without help.
has_meson() {
    for meson in "$tree"/python/wheels/meson-* "$tree/meson/meson.py"; do
        [ ! -e "$meson" ] || return 0
    done
    command -v meson >/dev/null
}

# Sets tools to the suite's, which are fetched if need be.
find_tools() {
    suite=$1 tools=$cache/source/tools-$1
    [ ! -d "$tools" ] || return 0
    kinds=deb apt=$cache/apt/$1-source
    mkdir -p "$cache/source"
    configure_apt
    update
    take_tools
}

# Sets tree to the suite's source, and tools to the meson that goes with it, which Debian's source lacks.
take_source() {
    suite=$1 kinds="deb deb-src" apt=$cache/apt/$1-source
    configure_apt
    update
    version=$(offered qemu Sources)
    [ -n "$version" ] || fail "$suite is not to be had: it offers no source of QEMU"
    tree=$cache/source/${version#*:} tools=$cache/source/tools-$suite
    if [ ! -d "$tree" ]; then
        mkdir -p "$cache/source"
        rm -rf "$tree.part"
        echo "ci/qemu: source of $suite: ${version#*:}"
        if ! (cd "$apt/cache" && with_apt apt-get source -qq --download-only "qemu=$version" >"$log" 2>&1) ||
           ! dpkg-source --no-check --no-copy -x "$apt/cache/qemu_${version#*:}.dsc" "$tree.part" >"$log" 2>&1; then
            tail -n 3 "$log" >&2
            fail "the source of $suite's QEMU $version is not to be had"
        fi
        mv -T "$tree.part" "$tree"
        rm -f "$apt/cache/qemu_"*
    fi
    [ -d "$tools" ] || take_tools
    ln -sfn "${tools##*/}" "$tree.tools"
}

# The meson that the suite has, for sources without one.
take_tools() {
    rm -rf "$tools.part"
    mkdir "$tools.part"
    for package in meson python3-pycotap; do
        [ -n "$(with_apt apt-cache madison "$package" 2>/dev/null)" ] || continue
        (cd "$apt/cache" && with_apt apt-get download -qq "$package" >"$log" 2>&1) ||
            { cat "$log" >&2; fail "$package of $suite could not be fetched"; }
        dpkg-deb -x "$apt/cache/$package"_*.deb "$tools.part"
    done
    mv -T "$tools.part" "$tools"
}
