#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Claim: a campaign of so many inputs does the same again, in another folder and at another speed: the same verdicts,
# the same findings to the byte; its status is one JSON value at any time; and what is to end when nothing new comes does.
# test_inputs.sh HARDSTOP FOLDER
set -eu
hardstop=$1
place=$2

fail() {
    echo "test_inputs: $*" >&2
    exit 1
}

rm -rf "$place"
mkdir -p "$place/a" "$place/another and longer"
for folder in "$place/a" "$place/another and longer"; do
    status=0
    "$hardstop" fuzz --inputs 600 --jobs 1 --seed 7 --work "$folder/work" --status "$folder/status.json" ccw_rng \
        >"$folder/out" 2>"$folder/err" &
    pid=$!
    while kill -0 $pid 2>/dev/null; do
        [ ! -e "$folder/status.json" ] || python3 -m json.tool "$folder/status.json" >/dev/null ||
            fail "a status that is no JSON"
        sleep 0.2
    done
    wait $pid || status=$?
    [ "$status" = 1 ] || fail "status $status: $(cat "$folder/err")"
    grep -q "^hardstop: 600 inputs, [0-9]* loads, [0-9]* new findings$" "$folder/err" || fail "$(cat "$folder/err")"
    python3 - "$folder/status.json" >"$folder/counts" <<'END'
import json, sys
status = json.load(open(sys.argv[1]))
assert status['state'] == 'ended' and status['left'] == 0 and status['inputs'] == 600, status
assert sum(status['verdicts'].values()) == 600 and not status['verdicts']['unknown'], status
assert status['findings_new'] and 0 <= status['last_new'] <= status['seconds'], status
assert status['loads'] > 600 and status['loads_per_second'] > 0, status
target, = status['targets']
assert target['name'] == 'ccw_rng' and target['starts'] == 1 and not target['running'], status
print(status['verdicts'], status['findings_new'])
END
    (cd "$folder/work/findings" && cat *.textproto *.json) >"$folder/findings"
done
cmp "$place/a/counts" "$place/another and longer/counts" || fail "other verdicts"
cmp "$place/a/findings" "$place/another and longer/findings" || fail "other findings"

for wrong in "--inputs 0" "--inputs x" "--time 0" "--time 5w" "--time 31m --time 9000h"; do
    status=0 takes="takes a whole number from 1"
    case $wrong in --time*) takes="takes a time from 1s" ;; esac
    # shellcheck disable=SC2086
    "$hardstop" fuzz $wrong --work "$place/none" ccw_rng >"$place/out" 2>&1 || status=$?
    [ "$status" = 2 ] && grep -q "$takes" "$place/out" || fail "$wrong: status $status, $(cat "$place/out")"
done
status=0
"$hardstop" fuzz --time 1s --work "$place/none" --status "$place/no/such/folder" ccw_rng >"$place/out" 2>&1 || status=$?
[ "$status" = 2 ] && grep -q "no/such/folder" "$place/out" || fail "status $status, $(cat "$place/out")"

# An engine to which nothing new comes: the campaign ends by itself, and says why.
mkdir -p "$place/idle"
cp "$hardstop" "$place/idle/hardstop"
printf '#!/bin/sh\nexec sleep 86400\n' >"$place/idle/ccw_rng_fuzzer"
chmod +x "$place/idle/ccw_rng_fuzzer"
status=0
HARDSTOP_PRELOAD_OBJECT=$(dirname "$hardstop")/libhardstop-preload.so \
    "$place/idle/hardstop" fuzz --time 10h --idle 2s --jobs 1 --work "$place/idle/work" ccw_rng >"$place/out" 2>&1 || status=$?
[ "$status" = 0 ] && grep -q "; it has ended, as nothing new came for 2 s$" "$place/out" ||
    fail "status $status, $(cat "$place/out")"
