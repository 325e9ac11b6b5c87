#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Claim: what README.md tells people to type works, and ends with the exit status that it says.

Runs, line by line, each block of README.md that begins with ```sh, and each of the other README.md files that has the
line <!-- run --> above it, each file in one shell and in a scratch folder of its own, which looks like the tree: the
command is where ci/fuzz puts it, corpus is the tree's, and the QEMU that is installed stands where a new or an old one
is named.  A line must end with status 0, or as its comment says: "exit status 1", "exit status 0 or 1".  What would
take long is shortened by the table SHORTER, which applies to all lines; what is not run stands in NOT_RUN, and is told.

usage: test_readme.py BIN ROOT          all but campaigns, with a build of any kind
       test_readme.py BIN ROOT fuzz     campaigns alone, with a build that has an engine
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

MOST_LINES = 200    # of README.md
ARCHITECTURES = ('s390x', 'x86_64')

# A line's words, what stands in their place, and why.
SHORTER = [
    (r'--time \S+', '--time 1', 'a campaign of a second'),
    (r'--inputs \S+', '--inputs 50', 'a campaign of few inputs'),
    (r'\bci/fuzz((?: --qemu \S+)?) *(?=#|$)', r'ci/fuzz\1 1 ', 'a campaign of a second, not of a minute'),
    (r'\bci/fuzz (?=\d)\d+', 'ci/fuzz 1', 'a campaign of a second'),
    (r'\bhardstop audit ', 'hardstop audit --edits truncate,section ', 'seconds, not a minute; something fails, too'),
    (r'\bhardstop compat ', 'hardstop compat --devices rng --states fresh ', 'one device of all'),
    (r'\bhardstop vet ', 'hardstop vet --steps known ', 'one step of five: its options are those of all'),
    (r'\bhardstop known(?= --qemu)', 'hardstop known ccw-rng-ccw-fmt-1.textproto', 'one finding of fifty'),
    (r' /usr/bin/(?=qemu-system-)', ' old/', "the tests' QEMU, which is not always the installed one"),
    (r'\borigin/master\b', 'HEAD', 'the scratch folder was not cloned'),
]

# A line, and why it is not run; CAMPAIGNS are run by "fuzz", which runs nothing else.
NOT_RUN = [
    (r'^ci/test\b', 'it runs this test'),
    (r'^ci/fuzz --engine afl\b', 'the mutator is in another build: test_hunt runs it there'),
]
CAMPAIGNS = r'^ci/fuzz\b|\bhardstop fuzz(?! --list)'
FOR_ALL = r'^export |^[A-Z]+='    # what later lines need


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)


def find_pages(root):
    for path, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in ('build', 'work') and not f.startswith('.'))
        if 'README.md' in names:
            yield os.path.relpath(os.path.join(path, 'README.md'), root)


def blocks(path, text):
    """The text of each block that is to be run."""
    mark = '' if path == 'README.md' else '<!-- run -->\n'
    return re.findall(r'^%s```sh\n(.*?)^```$' % mark, text, re.M | re.S)


def commands(path, text):
    """(line as it is typed, statuses that are right) of each."""
    for block in blocks(path, text):
        for line in re.sub(r'\\\n\s*', '', block).splitlines():
            if not line.strip() or line.startswith('#'):
                continue
            said = re.search(r'#.*\bexit status ([0-9])(?: or ([0-9]))?', line)
            yield re.sub(r'\s+#.*', '', line), [status for status in said.groups() if status] if said else ['0']


def shorter(line):
    for words, instead, _ in SHORTER:
        line = re.sub(words, instead, line)
    return line


def chosen(line, campaigns):
    """None if the line is run now, else why it is not."""
    for words, why in NOT_RUN:
        if re.search(words, line):
            return why
    if campaigns:
        return None if re.search(CAMPAIGNS + '|' + FOR_ALL, line) else ''
    return 'it needs an engine: "fuzz" runs it' if re.search(CAMPAIGNS, line) else None


def make_tree(root, place, bin):
    """A folder in which commands are typed: nothing in it is ours to keep."""
    os.makedirs(os.path.join(place, 'build', 'plain'))
    os.makedirs(os.path.join(place, 'build', 'fuzz'))
    for flavour in ('plain', 'fuzz'):
        os.symlink(bin, os.path.join(place, 'build', flavour, 'bin'))
    os.symlink(os.path.join(root, 'corpus'), os.path.join(place, 'corpus'))
    os.makedirs(os.path.join(place, 'old'))
    for architecture in ARCHITECTURES:
        name = 'qemu-system-' + architecture
        installed = shutil.which(name)
        if not installed:
            raise SystemExit('test_readme: no %s in PATH: ci/setup installs it' % name)
        for folder in ('old', 'build'):
            os.symlink(installed, os.path.join(place, folder, name))
    write(os.path.join(place, 'ci', 'fuzz'), read(os.path.join(root, 'ci', 'fuzz')), 0o755)
    for done in ('setup', 'build'):    # what they do has been done
        write(os.path.join(place, 'ci', done), '#!/bin/sh\n', 0o755)
    git = ['git', '-C', place, '-c', 'user.name=test', '-c', 'user.email=test@localhost']
    subprocess.run(git + ['init', '-q'], check=True)
    subprocess.run(git + ['commit', '-q', '--allow-empty', '-m', 'none'], check=True)


def script(lines, said):
    """Each line in one shell; what it prints goes to a file; the first wrong status ends it."""
    text = ''
    for i, (line, right) in enumerate(lines):
        text += 'exec >"%s/%d" 2>&1\n%s\n' % (said, i, shorter(line))
        text += ('case $? in %s) ;; *) echo "exit status $?, not %s"; exit 1 ;; esac\n'
                 % ('|'.join(right), ' or '.join(right)))
    return text


def run(root, bin, path, text, campaigns):
    """(complaint or None, lines that were run, lines that were not)."""
    todo, left = [], []
    for line, right in commands(path, text):
        why = chosen(line, campaigns)
        if why is None:
            todo.append((line, right))
        elif why:
            left.append('%s: not run: %s: %s' % (path, line, why))
    if all(re.search(FOR_ALL, line) for line, _ in todo):
        return None, 0, left
    with tempfile.TemporaryDirectory() as folder:
        place, said = os.path.join(folder, 'tree'), os.path.join(folder, 'said')
        os.makedirs(said)
        make_tree(root, place, bin)
        # As README.md exports it.
        env = dict(os.environ, PATH=os.path.join(place, 'build', 'fuzz', 'bin') + ':' + os.environ['PATH'])
        ended = subprocess.run(['sh', '-c', script(todo, said)], cwd=place, env=env, stdin=subprocess.DEVNULL)
        if ended.returncode == 0:
            return None, len(todo), left
        last = max(map(int, os.listdir(said)))
        line = todo[last][0]
        with open(os.path.join(said, str(last)), errors='replace') as file:
            words = file.read()
        return '%s: %s\n  run as: %s\n%s' % (path, line, shorter(line), words[-3000:]), last, left


def check_links(root, path, text):
    """Files that a page leads to."""
    for link in re.findall(r'\]\(([^)#]+)[^)]*\)', text):
        if '://' not in link and not os.path.exists(os.path.join(root, os.path.dirname(path), link)):
            yield '%s leads to %s, which is not there' % (path, link)


def check_length(path, text):
    if path == 'README.md' and text.count('\n') > MOST_LINES:
        yield 'README.md has %d lines, at most %d: tell it in a folder\'s' % (text.count('\n'), MOST_LINES)


def check_marks(path, text):
    if path != 'README.md' and text.count('<!-- run -->') != len(blocks(path, text)):
        yield '%s: <!-- run --> stands on the line above a block that begins with ```sh' % path


