"""The marks of a wall's picture by form and colour, and how they look to whoever sees colours differently.

Invariant: colours are those of pixels that the browser drew under its own simulation of each vision, at places where
the mark was seen; nothing is computed from the style sheets but where to look.
"""

import io
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

VISIONS = ("none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia")
COLOURED = 16
"""So many of 255 the parts of a colour lie apart at least; less is a grey of the theme."""
CLEAR = 10.0
"""ΔE (CIE 1976): what two flat colours that lie beside each other differ by at least to be told apart at a glance; a
tenth of black to white."""
NEAR = 60
"""A pixel shows a mark where it is so near to the colour that the style sheets give it: bands lie over each other."""
Pixels = NDArray[np.float64]
MARKS = """() => {
  const wall = document.querySelector('.wall'), found = [];
  const clear = (colour) => !colour || colour === 'none' || /, 0\\)$/.test(colour) || colour === 'transparent';
  const named = (el) => {
    let at = el;
    while (!at.classList?.length && at !== wall) at = at.parentElement;
    const name = `.${[...at.classList].join('.')}`;
    return at === el ? name : `${name} ${el.tagName.toLowerCase()}`;
  };
  const words = (el) => {  // what stands in it, in its row, or is said of it
    const rows = '.r-area, .m-row, .f-key span, .al-stages li, .r-key, .lg span, .al-said, .who, .fig, li, g, h2, p,'
      + ' header';
    const holder = el.closest(rows) || el.parentElement;
    return el.textContent.trim() || holder.textContent.trim() || holder.getAttribute('aria-label') || '';
  };
  const place = (el) => {
    const parts = 'header, footer, h2, .r-key, .r-promised, .r-days, .r-stages, .r-areas, .f-key, .f-foot, .sankey,'
      + ' .m-figs, .m-idle, .m-bars, .l-reach, .al-head, .al-map, .al-bar, .al-said, .al-stages, .al-axis, .al-near,'
      + ' .al-more, .who, .ground-map, .strip, .lg, .beside .fig, .feed, .areas';
    const at = el.closest(parts);
    return at ? [...at.classList].join('.') || at.tagName.toLowerCase() : '';
  };
  const add = (el, form, colour, solid) => {
    if (clear(colour)) return;
    const box = el.getBoundingClientRect();
    if (box.width < 0.5 || box.height < 0.5 && form !== 'line' || box.right < 0 || box.bottom < 0
      || box.left > innerWidth || box.top > innerHeight) return;
    const { fontWeight, letterSpacing } = getComputedStyle(el);
    found.push({ form, name: named(el), colour, solid, words: words(el).replace(/\\s+/g, ' '), place: place(el),
      weight: Number(fontWeight), spaced: letterSpacing !== 'normal',
      box: [box.left, box.top, box.width, box.height] });
  };
  const symbol = (el) => el.classList.contains('lv')
    || (el.tagName === 'path' && el.closest('svg').viewBox.baseVal.width === 16);
  for (const el of wall.querySelectorAll('*')) {
    if (!el.checkVisibility({ visibilityProperty: true }) || el.closest('defs, symbol, clipPath')) continue;
    const style = getComputedStyle(el), tag = el.tagName.toLowerCase();
    let alpha = 1;
    for (let up = el; up && up !== wall; up = up.parentElement) alpha *= getComputedStyle(up).opacity;
    const own = [...el.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (el.namespaceURI.includes('svg')) {
      if (['text', 'tspan'].includes(tag)) { if (own) add(el, 'words', style.fill, alpha); continue; }
      if (!['path', 'rect', 'circle', 'line', 'use', 'polygon', 'polyline', 'ellipse'].includes(tag)) continue;
      const level = [...el.classList].find((one) => ['red', 'orange', 'yellow', 'blue'].includes(one));
      const form = symbol(el) ? `symbol ${level || el.getAttribute('d')}` : tag === 'circle' ? 'disc'
        : tag === 'rect' ? 'bar' : tag === 'line' ? 'line' : /a/i.test(el.getAttribute('d') || '') ? 'wedge' : 'area';
      if (tag !== 'line') add(el, form, style.fill, alpha * style.fillOpacity);
      const outline = form === 'area' ? 'line' : form;
      if (parseFloat(style.strokeWidth) > 0) add(el, outline, style.stroke, alpha);
      continue;
    }
    if (own) add(el, 'words', style.color, alpha);
    const form = parseFloat(style.borderTopLeftRadius) > 0 ? 'disc' : 'bar';
    add(el, form, style.backgroundColor, alpha);
    const pattern = style.backgroundImage.match(/rgb\\([^)]*\\)/);
    if (pattern) add(el, 'striped bar', pattern[0], alpha);
    if (parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== 'none')
      add(el, form === 'disc' ? 'disc' : 'line', style.borderTopColor, alpha);
  }
  return found;
}"""
"""Every mark that is seen: its form, the classes that name it, colour, words beside it, part of the screen, box."""


