# SPDX-License-Identifier: GPL-2.0-or-later
"""What a report must keep in a browser: no error, the numbers of its JSON, cells that lead to their fields, no sideways
scrolling, mouse and keyboard.  Each check appends its complaints; none are a pass."""
import collections
import html.parser
import json
import random
import re

LENGTH = ('truncate', 'insert', 'delete')
SEVERITY = ('rejected', 'unknown', 'equal', 'garbage', 'hung', 'crashed')
VOID = {'meta', 'input', 'br', 'img', 'link', 'hr', 'path', 'rect', 'circle'}
SAMPLES = 16  # places that are hovered over


class Balance(html.parser.HTMLParser):
    """Complains of tags that do not close in order, and of ids used twice."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.complaints = [], set(), []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        self.handle_startendtag(tag, attributes)

    def handle_startendtag(self, tag, attributes):
        for key, value in attributes:
            if key == 'id':
                if value in self.ids or not value or re.search(r'\s', value):
                    self.complaints.append('id used twice or malformed: ' + str(value))
                self.ids.add(value)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complaints.append('</%s> closes nothing, line %d' % (tag, self.getpos()[0]))


def markup(path):
    parser = Balance()
    with open(path, encoding='utf-8') as file:
        parser.feed(file.read())
    return parser.complaints[:5] + ['not closed: ' + tag for tag in parser.open]


def cells_by_offset(audit):
    """{offset: {(edit, value): (verdict, message)}} of an audit's JSON; a range's cell is all bytes of its field."""
    cells = collections.defaultdict(dict)
    starts = {field['offset']: field['size'] for field in audit['fields']}
    for cell in audit['cells']:
        count = starts.get(cell['offset'], 1) if cell['edit'] == 'range' else cell.get('count', 1)
        for offset in range(cell['offset'], cell['offset'] + count):
            cells[offset][cell['edit'], cell['value']] = cell['verdict'], cell['message']
    return cells


def field_at(audit, offset):
    for field in audit['fields']:
        if field['offset'] <= offset < field['offset'] + field['size']:
            return field['path']
    return 'behind the last byte'


def number(text):
    return int(text.replace(',', ''))


def table(page, rows):
    """{edit: {verdict: sum of the cells}} over the rows of that JavaScript expression, without sums."""
    found = page.evaluate("""(() => { const sums = {};
        for (const row of %s) {
            if (row.classList.contains('sum')) { continue; }
            const edit = sums[row.dataset.edit] = sums[row.dataset.edit] || {};
            for (const c of row.querySelectorAll('[data-verdict]')) {
                edit[c.dataset.verdict] = (edit[c.dataset.verdict] || 0) + Number(c.textContent.replace(/,/g, '')); } }
        return sums; })()""" % rows)
    return {edit: {verdict: n for verdict, n in counts.items() if n} for edit, counts in found.items()}


def numbers_of(page, audit, side, sides):
    """The tables, the headline, and the sums over all fields of one audit, beside its JSON."""
    complaints = []
    wanted = {edit: {verdict: n for verdict, n in counts.items() if n} for edit, counts in audit['edits'].items()}
    shown = table(page, "document.querySelectorAll('#edits [data-side=\"%d\"] tbody tr')" % side)
    if shown != wanted:
        complaints.append('table of edits %d: %s, JSON: %s' % (side, shown, wanted))
    fields = table(page, """(() => { const name = document.querySelectorAll('#edits caption')[%d].textContent;
        return Array.from(document.querySelectorAll('.field tbody tr[data-edit]')).filter((row) => %d == 1 ||
        row.closest('table').caption.textContent === name); })()""" % (side, sides))
    if {k: v for k, v in fields.items() if v} != {k: v for k, v in wanted.items() if v}:
        complaints.append('the fields of audit %d do not add up to the JSON: %s, %s' % (side, fields, wanted))
    cells = sum(sum(audit['edits'].get(edit, {}).values()) for edit in LENGTH)
    stopped = sum(audit['edits'].get(edit, {}).get('rejected', 0) for edit in LENGTH)
    big, *bold = page.evaluate("""(() => { const side = document.querySelectorAll('#headline .side')[%d];
        return [side.querySelector('.big').textContent, ...Array.from(side.querySelectorAll('.meaning b'),
        (b) => b.textContent).slice(0, 2)]; })()""" % side)
    share = float(big.split('\u202f')[0])
    if not share - 1e-9 <= 100 * stopped / cells < share + .1000001:
        complaints.append('headline %d: %s, JSON: %d of %d' % (side, big, stopped, cells))
    if [number(text) for text in bold] != [cells, stopped]:
        complaints.append('sentence %d: %s, JSON: %d, %d' % (side, bold, cells, stopped))
    return complaints


def numbers(page, audits):
    complaints = []
    for side, audit in enumerate(audits):
        complaints += numbers_of(page, audit, side, len(audits))
    wanted = {finding['signature'] for audit in audits for finding in audit['findings']}
    findings = page.evaluate("document.querySelectorAll('.finding').length")
    if findings != len(wanted):
        complaints.append('%d findings, JSON: %d' % (findings, len(wanted)))
    return complaints


def strokes(path):
    """The places that a path's strokes cover: "M5 0.5h3m2 1h1" is 5, 6, 7 of row 0, and 10 of row 1."""
    x, row = 0, 0
    for move, right, down, length in re.findall(r'([Mm])(-?\d+) (-?\d+)(?:\.5)?h(\d+)', path):
        x, row = (int(right), int(down)) if move == 'M' else (x + int(right), row + int(down))
        for place in range(x, x + int(length)):
            yield row, place
        x += int(length)