def check_tables(pages):
    """What applies to no line is not needed any more, or has another name now."""
    lines = [line for path, text in pages.items() for line, _ in commands(path, text)]
    for row in SHORTER + NOT_RUN:
        if not any(re.search(row[0], line) for line in lines):
            yield 'no line has %s' % row[0]


def check_pages(root, pages):
    return [complaint for path, text in pages.items()
            for check in (check_links(root, path, text), check_length(path, text), check_marks(path, text))
            for complaint in check]


# What is changed in README.md, and what must be said of it then.
SPOILT = [
    ('hardstop show corpus', 'hardstop show --jsn corpus', '--jsn'),
    ('hardstop show corpus', 'hardstop sho corpus', 'no command "sho"'),
    ('hardstop show corpus/cases', 'hardstop show cases', 'No such file'),
    ('.textproto    # exit status 1: an assertion fails', '.textproto', 'exit status 1, not 0'),
    ('hardstop show corpus', 'hardstop show "corpus', 'Syntax error'),
]


# Campaigns that must not go on.
SPOILT_CAMPAIGNS = [
    ('ci/fuzz --qmu build/qemu-system-x86_64', 'usage: ci/fuzz'),
    ('ci/fuzz 60 ccw_nett', 'no target ccw_nett'),
    ('hardstop fuzz --tiem 8h ccw    # exit status 0 or 1', '--tiem'),
]


