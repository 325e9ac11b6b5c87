#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Includes and links run one way, and nothing is too long: as the source tree has it, and with each rule broken in a copy.

usage: test_one_way.py ROOT
"""
import os
import re
import shutil
import sys
import tempfile

# What a folder may use is below it; those of one line do not use each other.
ORDER = [
    ['base'],
    ['message', 'wire'],
    ['setup'],
    ['case'],
    ['loader'],
    ['judge'],
    ['finding', 'canary'],
    ['compat'],
    ['audit'],
    ['report'],
    ['tool'],
]
RANK = {folder: rank for rank, line in enumerate(ORDER) for folder in line}
RANK['fuzzers'] = RANK['finding'] + 0.5  # they stop at findings; what is above does not know them
RANK['bench'] = len(ORDER)
UNDER = {'wire/virtio': 'wire'}  # within a folder: this one uses that one, which knows nothing of it
DOORS = ('harness/loader/open.c', 'harness/loader/capture.c')  # open whichever of the folders below theirs is asked for, and stand above them
MOST_LINES = {'.c': 400, '.h': 120}
MOST_FUNCTION_LINES = 50
MOST_COLUMNS = 120
NO_PRODUCT = ('bench',)  # for people: no limit of lines


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def folder_of(path):
    """`harness/wire/virtio/net.c` is in `wire/virtio`; `fuzzers/engine/afl.c` in `fuzzers/engine`."""
    folder = os.path.dirname(path)
    return folder[len('harness/'):] if folder.startswith('harness/') else folder


def top(folder):
    return folder.split('/')[0]


def sources(root):
    for start in ('harness', 'fuzzers'):
        for path, folders, names in os.walk(os.path.join(root, start)):
            folders[:] = sorted(f for f in folders if os.path.relpath(os.path.join(path, f), root) != 'harness/tests')
            for name in sorted(names):
                yield os.path.relpath(os.path.join(path, name), root)


def includes(root):
    """(file, file it includes) of all our code."""
    for path in sources(root):
        if path.endswith(('.c', '.h')):
            for included in re.findall(r'^\s*#\s*include\s*"((?:harness|fuzzers)/[^"]*)"', read(os.path.join(root, path)),
                                       re.M):
                yield path, included


def circles(edges):
    """Groups of nodes that reach each other."""
    after = {}
    for a, b in edges:
        if a != b:
            after.setdefault(a, set()).add(b)

    def reach(start):
        seen, todo = set(), [start]
        while todo:
            for node in after.get(todo.pop(), ()):
                if node not in seen:
                    seen.add(node)
                    todo.append(node)
        return seen

    reached = {node: reach(node) for node in after}
    found = {frozenset(n for n in reached[node] if node in reached.get(n, ())) for node in after if node in reached[node]}
    return sorted(' <-> '.join(sorted(group)) for group in found)


def may_use(user, used):
    """Whether one top folder may use another."""
    return user == used or (used in RANK and user in RANK and RANK[used] < RANK[user])


def check_includes(root):
    edges = list(includes(root))
    for path, included in edges:
        user, used = folder_of(path), folder_of(included)
        if not may_use(top(user), top(used)):
            yield '%s includes %s, which is not below it' % (path, included)
        elif UNDER.get(used) == user:
            yield '%s includes %s, which is above it' % (path, included)
    # Folders of one folder run one way, too.
    inside = [(folder_of(a), folder_of(b)) for a, b in edges
              if top(folder_of(a)) == top(folder_of(b)) and a not in DOORS]
    for circle in circles(inside):
        yield 'folders in a circle: %s' % circle
    # A header and the file that goes by its name are one.
    for circle in circles((os.path.splitext(a)[0], os.path.splitext(b)[0]) for a, b in edges):
        yield 'files in a circle: %s' % circle


def links(root):
    """(top folder, library, library it links) as the CMakeLists.txt have it."""
    for path in sources(root):
        if os.path.basename(path) != 'CMakeLists.txt':
            continue
        text = re.sub(r'#.*', '', read(os.path.join(root, path)))
        user = top(folder_of(path))
        for name, arguments in re.findall(r'\bhardstop_library\(\s*(\w+)([^)]*)\)', text):
            for used in arguments.partition('USES')[2].split():
                yield user, 'hardstop_' + name, used
        for name, arguments in re.findall(r'\btarget_link_libraries\(\s*(\S+)([^)]*)\)', text):
            for used in arguments.split():
                yield user, name, used


def check_links(root):
    homes = {}
    edges = list(links(root))
    for user, library, _ in edges:
        homes.setdefault(library, user)
    for folder in RANK:
        homes.setdefault('hardstop_' + folder, folder)
    for user, library, used in edges:
        if used in homes and user in RANK and not may_use(user, homes[used]):
            yield '%s of %s links %s, which is not below it' % (library, user, used)
    for circle in circles((library, used) for _, library, used in edges):
        yield 'libraries in a circle: %s' % circle


def functions(text):
    """(first line, lines) of each function: from its name to its last brace, as clang-format sets them."""
    lines, opened = text.split('\n'), None
    for i, line in enumerate(lines):
        if line == '{':
            opened = i
        elif line.startswith('}') and opened is not None:
            first = opened
            while first and lines[first - 1].strip() and not lines[first - 1].startswith(('}', '#', '/*', ' */')):
                first -= 1
            yield lines[first], i - opened - 1
            opened = None


def check_lengths(root):
    for path in sources(root):
        most = MOST_LINES.get(os.path.splitext(path)[1])
        if not most or folder_of(path) in NO_PRODUCT:
            continue
        text = read(os.path.join(root, path))
        if text.count('\n') > most:
            yield '%s has %d lines, at most %d' % (path, text.count('\n'), most)
        for name, n in functions(text):
            if n > MOST_FUNCTION_LINES:
                yield '%s: %s has %d lines, at most %d' % (path, name, n, MOST_FUNCTION_LINES)


def check_columns(root):
    for path in sources(root):
        if path.endswith(('.c', '.h')):
            for number, line in enumerate(read(os.path.join(root, path)).split('\n'), 1):
                if len(line) > MOST_COLUMNS:
                    yield '%s:%d has %d columns, at most %d' % (path, number, len(line), MOST_COLUMNS)


def code(text):
    """Without comments; strings stay."""
    return re.sub(r'("(?:\\\\.|[^"\\\\\n])*")|/\*.*?\*/', lambda match: match.group(1) or ' ', text, flags=re.S)


def check_doors(root):
    """Loaders are opened by harness/loader's headers, and how a QEMU is called stands in harness/setup alone."""
    for path in sources(root):
        if not path.endswith(('.c', '.h')):
            continue
        text, folder = code(read(os.path.join(root, path))), folder_of(path)
        if top(folder) != 'loader':
            for name in re.findall(r'"harness/loader/qemu/[^"]*"|\bqemu_\w+(?=\()', text):
                yield '%s knows of QEMU: %s' % (path, name)
        if top(folder) != 'setup' and re.search(r'"[^"\n]*qemu-system-', text):
            yield '%s names a QEMU' % path