def painted(page, audit, cells, side):
    """The map's strokes: which place has which verdict, beside the JSON."""
    complaints = []
    columns = page.evaluate("JSON.parse(document.getElementById('data').textContent).columns")
    drawn = page.evaluate("""Object.fromEntries(Array.from(document.querySelectorAll('#map-%d .view'), (view) =>
        [view.classList[1], Array.from(view.querySelectorAll('path'), (path) =>
        [Array.from(path.classList), path.getAttribute('d')])]))""" % side)
    for view, paths in drawn.items():
        wanted = {}
        for offset, at in cells.items():
            verdicts = [v for (edit, _), (v, _) in at.items()
                        if view in (edit, 'all') or (view == 'length' and edit in LENGTH)]
            if verdicts:
                wanted[offset] = max(verdicts, key=SEVERITY.index)
        ground = [classes[1] for classes, _ in paths if classes[0] == 'ground'][0]
        shown = collections.defaultdict(lambda: ground)
        for classes, path in paths:
            for row, place in strokes(path) if classes[0] != 'ground' else ():
                shown[row * columns + place] = classes[0]
        wrong = [offset for offset in sorted(cells) if shown[offset] != wanted.get(offset, 'untested')]
        if wrong:
            complaints.append('map %d of %s, at %d: drawn %s, JSON %s'
                              % (side, view, wrong[0], shown[wrong[0]], wanted.get(wrong[0], 'untested')))
    return complaints


def place(page, offset):
    """Scrolls the cell of an offset into the window; its middle."""
    return page.evaluate('''(() => { const map = document.getElementById('map-0');
        const data = JSON.parse(document.getElementById('data').textContent);
        const rows = Math.ceil(data.sides[0].places / data.columns), x = %d %% data.columns;
        const y = Math.floor(%d / data.columns);
        scrollTo(0, scrollY + map.getBoundingClientRect().top + (y + .5) * map.clientHeight / rows - 300);
        const box = map.getBoundingClientRect();
        return [box.left + (x + .5) * box.width / data.columns, box.top + (y + .5) * box.height / rows]; })()'''
                         % (offset, offset))


def read(page):
    """The readout of the first audit: offset, field, {edit: verdicts}, how it is displayed, message."""
    text = page.evaluate('''(() => { const r = document.getElementById('readout'), list = r.querySelector('.verdicts');
        return [r.querySelector('b').textContent, r.querySelector('code').textContent, list ? Array.from(list.children,
        (c) => c.lastElementChild ? c.lastElementChild.textContent : '') : [], getComputedStyle(r).display,
        list && list.nextElementSibling && list.nextElementSibling.className === 'said' ?
        list.nextElementSibling.textContent : '']; })()''')
    verdicts = collections.defaultdict(set)
    for words in text[2]:
        if words:
            verdicts[words.split()[0]].add(words.split()[-1])
    return int(text[0].split()[1]), text[1], dict(verdicts), text[3], text[4]


