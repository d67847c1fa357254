"""What every picture of a wall must hold, measured in a real browser: letters large enough, whole and apart.

Invariant: lengths are pixels of 1920×1080, whatever the size of the screen; what an ellipsis cuts away is not there.
"""

from typing import Any

from playwright.sync_api import Page

SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
SMALLEST, FROM_FIVE_METRES = 24, 34
"""The smallest letters anywhere, and those of what must be read from five metres (h1, .lead, .figure)."""
MEASURED = """([smallest, far]) => {
  const wall = document.querySelector('.wall');
  const unit = Math.min(innerWidth / 1920, innerHeight / 1080);
  const faults = [], texts = [];
  const scale = (m) => Math.hypot(m.a, m.b);
  const named = (el) => el.className || el.tagName;
  const told = (el) => el.textContent.trim().slice(0, 24);
  const isSvg = (el) => el.namespaceURI.includes('svg');
  const enlarged = (el) => {  // how many times as large as its font size a text is drawn
    const drawing = isSvg(el) ? el : el.closest('foreignObject');
    return drawing ? scale(drawing.getScreenCTM()) : 1;
  };
  const seen = (box, el) => {  // the part of a text that those around it do not cut away
    let { left, top, right, bottom } = box, isCut = false;
    for (let up = el; up && up !== wall; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (isSvg(up) || style.overflowX === 'visible') continue;
      const edge = up.getBoundingClientRect();
      isCut ||= style.textOverflow !== 'ellipsis' && (right > edge.right + 1 || bottom > edge.bottom + 4 * unit);
      [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
    }
    return { left, top, right, bottom, width: right - left, height: bottom - top, isCut };
  };
  for (const el of wall.querySelectorAll('*')) {
    const own = [...el.childNodes].filter((n) => n.nodeType === 3 && n.data.trim());
    if (!own.length || !el.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(el);
    const box = seen((isSvg(el) ? el : range).getBoundingClientRect(), el);
    const size = parseFloat(getComputedStyle(el).fontSize) * enlarged(el) / unit;
    if (size < smallest - 0.1) faults.push(`small ${size.toFixed(1)}: ${told(el)}`);
    if (el.closest('h1, .lead, .figure') && !el.closest('.sankey') && size < far - 0.1)
      faults.push(`not read from afar ${size}: ${told(el)}`);
    if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
      faults.push(`outside: ${told(el)}`);
    if (box.isCut) faults.push(`cut: ${told(el)}`);
    const free = box.height * (isSvg(el) ? 0.14 : 0.1);
    texts.push({ el, l: box.left + 1, r: box.right - 1, t: box.top + free, b: box.bottom - free });
  }
  texts.forEach((one, no) => {
    for (const other of texts.slice(no + 1)) {
      const isOne = one.el.contains(other.el) || other.el.contains(one.el)
        || (one.el.closest('text') && one.el.closest('text') === other.el.closest('text'));
      if (!isOne && one.l < other.r && other.l < one.r && one.t < other.b && other.t < one.b)
        faults.push(`over each other: ${told(one.el)} / ${told(other.el)}`);
    }
  });
  const holders = 'section, .now, .beside, .say, h2, .fig, .feed p, header, footer, .r-scene, .r-top, .r-sec,'
    + ' .r-promised, .r-areas, .r-area, .r-key, .m-scene, .m-right, .m-sec, .m-figs, .m-idle, .m-idle .m-row,'
    + ' .m-bars, .l-low, .l-reach';
  for (const el of wall.querySelectorAll(holders)) {
    if (getComputedStyle(el).display === 'contents') continue;
    if (el.scrollWidth > el.clientWidth + 1) faults.push(`too wide: ${named(el)}`);
    if (!['H2', 'P'].includes(el.tagName) && el.scrollHeight > el.clientHeight + 4)
      faults.push(`too high: ${named(el)}`);
  }
  const parts = [...wall.querySelectorAll('.r-sec, .m-sec, .areas, .r-top, .r-area, footer')];
  const inner = (el) => {  // from the rule above it to the lowest thing in it
    const box = el.getBoundingClientRect();
    return { el, l: box.left + 1, r: box.right - 1, t: box.top + 1, b: box.bottom - 1 };
  };
  parts.map(inner).forEach((one, no, all) => {
    for (const other of all.slice(no + 1))
      if (!one.el.contains(other.el) && !other.el.contains(one.el)
        && one.l < other.r && other.l < one.r && one.t < other.b && other.t < one.b)
        faults.push(`parts over each other: ${named(one.el)} / ${named(other.el)}`);
  });
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) faults.push('the page scrolls');
  const sent = wall.cloneNode(true);
  for (const group of sent.querySelectorAll('[data-shapes]')) group.innerHTML = '';
  return { faults: [...new Set(faults)], bytes: new Blob([sent.outerHTML]).size };
}"""


def measured(page: Page, size: tuple[int, int]) -> dict[str, Any]:
    """The faults of the picture in `page` on a screen of that size, and how many bytes are sent for it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("document.fonts.ready")
    found: dict[str, Any] = page.evaluate(MEASURED, [SMALLEST, FROM_FIVE_METRES])
    return found
