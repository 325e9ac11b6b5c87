#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Claim: the examples in ci/gitlab and ci/github vet a QEMU as a pipeline runs them, all their scripts in a folder with
nothing but what earlier jobs made: a clean one passes, one in which a known finding came back fails, a missing one has no
answer, which is a warning where that is wished; and what is kept holds what these systems show.

usage: test_pipelines.py SOURCE HARDSTOP
"""
import glob
import json
import os
import shutil
import sys
import tempfile
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import pipelines  # noqa: E402

TARGET = 's390x'
# An audit of one device, with nothing to compare it with: it fails nothing, and has HTML and SARIF.
KNOWN, AUDIT = '--steps known', '--steps known,audit --budget 70s'


class Failed(Exception):
    pass


def expect(holds, what, words=''):
    if not holds:
        raise Failed('%s\n%s' % (what, words[-3000:]))


class Place:
    """A folder in which there is what a build job has left: links to the installed QEMU, and hardstop as it is installed."""

    def __init__(self, root, hardstop):
        self.root, self.folder = root, os.path.join(root, 'project')
        os.makedirs(os.path.join(self.folder, 'build'))
        os.symlink(shutil.which('qemu-system-' + TARGET), os.path.join(self.folder, 'build', 'qemu-system-' + TARGET))
        os.makedirs(os.path.join(self.folder, 'installed'))
        os.symlink(os.path.dirname(hardstop), os.path.join(self.folder, 'installed', 'bin'))
        home = os.path.join(root, 'home')
        os.mkdir(home)
        # A runner's: no more than this is known to a script, beside what the job itself says.
        self.environment = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': home,
                            'CI': 'true', 'LC_ALL': 'C.UTF-8'}

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding='utf-8') as file:
            return file.read()

    def keep_baseline(self, name):
        """What a clean run has left, as one in which a known finding was gone."""
        place = os.path.join(self.folder, name)
        shutil.copytree(os.path.join(self.folder, 'hardstop', 'vet'), place)
        path = os.path.join(place, 'known.json')
        with open(path, encoding='utf-8') as file:
            lines = json.load(file)
        next(line for line in lines if line['qemu'][0]['state'] == 'confirmed')['qemu'][0]['state'] = 'fixed'
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(lines, file)


def check_kept(place, result, failures, errors=0):
    for name in ('vet.md', 'vet.xml', 'vet.json', 'vet/known.json'):
        expect('hardstop/' + name in result.kept, 'hardstop/%s is not kept' % name, result.words)
    suite = xml.etree.ElementTree.fromstring(place.read('hardstop/vet.xml')).find('testsuite')
    expect((int(suite.get('failures')), int(suite.get('errors'))) == (failures, errors), 'JUnit has other failures')
    expect(len(suite.findall('testcase/failure')) == failures, 'JUnit has other failures')
    expect(json.loads(place.read('hardstop/vet.json'))['result'] == ('worse' if failures else 'clean'), 'another result')
    expect('### hardstop vet: ' in place.read('hardstop/vet.md'), 'no Markdown')


def test_gitlab(source, place):
    folder = os.path.join(source, 'ci', 'gitlab')
    pipeline = pipelines.read_gitlab(os.path.join(folder, 'example.yml'),
                                     lambda path: os.path.join(folder, os.path.basename(path)))
    vet = pipelines.extend(pipeline, 'vet-qemu')
    against = pipelines.extend(pipeline, 'vet-qemu-against-debian')
    expect(vet['needs'] == [{'job': 'build-qemu', 'artifacts': True}] and vet['stage'] == 'test', 'other inputs')
    variants = [variables for variables in pipelines.gitlab_variants(vet) if variables['HARDSTOP_TARGET'] == TARGET]
    expect(len(variants) == 1, 'no job for ' + TARGET)

    def run(job, **variables):
        return pipelines.run_gitlab(job, dict(variants[0], HARDSTOP_PACKAGE='installed', **variables), place.folder,
                                    place.environment)

    result = run(vet, HARDSTOP_OPTIONS=KNOWN)
    expect((result.state, result.status) == ('success', 0), 'a clean QEMU: %s' % result.state, result.words)
    check_kept(place, result, 0)
    place.keep_baseline('earlier')
    result = run(vet, HARDSTOP_OPTIONS=KNOWN, HARDSTOP_BASELINE='earlier')
    expect((result.state, result.status) == ('failed', 1), 'a QEMU that is worse: %s' % result.state, result.words)
    check_kept(place, result, 1)
    result = run(against, HARDSTOP_OPTIONS=KNOWN, HARDSTOP_AGAINST='', HARDSTOP_BASELINE='earlier')
    expect((result.state, result.status) == ('failed', 1), 'a warning for what is worse', result.words)
    result = run(vet, HARDSTOP_BUDGET='1s')
    expect((result.state, result.status) == ('failed', 2), 'no budget: %s' % result.state, result.words)
    result = run(against, HARDSTOP_AGAINST='', HARDSTOP_BUILD='elsewhere')
    expect((result.state, result.status) == ('warning', 2), 'no QEMU: %s' % result.state, result.words)
    result = run(vet, HARDSTOP_BUILD='elsewhere')
    expect((result.state, result.status) == ('failed', 2), 'no QEMU: %s' % result.state, result.words)
    result = pipelines.run_gitlab(vet, dict(variants[0], HARDSTOP_PACKAGE=''), place.folder, place.environment)
    expect(result.state == 'failed' and result.status == 127, 'no hardstop: %s' % result.state, result.words)


def test_github(source, place):
    folder = os.path.join(source, 'ci', 'github')
    caller, = pipelines.read_documents(os.path.join(folder, 'example.yml'))
    path = os.path.join(folder, os.path.basename(caller['jobs']['vet']['uses']))
    workflow, = pipelines.read_documents(path)

    def download(given):
        expect(given['name'] == 'qemu', 'another artefact: %s' % given)
        shutil.copy(os.path.join(place.root, 'qemu.tar'), place.folder)

    def run(**inputs):
        given = pipelines.github_inputs(workflow, dict(caller['jobs']['vet']['with'], package='installed', **inputs), path)
        job = workflow['jobs']['vet']
        variant, = [row for row in pipelines.github_variants(job, {'inputs': given}) if row['target'] == TARGET]
        run = pipelines.GitHubRun(job, {'inputs': given, 'matrix': variant}, place.folder, place.environment,
                                  actions={'actions/download-artifact': download})
        return run, run.run()

    # What the build job packs, links and all.
    pack, = [step['run'] for step in caller['jobs']['build']['steps'] if 'qemu.tar' in step.get('run', '')]
    os.makedirs(os.path.join(place.folder, 'build', 'qemu-bundle'))
    os.makedirs(os.path.join(place.folder, 'build', 'pc-bios'))
    status, words = pipelines.run_script(['sh', '-eu'], pack, place.folder, place.environment)
    expect(status == 0, 'not packed', words)
    shutil.move(os.path.join(place.folder, 'qemu.tar'), place.root)
    shutil.rmtree(os.path.join(place.folder, 'build'))

    job, result = run(options=AUDIT, budget='')
    expect(result.state == 'success', 'a clean QEMU: %s' % result.state, result.words)
    check_kept(place, result, 0)
    expect(job.summary.startswith('### hardstop vet: clean'), 'no summary', job.summary)
    expect(dict(job.used).get('github/codeql-action/upload-sarif') == {'sarif_file': 'hardstop/sarif'}, 'no SARIF', result.words)
    reports = glob.glob(os.path.join(place.folder, 'hardstop', 'sarif', '*'))
    expect(len(reports) == 1, 'not one SARIF: %s' % reports)
    with open(reports[0], encoding='utf-8') as file:
        sarif_run, = json.load(file)['runs']
    expect(sarif_run['automationDetails']['id'] and sarif_run['tool']['driver']['name'] == 'hardstop', 'no category')
    expect('<html' in place.read('hardstop/vet/%s.html' % os.path.basename(reports[0])[:-len('.sarif')]), 'no HTML')
    place.keep_baseline('earlier-' + TARGET)
    job, result = run(options=KNOWN, baseline='earlier-')
    expect((result.state, result.status) == ('failed', 1), 'a QEMU that is worse: %s' % result.state, result.words)
    check_kept(place, result, 1)
    expect('github/codeql-action/upload-sarif' not in dict(job.used), 'SARIF without an audit')
    expect(job.summary.startswith('### hardstop vet: worse'), 'no summary', job.summary)
    for wish, state in (('fail', 'failed'), ('warn', 'success')):
        job, result = run(build='elsewhere', no_answer=wish)
        expect(result.state == state, 'no QEMU, %s: %s' % (wish, result.state), result.words)
        expect(('::warning ' in result.words) == (wish == 'warn'), 'a warning where none is wished, or none', result.words)
    job, result = run(options=AUDIT, budget='', sarif=False)
    expect(result.state == 'success' and 'github/codeql-action/upload-sarif' not in dict(job.used), 'SARIF', result.words)
    job, result = run(options=KNOWN, baseline='earlier-', no_answer='warn')
    expect((result.state, result.status) == ('failed', 1), 'a warning for what is worse', result.words)


def main(source, hardstop):
    status = 0
    for test in (test_gitlab, test_github):
        with tempfile.TemporaryDirectory() as root:
            try:
                test(source, Place(root, os.path.realpath(hardstop)))
            except (Failed, pipelines.Trouble) as why:
                print('%s: %s' % (test.__name__, why))
                status = 1
    return status


if __name__ == '__main__':
    sys.exit(main(os.path.realpath(sys.argv[1]), sys.argv[2]))