def hover(page, audit, cells):
    complaints = []
    offsets = sorted(random.Random(1).sample(range(audit['bytes']), min(SAMPLES, audit['bytes'])))
    offsets += [audit['bytes']] * (audit['bytes'] in cells)
    for offset in offsets:
        x, y = place(page, offset)
        page.mouse('mouseMoved', x, y)
        page.paint()
        wanted = collections.defaultdict(set)
        said = collections.defaultdict(set)
        for (edit, _), (verdict, message) in cells[offset].items():
            wanted[edit].add(verdict)
            if message:
                said[verdict].add(message)
        worst = max(said, key=('unknown', *(s for s in SEVERITY if s != 'unknown')).index, default=None)
        shown = read(page)
        if shown[0] != offset or shown[2] != dict(wanted) or shown[3] == 'none':
            complaints.append('hovering over %d says %s, JSON: %s' % (offset, shown, dict(wanted)))
        elif page.plain and shown[1] != field_at(audit, offset):
            complaints.append('hovering over %d says %s, JSON: %s' % (offset, shown[1], field_at(audit, offset)))
        elif page.plain and worst and shown[4] not in said[worst] and not (worst == 'rejected' and not shown[4]):
            complaints.append('hovering over %d quotes "%s", JSON: %s' % (offset, shown[4], said[worst]))
    return complaints[:3]


def arrived(page, audit, offset):
    """Whether the address names the offset's field, and its entry is open and in the window."""
    found = page.evaluate('''(() => { const e = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (!e) { return null; }
        const box = e.querySelector('summary').getBoundingClientRect();
        return [e.open, box.top >= 0 && box.bottom <= innerHeight && box.height > 0,
                e.querySelector('.path').textContent, e.classList.contains('here')]; })()''')
    field = re.sub(r'\[\d*\]', '[]', field_at(audit, offset))
    if not found:
        return ['offset %d leads nowhere: %s' % (offset, page.evaluate('location.hash'))]
    if not all(found[:2]) or not found[3] or (page.plain and found[2] != field):
        return ['offset %d (%s) leads to %s' % (offset, field, found)]
    return []


def ways(page, audit):
    """A click, the keyboard, and a shared address lead to the field; all links lead somewhere."""
    complaints = []
    offset = audit['bytes'] * 2 // 3
    page.click(*place(page, offset))
    complaints += arrived(page, audit, offset)
    address = page.evaluate('location.hash')
    page.evaluate('(document.activeElement.blur(), history.replaceState(null, "", "#"), scrollTo(0, 0))')
    for _ in range(60):
        page.key('Tab')
        if page.evaluate("document.activeElement.id") == 'map-0':
            break
    else:
        complaints.append('Tab does not lead to the map')
    if page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == 'none':
        complaints.append('the focused map has no outline')
    columns = page.evaluate("JSON.parse(document.getElementById('data').textContent).columns")
    page.key('Home', modifiers=2)
    steps = [('ArrowRight', 1), ('ArrowRight', 2), ('ArrowLeft', 1)]
    if audit['bytes'] > 2 * columns:
        steps += [('ArrowDown', columns + 1), ('End', 2 * columns - 1), ('Home', columns), ('ArrowUp', 0),
                  ('ArrowUp', 0), ('ArrowDown', columns), ('ArrowRight', columns + 1)]
    for key, wanted in steps:
        page.key(key)
        if read(page)[0] != wanted:
            complaints.append('%s leads to %d, not to %d' % (key, read(page)[0], wanted))
    page.key('Enter')
    complaints += arrived(page, audit, steps[-1][1])
    page.open(page.path, address)
    complaints += arrived(page, audit, offset)
    dead = page.evaluate('''Array.from(document.querySelectorAll('a[href]'),
        (a) => a.getAttribute('href')).filter((h) => h[0] !== '#' || !document.getElementById(h.slice(1)))''')
    return complaints + ['dead link: ' + str(dead[:3])] * bool(dead)


