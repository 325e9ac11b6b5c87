# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads jobs of GitLab and GitHub from their files, and runs what they say as a pipeline does, in a folder that stands for
the project's.  Of both systems this knows what the files in ci/gitlab and ci/github use; else it says what it does not know.
"""
import glob
import itertools
import os
import re
import subprocess

import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2 as both systems have it: `on` is a word."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:bool']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver('tag:yaml.org,2002:bool', re.compile('^(true|false)$'), list('tf'))


class Trouble(Exception):
    pass


def read_documents(path):
    with open(path, encoding='utf-8') as file:
        try:
            return list(yaml.load_all(file, Loader))
        except yaml.YAMLError as why:
            raise Trouble('%s: %s' % (path, why))


def each_text(value, change):
    """The value, each string in it as `change` gives it."""
    if isinstance(value, dict):
        return {key: each_text(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [each_text(part, change) for part in value]
    return change(value) if isinstance(value, str) else value


def merge(below, above):
    """Objects member by member; all else as `above` has it."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {key: merge(below[key], above[key]) if key in below and key in above else above.get(key, below.get(key))
            for key in list(below) + [key for key in above if key not in below]}


# GitLab

def interpolate(documents, given, path):
    """The last document, with the inputs that the first declares."""
    if len(documents) == 1:
        return documents[0]
    declared = documents[0]['spec']['inputs']
    values = {name: (row or {}).get('default') for name, row in declared.items()}
    for name, value in given.items():
        if name not in declared:
            raise Trouble('%s: has no input %s' % (path, name))
        values[name] = value

    def value_of(match):
        if values.get(match.group(1)) is None:
            raise Trouble('%s: input %s has no value' % (path, match.group(1)))
        return str(values[match.group(1)])

    return each_text(documents[-1], lambda text: re.sub(r'\$\[\[ *inputs\.(\w+) *\]\]', value_of, text))


def read_gitlab(path, find):
    """All of a pipeline: `find` gives the file of a path that is included."""
    pipeline = {}
    own = interpolate(read_documents(path), {}, path)
    for include in own.pop('include', []):
        file = find(include['local'])
        pipeline = merge(pipeline, interpolate(read_documents(file), include.get('inputs', {}), file))
    return merge(pipeline, own)


def extend(pipeline, name):
    if name not in pipeline:
        raise Trouble('no job %s, which is extended' % name)
    job = dict(pipeline[name])
    below = job.pop('extends', [])
    for base in [below] if isinstance(below, str) else below:
        job = merge(extend(pipeline, base), job)
    return job


def gitlab_variants(job):
    """One object of variables for each job that `parallel: matrix` makes."""
    for row in job.get('parallel', {}).get('matrix', [{}]):
        keys = list(row)
        for values in itertools.product(*(row[key] if isinstance(row[key], list) else [row[key]] for key in keys)):
            yield dict(zip(keys, values))


def expand(text, variables):
    return re.sub(r'\$\{?(\w+)\}?', lambda match: str(variables.get(match.group(1), '')), text)


class Result:
    """How a job ended: success, failed or warning; its exit status, words, and the artefacts that were kept."""

    def __init__(self, state, status, words, kept):
        self.state, self.status, self.words, self.kept = state, status, words, kept


def keep(folder, patterns):
    """Paths below the folder that match, folders with all that is in them."""
    found = set()
    for pattern in patterns:
        for path in glob.glob(os.path.join(folder, pattern.rstrip('/'))):
            found |= {os.path.join(at, name) for at, _, names in os.walk(path) for name in names} or {path}
    return sorted(os.path.relpath(path, folder) for path in found)


def gitlab_script(job):
    """As a runner has it: all in one shell, which ends with the first command that fails."""
    return '\n'.join(job.get('before_script', []) + job['script']) + '\n'


