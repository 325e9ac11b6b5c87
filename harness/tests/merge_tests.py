#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes one list of the tests of several builds, so that one ctest runs them all and no processor waits for the last
test of a build: merge_tests.py OUTPUT [FLAVOUR=FOLDER LABELS...]...

A test is listed as FLAVOUR/NAME if it has one of the LABELS; those before which stands a - are left out again; without
any of the former, all others are listed.  The tests of a flavour are a fixture of that name: what needs it runs after them.
"""
import json
import os
import subprocess
import sys


def quoted(value):
    if isinstance(value, list):
        value = ';'.join(map(str, value))
    elif isinstance(value, bool):
        value = 'TRUE' if value else 'FALSE'
    return '[====[%s]====]' % value


def is_wanted(labels, words):
    chosen = [word for word in words if not word.startswith('-')]
    return ((not chosen or any(word in labels for word in chosen)) and
            not any('-' + label in words for label in labels))


def lines_of(flavour, folder, words):
    listed = json.loads(subprocess.check_output(['ctest', '--test-dir', folder, '--show-only=json-v1']))
    for test in listed['tests']:
        properties = {p['name']: p['value'] for p in test.get('properties', [])}
        if not is_wanted(properties.get('LABELS', []), words):
            continue
        name = quoted('%s/%s' % (flavour, test['name']))
        properties['FIXTURES_SETUP'] = flavour
        # One without a command was not built: it stays, and fails.
        yield 'add_test(%s %s)' % (name, ' '.join(map(quoted, test.get('command') or ['not-built'])))
        yield 'set_tests_properties(%s PROPERTIES %s)' % (name, ' '.join(
            '%s %s' % (key, quoted(value)) for key, value in sorted(properties.items())))


def main():
    output, flavours = sys.argv[1], []
    for word in sys.argv[2:]:
        if '=' in word:
            flavours.append((*word.split('=', 1), []))
        else:
            flavours[-1][2].append(word)
    os.makedirs(output, exist_ok=True)
    with open(os.path.join(output, 'CTestTestfile.cmake'), 'w', encoding='utf-8') as file:
        for flavour, folder, words in flavours:
            lines = list(lines_of(flavour, folder, words))
            if not lines:
                sys.exit('merge_tests.py: no test of %s' % folder)
            file.write('\n'.join(lines) + '\n')


main()
