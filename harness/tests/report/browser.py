# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, spoken to over a pipe with its DevTools protocol; and what a page did wrong in it."""
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

ANSWER_SECONDS = 300
NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'chrome')


def find():
    """The browser's path, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One page in one process; to be used with `with`."""

    def __init__(self):
        self.errors = []  # of the page: console, exceptions, requests
        self.next_id = 0
        self.has_scripts = True
        self.buffer = b''

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix='hardstop-browser-')
        to_read, self.to = os.pipe()
        self.of, from_write = os.pipe()
        command = [find(), '--headless=new', '--remote-debugging-pipe', '--no-first-run', '--disable-gpu',
                   '--disable-dev-shm-usage', '--disable-extensions', '--disable-background-networking',
                   '--disable-component-update', '--disable-sync', '--no-proxy-server',
                   '--host-resolver-rules=MAP * ~NOTFOUND', '--hide-scrollbars', '--force-device-scale-factor=1',
                   '--user-data-dir=' + self.profile, 'about:blank']
        if os.geteuid() == 0:
            command.insert(1, '--no-sandbox')

        def become_3_and_4():
            # Above what is overwritten.
            high = os.dup2(to_read, 1003), os.dup2(from_write, 1004)
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, preexec_fn=become_3_and_4, pass_fds=(3, 4),
                                        close_fds=True, start_new_session=True)
        os.close(to_read)
        os.close(from_write)
        self.session = None
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(domain + '.enable')
        return self

    def __exit__(self, *ignored):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.to)
        os.close(self.of)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, seconds):
        """The next message; None when there is none in time."""
        end = time.monotonic() + seconds
        while b'\0' not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.of], [], [], left)[0]:
                return None
            data = os.read(self.of, 1 << 20)
            if not data:
                raise RuntimeError('the browser ended')
            self.buffer += data
        message, self.buffer = self.buffer.split(b'\0', 1)
        message = json.loads(message)
        self.note(message)
        return message

    def note(self, message):
        method, params = message.get('method'), message.get('params', {})
        if method == 'Runtime.exceptionThrown':
            details = params['exceptionDetails']
            self.errors.append('exception: ' + details.get('exception', {}).get('description', details['text']))
        elif method == 'Runtime.consoleAPICalled' and params['type'] in ('error', 'warning', 'assert'):
            self.errors.append('console: ' + str([a.get('value', a.get('description')) for a in params['args']]))
        elif method == 'Log.entryAdded' and params['entry']['level'] in ('error', 'warning'):
            self.errors.append('log: ' + params['entry']['text'])
        elif method == 'Network.requestWillBeSent' and not params['request']['url'].startswith('file:'):
            self.errors.append('request: ' + params['request']['url'][:200])
        elif method == 'Page.javascriptDialogOpening':
            self.errors.append('dialog: ' + params['message'])

    def call(self, method, **params):
        self.next_id += 1
        message = {'id': self.next_id, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        data = json.dumps(message).encode() + b'\0'
        while data:
            data = data[os.write(self.to, data):]
        end = time.monotonic() + ANSWER_SECONDS
        while True:
            answer = self.receive(end - time.monotonic())
            if answer is None:
                raise RuntimeError(method + ': the browser does not answer')
            if answer.get('id') == self.next_id:
                if 'error' in answer:
                    raise RuntimeError(method + ': ' + answer['error']['message'])
                return answer['result']

    def window(self, width, height, scheme='light', media=''):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call('Emulation.setEmulatedMedia', media=media,
                  features=[{'name': 'prefers-color-scheme', 'value': scheme}])

    def open(self, path, hash=''):
        """Seconds until the page is loaded and has painted."""
        start = time.monotonic()
        self.call('Page.navigate', url='about:blank')
        self.call('Page.navigate', url='file://' + os.path.abspath(path) + hash)
        while self.evaluate('document.readyState') != 'complete':
            pass
        self.paint()
        return time.monotonic() - start

    def scripts(self, allowed):
        self.has_scripts = allowed
        self.call('Emulation.setScriptExecutionDisabled', value=not allowed)

    def paint(self):
        if not self.has_scripts:
            self.call('Page.captureScreenshot')  # waits for a frame
            return
        self.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))')

    def evaluate(self, expression):
        answer = self.call('Runtime.evaluate', expression=expression, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in answer:
            raise RuntimeError(expression + ': ' + answer['exceptionDetails'].get('exception', {})
                               .get('description', ''))
        return answer['result'].get('value')

    def key(self, name, modifiers=0):
        codes = {'Tab': 9, 'Enter': 13, 'End': 35, 'Home': 36, 'ArrowLeft': 37, 'ArrowUp': 38, 'ArrowRight': 39,
                 'ArrowDown': 40}
        for kind in ('rawKeyDown', 'keyUp'):
            self.call('Input.dispatchKeyEvent', type=kind, key=name, code=name, windowsVirtualKeyCode=codes[name],
                      modifiers=modifiers)
        self.paint()

    def mouse(self, kind, x, y):
        button = {} if kind == 'mouseMoved' else {'button': 'left', 'clickCount': 1}
        self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y, **button)

    def click(self, x, y):
        for kind in ('mouseMoved', 'mousePressed', 'mouseReleased'):
            self.mouse(kind, x, y)
        self.paint()

    def screenshot(self, path, full=False):
        answer = self.call('Page.captureScreenshot', format='png', captureBeyondViewport=full)
        with open(path, 'wb') as out:
            out.write(base64.b64decode(answer['data']))

    def pdf(self, path):
        with open(path, 'wb') as out:
            out.write(base64.b64decode(self.call('Page.printToPDF', printBackground=False)['data']))
