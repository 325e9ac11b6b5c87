#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A new kind of edit is a row of one table: in a copy of the tree, a row is added to that file alone, and the command
# that is built of it plans, does, counts, reads back and shows the new edit.
# test_add_edit.sh SOURCE FOLDER [here]: "here" is the tree that another test has left in the folder, with its build.
set -eu
# shellcheck source=harness/tests/scratch.sh
. "$(dirname "$0")/scratch.sh"

if [ "${3:-}" = here ]; then
    rm -rf "$place/given"
    cp -a "$tree" "$place/given"
else
    copy_tree
fi
cd "$tree"
table=harness/audit/edit/edit_kinds.c

# `duplicate`: so many bytes from the offset on are there twice.
python3 - $table <<'END'
import sys
text = open(sys.argv[1]).read()
head = 'const struct edit_kind edit_kinds[] = {\n'
tail = '};\n\nconst unsigned edit_count'
assert text.count(head) == 1 and text.count(tail) == 1
functions = '''static bool make_duplicate(const struct edit_spot *spot, struct edit_made *made)
{
    size_t size = spot->series->size;

    if (spot->left < size) {
        return false;
    }
    memcpy(made->bytes, spot->target->plain->out.data + spot->at, size);
    made->damage.kind_case = HARDSTOP__DAMAGE__KIND_INSERT;
    made->damage.insert = (ProtobufCBinaryData){ size, made->bytes };
    return true;
}

'''
row = '''    { .name = "duplicate", .help = "bytes from the offset on are there twice (--lengths)", .takes = EDIT_TAKES_LENGTH,
      .changes_length = true, .plan = plan_delete, .make = make_duplicate, .repeats = delete_repeats },
'''
open(sys.argv[1], 'w').write(text.replace(head, functions + head).replace(tail, row + tail))
END

expect_touched $table

build build -DBUILD_TESTING=OFF hardstop hardstop-preload
cd "$place"
hardstop=build/bin/hardstop

# Exit status 1: findings.
run() {
    "$@" >out 2>err || [ $? = 1 ] || fail "$*: $(cat err)"
}

"$hardstop" audit --help >help
grep -q '  duplicate *bytes from the offset on are there twice' help || fail "--help does not explain it"
tr -s ' \n' ' ' <help | grep -q 'section, duplicate (default: truncate,insert,delete)' || fail "--help does not list it"
"$hardstop" audit --qemu x --edits nosuch >out 2>err && fail "--edits nosuch is taken"
grep -q 'section, duplicate, not "nosuch"' err || fail "--edits does not name it: $(cat err)"

run "$hardstop" audit --qemu qemu-system-x86_64 --machine pc --section ps2kbd --footers off \
    --edits duplicate --lengths 1,8 --work work --json audit.json --html audit.html --junit audit.xml \
    --sarif audit.sarif --fail-on garbage
grep -q '^duplicate ' out || fail "no row of the table in the terminal: $(cat out)"
grep -q ' duplicate [18] at ' out || fail "no failure in the terminal: $(cat out)"
python3 - <<'END' || fail "what audit.json says is not what was done"
import json
audit = json.load(open('audit.json'))
assert list(audit['edits']) == ['duplicate'], audit['edits']
cells = sum(audit['edits']['duplicate'].values())
assert cells == 2 * audit['bytes'] - 7, (cells, audit['bytes'])
assert audit['edits']['duplicate']['rejected'] > 0 and audit['edits']['duplicate']['garbage'] > 0, audit['edits']
assert {cell['value'] for cell in audit['cells']} == {'1', '8'}
assert audit['findings'] and all(finding['edit'] == 'duplicate' for finding in audit['findings'])
END
case=work/$(python3 -c 'import json; print([f["case"] for f in json.load(open("audit.json"))["findings"]
                                        if f["verdict"] == "garbage"][0])')
grep -q 'insert: "' "$case" || fail "$case does not add bytes"
"$hardstop" repro "$case" >out 2>err && fail "$case is clean when it is replayed"
grep -q 'garbage' out || fail "$case is no garbage when it is replayed: $(cat out)"

run "$hardstop" report audit.json --json again.json
cmp audit.json again.json
"$hardstop" report audit.json --baseline audit.json >out
grep -q 'nothing is worse than the baseline' out || fail "worse than itself: $(cat out)"
grep -q 'id="view-duplicate"' audit.html || fail "no map of it in HTML"
grep -q '#view-duplicate:checked' audit.html || fail "its map cannot be chosen in HTML"
grep -q '<tr class="length" data-edit="duplicate">' audit.html || fail "no row of it in HTML"
grep -q '<td>duplicate 8 bytes</td>' audit.html || fail "no damage of it in HTML"
grep -q 'name="duplicate 8"' audit.xml || fail "no test case of it in JUnit"
grep -q '"edit": "duplicate"' audit.sarif || fail "no result of it in SARIF"