def check_spoilt_campaigns(root, bin):
    for line, expected in SPOILT_CAMPAIGNS:
        complaint, _, _ = run(root, bin, 'README.md', '```sh\n%s\n```\n' % line, True)
        if not complaint or expected not in complaint:
            yield 'not noticed: %s: %s' % (line, complaint)


def check_spoilt(root, bin):
    """A page of one block, which is right, and then is not."""
    case = 'corpus/cases/regress/pci-net-queue-num.textproto'
    block = ('```sh\nhardstop show %s\nhardstop repro %s    # exit status 1: an assertion fails\n```\n' % (case, case))
    complaint, lines, _ = run(root, bin, 'README.md', block, False)
    if complaint or lines != 2:
        yield 'a page that is right: %s' % complaint
    for words, instead, expected in SPOILT:
        complaint, _, _ = run(root, bin, 'README.md', block.replace(words, instead), False)
        if not complaint or expected not in complaint:
            yield 'not noticed: %s: %s' % (instead, complaint)
    if run(root, bin, 'harness/README.md', block, False)[1]:
        yield 'a block without a mark was run'
    if [list(check_links(root, 'ci/README.md', '[it](%s)' % link)) != [] for link in ('none', 'fuzz')] != [True, False]:
        yield 'links are not looked at'
    if not list(check_length('README.md', '\n' * (MOST_LINES + 1))):
        yield 'length is not looked at'
    if [list(check_marks('ci/README.md', '<!-- run -->\n' + gap + block)) != [] for gap in ('\n', '')] != [True, False]:
        yield 'marks are not looked at'
    if not list(check_tables({'README.md': block})):
        yield 'tables are not looked at'


def main(bin, root, campaigns):
    pages = {path: read(os.path.join(root, path)) for path in find_pages(root)}
    complaints = check_pages(root, pages) + list(check_tables(pages))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run, root, bin, path, text, campaigns) for path, text in pages.items()]
        complaints += (check_spoilt_campaigns if campaigns else check_spoilt)(root, bin)
        ran = 0
        for job in jobs:
            complaint, lines, left = job.result()
            complaints += [complaint] if complaint else []
            ran += lines
            print(*left, sep='\n', end='\n' if left else '')
    print('%d lines were run' % ran)
    print(*complaints, sep='\n')
    return 1 if complaints or not ran else 0


if __name__ == '__main__':
    sys.exit(main(os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]), sys.argv[3:] == ['fuzz']))
