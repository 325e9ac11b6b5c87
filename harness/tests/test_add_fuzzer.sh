#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A fuzz target is added by its source and one line of CMake: in a copy of the tree one gets its dictionary, options,
# seeds, regression test and campaign, both of which fail when its claim does not hold.  test_add_fuzzer.sh SOURCE FOLDER
set -eu
# shellcheck source=harness/tests/scratch.sh
. "$(dirname "$0")/scratch.sh"

copy_tree
cd "$tree"
cat >fuzzers/vmdesc_fuzzer.c <<'EOF'
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claim: any bytes are a stream's description, whose fields have no gaps, or there is a reason why they are none. */
#include "harness/base/check.h"
#include "harness/wire/vmdesc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_error err = { .text = "" };
    struct vmdesc vmdesc;

    if (vmdesc_parse(&vmdesc, data, size, &err) < 0) {
        HS_CHECK(err.text[0], "%zu bytes are refused without a reason", size);
        return 0;
    }
    for (size_t i = 0; i < vmdesc.n_sections; i++) {
        const struct vmdesc_section *section = vmdesc_section_at(&vmdesc, i);
        size_t end = 0;

        for (size_t k = 0; k < section->n_fields; k++) {
            HS_CHECK(section->fields[k].offset == end, "%s: a gap at %zu", section->idstr, end);
            end += section->fields[k].size;
        }
        HS_CHECK(section->size != 77, "%s: planted", section->idstr);
    }
    vmdesc_clear(&vmdesc);
    return 0;
}
EOF
echo 'hardstop_fuzzer(vmdesc SEEDS ${corpus}/vmdesc RUNS 500 MAX_LEN 4096 WORDS stream USES hardstop_wire)' \
    >>fuzzers/CMakeLists.txt
expect_touched fuzzers/CMakeLists.txt fuzzers/vmdesc_fuzzer.c
mkdir corpus/vmdesc
describe() {
    cat >"corpus/vmdesc/$1.json" <<EOF
{"page_size": 4096, "devices": [{"name": "timer", "instance_id": 0, "vmsd_name": "timer", "version": 2,
 "fields": [{"name": "ticks", "type": "int64", "size": 8}, {"name": "clock", "type": "int64", "size": $2}]}]}
EOF
}
describe timer 8

build build "" vmdesc_fuzzer
bin=$place/build/bin
has "$bin/vmdesc_fuzzer.options" "max_len = 4096"
has "$bin/vmdesc_fuzzer.options" "dict = vmdesc_fuzzer.dict"
has "$bin/vmdesc_fuzzer.dict" virtio/broken
has "$place/build/seeds/vmdesc_fuzzer" "$tree/corpus/vmdesc"
ninja -C "$place/build" -t commands portable | grep -q vmdesc_fuzzer.c || fail "it is not among what OSS-Fuzz gets"
CC=clang CXX=clang++ build own "-DHARDSTOP_ENGINE=libfuzzer -DHARDSTOP_SANITIZE=address,undefined" vmdesc_fuzzer

# check BUILD TEST EXPECTED: runs just that test.
check() {
    found=passes
    ctest --test-dir "$place/$1" -R "^$2\$" --no-tests=error --output-on-failure >"$place/log" 2>&1 || found=fails
    [ "$found" = "$3" ] || fail "$2 $found: $(cat "$place/log")"
    has "$place/log" "Test #"
}
check build vmdesc_regress passes
has "$place/build/Testing/Temporary/LastTest.log" "1 ran, 0 could not be read"
check own vmdesc_campaign passes
grep -q 'Dictionary: [0-9][0-9]* entries' "$place/own/Testing/Temporary/LastTest.log" || fail "no dictionary is used"
has "$place/own/Testing/Temporary/LastTest.log" "Done 500 runs"

describe planted 69
check build vmdesc_regress fails
has "$place/log" "timer: planted"
check own vmdesc_campaign fails
has "$place/log" "timer: planted"
