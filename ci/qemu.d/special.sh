# SPDX-License-Identifier: GPL-2.0-or-later
# Special builds: sanitized, counting, patched.  $build/tree is a farm of links into the source, of which patched files
# are copies: the source itself is only read, and a change there is seen by the next call.  The build is tree/build, so
# that names of files are as developers see them (../hw/virtio/virtio.c).

patches_of_ours=$here/patches

# The file that is patch $1 for the version of $tree: NAME-MAJOR.MINOR.patch, or else NAME.patch.
patch_file() {
    file=$patches_of_ours/$1-$(sed 's/\([0-9]*\.[0-9]*\).*/\1/' "$tree/VERSION").patch
    [ -e "$file" ] || file=$patches_of_ours/$1.patch
    [ -e "$file" ] || fail "no patch $1 for QEMU $(cat "$tree/VERSION"); there are: $(list_patches)"
    echo "$file"
}

list_patches() {
    ls "$patches_of_ours" 2>/dev/null | sed -n 's/\(-[0-9]*\.[0-9]*\)\{0,1\}\.patch$//p' | sort -u | paste -s -d ' '
}

# Makes $build/copies: of the files of $tree that the patches change, and of what was copied before, since a link to it
# would be older than what was compiled; then patches them.
make_copies() {
    rm -rf "$build/copies"
    mkdir -p "$build/copies" "$build/tree"
    for patch in $patches; do
        file=$(patch_file "$patch") || exit
        sed -n 's|^+++ b\(/[^[:space:]]*\).*|.\1|p' "$file"
    done >"$build/copied"
    copies_in "$build/tree" >>"$build/copied"
    while read -r name; do
        mkdir -p "$build/copies/${name%/*}"
        [ ! -e "$tree/$name" ] || cp "$tree/$name" "$build/copies/$name"
    done <"$build/copied"
    for patch in $patches; do
        if ! patch -d "$build/copies" -p1 --no-backup-if-mismatch -s <"$(patch_file "$patch")" >"$log" 2>&1; then
            cat "$log" >&2
            fail "patch $patch does not apply to $tree"
        fi
    done
}

# Files of a farm that are no links.
copies_in() {
    (cd "$1" && find . -path ./build -prune -o -type f -print)
}

# Brings $build/tree up to date with the source and $build/copies; what has not changed keeps its time.
link_tree() {
    find "$build/tree" -path "$build/tree/build" -prune -o -xtype l -exec rm {} +
    for entry in "$tree"/* "$tree"/.[!.]*; do
        case ${entry##*/} in .git | build | roms | '*' | '.[!.]*') continue ;; esac
        [ -e "$entry/build.ninja" ] || printf '%s\0' "$entry"
    done | xargs -0 cp -asn -t "$build/tree"
    copies_in "$build/tree" | while read -r name; do
        [ -e "$build/copies/$name" ] || rm "$build/tree/$name"
    done
    copies_in "$build/copies" | while read -r name; do
        [ ! -L "$build/tree/$name" ] && cmp -s "$build/copies/$name" "$build/tree/$name" && continue
        mkdir -p "$build/tree/${name%/*}"
        cp --remove-destination "$build/copies/$name" "$build/tree/$name"
    done
}

# Puts our compiler into the build; what was compiled by another is compiled again.
put_compiler() {
    mkdir -p "$build/compiler"
    cp "$here/qemu.d/cc" "$build/compiler/cc"
    printf 'compiler=clang\nchecked="%s"\nswitches="%s"\n' "$flags" "$switches" >"$build/compiler/cc.settings"
    cat "$build/compiler/cc" "$build/compiler/cc.settings" | cmp -s - "$objects/compiler" && return
    # The programs stay until there are others.
    find "$objects" -name '*.o' -exec rm {} +
    cat "$build/compiler/cc" "$build/compiler/cc.settings" >"$objects/compiler"
}

# Builds the targets with all devices that are built by default, and without what the load of a stream has no use for.
build_special() {
    flags="" switches=""
    # As --enable-asan would, which some versions do not have without the other sanitizer.
    case $sanitize in *address*) switches="-DCONFIG_ASAN=1 -include sanitizer/asan_interface.h" ;; esac
    [ -z "$sanitize" ] || flags="-fsanitize=$(echo "$sanitize" | tr ' ' ,) -fno-sanitize=function"
    [ -z "$coverage" ] || flags="$flags -fsanitize-coverage=inline-8bit-counters,pc-table"
    make_copies
    link_tree
    put_compiler
    tree=$build/tree
    ! knows --enable-pixman || set -- --enable-pixman
    build --without-default-features --enable-tcg --enable-fdt=system --enable-attr --enable-cap-ng --enable-virtfs \
        --enable-vhost-kernel --enable-vhost-net --enable-vhost-user --enable-trace-backends=log --disable-docs \
        --disable-tools --disable-guest-agent --disable-werror --disable-debug-info -Doptimization=1 \
        --cc="$build/compiler/cc" --host-cc=clang --extra-ldflags="$flags -fuse-ld=lld" "$@"
}
