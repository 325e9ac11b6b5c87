# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that change a copy of the tree, and build it.  Sourced, with the test's arguments: SOURCE and FOLDER.
root=$1
place=$2
tree=$place/tree
test=$(basename "$0" .sh)

fail() {
    echo "$test: $*" >&2
    exit 1
}

# Copies what is kept of the tree to $place/given and to $tree, which is then changed.
copy_tree() {
    rm -rf "$place"
    mkdir -p "$place/given"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard |
        tar --null --verbatim-files-from --ignore-failed-read -T - -cf - 2>/dev/null) | tar -xf - -C "$place/given"
    [ -e "$place/given/CMakeLists.txt" ] || fail "$root was not copied"
    cp -a "$place/given" "$tree"
}

# Fails unless just these files of the tree were touched.
expect_touched() {
    touched=$(diff -rq "$place/given" "$tree" | sed -n "
        s|^Files $place/given/\(.*\) and .* differ\$|\1|p
        s|^Only in $place/given/\{0,1\}\(.*\): \(.*\)|\1/\2|p
        s|^Only in $tree/\{0,1\}\(.*\): \(.*\)|\1/\2|p" | LC_ALL=C sort | tr '\n' ' ')
    [ "$touched" = "$* " ] || fail "touched were $touched"
}

# build FOLDER OPTIONS TARGET...: with the compiler of CC and CXX, quickly.
build() {
    folder=$place/$1
    options=$2
    shift 2
    # shellcheck disable=SC2086
    if ! { cmake -S "$tree" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 $options && ninja -C "$folder" "$@"; } \
        >"$place/log" 2>&1; then
        tail -n 30 "$place/log" >&2
        fail "it does not build"
    fi
}

# has FILE TEXT
has() {
    grep -qF -- "$2" "$1" || fail "$1 does not hold $2"
}
