# SPDX-License-Identifier: GPL-2.0-or-later
"""screenshot.py HTML STEM: takes pictures of a report, STEM-wide.png and so on; small, so that they can be kept."""
import os
import shutil
import subprocess
import sys

import browser

MOST_BYTES = 150 * 1000
MOST_HEIGHT = 1900
# Name, width, colours, media.
PICTURES = (('wide', 1400, 'light', ''), ('dark', 1400, 'dark', ''), ('narrow', 400, 'light', ''),
            ('print', 720, 'light', 'print'))


def shoot(page, path, stem):
    """Yields the path and size of each picture: from the page's top to the end of the heat map, or of the first break."""
    for name, width, scheme, media in PICTURES:
        picture = '%s-%s.png' % (stem, name)
        page.window(width, 1000, scheme, media)
        page.open(path)
        end = page.evaluate("Math.ceil(document.querySelector('#map, article').getBoundingClientRect().bottom + scrollY) + 24")
        page.window(width, min(end, MOST_HEIGHT), scheme, media)
        page.paint()
        page.screenshot(picture)
        if shutil.which('pngquant'):
            subprocess.run(['pngquant', '--force', '--skip-if-larger', '--speed', '1', '--output', picture, '64',
                            picture], check=False)
        yield picture, os.path.getsize(picture)


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    if len(sys.argv) != 3:
        sys.exit('usage: screenshot.py HTML STEM')
    with browser.Browser() as opened:
        for shot, shot_size in shoot(opened, sys.argv[1], sys.argv[2]):
            print('%s: %d bytes' % (shot, shot_size))
        sys.exit('\n'.join(opened.errors) or 0)
