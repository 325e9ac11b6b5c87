# SPDX-License-Identifier: GPL-2.0-or-later
# What can be started, in $bin: links to programs that were seen to start.

# link EMULATOR START PROGRAM NAME...: links $bin/PROGRAM if it starts and answers; VERSION in a NAME is what it says.
link() {
    emulator=$1 start=$2 program=$3
    shift 3
    number=$(check "$bin/$program" "$start")
    [ -n "$number" ] || fail "$bin/$program does not start; its words are above"
    for name; do
        ln -sfn "$program" "$bin/qemu-system-$emulator-$(echo "$name" | sed "s/VERSION/$number/")"
    done
}

# Prints the version of a QEMU that lists machines and answers a monitor's question; nothing if it does not.
check() {
    # shellcheck disable=SC2046
    if "$1" -M help >/dev/null 2>"$log" &&
       printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"query-status"}' '{"execute":"quit"}' |
        timeout 600 "$1" $(echo "$2" | tr , ' ') -S -nodefaults -display none -qmp stdio >"$log" 2>&1 &&
       grep -q '"status": "prelaunch"' "$log"; then
        "$1" -version 2>"$log" | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p'
    else
        cat "$log" >&2
    fi
}

# Whether all the suite's links lead to a program; if $1 is given, to the one in that folder.
linked() {
    echo "$emulators" | while read -r emulator rest; do
        name=$bin/qemu-system-$emulator-$suite
        [ -x "$name" ] || exit 1
        [ -z "${1:-}" ] || [ "$(readlink "$name")" = "../$1/usr/bin/qemu-system-$emulator" ] || exit 1
    done
}
