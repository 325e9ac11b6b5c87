#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A device is added by its message, one table file and one row: virtio-balloon is taken out of a copy of the tree and
# added again under other names, which are then everywhere.  test_add_device.sh SOURCE FOLDER
set -eu
# shellcheck source=harness/tests/scratch.sh
. "$(dirname "$0")/scratch.sh"

copy_tree
# Cases that hold the old names.
grep -rlE 'balloon \{' "$place/given/corpus" | while read -r case; do
    rm "$case" "$tree/${case#"$place/given/"}"
done
# What QEMU makes anew in its fields.
for at in "$place/given" "$tree"; do
    sed -i '/\.field = "Balloon/,/ },$/d' "$at/harness/judge/recomputed_rules.c"
done
cd "$tree"
schema=proto/virtio.proto
tables=harness/wire/virtio
families=harness/setup/family.c
sed -i -e '/^message VirtioBalloon {/,/^}/d' -e '/^message Balloon[A-Za-z]* {/,/^}/d' \
    -e '/^    [A-Za-z]*Balloon[A-Za-z]* [a-z_]* = [0-9]*;/d' $schema
rm $tables/balloon.c
sed -i 's/(devices balloon /(devices /' $tables/CMakeLists.txt
sed -i '/^    { "balloon", /,/},$/d' $families
! grep -E 'Balloon [a-z]|"balloon"| balloon ' $schema $tables/* $families || fail "the device is not taken out"

sed -i -e 's/^  oneof device {/&\n    Ballast ballast = 13;/' -e '/^message Subsection {/,/^}/{
s/^  oneof body {/&\n    BallastReport ballast_report = 23;\n    BallastPoison ballast_poison = 24;/
}' $schema
cat >>$schema <<'EOF'

message Ballast {
  optional uint32 pages = 1;
  optional uint32 reached = 2;
  repeated Subsection subsection = 3;
}

message BallastReport {
  optional uint32 command = 1;
  optional uint32 progress = 2;
}

message BallastPoison {
  optional uint32 poison = 1;
}
EOF
cat >$tables/ballast.c <<'EOF'
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-balloon: hw/virtio/virtio-balloon.c, QEMU 7.2. */
#include "harness/wire/virtio/tables.h"

static const struct field report_fields[] = {
    FIELD_NUMBER(Hardstop__BallastReport, command, 4),
    FIELD_NUMBER(Hardstop__BallastReport, progress, 4),
};
static const struct table report_table = TABLE(hardstop__ballast_report, report_fields);

static const struct field poison_fields[] = { FIELD_NUMBER(Hardstop__BallastPoison, poison, 4) };
static const struct table poison_table = TABLE(hardstop__ballast_poison, poison_fields);

static const struct subsection_set ballast_subsections = {
    .vmstate = "virtio-balloon-device",
    .element = &hardstop__subsection__descriptor,
    .known = {
        { "virtio-balloon-device/free-page-report", HARDSTOP__SUBSECTION__BODY_BALLAST_REPORT, &report_table },
        { "virtio-balloon-device/page-poison", HARDSTOP__SUBSECTION__BODY_BALLAST_POISON, &poison_table },
    },
};

static const struct field ballast_fields[] = {
    FIELD_NUMBER(Hardstop__Ballast, pages, 4),
    FIELD_NUMBER(Hardstop__Ballast, reached, 4),
    FIELD_SUBSECTION_LIST(Hardstop__Ballast, subsection, &ballast_subsections),
};
const struct table ballast_table = TABLE(hardstop__ballast, ballast_fields);
VIRTIO_PAYLOAD(ballast, BALLAST, "virtio-balloon");
EOF
sed -i 's/(devices /&ballast /' $tables/CMakeLists.txt
sed -i '/^    { "rng", /r /dev/stdin' $families <<'EOF'
    { "ballast", "ballast", "virtio-balloon", .device = EVERYWHERE("balloon", ",free-page-hint=on,iothread=t0"),
      .option = { "-object", "iothread,id=t0" } },
EOF
expect_touched $families $tables/CMakeLists.txt $tables/ballast.c $tables/balloon.c $schema

build build -DBUILD_TESTING=OFF hardstop case_fuzzer wire_fuzzer_dictionary text_fuzzer_dictionary
cd "$place"
bin=$place/build/bin

"$bin/hardstop" fuzz --list >list
for target in ccw_ballast pci_ballast mmio_ballast; do
    grep -qx $target list || fail "no target $target"
    [ -x "$bin/${target}_fuzzer" ] || fail "no program ${target}_fuzzer"
done
! grep balloon list || fail "a target of the old name"
has "$bin/text_fuzzer.dict" '"ballast { "'
has "$bin/text_fuzzer.dict" '"reached: "'
has "$bin/wire_fuzzer.dict" /fe.0.0000/virtio-balloon
has "$bin/wire_fuzzer.dict" virtio-balloon-device/free-page-report

# A program of a device that is no more goes.
printf '#!/bin/sh\necho ccw\necho pci_ballast\n' >names
chmod +x names
cmake -DPROGRAM="$bin/case_fuzzer" -DNAMES="$place/names" -P "$tree/fuzzers/links.cmake"
[ -x "$bin/pci_ballast_fuzzer" ] || fail "links.cmake takes away what is there"
[ ! -e "$bin/ccw_ballast_fuzzer" ] || fail "links.cmake leaves what is no more"

# Canary states are made of it, as of any, and the table of devices has its row.
mkdir -p seeds/ccw
"$bin/hardstop" seeds --make --transport ccw --folder seeds ballast >made || fail "$(cat made)"
seed=seeds/ccw/ballast.textproto
has $seed "ballast {"
has $seed "reached: "
has $seed "poison: "
"$bin/hardstop" seeds --table --transport ccw --folder seeds ballast >table || fail "$(cat table)"
grep -qE '^\| ballast \| [0-9]+ bytes, .*`ccw_ballast`, `pci_ballast`, `mmio_ballast` \|$' table || fail "$(cat table)"
"$bin/hardstop" show $seed >shown
has shown virtio.ballast.pages
has shown 'virtio.ballast.subsection[virtio-balloon-device/page-poison].ballast_poison.poison'
# What is not a case is taken for sections of the target's device, on a QEMU that the row tells how to start.
echo nothing >bytes
HARDSTOP_FINDINGS=$place/findings "$bin/pci_ballast_fuzzer" bytes >ran 2>&1 || fail "$(cat ran)"
has ran "1 ran, 0"
status=0
"$bin/hardstop" audit $seed --edits section --json audit.json >audited 2>&1 || status=$?
[ $status -le 1 ] || fail "audit: $(cat audited)"
has audit.json virtio.ballast.reached

# The next row is added to the same tree: nearly all of it is built.
exec "$(dirname "$0")/test_add_edit.sh" "$root" "$place" here
