#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command writes for machines is as harness/report/schema has it, and the schemas refuse everything else.

usage: test_outputs.py HARDSTOP SOURCE [campaign]

Each command runs on something small and real, with all of its outputs.  Of each JSON that comes of it every key is left
out, made something else, and joined by one more: the schema must notice.  With `campaign`, those of a campaign alone.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

try:
    import jsonschema
except ImportError:
    print('skipped: python3-jsonschema is not there: ci/setup installs it')
    sys.exit(77)

HARDSTOP, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SCHEMAS = os.path.join(SOURCE, 'harness/report/schema')
CASES = os.path.join(SOURCE, 'corpus/cases')
GARBAGE = os.path.join(CASES, 'regress/ccw-net-legacy-insert.textproto')
RNG = os.path.join(CASES, 'seeds/ccw/rng.textproto')
PAIR = ['--qemu', 'qemu-system-s390x', '--beside', 'qemu-system-s390x']
# Keys that need not be there, by schema; and objects that may have more keys, by schema and the key that they stand at.
OPTIONAL = {
    'compat': {'layout', 'properties', 'bytes', 'reason', 'states'}, 'show': {'records', 'value', 'bytes', 'note',
    'section_id', 'idstr'}, 'load': {'markers', 'use', 'beside'}, 'repro': {'markers', 'use', 'beside', 'confirmed'},
    'audit': {'defaults', 'said'}, 'sarif': {'kind', 'baselineState', 'properties', 'relatedLocations', 'invocations', 'physicalLocation'},
}
OPEN = {'audit': None, 'show': {'records'}, 'sarif': {'properties'}}  # None: all of them
FREE = {('compat', 'from'), ('compat', 'to')}  # what a property of QEMU's is can be anything


class Broken(Exception):
    pass


def demand(claim, *words):
    if not claim:
        raise Broken(' '.join(str(word) for word in words))


def own(value, name):
    """A schema in which what it takes from other files has a name of its own: "common.schema.json#/$defs/verdict" is
    "#/$defs/common.verdict".  Not every version of the validator finds other files where keys are left to be evaluated."""
    if isinstance(value, dict):
        return {key: '#/$defs/%s.%s' % (item.partition('.schema.json')[0] if item[0] != '#' else name,
                                        item.rpartition('/')[2])
                if key == '$ref' else own(item, name) for key, item in value.items()}
    return [own(item, name) for item in value] if isinstance(value, list) else value


def load_schemas():
    schemas, definitions = {}, {}
    for name in sorted(os.listdir(SCHEMAS)):
        if name.endswith('.schema.json'):
            with open(os.path.join(SCHEMAS, name), encoding='utf-8') as file:
                schema = json.load(file)
            jsonschema.Draft202012Validator.check_schema(schema)
            demand(schema.pop('$id') == name, name, 'calls itself by another name')
            name = name[:-len('.schema.json')]
            definitions.update(('%s.%s' % (name, key), own(item, name)) for key, item in schema.pop('$defs', {}).items())
            schemas[name] = own(schema, name)
    return {name: jsonschema.Draft202012Validator({**schema, '$defs': definitions}) for name, schema in schemas.items()}


def shortened(value):
    """Each list with its first four elements, for there are one kind of them, or two, or four of them."""
    if isinstance(value, dict):
        return {name: shortened(item) for name, item in value.items()}
    return [shortened(item) for item in value[:4]] if isinstance(value, list) else value


def objects(value, key=''):
    """(object, key it stands at)"""
    if isinstance(value, dict):
        yield value, key
        for name in list(value):
            yield from objects(value[name], name)
    elif isinstance(value, list):
        for item in value:
            yield from objects(item, key)


def named(schema):
    """The keys that a schema tells of."""
    if isinstance(schema, dict):
        return set(schema.get('properties', ())).union(*(named(item) for item in schema.values()))
    return set().union(*(named(item) for item in schema)) if isinstance(schema, list) else set()


