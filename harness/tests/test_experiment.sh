#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures that are kept are those that are measured, in corpus/README.md, too.
# test_experiment.sh HARDSTOP SOURCE
set -eu
hardstop=$1
cd "$2"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compare MARK FILE ROWS: corpus/README has the table of a file, with so many rows at least.
compare() {
    sed -n "/^<!-- $1 -->\$/,/^<!-- end of $1 -->\$/p" corpus/README.md | sed '1d;$d' >"$work/readme"
    "$hardstop" experiment --from "$2" --markdown >"$work/printed" || [ $? = 1 ]
    [ "$(wc -l <"$work/printed")" -ge "$3" ]
    if ! diff "$work/readme" "$work/printed"; then
        echo "corpus/README.md: put what 'hardstop experiment --from $2 --markdown' prints between the marks" >&2
        exit 1
    fi
}
compare experiment corpus/experiment.json 22
compare "experiment 11.1.3" corpus/experiment-11.1.3.json 17
compare "experiment answers" corpus/experiment-answers.json 12
"$hardstop" experiment --from corpus/experiment-answers.json --svg "$work/answers.svg" >"$work/printed" || [ $? = 1 ]
xmllint --noout "$work/answers.svg"
if ! cmp "$work/answers.svg" harness/report/screenshots/answers.svg; then
    echo "hardstop experiment --from corpus/experiment-answers.json --svg harness/report/screenshots/answers.svg" >&2
    exit 1
fi

# again ARGUMENT...: one trial once more; all of them take half an hour.
again() {
    "$hardstop" experiment --devices rng --transports ccw --states fresh --framings legacy --json --work "$work" \
        --examples "$work" "$@" >"$work/again.json" || [ $? = 1 ]
}
cat >"$work/same.py" <<'END'
import json, sys
def trials(path):
    """Another release of the same QEMU may well give the same."""
    return [dict(trial, loader="") for trial in json.load(open(path))["trials"]]

assert all(trial["loader"] and trial["program"] for trial in json.load(open(sys.argv[2]))["trials"])
kept = trials(sys.argv[1])
for trial in trials(sys.argv[2]):
    sys.exit(0 if trial in kept else "measured, and not what is kept: %s" % json.dumps(trial))
END
later=${HARDSTOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hardstop}/qemu/bin/qemu-system-s390x-11.1.3
if [ -x "$later" ]; then
    again --qemu "$later"
    grep -q '"loader": "QEMU 11.1.3"' "$work/again.json"
    python3 "$work/same.py" corpus/experiment-11.1.3.json "$work/again.json"
else
    echo "not tested: $later is not there"
fi
again
python3 "$work/same.py" corpus/experiment.json "$work/again.json"

# A figure that is another is noticed.
sed 's/"rejected": /"rejected": 1/' "$work/again.json" >"$work/spoilt.json"
if cmp -s "$work/again.json" "$work/spoilt.json" || python3 "$work/same.py" corpus/experiment.json "$work/spoilt.json" 2>/dev/null
then
    echo "a changed figure is not noticed" >&2
    exit 1
fi