@dataclass
class Mark:
    """All marks of one name, form and colour: how they look in each vision (empty: nowhere seen), what else they are.

    `words` stand in them or in their row, `places` are parts of the screen, `boxes` left, top, width, height in pixels.
    """

    name: str
    form: str
    colour: tuple[int, ...]
    seen: dict[str, Pixels] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    weights: set[int] = field(default_factory=set)
    spaced: set[bool] = field(default_factory=set)
    boxes: list[list[float]] = field(default_factory=list)

    @property
    def is_coloured(self) -> bool:
        """Whether it is none of the greys, by the pixel that was seen."""
        shown = self.seen["none"] if self.seen else np.array(self.colour)
        return bool(shown.max() - shown.min() >= COLOURED)


def marks(page: Page) -> list[Mark]:
    """The marks of the picture in `page`, as they look in every vision."""
    page.evaluate("document.fonts.ready")
    told = page.evaluate(MARKS)
    shots = _shots(page)
    ground = shots["none"][2, 2]
    found: dict[tuple[str, str, str], Mark] = {}
    for one in told:
        colour, alpha = _colour(one["colour"])
        mark = found.setdefault(
            (one["name"], one["form"], one["colour"]),
            Mark(one["name"], one["form"], tuple(int(part) for part in colour)),
        )
        mark.words.add(one["words"])
        mark.places.add(one["place"])
        mark.weights.add(one["weight"])
        mark.spaced.add(one["spaced"])
        mark.boxes.append(one["box"])
        wanted = ground + (colour - ground) * alpha * float(one["solid"])
        _look(mark, shots, one["box"], wanted)
    return list(found.values())


def _look(mark: Mark, shots: dict[str, Pixels], box: list[float], wanted: Pixels) -> None:
    """Takes the pixel of the box that is nearest to the wanted colour, in every vision, if none nearer was found."""
    left, top, wide, high = (round(edge) for edge in box)
    part = (slice(max(0, top - 1), top + high + 2), slice(max(0, left - 1), left + wide + 2))
    crop = shots["none"][part]
    if not crop.size:
        return
    apart = np.abs(crop - wanted).max(axis=2)
    y, x = np.unravel_index(int(apart.argmin()), apart.shape)
    if apart[y, x] > NEAR:
        return
    if not mark.seen or apart[y, x] < np.abs(mark.seen["none"] - wanted).max():
        mark.seen = {vision: shot[part][y, x] for vision, shot in shots.items()}


def _shots(page: Page) -> dict[str, Pixels]:
    """The screen in every vision, as the browser draws it."""
    cdp = page.context.new_cdp_session(page)
    shots = {}
    for vision in VISIONS:
        cdp.send("Emulation.setEmulatedVisionDeficiency", {"type": vision})
        image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shots[vision] = np.asarray(image, dtype=np.float64)
    cdp.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})
    cdp.detach()
    return shots


def _colour(written: str) -> tuple[Pixels, float]:
    """The parts of a computed colour, 0 … 255, and its opacity."""
    parts = [float(part) for part in written[written.index("(") + 1 : -1].replace("/", ",").split(",")]
    return np.array(parts[:3]), parts[3] if len(parts) > 3 else 1.0


def lab(rgb: Pixels) -> Pixels:
    """sRGB 0 … 255 as CIELAB under D65."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    scaled = xyz / np.array([0.95047, 1.0, 1.08883])
    f = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: Pixels, other: Pixels) -> float:
    """ΔE (CIE 1976) of two colours."""
    return float(np.linalg.norm(lab(one) - lab(other)))


def like(found: list[Mark]) -> list[tuple[Mark, Mark]]:
    """Pairs that only colours tell apart at first sight, the coloured one first: one form, one part of the screen.

    What differs in form (a text, a bar, a disc, a line, one of the shapes of levels) or never stands in the same part
    of the screen is told apart by that.
    """
    seen = [mark for mark in found if mark.seen]
    pairs = [(one, other) if one.is_coloured else (other, one) for one, other in combinations(seen, 2)]
    return [
        (one, other)
        for one, other in pairs
        if one.form == other.form and one.colour != other.colour and one.places & other.places and one.is_coloured
    ]


def nearest(one: Mark, other: Mark) -> dict[str, float]:
    """How far apart two marks are in each vision."""
    return {vision: apart(one.seen[vision], other.seen[vision]) for vision in VISIONS}