def spoilt(name, value, schema):
    """(what was done, value) for each way in which a value is not what the schema says."""
    told = named(schema)
    places = len(list(objects(value)))
    for place in range(places):
        here, at = list(objects(value))[place]
        is_open = name in OPEN and (OPEN[name] is None or at in OPEN[name])
        if not is_open or at == 'records':
            other = copy.deepcopy(value)
            list(objects(other))[place][0]['planted'] = 'planted'
            yield 'one key more at %s' % at, other
        for key in here if not is_open else told.intersection(here) if OPEN[name] is None else ():
            other = copy.deepcopy(value)
            del list(objects(other))[place][0][key]
            if key not in OPTIONAL.get(name, ()) and (name, at) != ('audit', 'edits'):
                yield 'no %s at %s' % (key, at), other
            other = copy.deepcopy(value)
            list(objects(other))[place][0][key] = [[0]]
            if (name, key) not in FREE:
                yield 'another %s at %s' % (key, at), other


def check_json(validators, name, path, spoil=True):
    with open(path, encoding='utf-8') as file:
        value = json.load(file)
    errors = sorted(validators[name].iter_errors(value), key=lambda error: list(map(str, error.path)))
    demand(not errors, path, 'is not as', name, 'has it:', *(error.message[:300] for error in errors[:3]))
    if spoil:
        n, short = 0, shortened(value)
        demand(validators[name].is_valid(short), name, 'refuses a part of what it takes')
        for what, other in spoilt(name, short, validators[name].schema):
            demand(not validators[name].is_valid(other), name, 'takes a value with', what)
            n += 1
        demand(n or not any(isinstance(item, dict) for item in value), name, 'was not tried')
    return value


