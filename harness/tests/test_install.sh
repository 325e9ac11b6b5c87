#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: what `cmake --install` puts somewhere works there, and wherever that is moved to: the command finds the object
# that runs in QEMU, the guests, seeds and known findings, whatever the folder is called; man pages and completions are there, and say what --help says.
# test_install.sh BUILD SOURCE
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "test_install: $*" >&2
    exit 1
}

cmake --install "$build" --prefix "$work/first-place" --strip >"$work/log" 2>&1 || fail "$(cat "$work/log")"
# What LD_PRELOAD cannot say, one of these names has.
place="$work/second place: of \$LIB"
mv "$work/first-place" "$place"
cd "$place"
hardstop=bin/hardstop
export TMPDIR="$work/a folder: for nothing"
mkdir "$TMPDIR"

$hardstop capture --qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-rng-ccw -o "$work/whole.case"
$hardstop load "$work/whole.case" | grep -qx accepted || fail "no verdict on an undamaged stream"
# A script that starts QEMU may have none of the descriptors that it was given.
# shellcheck disable=SC2016
printf '#!/bin/bash\nfor fd in {3..63}; do exec {fd}>&-; done\nexec qemu-system-s390x "$@"\n' >qemu-system-s390x
chmod +x qemu-system-s390x
$hardstop load --qemu "$place/qemu-system-s390x" "$work/whole.case" | grep -qx accepted || fail "a wrapper is refused"
$hardstop capture --guest --qemu qemu-system-x86_64 --machine q35 --device virtio-rng-pci -o "$work/used.case"
$hardstop seeds --transport ccw rng >"$work/said" || fail "seeds: $(cat "$work/said")"
case=$(grep -v '^#' share/hardstop/known.tsv | cut -f1 | grep -v '^-$' | head -n 1)
$hardstop known "$case" >"$work/said" || fail "known: $(cat "$work/said")"

for file in README.md copyright gitlab/hardstop.yml gitlab/example.yml github/hardstop.yml github/example.yml; do
    [ -s "share/doc/hardstop/$file" ] || fail "no $file for people"
done
# Each command that is named there is one, with these options.
sed -n '/^```sh/,/^```/{/^```/d;s/#.*//;p}' share/doc/hardstop/README.md | sed ':a;/\\$/{N;s/\\\n//;ba}' |
    sed -n 's/^hardstop //p' >"$work/named"
[ "$(wc -l <"$work/named")" -ge 7 ] || fail "where are the commands of README.md?"
while read -r command words; do
    $hardstop "$command" --help >"$work/help" || fail "README.md names no command: $command"
    for word in $words; do
        case $word in --*) grep -q -e "$word" "$work/help" || fail "README.md: $command has no $word" ;; esac
    done
done <"$work/named"
# -j=FILE and --json=FILE are one.
$hardstop known -j="$work/known.json" "$case" >"$work/said" || fail "known -j=: $(cat "$work/said")"
[ -s "$work/known.json" ] || fail "-j=FILE writes another file"

# What a page names, the command has, and the other way round.
$hardstop help | sed -n 's/^  \([a-z]*\) .*/\1/p' >"$work/commands"
while read -r command; do
    page=share/man/man1/hardstop-$command.1
    [ -s "$page" ] || fail "no $page"
    $hardstop "$command" --help | sed -n 's/^  [ -].[ ,] *--\([a-z-]*\).*/--\1/p' |
        grep -vx -e --help -e --usage -e --version | sort -u -u >"$work/has"
    sed 's/\\-/-/g' "$page" | sed -n 's/^\\fB.*--\([a-z-]*\)\\fR.*/--\1/p' | sort -u >"$work/says"
    cmp -s "$work/has" "$work/says" || fail "$page: $(diff "$work/has" "$work/says")"
    grep -qw -e "$command" share/bash-completion/completions/hardstop || fail "bash does not know $command"
    grep -q "^$command)" share/zsh/vendor-completions/_hardstop || fail "zsh does not know $command"
    grep -q -e "-a $command " share/fish/vendor_completions.d/hardstop.fish || fail "fish does not know $command"
done <"$work/commands"
[ "$(wc -l <"$work/commands")" -gt 15 ] || fail "where are the commands?"

# complete WANTED WORD...: what bash is offered for the last word.
complete() {
    wanted=$1
    shift
    # shellcheck disable=SC2016  # for bash
    offered=$(bash -c '. share/bash-completion/completions/hardstop
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _hardstop
        echo "${COMPREPLY[*]}"' bash "$@")
    [ "$offered" = "$wanted" ] || fail "bash is offered '$offered' behind '$*', not '$wanted'"
}
complete "capture canaries" hardstop ca
complete "--footers" hardstop capture --foo
complete "on off" hardstop capture --footers ''
complete "on off" hardstop capture --footers = o
complete "compat" hardstop help com
complete "" hardstop load fil

[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
! grep -rlF -e "$source" -e "$build" . || fail "these know where they were built"