def check(root):
    return [complaint for rule in (check_includes, check_links, check_lengths, check_columns, check_doors) for complaint in rule(root)]


LONG_FUNCTION = 'int planted(int n)\n{\n%s    return n;\n}\n' % ('    n++;\n' * MOST_FUNCTION_LINES)
# A file, what is added to it, and what must be said then.
PLANTED = [
    ('harness/base/error.h', '#include "harness/message/reflect.h"\n', 'error.h includes harness/message/reflect.h'),
    ('harness/message/reflect.c', '#include "harness/wire/bytes.h"\n', 'reflect.c includes harness/wire/bytes.h'),
    ('harness/wire/bytes.c', '#  include "harness/message/reflect.h"\n', 'bytes.c includes harness/message/reflect.h'),
    ('harness/setup/setup.c', '#include "harness/case/case.h"\n', 'setup.c includes harness/case/case.h'),
    ('harness/case/case.c', '#include "harness/loader/loader.h"\n', 'case.c includes harness/loader/loader.h'),
    ('harness/loader/loader.c', '#include "harness/judge/oracle.h"\n', 'loader.c includes harness/judge/oracle.h'),
    ('harness/judge/oracle.c', '#include "harness/finding/finding.h"\n', 'oracle.c includes harness/finding/finding.h'),
    ('harness/canary/canary.c', '#include "harness/finding/finding.h"\n', 'canary.c includes harness/finding/finding.h'),
    ('harness/finding/finding.c', '#include "harness/canary/canary.h"\n', 'finding.c includes harness/canary/canary.h'),
    ('harness/finding/finding.c', '#include "harness/audit/audit.h"\n', 'finding.c includes harness/audit/audit.h'),
    ('harness/audit/audit.c', '#include "harness/report/heatmap.h"\n', 'audit.c includes harness/report/heatmap.h'),
    ('harness/report/heatmap.c', '#include "harness/tool/tool.h"\n', 'heatmap.c includes harness/tool/tool.h'),
    ('harness/tool/main.c', '#include "harness/tests/support.h"\n', 'main.c includes harness/tests/support.h'),
    ('harness/tool/main.c', '#include "harness/bench/statistics.h"\n', 'main.c includes harness/bench/statistics.h'),
    ('harness/finding/finding.c', '#include "fuzzers/target.h"\n', 'finding.c includes fuzzers/target.h'),
    ('fuzzers/target.c', '#include "harness/audit/audit.h"\n', 'target.c includes harness/audit/audit.h'),
    ('harness/wire/payload.c', '#include "harness/wire/virtio/tables.h"\n', 'includes harness/wire/virtio/tables.h, which is a'),
    ('harness/loader/loader.h', '#include "harness/loader/qemu/client.h"\n', 'folders in a circle: loader <-> loader/qemu'),
    ('harness/base/error.h', '#include "harness/base/file.h"\n', 'files in a circle: harness/base/error <->'),
    ('harness/base/CMakeLists.txt', 'target_link_libraries(hardstop_base PUBLIC hardstop_message)\n',
     'hardstop_base of base links hardstop_message'),
    ('harness/judge/CMakeLists.txt', 'hardstop_library(planted SOURCES x.c\n  USES hardstop_audit)\n',
     'hardstop_planted of judge links hardstop_audit'),
    ('harness/finding/CMakeLists.txt', 'target_link_libraries(hardstop_finding PRIVATE hardstop_target)\n',
     'hardstop_finding of finding links hardstop_target'),
    ('harness/tool/tool.c', '#include "harness/loader/qemu/client.h"\n', 'tool.c knows of QEMU: "harness/loader/qemu'),
    ('fuzzers/target.c', 'int planted(void)\n{\n    return qemu_open(0) != 0;\n}\n', 'target.c knows of QEMU: qemu_open'),
    ('harness/finding/words.c', 'static const char planted[] = "a \\" qemu-system-";\n', 'words.c names a QEMU'),
    ('harness/loader/loader.c', 'static const char planted[] = "qemu-system-x86_64";\n', 'loader.c names a QEMU'),
    ('harness/tool/tool.c', '\n' * MOST_LINES['.c'], 'tool.c has'),
    ('harness/tool/tool.h', '\n' * MOST_LINES['.h'], 'tool.h has'),
    ('harness/bench/search.c', '/* %s */\n' % ('x' * MOST_COLUMNS), 'has 126 columns'),
    ('fuzzers/target.c', LONG_FUNCTION, 'target.c: int planted(int n) has 51 lines'),
]


def main(root):
    status = 0
    for complaint in check(root):
        print(complaint)
        status = 1
    with tempfile.TemporaryDirectory() as copy:
        for folder in ('harness', 'fuzzers'):
            shutil.copytree(os.path.join(root, folder), os.path.join(copy, folder),
                            ignore=shutil.ignore_patterns('tests', '*.png', '__pycache__'))
        for path, text, expected in PLANTED:
            before = read(os.path.join(copy, path))
            with open(os.path.join(copy, path), 'a', encoding='utf-8') as file:
                file.write(text)
            if not any(expected in complaint for complaint in check(copy)):
                print('not noticed: %s' % expected)
                status = 1
            with open(os.path.join(copy, path), 'w', encoding='utf-8') as file:
                file.write(before)
    print('%d rules broken in a copy' % len(PLANTED))
    return status


if __name__ == '__main__':
    sys.exit(main(os.path.realpath(sys.argv[1])))
