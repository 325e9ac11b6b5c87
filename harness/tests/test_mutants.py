#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Claim: ci/mutants tells defects that are noticed (by a failure, by no end) from those that are not, whatever was moved,
and fails for one that survives without a reason, does not apply or does not compile.  On a project of three files.

usage: test_mutants.py ROOT
"""
import os
import shutil
import subprocess
import sys
import tempfile

PATCHES = 'harness/tests/mutants'
FILES = {
    'CMakeLists.txt': '''cmake_minimum_required(VERSION 3.18)
project(small C)
enable_testing()
add_library(sum SHARED harness/sum.c)
target_include_directories(sum PUBLIC .)
foreach(test count sums slow)
  add_executable(${test} ${test}.c)
  target_link_libraries(${test} sum)
  add_test(NAME ${test} COMMAND ${test})
endforeach()
set_tests_properties(count sums PROPERTIES LABELS unit)
''',
    'ci/build': '#!/bin/sh\nset -e\ncd "$(dirname "$0")/.."\n'
                'cmake -S . -B build/$1 -G Ninja >build.log\nninja -C build/$1 >>build.log\n',
    'harness/sum.h': 'int sum(int n);\nint twice(int n);\n',
    'harness/sum.c': '#include "harness/sum.h"\n\nint sum(int n)\n{\n    int total = 0;\n\n    while (n > 0) {\n'
                     '        total += n;\n        n--;\n    }\n    return total;\n}\n\n'
                     'int twice(int n)\n{\n    return 2 * n;\n}\n',
    'fuzzers/none.c': '',
    'count.c': '#include "harness/sum.h"\nint main(void)\n{\n    return sum(4) != 10;\n}\n',
    'sums.c': '#include "harness/sum.h"\nint main(void)\n{\n    return sum(1) != 1 || sum(-1) != 0 || twice(3) != 6;\n}\n',
    'slow.c': '#include "harness/sum.h"\nint main(void)\n{\n    return sum(2) != 3;\n}\n',
}


def patch(tests, old, new, before='', after='', path='harness/sum.c', survives=''):
    return ('tests: %s\nmeaning: a meaning\n%s--- a/%s\n+++ b/%s\n@@ -99,9 +99,9 @@\n%s-%s\n+%s\n%s'
            % (tests, 'survives: %s\n' % survives if survives else '', path, path, before and ' %s\n' % before, old, new,
               after and ' %s\n' % after))


FAILS = patch('count', '        total += n;', '        total += n + 1;')
NO_END = patch('slow', '        n--;', '        n -= n > 1;', '        total += n;', '    }')
BY_THE_REST = patch('slow', '    return 2 * n;', '    return 3 * n;')
SAME = patch('count|sums', '    int total = 0;', '    int total = 1 - 1;')
EXCUSED = patch('', '    int total = 0;', '    int total = 2 - 2;', survives='it is the same')
GONE = patch('count', '    total -= n;', '    total += n;')
TWICE = patch('count', '}', '};')
BROKEN = patch('count', '    int total = 0;', '    int totl = 0;')
MOVED = patch('count', 'while (n > 0) {', 'while (n > 1) {', 'int total = 7;', 'total += n;', path='harness/gone/old.c')

# Patches, more arguments, what must be said, the status.
RUNS = [
    ({'fails': FAILS}, [], ['noticed   fails by count', '1 of 1    defects noticed, 100.0 %'], 0),
    ({'no_end': NO_END}, [], ['noticed   no_end by slow (no end)'], 0),
    ({'rest': BY_THE_REST}, [], ['noticed   rest by sums'], 0),
    ({'moved': MOVED}, [], ['noticed   moved by count'], 0),
    ({'fails': FAILS, 'same': SAME}, [], ['noticed   fails by count', 'SURVIVED  same: a meaning', '50.0 %'], 1),
    # One that is explained is no failure where a few are chosen, but counts in the share of all.
    ({'excused': EXCUSED}, ['excused'], ['survived  excused: it is the same', '0 of 1 '], 0),
    ({'excused': EXCUSED}, [], ['survived  excused: it is the same', '0 of 1 '], 1),
    ({'broken': BROKEN}, [], ['UNBUILT   broken'], 1),
    ({'gone': GONE}, [], ['gone does not apply'], 1),
    ({'twice': TWICE}, [], ['twice does not apply'], 1),
    ({'fails': FAILS, 'gone': GONE}, ['--check'], ['gone does not apply'], 1),
    ({'fails': FAILS}, ['--check'], [], 0),
    ({'fails': FAILS}, ['nosuch'], ['no defect is called nosuch'], 2),
    ({'a': FAILS, 'b': SAME, 'c': NO_END}, ['--every', '2'], ['a by count', 'c by slow', '2 of 2 '], 0),
]


def write(root, path, text):
    os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
    with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
        file.write(text)


def run(root, patches, *arguments):
    shutil.rmtree(os.path.join(root, PATCHES), ignore_errors=True)
    shutil.copytree(os.path.join(SOURCE, PATCHES), os.path.join(root, PATCHES),
                    ignore=shutil.ignore_patterns('*.patch', '__pycache__'))
    for name, text in patches.items():
        write(root, '%s/%s.patch' % (PATCHES, name), text)
    done = subprocess.run([os.path.join(root, 'ci/mutants'), '--jobs', '1', '--limit', '10', *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def check(root):
    for patches, arguments, expected, status in RUNS:
        got, text = run(root, patches, *arguments)
        if got != status or not all(words in text for words in expected):
            yield '%s %s: status %d, not %d, or not said: %s\n%s' % (list(patches), arguments, got, status, expected, text)
    # What is known is not done again, until the tree changes.
    log = os.path.join(root, 'build/mutants/log-1')
    os.unlink(log)
    got, text = run(root, {'fails': FAILS})
    if got or os.path.exists(log) or 'fails by count' not in text:
        yield 'done again:\n%s' % text
    write(root, 'count.c', FILES['count.c'].replace('!= 10', '== 0'))
    got, text = run(root, {'fails': FAILS})
    if 'fails by' in text and 'by count' in text:
        yield 'not done again:\n%s' % text
    # Tests that fail anyhow say nothing of defects.
    write(root, 'count.c', FILES['count.c'].replace('!= 10', '!= 11'))
    got, text = run(root, {'fails': FAILS})
    if got != 2 or 'count fails without a defect' not in text:
        yield 'status %d for tests that fail anyhow:\n%s' % (got, text)


def main():
    with tempfile.TemporaryDirectory() as root:
        for path, text in FILES.items():
            write(root, path, text)
        shutil.copy(os.path.join(SOURCE, 'ci/mutants'), os.path.join(root, 'ci/mutants'))
        os.chmod(os.path.join(root, 'ci/build'), 0o755)
        complaints = list(check(root))
    for complaint in complaints:
        print(complaint)
    return len(complaints) > 0


if __name__ == '__main__':
    SOURCE = os.path.realpath(sys.argv[1])
    sys.exit(main())
