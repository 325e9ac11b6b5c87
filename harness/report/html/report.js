/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heat map under mouse and keyboard: what is at a byte, and the way to its field. */
'use strict';
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const verdicts = { '.': 'rejected', '=': 'equal', G: 'garbage', H: 'hung', C: 'crashed', '?': 'unknown' };
  const readout = document.getElementById('readout');
  const maps = Array.from(document.querySelectorAll('.cells'));
  let at = 0;

  /* Index of the last start that is not behind the offset; -1 before the first. */
  function find(starts, offset) {
    let low = 0, high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) { low = middle + 1; } else { high = middle; }
    }
    return low - 1;
  }

  function decodeFields(side) {
    side.starts = [];
    side.groups = [];
    side.indexes = [];
    let offset = 0;
    for (const word of side.fields ? side.fields.split(' ') : []) {
      const parts = word.split('.');
      side.starts.push(offset);
      side.groups.push(parseInt(parts[0], 36));
      side.indexes.push(parts.slice(2));
      offset += parseInt(parts[1], 36);
    }
    side.end = offset;
  }

  function decodeSeries(series) {
    const decoded = { edit: series[0], value: series[1], starts: [], letters: [], messages: [] };
    let offset = 0;
    for (const word of series[2].trim().split(' ')) {
      const parts = /^([0-9a-z]+)([.=GHC?_])([0-9a-z]*)$/.exec(word);
      decoded.starts.push(offset);
      decoded.letters.push(parts[2]);
      decoded.messages.push(parts[3] ? parseInt(parts[3], 36) : -1);
      offset += parseInt(parts[1], 36);
    }
    decoded.end = offset;
    return decoded;
  }

  /* Each text is given by how many characters of the one before it keeps, and the rest. */
  const messages = [];
  for (let i = 0; i < data.messages.length; i += 2) {
    messages.push((messages[messages.length - 1] || '').slice(0, data.messages[i]) + data.messages[i + 1]);
  }

  for (const side of data.sides) {
    decodeFields(side);
    side.series = side.series.map(decodeSeries);
  }

  /* The field at an offset: its name with indexes, where it begins, and the index of its entry. */
  function fieldAt(side, offset) {
    const i = offset < side.end ? find(side.starts, offset) : -1;
    if (i < 0) {
      const behind = data.names.indexOf('(behind the last byte)');
      return { path: 'behind the last byte', start: side.end, group: behind };
    }
    let n = 0;
    const path = data.names[side.groups[i]].replace(/\[\]/g, () => '[' + (side.indexes[i][n++] || '') + ']');
    return { path: path, start: side.starts[i], group: side.groups[i] };
  }

  function cellsAt(side, offset) {
    const found = [];
    for (const series of side.series) {
      const field = data.ofFields.includes(series.edit) ? fieldAt(side, offset).start : offset;
      const i = field < series.end ? find(series.starts, field) : -1;
      if (i >= 0 && verdicts[series.letters[i]]) {
        found.push({ edit: series.edit, value: series.value, letter: series.letters[i],
                     message: series.messages[i] < 0 ? '' : messages[series.messages[i]] });
      }
    }
    return found;
  }

  function element(parent, tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined) { made.textContent = text; }
    if (name) { made.className = name; }
    parent.appendChild(made);
    return made;
  }

  /* Damages of one edit with one verdict take one place: "insert 00, ff  garbage". */
  function describe(parent, side, offset) {
    const groups = [];
    const cells = cellsAt(side, offset);
    for (const cell of cells) {
      let group = groups.find((g) => g.edit === cell.edit && g.letter === cell.letter);
      if (!group) { groups.push(group = { edit: cell.edit, letter: cell.letter, values: [] }); }
      if (cell.value) { group.values.push(cell.value); }
    }
    const list = element(parent, 'p', undefined, 'verdicts');
    for (const group of groups) {
      const item = element(list, 'span');
      element(item, 'span', group.letter, 'chip ' + verdicts[group.letter]).setAttribute('aria-hidden', 'true');
      const shown = group.values.slice(0, 6).join(', ') + (group.values.length > 6 ? ' …' : '');
      element(item, 'span', group.edit + (shown ? ' ' + shown : '') + ' ' + verdicts[group.letter]);
      item.append(' ');
    }
    if (!groups.length) { element(list, 'span', 'not tested'); }
    const order = '?.=GHC';
    const worst = cells.filter((c) => c.message).sort((a, b) => order.indexOf(b.letter) - order.indexOf(a.letter));
    if (worst.length) { element(parent, 'p', worst[0].message, 'said'); }
  }

  function show(offset) {
    readout.textContent = '';
    data.sides.forEach((side, i) => {
      const field = fieldAt(side, Math.min(offset, side.places));
      const part = element(readout, 'div');
      const head = element(part, 'p');
      if (side.label) { head.append(side.label + ': '); }
      element(head, 'b', 'offset ' + offset);
      if (offset >= side.places) { head.append(' is behind its end'); return; }
      head.append(offset > field.start ? ', byte ' + (offset - field.start) + ' of ' : ', ');
      element(head, 'code', field.path);
      describe(part, side, offset);
    });
    for (const map of maps) {
      const side = data.sides[map.dataset.side];
      const cursor = map.querySelector('.cursor');
      const width = map.clientWidth / data.columns;
      const row = map.clientHeight / Math.ceil(side.places / data.columns);
      cursor.hidden = offset >= side.places;
      cursor.style.width = width + 'px';
      cursor.style.height = row + 'px';
      cursor.style.left = (offset % data.columns) * width + 'px';
      cursor.style.top = Math.floor(offset / data.columns) * row + 'px';
    }
  }

  /* It lies over what is at the lower edge of the window: only while it is used. */
  function activate(active) {
    readout.classList.toggle('active', active);
    document.body.classList.toggle('reading', active);
  }

  function offsetOf(map, event) {
    const box = map.getBoundingClientRect();
    const side = data.sides[map.dataset.side];
    const rows = Math.ceil(side.places / data.columns);
    const x = Math.floor((event.clientX - box.left) / box.width * data.columns);
    const y = Math.floor((event.clientY - box.top) / box.height * rows);
    const offset = y * data.columns + x;
    return x >= 0 && x < data.columns && y >= 0 && offset < side.places ? offset : -1;
  }

  /* Opens and marks the field that the address names. */
  function reveal() {
    for (const old of document.querySelectorAll('.here')) { old.classList.remove('here'); }
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch (e) { /* as it is */ }
    const target = name && document.getElementById(name);
    if (!target || !target.classList.contains('field')) { return; }
    for (let e = target; e; e = e.parentElement) {
      if (e.tagName === 'DETAILS') { e.open = true; }
    }
    target.classList.add('here');
    target.scrollIntoView({ block: 'start' });
    target.querySelector('summary').focus({ preventScroll: true });
  }

  function go(map, offset) {
    const field = fieldAt(data.sides[map.dataset.side], offset);
    const hash = '#field-' + data.slugs[field.group];
    if (field.group < 0) { return; }
    if (location.hash === hash) { reveal(); } else { location.hash = hash; }
  }

  const steps = {
    ArrowLeft: (o) => o - 1,
    ArrowRight: (o) => o + 1,
    ArrowUp: (o) => o - data.columns,
    ArrowDown: (o) => o + data.columns,
    PageUp: (o) => o - 16 * data.columns,
    PageDown: (o) => o + 16 * data.columns,
    Home: (o, places, far) => far ? 0 : o - o % data.columns,
    End: (o, places, far) => far ? places - 1 : Math.min(o - o % data.columns + data.columns, places) - 1,
  };

  function onKey(map, event) {
    const places = data.sides[map.dataset.side].places;
    if (event.key === 'Enter') {
      event.preventDefault();
      go(map, at);
    } else if (steps[event.key] && !event.altKey && !event.metaKey) {
      /* Another map may have led behind this one's end. */
      const next = steps[event.key](Math.min(at, places - 1), places, event.ctrlKey);
      event.preventDefault();
      if (next >= 0 && next < places) { at = next; }
      show(at);
      map.querySelector('.cursor').scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  for (const map of maps) {
    const label = data.sides[map.dataset.side].label;
    element(map, 'div', undefined, 'cursor').hidden = true;
    map.tabIndex = 0;
    map.setAttribute('role', 'application');
    map.setAttribute('aria-roledescription', 'heat map');
    map.setAttribute('aria-label', (label ? label + ': ' : '') + 'verdict of each byte; arrow keys move, Enter leads ' +
                     'to the field');
    map.addEventListener('keydown', (event) => onKey(map, event));
    map.addEventListener('focus', () => { show(at); activate(true); });
    map.addEventListener('blur', () => activate(false));
    map.addEventListener('mouseenter', () => activate(true));
    map.addEventListener('mouseleave', () => activate(document.activeElement === map));
    map.addEventListener('mousemove', (event) => {
      const offset = offsetOf(map, event);
      if (offset >= 0 && offset !== at) { at = offset; show(at); }
    });
    map.addEventListener('click', (event) => {
      const offset = offsetOf(map, event);
      if (offset >= 0) { at = offset; show(at); go(map, at); }
    });
  }

  for (const button of document.querySelectorAll('.command button')) {
    button.addEventListener('click', () => {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = document.execCommand('copy') ? 'copied' : 'press Ctrl+C';
    });
  }

  addEventListener('hashchange', reveal);
  addEventListener('resize', () => show(at));
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details:not([open])')) {
      details.open = true;
      details.dataset.closed = '';
    }
  });
  addEventListener('afterprint', () => {
    for (const details of document.querySelectorAll('details[data-closed]')) {
      details.open = false;
      delete details.dataset.closed;
    }
  });
  document.documentElement.classList.add('scripted');
  show(at);
  reveal();
}());
