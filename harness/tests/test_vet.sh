#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: hardstop vet does its steps in their order, within a budget that does not depend on the clock, and fails by what
# is new or worse alone: an earlier vetting of the same QEMU has nothing new, and one in which a known finding was gone,
# or a damage refused, makes it fail, by name.
# test_vet.sh HARDSTOP
set -eu
hardstop=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "test_vet: $*" >&2
    cat "$work/said" >&2
    exit 1
}

# vet STATUS OPTION...
vet() {
    wanted=$1 status=0
    shift
    "$hardstop" vet --qemu qemu-system-x86_64 "$@" >"$work/said" 2>&1 || status=$?
    [ $status = "$wanted" ] || fail "vet $*: exit status $status, not $wanted"
}

says() {
    grep -q -e "$1" "$work/said" || fail "does not say: $1"
}

# change PROGRAM FILE...: a program of Python's, which finds the files' JSON in `files`.
change() {
    python3 - "$@" <<'END'
import json, sys
files = [json.load(open(path)) for path in sys.argv[2:]]
exec(sys.argv[1])
for path, content in zip(sys.argv[2:], files):
    json.dump(content, open(path, "w"))
END
}

vet 2 --steps known,own --budget 10s --work "$work/none"
says '10 s do not hold the least, which ends with own: '
# What an older QEMU is named for is not left out in silence.
vet 2 --against qemu-system-x86_64 --budget 100s --work "$work/none"
says 'the least, which ends with compat: '
vet 2 --steps none
vet 2 --against qemu-system-x86_64 --baseline "$work"
vet 2 --baseline "$work/not there"
vet 2 --steps compat
vet 2 --steps audit --budget 1s --work "$work/none"
mkdir "$work/empty"
vet 2 --steps known --baseline "$work/empty" --work "$work/none"
says 'nothing of a vetting with these steps'
mkfifo "$work/empty/known.json"
vet 2 --steps known --baseline "$work/empty" --work "$work/none"
says 'empty/known.json: is no regular file'
vet 2 --steps known --baseline "$work/empty" --work "$work/../$(basename "$work")/empty"
says 'one folder'
vet 2 --steps known --work "$work/none" --json "$work/none/known.json"
says 'is where the step known has its result'

vet 0 --steps known,own --work "$work/good" --json "$work/vet.json" --junit "$work/vet.xml" --markdown "$work/vet.md" &
whole=$!
until grep -q '"not done"' "$work/vet.json" 2>/dev/null && grep -q '"clean"' "$work/vet.json"; do
    kill -0 $whole || fail "nothing is written between two steps"
    sleep 0.1
done
wait $whole
grep -v '^ ' "$work/said" | head -n 4 | cut -d : -f 1 | tr -s ' \n' ' ' |
    grep -qx 'known (1 of 2) ... clean known own (2 of 2) ... clean own ' || fail "not what begins, and then how it ends"
says '^clean  *known: '
says '^clean  *own: '
says '^2 clean, 0 worse, 0 without an answer, 0 left out$'
xmllint --noout "$work/vet.xml" || fail "JUnit"
grep -q '^### hardstop vet: clean$' "$work/vet.md" || fail "Markdown"
# shellcheck disable=SC2016  # Python
change '
vet, = files
assert vet["version"] == 1 and vet["result"] == "clean" and vet["budget"] == 0
assert [step["name"] for step in vet["steps"]] == ["known", "own"]
assert all(step["result"] == "clean" and step["command"] and step["why"] is None for step in vet["steps"])' "$work/vet.json"

vet 0 --steps known,own --budget 50s --minimum known --baseline "$work/good" --work "$work/next" --markdown "$work/vet.md"
says '^left out  *for the budget: own$'
grep -q '^### hardstop vet: clean, 1 of 2 steps left out$' "$work/vet.md" || fail "what is left out is not in the title"

# Killed, it leaves what was known until then: here nothing.
rm -f "$work/vet.json" "$work/vet.xml"
setsid "$hardstop" vet --qemu qemu-system-x86_64 --steps known,own --work "$work/next" --json "$work/vet.json" \
    --junit "$work/vet.xml" >/dev/null 2>&1 &
