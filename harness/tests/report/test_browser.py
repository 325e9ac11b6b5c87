# SPDX-License-Identifier: GPL-2.0-or-later
"""test_browser.py RENDER FOLDER [planted]: opens reports of made-up audits in a headless browser and checks them;
"planted": checks that each of a list of defects put into a report is noticed."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import browser
import check_report
import screenshot

REPORTS = (('net', ['net']), ('two', ['net', 'net-legacy']), ('large', ['large']), ('hostile', ['hostile']),
           ('tiny', ['tiny']))
# What is changed in the report, and what the complaint must say.
PLANTED = (
    (('</body>', '<script>console.error("planted")</script></body>'), 'console: '),
    (('</body>', '<script>undefined_function()</script></body>'), 'exception: '),
    (('</body>', '<img src="http://planted.invalid/x.png" alt=""></body>'), 'planted.invalid'),
    (('</body>', '<div style="width:1500px">wide</div></body>'), 'px wide'),
    (('</body>', '<div id="map"></div></body>'), 'id used twice'),
    (('</body>', '<p><b></p></b></body>'), 'closes nothing'),
    (('</body>', '<a href="#field-planted">dead</a></body>'), 'dead link'),
    (('</body>', '<script>document.title = "injected"</script></body>'), 'markup'),
    (('data-verdict="rejected">12<', 'data-verdict="rejected">13<'), 'table of edits'),
    (('<details class="field" id="field-type"', '<details class="lost" id="field-type"'), 'add up'),
    (('<span class="big">', '<span class="big">1'), 'headline'),
    (('</b> damages took', '0</b> damages took'), 'sentence'),
    (('class="finding"', 'class="lost"'), 'findings, JSON'),
    (('<path class="garbage" d="M5 ', '<path class="crashed" d="M5 '), 'map 0 of '),
    (('<path class="garbage" d="M5 ', '<path class="garbage" d="M6 '), 'map 0 of '),
    (('<path class="ground rejected"', '<path class="ground equal"'), 'map 0 of '),
    (('2= ', '2G '), 'hovering'),
    (('1C0 ', '1C3 '), 'quotes'),
    (('"messages":[0,"a', '"messages":[0,"b'), 'quotes'),
    (("addEventListener('mousemove'", "addEventListener('mouseover2'"), 'hovering'),
    (('id="field-queue__.num"', 'id="field-other"'), 'leads nowhere'),
    (("addEventListener('hashchange', reveal)", ''), 'leads to'),
    (('e.open = true', ''), 'leads to'),
    (('ArrowRight: (o) => o + 1', 'ArrowRight: (o) => o + 2'), 'ArrowRight leads to'),
    (("event.key === 'Enter'", "event.key === 'F9'"), 'leads nowhere'),
    (('map.tabIndex = 0', 'map.tabIndex = -1'), 'Tab does not lead'),
    (('.cells:focus-visible { outline:', '.cells:focus-visible { color:'), 'no outline'),
    (('.view { display: none; }', ''), 'without a script'),
    (('.script-only { display: none; }', ''), 'need it'),
    (('.scroll { overflow-x: auto;', '.scroll { overflow-x: visible;'), 'px wide'),
    (("addEventListener('beforeprint'", "addEventListener('never'", 'details::details-content', 'p::first-line'),
     'fields are closed'),
)


def render(program, folder, name, audits):
    """Writes the report of one or two audits, and the JSON of each; their paths."""
    path = os.path.join(folder, name + '.html')
    json_paths = [os.path.join(folder, '%s-%d.json' % (name, i)) for i in range(len(audits))]
    for i, json_path in reversed(list(enumerate(json_paths))):
        subprocess.run([program, path, json_path, *audits[i:]], check=True)
    return path, json_paths


def positive(program, folder):
    failed = False
    with browser.Browser() as page:
        for name, audits in REPORTS:
            path, json_paths = render(program, folder, name, audits)
            complaints, seconds = check_report.check(page, path, json_paths, plain=name != 'hostile')
            failed |= bool(complaints)
            print('%s: %d bytes, loaded in %.2f s%s' % (name, os.path.getsize(path), seconds,
                                                      ''.join('\n  ' + c for c in complaints)))
        path, _ = render(program, folder, 'picture', ['net', 'net-legacy'])
        for picture, size in screenshot.shoot(page, path, os.path.join(folder, 'picture')):
            if size > screenshot.MOST_BYTES:
                print('%s: %d bytes' % (picture, size))
                failed = True
    return failed


def spoil(json_path):
    """All that was garbage is rejected."""
    audit = check_report.read_json(json_path)
    for counts in audit['edits'].values():
        counts['rejected'] += counts['garbage']
        counts['garbage'] = 0
    for cell in audit['cells']:
        cell['verdict'] = 'rejected' if cell['verdict'] == 'garbage' else cell['verdict']
    with open(json_path, 'w', encoding='utf-8') as file:
        json.dump(audit, file)


def negative(program, folder):
    failed = False
    path, json_paths = render(program, folder, 'planted', ['tiny'])
    with open(path, encoding='utf-8') as file:
        good = file.read()
    with browser.Browser() as page:
        complaints, _ = check_report.check(page, path, json_paths)
        if complaints:
            print('without a defect: %s' % complaints)
            failed = True
        for changes, wanted in PLANTED:
            bad = good
            for old, new in zip(changes[::2], changes[1::2]):
                failed |= old not in bad
                bad = bad.replace(old, new)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(bad)
            complaints, _ = check_report.check(page, path, json_paths, wanted=wanted)
            if not any(wanted in complaint for complaint in complaints):
                print('not noticed: %s: %s' % (changes, complaints))
                failed = True
        for wanted in ('table of edits 1', 'headline 1', 'map 1 of'):
            path, json_paths = render(program, folder, 'planted', ['tiny', 'tiny'])
            spoil(json_paths[1])
            complaints, _ = check_report.check(page, path, json_paths, wanted=wanted)
            if not any(wanted in complaint for complaint in complaints):
                print('the second audit is another, and not noticed: %s: %s' % (wanted, complaints))
                failed = True
    print('%d planted defects' % (len(PLANTED) + 3))
    return failed


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit('usage: test_browser.py RENDER FOLDER [planted]')
    if not browser.find():
        sys.exit('no Chromium: apt-get install chromium')
    os.makedirs(sys.argv[2], exist_ok=True)
    sys.exit((negative if sys.argv[3:] == ['planted'] else positive)(sys.argv[1], sys.argv[2]))


main()