def across(page):
    """In the map of a shorter section, arrow keys lead on from its end, when the other map had led behind it."""
    places = page.evaluate("JSON.parse(document.getElementById('data').textContent).sides.map((side) => side.places)")
    if len(set(places)) == 1:
        return []
    page.evaluate("document.getElementById('map-%d').focus()" % places.index(max(places)))
    page.key('End', modifiers=2)
    page.evaluate("document.getElementById('map-%d').focus()" % places.index(min(places)))
    page.key('ArrowLeft')
    last = page.evaluate("document.querySelector('#readout b').textContent")
    return [] if last == 'offset %d' % (min(places) - 2) else ['from behind the end, ArrowLeft leads to ' + last]


def sideways(page):
    """Neither wide nor narrow, closed nor open, does the page scroll sideways."""
    complaints = []
    for width, scheme in ((1400, 'light'), (768, 'dark'), (400, 'light')):
        page.window(width, 900, scheme)
        page.open(page.path)
        for state in ('closed', 'open'):
            if state == 'open':
                page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            page.paint()
            wide = page.evaluate('document.documentElement.scrollWidth')
            if wide > width:
                complaints.append('%d px wide, in a window of %d, %s' % (wide, width, state))
    return complaints


def without_script(page):
    """A readable document without JavaScript, whose views can be chosen."""
    complaints = []
    page.window(1400, 1000)
    page.scripts(False)
    page.open(page.path)
    views = page.evaluate("Array.from(document.querySelectorAll('.views label'), (l) => l.htmlFor.slice(5))")
    for view in views:
        box = page.evaluate('''(() => { const l = document.querySelector('label[for="view-%s"]');
            l.scrollIntoView({block: 'center'}); const b = l.getBoundingClientRect();
            return [b.left + 5, b.top + 5]; })()'''
                            % view)
        page.click(*box)
        shown = page.evaluate("Array.from(document.querySelectorAll('#map-0 .view')).filter((v) => "
                              "getComputedStyle(v).display !== 'none').map((v) => v.classList[1])")
        if shown != [view]:
            complaints.append('without a script, %s shows %s' % (view, shown))
    if page.evaluate("Array.from(document.querySelectorAll('.script-only')).some((e) => e.offsetHeight)"):
        complaints.append('without a script, there are controls that need it')
    page.scripts(True)
    return complaints


def on_paper(page):
    """Printed, everything is there."""
    page.window(720, 1000, media='print')
    page.open(page.path)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.paint()
    hidden = page.evaluate("Array.from(document.querySelectorAll('.field .body')).filter("
                           "(b) => !b.checkVisibility()).length")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    left = page.evaluate("document.querySelectorAll('details[open]').length")
    return ['printed, %d fields are closed' % hidden] * bool(hidden) + ['%d stay open' % left] * bool(left)


def untouched(page):
    """No text became markup."""
    found = page.evaluate('''[document.title === 'injected',
        document.scripts.length, document.querySelectorAll('img, [onload], [onerror], iframe, object').length,
        document.styleSheets.length, document.body.offsetHeight > 0]''')
    return [] if found == [False, 2, 0, 1, True] else ['text became markup: %s' % found]


def read_json(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def check(page, path, json_paths, plain=True, wanted=None):
    """All complaints about a report of one or two audits, up to the `wanted` one; `plain`: its texts are shown as they
    are."""
    audits = [read_json(json_path) for json_path in json_paths]
    sides = [cells_by_offset(audit) for audit in audits]
    audit, cells = audits[0], sides[0]
    page.errors.clear()
    page.path, page.plain = path, plain
    complaints = markup(path)
    page.window(1400, 1000)
    seconds = page.open(path)
    for part in (lambda: untouched(page), lambda: numbers(page, audits),
                 lambda: [c for side in range(len(audits)) for c in painted(page, audits[side], sides[side], side)],
                 lambda: hover(page, audit, cells), lambda: ways(page, audit), lambda: across(page),
                 lambda: without_script(page), lambda: on_paper(page), lambda: sideways(page)):
        if page.errors or (wanted and any(wanted in complaint for complaint in complaints)):
            break
        complaints += part()
    return complaints + page.errors[:3], seconds