def is_junit(path):
    return subprocess.run(['xmllint', '--noout', '--relaxng', os.path.join(SCHEMAS, 'junit.rng'), path],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def check_junit(path, status):
    demand(is_junit(path), path, 'is not as junit.rng has it')
    root = xml.parse(path).getroot()
    for suites in [root] + list(root):
        cases = list(suites.iter('testcase'))
        for attribute, tag in (('failures', 'failure'), ('errors', 'error'), ('skipped', 'skipped')):
            demand(int(suites.get(attribute)) == sum(case.find(tag) is not None for case in cases), path, attribute)
        demand(int(suites.get('tests')) == len(cases) and cases, path, 'tests')
    names = [(case.get('classname'), case.get('name')) for case in root.iter('testcase')]
    demand(len(set(names)) == len(names), path, 'has two testcases of one name')
    bad = int(root.get('failures')) * 1 + int(root.get('errors')) * 2
    demand((bad > 0) == (status > 0) and (status != 1 or int(root.get('failures'))), path, 'and exit status', status)
    return root


def check_sarif(validators, path, rules):
    """How many findings there are; no signature of a rule twice."""
    n = 0
    for run in check_json(validators, 'sarif', path)['runs']:
        listed = run['tool']['driver']['rules']
        names = [rule['id'] for rule in listed]
        demand(set(rules) <= set(names), path, 'has not all properties as rules:', names)
        marks = [(result['ruleId'], result['partialFingerprints']['hardstop/v1']) for result in run['results']]
        demand(len(set(marks)) == len(marks), path, 'has a finding twice')
        for result in run['results']:
            demand(names[result['ruleIndex']] == result['ruleId'], path, 'has another rule at', result['ruleIndex'])
        n += len(marks)
    return n


class Runs:
    def __init__(self, folder):
        self.folder, self.n = folder, 0
        self.validators = load_schemas()
        self.seen = set()
        with open(os.path.join(SOURCE, 'harness/judge/property.h'), encoding='utf-8') as file:
            names = re.findall(r'^#define PROPERTY_\w+ "([a-z-]+)"', file.read(), re.M)
        with open(os.path.join(SOURCE, 'harness/judge/property.c'), encoding='utf-8') as file:
            self.rules = names + re.findall(r'^    \{ "([a-z-]+)", "', file.read(), re.M)
        demand(len(self.rules) > 10, 'where are the properties?')

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, status, *words):
        """Runs a command; its standard output."""
        self.n += 1
        done = subprocess.run([HARDSTOP, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                              check=False, text=True)
        demand(done.returncode in status, 'hardstop', *words, ': exit status', done.returncode, done.stdout[-500:],
               done.stderr[-500:])
        self.status = done.returncode
        return done.stdout

    def json(self, name, status, *words, spoil=True):
        """What the command prints with --json."""
        path = self.path('%s-%d.json' % (name, self.n))
        printed = self.run(status, *words)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(printed)
        self.seen.add(name)
        return check_json(self.validators, name, path, spoil)

    def all(self, name, status, *words):
        """All three, into files; the words for people are printed besides."""
        paths = [self.path('%s-%d.%s' % (name, self.n, ending)) for ending in ('json', 'xml', 'sarif')]
        text = self.run(status, *words, '--json=' + paths[0], '--junit', paths[1], '--sarif', paths[2])
        demand(text.strip() and not text.lstrip().startswith(('{', '[', '<')), 'no words for people:', *words)
        self.seen.add(name)
        return (check_json(self.validators, name, paths[0]), check_junit(paths[1], self.status),
                check_sarif(self.validators, paths[2], self.rules))


def without_times(path):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    demand(re.search(r'<testcase [^>]*time="(?!0\.000)[0-9.]+"', text), path, 'nothing took any time')
    return re.sub(r' time="[0-9]+\.[0-9]{3}"', '', text)


def check_small(runs):
    runs.json('show', [0], 'show', '--json', RNG)
    runs.json('load', [0], 'load', '--json', RNG)
    runs.json('load', [0, 1], 'load', '--json', '--poke', '--beside', 'qemu-system-s390x', RNG)
    runs.json('repro', [1], 'repro', '--json', '--confirm', '-o', runs.path('c.mig'), GARBAGE)
    runs.json('minimize', [0, 1], 'minimize', '--json', '-o', runs.path('small.textproto'), GARBAGE)
    runs.json('doctor', [0, 2], 'doctor', '--json')
    runs.json('seeds', [0], 'seeds', '--json', '--transport', 'ccw', 'rng')
    runs.json('canaries', [0, 1, 2], 'canaries', '--json', 'ne2k', 'edu')
    runs.json('targets', [0], 'fuzz', '--list', '--json', spoil=False)
    demand(runs.json('experiment', [0, 1], 'experiment', '--from', os.path.join(SOURCE, 'corpus/experiment.json'),
                     '--json'), 'no trials')


def check_check(runs):
    found, junit, n = runs.all('check', [1], 'check', '--findings', runs.path('found'), GARBAGE)
    failed = {row['property'] for row in found['properties'] if row['fail']}
    demand(failed == {case.get('name') for case in junit.iter('testcase') if case.find('failure') is not None} and n,
           'the outputs of check do not agree')
    runs.run([0], 'damage', RNG, '--truncate', '100', '-o', runs.path('cut.textproto'))
    demand(runs.all('check', [0], 'check', runs.path('cut.textproto'))[2] == 0, 'what is rejected has findings')
    for i in range(2):
        runs.run([1], 'check', '--junit', runs.path('again%d.xml' % i), '--sarif', runs.path('again%d.sarif' % i), GARBAGE)
    with open(runs.path('again0.sarif'), encoding='utf-8') as one, open(runs.path('again1.sarif'), encoding='utf-8') as two:
        demand(one.read() == two.read(), 'SARIF differs between two runs')
    demand(without_times(runs.path('again0.xml')) == without_times(runs.path('again1.xml')),
           'JUnit differs in more than time between two runs')


def check_standard_output(runs):
    demand(runs.run([1], 'check', '--json', '-', GARBAGE) == runs.run([1], 'check', '--json', GARBAGE), '--json -')
    demand(runs.run([1], 'check', '--junit', '-', GARBAGE).startswith('<?xml'), '--junit -')
    demand(runs.run([1], 'check', '--sarif', '-', GARBAGE).startswith('{'), '--sarif -')
    for outputs in (['--json', '--junit', '-'], ['--junit', '-', '--sarif', '-'],
                    ['--junit', runs.path('one'), '--sarif', runs.path('one')],
                    ['--junit', runs.path('no/such/folder')]):
        demand(runs.run([2], 'check', *outputs, GARBAGE) == '', 'something is printed with', *outputs)


def check_findings(runs):
    rows, junit, n = runs.all('findings', [0], 'findings', runs.path('found'))
    demand({row['status'] for row in rows} == {'known'} and any(row['found'] for row in rows) and n == 1, 'known')
    with open(runs.path('none.tsv'), 'w', encoding='utf-8') as file:
        file.write('# none\n')
    rows, junit, n = runs.all('findings', [1], 'findings', '--known', runs.path('none.tsv'), runs.path('found'))
    demand([row['status'] for row in rows] == ['new'] * n and junit.find('.//failure') is not None, 'new')
    os.unlink(runs.path('found/%s.textproto' % rows[0]['signature']))
    demand(runs.all('findings', [2], 'findings', '--status', 'new', runs.path('found'))[1].find('.//error') is not None,
           'a damaged file')
    lines, junit, n = runs.all('known', [0], 'known', '--qemu', 'qemu-system-s390x', os.path.basename(GARBAGE))
    demand(n == 1 and lines[0]['qemu'][0]['state'] == 'confirmed', 'a confirmed finding')
    with open(runs.path('known-%d.sarif' % (runs.n - 1)), encoding='utf-8') as file:
        demand(json.load(file)['runs'][0]['results'][0]['baselineState'] == 'unchanged', 'its state')
    # What has no verdict is an error, with the reason.
    with open(os.path.join(SOURCE, 'corpus/known.tsv'), encoding='utf-8') as known, \
            open(runs.path('lost.tsv'), 'w', encoding='utf-8') as lost:
        lost.writelines(line for line in known if line.startswith(os.path.basename(GARBAGE)))
    runs.run([2], 'known', '--qemu', 'qemu-system-s390x', '--known', runs.path('lost.tsv'), '--junit', runs.path('lost.xml'))
    error = check_junit(runs.path('lost.xml'), 2).find('.//error')
    demand(error is not None and os.path.basename(GARBAGE) in error.get('message'), 'no reason')


def check_compat(runs):
    sides = ['--from', 'qemu-system-s390x -M s390-ccw-virtio-7.2 -nodefaults -m 4M', '--to',
             'qemu-system-s390x -global virtio-rng-device.event_idx=off']
    results, junit, n = runs.all('compat', [1], 'compat', *sides, '--devices', 'rng')
    demand(n and n <= sum(case.find('failure') is not None for case in junit.iter('testcase')), 'breaks')
    runs.run([1], 'compat', *sides, '--devices', 'rng', '--json=' + runs.path('baseline.json'))
    demand(runs.all('compat', [0], 'compat', *sides, '--devices', 'rng', '--baseline', runs.path('baseline.json'))[2] == n,
           'known breaks')
    runs.all('compat', [0], 'fuzz', '--compat', *PAIR, '--inputs', '5', '--jobs', '1', 'ccw_rng')


def check_vet(runs):
    vet = ['vet', '--qemu', 'qemu-system-s390x', '--steps', 'known', '--work', runs.path('vet')]
    words, junit, n = runs.all('vet', [0], *vet)
    demand(words['result'] == 'clean' and n == 0 and float(junit.get('time')) > 0, 'vet')
    path = runs.path('vet/known.json')
    with open(path, encoding='utf-8') as file:
        lines = json.load(file)
    back = next(line for line in lines if line['qemu'][0]['state'] == 'confirmed')
    back['qemu'][0]['state'] = 'fixed'
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(lines, file)
    demand(runs.all('vet', [1], *vet[:-1], runs.path('next'), '--baseline', runs.path('vet'))[2] == 1, 'one came back')


def check_audit(runs):
    words = ['audit', RNG, '--edits', 'truncate', '--work', runs.path('audit'), '--json', runs.path('audit.json'), '--junit',
             runs.path('audit.xml'), '--sarif', runs.path('audit.sarif')]
    runs.run([0, 1], *words)
    runs.seen.add('audit')
    check_json(runs.validators, 'audit', runs.path('audit.json'))
    check_junit(runs.path('audit.xml'), runs.status)
    check_sarif(runs.validators, runs.path('audit.sarif'), runs.rules)


def check_campaign(runs):
    findings, junit, n = runs.all('fuzz', [1], 'fuzz', '--inputs', '400', '--jobs', '1', '--work', runs.path('work'),
                                  '--status', runs.path('status.json'), '--html', runs.path('fuzz.html'), 'ccw_rng')
    demand(len(findings) == n == int(junit.get('failures')), 'the outputs of fuzz do not agree')
    demand(float(junit.find('.//testcase').get('time')) > 0, 'a campaign took no time')
    check_json(runs.validators, 'status', runs.path('status.json'))
    runs.json('findings', [0, 1], 'findings', '--json', runs.path('work/findings'))
    runs.run([0, 1], 'findings', '--html', runs.path('findings.html'), runs.path('work/findings'))
    pages = []
    for name in ('fuzz', 'findings'):
        with open(runs.path(name + '.html'), encoding='utf-8') as file:
            pages.append(file.read().replace('>hardstop %s<' % name, '><', 1))
    demand(pages[0] == pages[1], 'the page of fuzz is not that of findings')
    demand(all('/%s"' % finding['case'].rpartition('/')[2] in pages[0].replace('</code>', '"') for finding in findings),
           'a finding is not in the page')


def check_validators(runs):
    """What no command writes is refused, too, by the one that is not ours as well."""
    path = runs.path('planted.xml')
    good = ('<testsuites name="a" tests="1" failures="0" errors="0" skipped="0" time="0.000"><testsuite name="a" tests="1" '
            'failures="0" errors="0" skipped="0" time="0.000"><testcase classname="a" name="b" time="0.000">%s</testcase>'
            '</testsuite></testsuites>')
    for text, is_good in ((good % '', True), (good % '<skipped message=""/>', True), (good % '<failure message=""/>', False),
                          (good % '<skipped message=""/><skipped message=""/>', False),
                          ((good % '').replace('time="0.000">', '>'), False), ((good % '').replace('0.000', '0'), False),
                          ((good % '').replace('classname="a"', ''), False)):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        demand(is_junit(path) == is_good, 'junit.rng', 'refuses' if is_good else 'takes', text)
    # A finding that is gone has no level; a command that only lists targets has none of the rest.
    row = {'function': 'f', 'check': True, 'edges': 1, 'reached': 0, 'lines_missed': [3]}
    part = {'file': 'a.c', 'lines': 1, 'lines_reached': 0, 'edges': 1, 'reached': 0, 'functions': [row]}
    whole = [{'program': 'q', 'cases': 1, 'edges': 1, 'reached': 0, 'files': [part]}]
    demand(runs.validators['coverage'].is_valid(whole), 'coverage refuses what is right')
    for what, other in spoilt('coverage', whole, runs.validators['coverage'].schema):
        demand(not runs.validators['coverage'].is_valid(other), 'coverage takes a value with', what)
    runs.seen.add('coverage')


def main(kind):
    steps = [check_campaign] if kind == 'campaign' else [
        check_validators, check_small, check_check, check_standard_output, check_findings, check_compat, check_vet,
        check_audit]
    with tempfile.TemporaryDirectory() as folder:
        try:
            runs = Runs(folder)
            for step in steps:
                step(runs)
            missing = set(runs.validators) - runs.seen - {'common', 'sarif', 'fuzz', 'status'}
            demand(kind == 'campaign' or not missing, 'nothing was written for', missing)
        except Broken as broken:
            print('test_outputs: %s' % broken, file=sys.stderr)
            return 1
    print('%d commands, all as their schemas have it' % runs.n)
    return 0


sys.exit(main(sys.argv[3] if len(sys.argv) > 3 else ''))
