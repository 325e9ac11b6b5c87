#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Claim: the files for other people's pipelines are what GitLab, GitHub and ClusterFuzzLite take: YAML with the members
that these know, names that exist, and scripts in which shellcheck sees nothing.  No package of Debian has the schemas of
these systems, so the tables below say what is used of them.  Each rule is broken in a copy of the files, too.

usage: test_ci_files.py SOURCE
"""
import functools
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import pipelines  # noqa: E402

COPIED = ['.clusterfuzzlite', 'ci']

# GitLab: members of a pipeline that are no jobs, and of a job, with what they hold.
GITLAB_TOP = {'include': list, 'stages': list, 'variables': dict, 'workflow': dict, 'default': dict}
GITLAB_JOB = {'after_script': list, 'allow_failure': (bool, dict), 'artifacts': dict, 'before_script': list, 'cache': dict,
              'extends': (str, list), 'image': (str, dict), 'interruptible': bool, 'needs': list, 'parallel': (int, dict),
              'retry': (int, dict), 'rules': list, 'script': list, 'services': list, 'stage': str, 'tags': list,
              'timeout': str, 'variables': dict, 'when': str}
GITLAB_ARTIFACTS = {'exclude': list, 'expire_in': str, 'expose_as': str, 'name': str, 'paths': list, 'reports': dict,
                    'untracked': bool, 'when': str}
GITLAB_REPORTS = {'codequality': str, 'dotenv': str, 'junit': (str, list)}
GITLAB_NEED = {'job': str, 'artifacts': bool, 'optional': bool, 'project': str, 'ref': str}
GITLAB_INPUT = {'default': (str, int, bool, list), 'description': str, 'options': list, 'regex': str, 'type': str}
GITLAB_WHEN = ['always', 'on_failure', 'on_success']
GITLAB_GIVEN = re.compile(r'(CI|GITLAB)(_\w+)?$')

# GitHub: of a workflow, its jobs and steps.
GITHUB_TOP = {'concurrency': dict, 'defaults': dict, 'env': dict, 'jobs': dict, 'name': str, 'on': (str, list, dict),
              'permissions': (str, dict)}
GITHUB_EVENTS = ['pull_request', 'push', 'schedule', 'workflow_call', 'workflow_dispatch']
GITHUB_JOB = {'concurrency': dict, 'container': (str, dict), 'defaults': dict, 'env': dict, 'if': str, 'name': str,
              'needs': (str, list), 'outputs': dict, 'permissions': (str, dict), 'runs-on': str, 'steps': list,
              'strategy': dict, 'timeout-minutes': int, 'uses': str, 'with': dict}
GITHUB_STEP = {'continue-on-error': bool, 'env': dict, 'id': str, 'if': str, 'name': str, 'run': str, 'shell': str,
               'timeout-minutes': int, 'uses': str, 'with': dict, 'working-directory': str}
GITHUB_INPUT = {'default': (str, int, bool), 'description': str, 'required': bool, 'type': str}
GITHUB_TYPES = {'string': str, 'number': int, 'boolean': bool}
GITHUB_PERMISSIONS = ['actions', 'contents', 'issues', 'pull-requests', 'security-events']
FUZZ = ['language', 'github-token', 'sanitizer', 'storage-repo', 'storage-repo-branch', 'storage-repo-branch-coverage']
# What an action is given, without its version.
GITHUB_ACTIONS = {
    'actions/checkout': ['fetch-depth', 'path', 'ref', 'repository'],
    'actions/download-artifact': ['github-token', 'name', 'path', 'run-id'],
    'actions/upload-artifact': ['if-no-files-found', 'name', 'path', 'retention-days'],
    'github/codeql-action/upload-sarif': ['category', 'checkout_path', 'sarif_file'],
    'google/clusterfuzzlite/actions/build_fuzzers': FUZZ + ['keep-unaffected-fuzz-targets', 'upload-build'],
    'google/clusterfuzzlite/actions/run_fuzzers': FUZZ + ['fuzz-seconds', 'mode', 'output-sarif', 'parallel-fuzzing'],
}
FUZZ_MODES = ['code-change', 'batch', 'prune', 'coverage']
FUZZ_SANITIZERS = ['address', 'undefined', 'memory', 'coverage']
FUZZ_PROJECT = {'language': str, 'base_os_version': str, 'main_repo': str}

CONTAINER = ['ARG', 'COPY', 'ENTRYPOINT', 'ENV', 'FROM', 'RUN', 'WORKDIR']


def members(value, table, where):
    """What an object has that the table does not, or of another kind."""
    if not isinstance(value, dict):
        yield '%s: is no object' % where
        return
    for name, part in value.items():
        if name not in table:
            yield '%s: has no member %s' % (where, name)
        elif not isinstance(part, table[name]):
            yield '%s: %s is of another kind: %s' % (where, name, part)


@functools.lru_cache(maxsize=None)
def lint_lines(script, shell):
    done = subprocess.run(['shellcheck', '-s', shell, '-f', 'gcc', '-'], input=script, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout.splitlines()


def lint(script, where, shell='sh', ends_early=True):
    """Of a script that both systems end with its first command that fails, or of one that goes on."""
    for line in lint_lines(('set -e\n' if ends_early else '') + script, shell):
        yield '%s: %s' % (where, line)


def variables_of(script):
    """Names of variables in capitals that a script uses, and those that it sets."""
    script = re.sub(r'(?m)^\s*#.*', '', script)
    used = set(re.findall(r'\$\{?([A-Z][A-Z0-9_]+)', script))
    return used, set(re.findall(r'\b([A-Z][A-Z0-9_]+)=', script)) | {'PATH'}


def check_gitlab_inputs(documents, path):
    if len(documents) == 1:
        return
    yield from members(documents[0], {'spec': dict}, path)
    declared = documents[0].get('spec', {}).get('inputs', {})
    for name, row in declared.items():
        yield from members(row, GITLAB_INPUT, '%s: input %s' % (path, name))
    used = set(re.findall(r'\$\[\[ *inputs\.(\w+) *\]\]', str(documents[1])))
    for name in sorted(used ^ set(declared)):
        yield '%s: input %s is %s' % (path, name, 'never used' if name in declared else 'not declared')


def check_gitlab_job(pipeline, name, path):
    where = '%s: %s' % (path, name)
    job = pipelines.extend(pipeline, name)
    yield from members(job, GITLAB_JOB, where)
    yield from members(job.get('artifacts', {}), GITLAB_ARTIFACTS, where + ': artifacts')
    yield from members(job.get('artifacts', {}).get('reports', {}), GITLAB_REPORTS, where + ': reports')
    if job.get('artifacts', {}).get('when', 'always') not in GITLAB_WHEN:
        yield '%s: artifacts are kept when?' % where
    if isinstance(job.get('allow_failure'), dict):
        yield from members(job['allow_failure'], {'exit_codes': (int, list)}, where + ': allow_failure')
    for need in job.get('needs', []):
        yield from members(need, GITLAB_NEED, where + ': needs')
        if not name.startswith('.') and need.get('job') not in pipeline:
            yield '%s: needs %s, which is not there' % (where, need.get('job'))
    if not name.startswith('.'):
        if job.get('stage', 'test') not in pipeline.get('stages', ['build', 'test', 'deploy']):
            yield '%s: no stage %s' % (where, job['stage'])
        if 'script' not in job:
            yield '%s: has no script' % where
            return
    known = set(job.get('variables', {})) | {key for row in pipelines.gitlab_variants(job) for key in row}
    used, own = variables_of(pipelines.gitlab_script(dict({'script': []}, **job)))
    for variable in sorted(used - known - own):
        if not GITLAB_GIVEN.match(variable):
            yield '%s: nothing says what %s is' % (where, variable)
    yield from lint(pipelines.gitlab_script(dict({'script': []}, **job)), where)


def check_gitlab(root):
    for path in sorted(glob.glob(os.path.join(root, 'ci', 'gitlab', '*.yml'))):
        yield from check_gitlab_inputs(pipelines.read_documents(path), path)
        pipeline = pipelines.read_gitlab(path, lambda name: os.path.join(os.path.dirname(path), os.path.basename(name)))
        yield from members({name: part for name, part in pipeline.items() if name in GITLAB_TOP}, GITLAB_TOP, path)
        for name in pipeline:
            if name not in GITLAB_TOP:
                yield from check_gitlab_job(pipeline, name, path)


def check_github_inputs(declared, where):
    for name, row in declared.items():
        yield from members(row, GITHUB_INPUT, '%s: input %s' % (where, name))
        kind = GITHUB_TYPES.get(row.get('type'))
        if not kind:
            yield '%s: input %s has no type' % (where, name)
        elif not isinstance(row.get('default', kind()), kind):
            yield '%s: input %s has a default of another type' % (where, name)


def check_call(job, folder, where):
    """A job that is a workflow."""
    path = os.path.join(folder, os.path.basename(job['uses']))
    if not os.path.exists(path) or os.path.dirname(job['uses']) != './.github/workflows':
        yield '%s: no workflow %s' % (where, job['uses'])
        return
    called, = pipelines.read_documents(path)
    pipelines.github_inputs(called, job.get('with', {}), where)
    for name, value in job.get('with', {}).items():
        row = called['on']['workflow_call']['inputs'][name]
        if not isinstance(value, GITHUB_TYPES[row['type']]):
            yield '%s: %s is no %s' % (where, name, row['type'])
    if job.get('with', {}).get('mode', FUZZ_MODES[0]) not in FUZZ_MODES:
        yield '%s: ClusterFuzzLite has no mode %s' % (where, job['with']['mode'])
    for name in re.findall(r'"(\w+)"', job.get('with', {}).get('sanitizers', '')):
        if name not in FUZZ_SANITIZERS:
            yield '%s: ClusterFuzzLite has no sanitizer %s' % (where, name)


def check_step(step, shell, contexts, where):
    yield from members(step, GITHUB_STEP, where)
    if ('run' in step) == ('uses' in step):
        yield '%s: either run or uses' % where
    elif 'uses' in step:
        action, _, version = step['uses'].partition('@')
        if action not in GITHUB_ACTIONS or not version:
            yield '%s: no action %s' % (where, step['uses'])
        for name in step.get('with', {}):
            if name not in GITHUB_ACTIONS.get(action, [name]):
                yield '%s: %s takes no %s' % (where, action, name)
    else:
        if '${{' in step['run']:
            yield '%s: an expression in a script, where what is given could be a command' % where
        used, own = variables_of(step['run'])
        for variable in sorted(used - own - set(step.get('env', {}))):
            if not variable.startswith('GITHUB_'):
                yield '%s: nothing says what %s is' % (where, variable)
        yield from lint(step['run'], where, shell)
    for text in re.findall(r'\$\{\{ *(.*?) *\}\}', str(step)) + [step.get('if', '')]:
        for context, name in re.findall(r'\b(inputs|matrix|steps)\.(\w+)', text):
            if name not in contexts[context]:
                yield '%s: no %s.%s' % (where, context, name)


def check_github_job(workflow, name, folder, where):
    job = workflow['jobs'][name]
    yield from members(job, GITHUB_JOB, where)
    if ('steps' in job) == ('uses' in job):
        yield '%s: either steps or uses' % where
        return
    if isinstance(job.get('needs', []), str) and job['needs'] not in workflow['jobs']:
        yield '%s: needs %s, which is not there' % (where, job['needs'])
    if 'uses' in job:
        yield from check_call(job, folder, where)
        return
    called = workflow['on'].get('workflow_call', {}) if isinstance(workflow['on'], dict) else {}
    contexts = {'inputs': called.get('inputs', {}), 'matrix': job.get('strategy', {}).get('matrix', {}),
                'steps': [step['id'] for step in job['steps'] if 'id' in step]}
    for expression in re.findall(r'\$\{\{ *(.*?) *\}\}', str({key: job[key] for key in job if key != 'steps'})):
        for name in re.findall(r'\binputs\.(\w+)', expression):
            if name not in contexts['inputs']:
                yield '%s: no inputs.%s' % (where, name)
    shell = job.get('defaults', {}).get('run', {}).get('shell', 'sh' if 'container' in job else 'bash')
    for number, step in enumerate(job['steps'], 1):
        yield from check_step(step, shell, contexts, '%s: step %d' % (where, number))


def check_github(root):
    for path in sorted(glob.glob(os.path.join(root, 'ci', 'github', '*.yml'))):
        workflow, = pipelines.read_documents(path)
        yield from members(workflow, GITHUB_TOP, path)
        events = workflow['on'] if isinstance(workflow['on'], (list, dict)) else [workflow['on']]
        for event in events:
            if event not in GITHUB_EVENTS:
                yield '%s: no event %s' % (path, event)
        if isinstance(events, dict):
            for row in events.get('schedule', []):
                if len(row['cron'].split()) != 5:
                    yield '%s: no time: %s' % (path, row['cron'])
            yield from check_github_inputs(events.get('workflow_call', {}).get('inputs', {}), path)
        for holder in [workflow] + list(workflow['jobs'].values()):
            if isinstance(holder.get('permissions'), dict):
                for name, value in holder['permissions'].items():
                    if name not in GITHUB_PERMISSIONS or value not in ('read', 'write', 'none'):
                        yield '%s: no permission %s: %s' % (path, name, value)
        for name in workflow['jobs']:
            yield from check_github_job(workflow, name, os.path.dirname(path), '%s: %s' % (path, name))


def instructions(path):
    """(instruction, the rest) of a container file, whose continued lines are joined."""
    with open(path, encoding='utf-8') as file:
        text = re.sub(r'(?m)^#.*\n', '', file.read()).replace('\\\n', '')
    for line in filter(None, text.split('\n')):
        yield tuple(line.split(None, 1))


def check_container(root, path):
    """Instructions, scripts in them, and files of the tree that they name."""
    for instruction, rest in instructions(path):
        if instruction not in CONTAINER:
            yield '%s: no instruction %s' % (path, instruction)
        elif instruction == 'RUN':
            yield from lint(rest + '\n', path, ends_early=False)
        for name in re.findall(r'\bci/[\w./-]+', rest if instruction == 'RUN' else ''):
            if not os.path.exists(os.path.join(root, name)):
                yield '%s: no file %s' % (path, name)


def check_clusterfuzzlite(root):
    folder = os.path.join(root, '.clusterfuzzlite')
    project, = pipelines.read_documents(os.path.join(folder, 'project.yaml'))
    yield from members(project, FUZZ_PROJECT, folder)
    if project.get('language') not in ('c', 'c++'):
        yield '%s: no language' % folder
    base = [rest for instruction, rest in instructions(os.path.join(folder, 'Dockerfile')) if instruction == 'FROM']
    if len(base) != 1 or not base[0].endswith('/base-builder:%s' % project.get('base_os_version')):
        yield '%s: builder and runner are of two systems' % folder


def check_containers(root):
    for path in ('ci/Containerfile', 'ci/oss-fuzz/Dockerfile', '.clusterfuzzlite/Dockerfile'):
        yield from check_container(root, os.path.join(root, path))


def check(root):
    complaints = []
    for rule in (check_gitlab, check_github, check_clusterfuzzlite, check_containers):
        try:
            complaints += list(rule(root))
        except pipelines.Trouble as why:
            complaints.append(str(why))
    return complaints


GITLAB, GITHUB, CALLER = 'ci/gitlab/hardstop.yml', 'ci/github/hardstop.yml', 'ci/github/example.yml'
# A file, what is in it, what is put there, and what must be said then.
PLANTED = [
    (GITLAB, 'spec:\n', 'spec: [\n', 'hardstop.yml'),
    (GITLAB, '      junit: ', '      unit: ', 'has no member unit'),
    (GITLAB, '    when: always', '    when: ever', 'artifacts are kept when?'),
    (GITLAB, '    exit_codes: 2', '    exit_codes: two', 'exit_codes is of another kind: two'),
    (GITLAB, '    exit_codes: 2', '    exit_code: 2', 'has no member exit_code'),
    (GITLAB, 'inputs.stage ]]', 'inputs.stages ]]', 'stages'),
    (GITLAB, 'extends: .hardstop_vet\n', 'extends: .hardstop\n', 'no job .hardstop, which is extended'),
    (GITLAB, '"$HARDSTOP_BUILD/qemu', '"$HARDSTOP_BILD/qemu', 'nothing says what HARDSTOP_BILD is'),
    (GITLAB, '    - mkdir hardstop', '    - mkdir $HARDSTOP_BUILD', 'SC2086'),
    ('ci/gitlab/example.yml', 'build_job: build-qemu', 'build_job: build', 'needs build, which is not there'),
    ('ci/gitlab/example.yml', 'build_job: build-qemu', 'job: build-qemu', 'has no input job'),
    ('ci/gitlab/example.yml', '  - test\n', '', 'no stage test'),
    ('ci/gitlab/example.yml', '  parallel:', '  parallels:', 'has no member parallels'),
    (GITHUB, '      artifact:\n', '      artefact:\n', 'has no input artifact'),
    (GITHUB, '        default: 10m', '        default: 10', 'input budget has a default of another type'),
    (GITHUB, 'matrix.target }}\n          TARGET', 'matrix.targets }}\n          TARGET', 'no matrix.targets'),
    (GITHUB, "always() && inputs.sarif", "always() && inputs.serif", 'no inputs.serif'),
    (GITHUB, 'sarif_file:', 'sarif_files:', 'takes no sarif_files'),
    (GITHUB, '          BUDGET: ', '          BUGDET: ', 'nothing says what BUDGET is'),
    (GITHUB, 'run: tar -xf qemu.tar', 'run: tar -xf ${{ inputs.artifact }}', 'an expression in a script'),
    (GITHUB, '>>"$GITHUB_STEP_SUMMARY"', '>>$GITHUB_STEP_SUMMARY', 'SC2086'),
    (GITHUB, 'actions/upload-artifact@v4', 'actions/upload-artifact', 'no action actions/upload-artifact'),
    (GITHUB, "container: ${{ inputs.image }}", "container: ${{ inputs.images }}", 'no inputs.images'),
    (CALLER, 'workflows/hardstop.yml', 'workflows/hard.yml', 'no workflow'),
    (CALLER, '    needs: build', '    needs: built', 'needs built, which is not there'),
    (CALLER, 'security-events', 'security-event', 'no permission security-event'),
    (CALLER, 'on: [pull_request, push]', 'on: [pull_requests]', 'no event pull_requests'),
    (CALLER, '      artifact: qemu\n', '', 'input artifact has no value'),
    ('ci/github/cflite_batch.yml', 'seconds: 3600', 'seconds: an hour', 'seconds is no number'),
    ('ci/github/cflite_batch.yml', '0 */6 * * *', '0 */6 * *', 'no time'),
    ('ci/github/cflite_prune.yml', 'mode: prune', 'mode: pruning', 'no mode pruning'),
    ('ci/github/cflite_coverage.yml', '"coverage"', '"cover"', 'no sanitizer cover'),
    ('ci/github/cflite.yml', '          fuzz-seconds:', '          seconds:', 'takes no seconds'),
    ('.clusterfuzzlite/project.yaml', '24-04', '22-04', 'two systems'),
    ('.clusterfuzzlite/project.yaml', 'language', 'langauge', 'has no member langauge'),
    ('.clusterfuzzlite/Dockerfile', 'oss-fuzz/prepare', 'oss-fuzz/prepared', 'no file ci/oss-fuzz/prepared'),
    ('ci/Containerfile', 'ENTRYPOINT', 'ENTRY', 'no instruction ENTRY'),
    ('ci/Containerfile', '"$s390x" &&', '$s390x &&', 'SC2086'),
]


def main(root):
    status = 0
    for complaint in check(root):
        print(complaint)
        status = 1
    with tempfile.TemporaryDirectory() as copy:
        for folder in COPIED:
            shutil.copytree(os.path.join(root, folder), os.path.join(copy, folder))
        for path, old, new, expected in PLANTED:
            file = os.path.join(copy, path)
            with open(file, encoding='utf-8') as opened:
                before = opened.read()
            if old not in before:
                print('%s does not hold %s' % (path, old))
                status = 1
            with open(file, 'w', encoding='utf-8') as opened:
                opened.write(before.replace(old, new))
            if not any(expected in complaint for complaint in check(copy)):
                print('not noticed: %s in %s' % (new.strip(), path))
                status = 1
            with open(file, 'w', encoding='utf-8') as opened:
                opened.write(before)
    print('%d rules broken in a copy' % len(PLANTED))
    return status


if __name__ == '__main__':
    sys.exit(main(os.path.realpath(sys.argv[1])))
