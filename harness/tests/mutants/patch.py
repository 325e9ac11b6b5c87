# SPDX-License-Identifier: GPL-2.0-or-later
"""A defect: a small patch of our own code, with lines of the form `key: value` before it.

  tests: regular expression of the tests that should notice it
  meaning: what goes wrong, in one line
  survives: why no test can notice it (only where none can)

A place is found by its lines, not by its number, and the file that a patch names is only where the search begins: code
that was moved, even to another file, keeps its defects.
"""
import os
import re

SKIPPED = ('build', 'work', '.git', '__pycache__')
NOT_OURS = ('harness/tests', 'harness/bench')  # tests are what defects are shown to


class DoesNotApply(Exception):
    pass


def walk(root, folder=''):
    """Every file below the folder, as paths from the root, in order; none of what is built or found there."""
    for path, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not os.path.islink(os.path.join(path, f)))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(path, name), root)


def is_product(path):
    return path.endswith(('.c', '.h')) and not path.startswith(tuple(f + '/' for f in NOT_OURS))


def product_files(root):
    return [path for folder in ('harness', 'fuzzers') for path in walk(root, folder) if is_product(path)]


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


class Mutant:
    """One patch: name, tests, meaning, survives (or ''), path of the file it names, and its hunks."""

    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.text = read(path)
        head, _, body = self.text.partition('--- a/')
        values = dict(re.findall(r'^(\w+): *(.*\S)', head, re.M))
        self.tests, self.meaning = values.pop('tests', ''), values.pop('meaning', '')
        self.survives = values.pop('survives', '')
        if not self.meaning or not (self.tests or self.survives) or values or not body:
            raise DoesNotApply('%s: needs "tests:" and "meaning:", may have "survives:", and a patch' % path)
        self.hunks = list(parse('--- a/' + body))
        self.path = self.hunks[0][0]
        self.folder = os.path.dirname(self.path)


def parse(body):
    """(path, lines) of each hunk; lines still begin with ' ', '-' or '+'."""
    path, lines = None, None
    for line in body.splitlines():
        if line.startswith('--- a/'):
            path, lines = line[6:].split('\t')[0], None
        elif line.startswith('@@'):
            lines = []
            yield path, lines
        elif lines is not None and line[:1] in (' ', '-', '+', '') and not line.startswith('+++ '):
            lines.append(line or ' ')


def places(text, wanted):
    """Where the lines stand in the text, whatever they are indented by."""
    have = [line.strip() for line in text.split('\n')]
    wanted = [line.strip() for line in wanted]
    return [i for i in range(len(have) - len(wanted) + 1) if have[i:i + len(wanted)] == wanted]


def narrower(lines):
    """The hunk, then with less context, down to none."""
    first = next(i for i, line in enumerate(lines) if line[0] != ' ')
    last = len(lines) - next(i for i, line in enumerate(reversed(lines)) if line[0] != ' ')
    for less in range(max(first, len(lines) - last) + 1):
        yield lines[min(less, first):max(len(lines) - less, last)]


def apply_hunk(texts, path, lines):
    """Plants one hunk in one of the texts (by path): in the file it names, else in its folder, else anywhere."""
    folder = os.path.dirname(path) + '/'
    for among in ([path], [p for p in texts if p.startswith(folder)], list(texts)):
        for part in narrower(lines):
            before = [line[1:] for line in part if line[0] != '+']
            if not any(len(line.strip()) > 3 for line in before):
                break  # a lone brace is no place
            found = [(p, at) for p in among if p in texts for at in places(texts[p], before)]
            if len(found) > 1:
                raise DoesNotApply('%s: its lines are there %d times' % (path, len(found)))
            if found:
                at_path, at = found[0]
                have = texts[at_path].split('\n')
                have[at:at + len(before)] = [line[1:] for line in part if line[0] != '-']
                texts[at_path] = '\n'.join(have)
                return at_path
    raise DoesNotApply('%s: its lines are not there' % path)


def plant(mutant, originals):
    """What the defect makes of the files (path to text): those that it changes.  Raises DoesNotApply."""
    texts = dict(originals)
    changed = {apply_hunk(texts, path, lines) for path, lines in mutant.hunks}
    return {path: texts[path] for path in changed}


def read_all(folder):
    names = sorted(name for name in os.listdir(folder) if name.endswith('.patch'))
    return [Mutant(os.path.join(folder, name)) for name in names]