killed=$!
until [ -s "$work/vet.xml" ]; do
    kill -0 $killed || fail "it ended, and wrote nothing before"
    sleep 0.1
done
kill -s KILL -- "-$killed"
wait $killed || true
# shellcheck disable=SC2016  # Python
change '
vet, = files
assert vet["result"] == "no answer", vet
assert [step["result"] for step in vet["steps"]] == ["not done", "not done"], vet' "$work/vet.json"
grep -q '<error' "$work/vet.xml" || fail "JUnit tells of no step that is not done"
# A reference that could not tell is none: what is expected of this version counts.
cp -r "$work/good" "$work/blind"
change 'for i, line in enumerate(files[0]): line["qemu"][0]["state"] = ("not applicable", "not tried")[i % 2]' \
    "$work/blind/known.json"
# And without the QEMU of an architecture its lines have no answer: none came back, even of what was gone.
mkdir "$work/bin"
ln -s "$(command -v qemu-system-x86_64)" "$work/bin/qemu-system-x86_64"
change '
for line in files[0]:
    if line["case"].startswith("ccw-"):
        line["qemu"][0]["state"] = "fixed"' "$work/blind/known.json"
vet 0 --qemu "$work/bin/qemu-system-x86_64" --steps known --baseline "$work/blind" --work "$work/next"
says 'not tried: no qemu-system-s390x beside'
# The finding was gone.
change 'next(line for line in files[0] if line["qemu"][0]["state"] == "confirmed")["qemu"][0]["state"] = "fixed"' \
    "$work/good/known.json"
vet 1 --steps known --quiet --baseline "$work/good" --work "$work/next"
says ' came back: '
[ "$(grep -c ' came back: ' "$work/said")" = 1 ] || fail "more than one came back"
! grep -q ' of 1) ' "$work/said" || fail "what begins is told with --quiet"
echo "[" >"$work/good/known.json"
vet 2 --steps known --baseline "$work/good" --work "$work/next"
says 'good/known.json: '

# A device that was touched goes first, in a file that git does not know yet, too.
git init -q "$work/tree"
mkdir -p "$work/tree/hw/virtio"
echo old >"$work/tree/hw/virtio/virtio-net.h"
git -C "$work/tree" add .
git -C "$work/tree" -c user.name=test -c user.email=test@localhost commit -q -m old
echo new >"$work/tree/hw/virtio/virtio-rng.c"
audit="--steps audit --since HEAD --tree $work/tree --budget 60s --minimum known"
# shellcheck disable=SC2086  # words
vet 0 $audit --work "$work/good"
grep -m 1 '^clean' "$work/said" | grep -q '^clean  *audit-[a-z]*-rng: ' || fail "rng was touched"
vet 2 --steps audit --since --no-such-commit --tree "$work/tree" --work "$work/next"
says 'no commit'
vet 2 --steps audit --since nonsense --tree "$work/tree" --work "$work/next"
says 'git names no files .* since nonsense: fatal: bad revision .nonsense. (.*/since.log)$'
(cd "$work" && GIT_CEILING_DIRECTORIES=$work vet 2 --steps audit --since HEAD --tree "$work/next" --work "$work/next")
says 'since HEAD: warning: Not a git repository'
name=$(basename "$work"/good/audit-*-rng.json .json)
# shellcheck disable=SC2086  # words
vet 0 $audit --baseline "$work/good" --work "$work/next"
# What crashes where a byte is missing was refused; all else was as it is, and is not told.
change '
was = "crashed"
cells = [cell for cell in files[0]["cells"] if cell["verdict"] == was and cell["edit"] == "delete"]
others = [cell for cell in files[0]["cells"] if cell["verdict"] == was and cell["edit"] == "insert"]
assert cells and others
for cell in cells:
    cell["verdict"], cell["count"] = "rejected", 1
    files[0]["edits"][cell["edit"]][was] -= 1
    files[0]["edits"][cell["edit"]]["rejected"] += 1' "$work/good/$name.json"
# shellcheck disable=SC2086  # words
vet 1 $audit --baseline "$work/good" --work "$work/next"
says '^worse  *audit-'
says 'crashed delete .* virtio.*, was rejected'
! grep ', was ' "$work/said" | grep -v -e 'crashed delete ' || fail "worse than the same"