def run_script(command, script, folder, environment):
    done = subprocess.run(command + ['-c', script], cwd=folder, env=environment, text=True, errors='replace',
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def run_gitlab(job, variables, folder, environment, command=('sh', '-eu')):
    """Runs a job, whose variables and artefacts of other jobs are given, in a folder."""
    values = dict(job.get('variables', {}), **variables)
    status, words = run_script(list(command), gitlab_script(job), folder,
                               dict(environment, **{name: expand(str(value), values) for name, value in values.items()}))
    artifacts = job.get('artifacts', {})
    allowed = job.get('allow_failure', False)
    may_fail = allowed is True or (isinstance(allowed, dict) and status in
                                   ([allowed['exit_codes']] if isinstance(allowed['exit_codes'], int)
                                    else allowed['exit_codes']))
    kept = []
    if artifacts.get('when', 'on_success') == 'always' or (status == 0) == (artifacts.get('when', 'on_success') == 'on_success'):
        reports = artifacts.get('reports', {})
        kept = keep(folder, [expand(text, values) for text in
                             artifacts.get('paths', []) + [path for path in reports.values() if isinstance(path, str)]])
    return Result('success' if status == 0 else 'warning' if may_fail else 'failed', status, words, kept)


# GitHub

def evaluate(expression, contexts, folder):
    """Of the expressions: contexts' members, fromJSON(), hashFiles(), always(), &&, != '' and == ''."""
    terms = [term.strip() for term in expression.split('&&')]
    if len(terms) > 1:
        return all([evaluate(term, contexts, folder) for term in terms])
    compared = re.fullmatch(r"(.*\S) *([!=]=) *''", terms[0])
    if compared:
        return (evaluate(compared.group(1), contexts, folder) == '') == (compared.group(2) == '==')
    if not terms[0]:
        raise Trouble('an expression that says nothing')
    if terms[0] == 'always()':
        return True
    called = re.fullmatch(r"(fromJSON|hashFiles)\((.*)\)", terms[0])
    if called and called.group(1) == 'fromJSON':
        return yaml.load(evaluate(called.group(2), contexts, folder), Loader)
    if called:
        return ' '.join(keep(folder, [called.group(2).strip("'")]))
    member = re.fullmatch(r'(\w+)\.([\w-]+)', terms[0])
    if not member or member.group(2) not in contexts.get(member.group(1), {}):
        raise Trouble('this runner does not know ${{ %s }}' % expression)
    return contexts[member.group(1)][member.group(2)]


def substitute(value, contexts, folder):
    def change(text):
        whole = re.fullmatch(r'\$\{\{ *([^}]*?) *\}\}', text)
        if whole:
            return evaluate(whole.group(1), contexts, folder)
        return re.sub(r'\$\{\{ *([^}]*?) *\}\}', lambda match: str(evaluate(match.group(1), contexts, folder)), text)
    return each_text(value, change)


def github_inputs(workflow, given, path):
    """What a called workflow is given, and else its defaults."""
    declared = workflow['on']['workflow_call']['inputs']
    for name in given:
        if name not in declared:
            raise Trouble('%s: has no input %s' % (path, name))
    for name, row in declared.items():
        if row.get('required') and name not in given:
            raise Trouble('%s: input %s has no value' % (path, name))
    return {name: given.get(name, row.get('default', '')) for name, row in declared.items()}


def github_variants(job, contexts):
    """One object for each job that `strategy: matrix` makes."""
    matrix = substitute(job.get('strategy', {}).get('matrix', {}), contexts, '.')
    for values in itertools.product(*matrix.values()):
        yield dict(zip(matrix, values))


def read_lines(path):
    with open(path, encoding='utf-8') as file:
        return file.read().splitlines()


class GitHubRun:
    """A job's steps, one shell each, in one folder.  `actions` are the actions that steps use: a function for each, of its
    `with`; one that is not there does nothing."""

    def __init__(self, job, contexts, folder, environment, command=('sh', '-eu'), actions=()):
        self.job, self.contexts, self.folder, self.command = job, contexts, folder, list(command)
        self.environment, self.actions = dict(environment), dict(actions)
        self.used, self.kept, self.words, self.summary = [], [], '', ''

    def shell(self, step):
        files = {name: os.path.join(self.folder, '.' + name.lower()) for name in ('GITHUB_PATH', 'GITHUB_STEP_SUMMARY')}
        for path in files.values():
            open(path, 'w', encoding='utf-8').close()
        environment = dict(self.environment, **files)
        environment.update((name, str(value)) for name, value in step.get('env', {}).items())
        status, words = run_script(self.command, step['run'], self.folder, environment)
        self.words += words
        self.summary += '\n'.join(read_lines(files['GITHUB_STEP_SUMMARY']))
        for added in read_lines(files['GITHUB_PATH']):
            self.environment['PATH'] = added + ':' + self.environment['PATH']
        for path in files.values():
            os.unlink(path)
        return status

    def use(self, step):
        action = step['uses'].partition('@')[0]
        self.used.append((action, step.get('with', {})))
        if action == 'actions/upload-artifact':
            self.kept += keep(self.folder, [step['with']['path']])
        self.actions.get(action, lambda given: None)(step.get('with', {}))

    def run(self):
        failed = 0
        for step in self.job['steps']:
            condition = step.get('if')
            if evaluate(condition, self.contexts, self.folder) if condition else failed == 0:
                step = substitute(step, self.contexts, self.folder)
                status = self.shell(step) if 'run' in step else self.use(step) or 0
                failed = failed or status
        return Result('failed' if failed else 'success', failed, self.words, sorted(set(self.kept)))
