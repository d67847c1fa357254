"""Watches a page that shows hostile text: what ran, what was asked, what was refused, and what markup is there.

Invariant: whatever a text could do to a page that took it for markup is a fault in the list: a script, a dialog,
another title, a request to another machine, a report of the content policy, an element or an attribute that only data
can have made.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from browser import DESK, WAIT_MS, cookies_for
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

from cockpit.access.current import COOKIE

STREAMS = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
HOOK = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
INSPECT = """() => {
  const faults = [...window.__refused.map((one) => `policy: ${one}`)];
  if (window.__owned) faults.push("a script ran");
  if (/owned/.test(document.title) && !/^(站名|sitename)/.test(document.title)) faults.push("title: " + document.title);
  const foreign = (value) => {
    try {
      const to = new URL(value, location);
      return !/^https?:$/.test(to.protocol) || to.origin !== origin;
    } catch { return true; }
  };
  const ours = ".picture form[action='/signout'], form[data-send], .door form[method=post][action^='/sign']";
  for (const one of document.querySelectorAll(".stApp *, [role=dialog] *")) {
    for (const { name, value } of one.attributes) {
      if (/^on/i.test(name)) faults.push(`attribute ${name} of ${one.tagName}`);
      if (/^(href|xlink:href|action|formaction|src|data)$/i.test(name) && !/^(blob:|#)/.test(value) && foreign(value)
          && !(one.tagName === "IMG" && /^data:image/.test(value))) faults.push(`${one.tagName} ${name}=${value}`);
      if (name === "style" && (/url\\(|expression|@import/i.test(value)
          || (one.closest(".picture") && !/^[\\w\\s:;.,%()+/-]*$/.test(value)))) faults.push(`style: ${value}`);
    }
    const isForm = one.tagName === "FORM" && !one.matches(ours);
    if (isForm || /^(iframe|object|embed|base|meta|link|script)$/i.test(one.tagName)) faults.push(`<${one.tagName}>`);
    if (one.tagName === "IMG" && one.getAttribute("src") === "x") faults.push("<img src=x>");
  }
  const main = document.querySelector("[data-testid='stMain']");
  if (main && main.scrollWidth > main.clientWidth + 1) faults.push(`wider than the window: ${main.scrollWidth}`);
  return faults;
}"""
HOVER = """() => {
  const faults = [], told = [];
  for (const one of document.querySelectorAll("[data-tip]")) {
    one.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 9, clientY: 9 }));
    const tip = document.getElementById("cockpit-tip");
    if (tip?.children.length) faults.push("markup in a tip: " + tip.innerHTML);
    told.push(one.dataset.tip);
  }
  document.querySelector(".picture")?.dispatchEvent(new PointerEvent("pointerleave"));
  return [faults, told.join("\\n")];
}"""
SAID = """() => {
  const written = [...document.querySelectorAll("[aria-label], option, text")].map((one) =>
    one.getAttribute("aria-label") ?? one.textContent);
  return [document.body.innerText, document.body.textContent, ...written].join("\\n");
}"""


@dataclass
class Hostile:
    """A page and all the faults it showed so far, with everything it said."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def be(self, token: str | None) -> None:
        """Goes on as who has that cookie, or as nobody; the page before asks for nothing more."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        if token:
            self.page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.address}])

    def look(self, path: str) -> None:
        """Opens a path, waits until it stands, hovers over all that has words, and notes what is wrong."""
        self.page.goto(self.address + path)
        self.page.locator("h1").first.wait_for(timeout=WAIT_MS)
        if not path.startswith("/signin"):
            self.settle()
        self._point_at_figures()
        self.inspect(path)

    def inspect(self, where: str) -> None:
        """Hovers over all that has words, and notes what is wrong with the page as it stands."""
        found, told = self.page.evaluate(HOVER)
        found += self.page.evaluate(INSPECT)
        self.said += [told, self.page.evaluate(SAID)]
        self.faults += [f"{where}: {one}" for one in found]

    def print(self) -> None:
        """Prints the page: the file holds no script, opens nothing, and its links stay on this server."""
        shown = STREAMS.sub(b"", self.page.pdf())
        names = {name.decode() for name in re.findall(rb"/(?:JavaScript|JS|OpenAction|Launch|EmbeddedFile)\b", shown)}
        links = [link.decode("latin-1") for link in re.findall(rb"/URI\s*\((.*?)\)", shown)]
        self.faults += [f"printed: {name}" for name in sorted(names)]
        self.faults += [f"printed: {link}" for link in links if urlsplit(link).netloc != urlsplit(self.address).netloc]
        self.page.emulate_media(media="print")
        self.inspect("printed")
        self.page.emulate_media(media="screen")

    def settle(self) -> None:
        """Waits until the run of the page has ended and its shapes are there."""
        self.page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(timeout=WAIT_MS)
        self.page.wait_for_timeout(150)

    def _point_at_figures(self) -> None:
        for plot in self.page.locator(".js-plotly-plot").all():
            box = plot.bounding_box()
            if box and box["width"] > 40:
                plot.scroll_into_view_if_needed()
                box = plot.bounding_box() or box
                for part in (0.5, 0.9):
                    self.page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
                    self.page.wait_for_timeout(40)


@contextmanager
def hostile(browser: Browser, address: str, *, size: tuple[int, int] = DESK) -> Iterator[Hostile]:
    """A fresh page, signed in at the address, whose every dialog, outside request and console error is a fault."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(HOOK)
    context.add_cookies(cookies_for(address))
    page = context.new_page()
    found = Hostile(page, address)
    page.on("dialog", lambda dialog: _refuse(dialog, found.faults))
    page.on("request", lambda request: _note(request.url, found.faults))
    page.on("pageerror", lambda error: found.faults.append(f"script: {error}"))
    page.on("popup", lambda other: found.faults.append(f"window: {other.url}"))
    page.on(
        "console",
        lambda message: found.faults.append(f"console: {message.text}") if is_fault(message) else None,
    )
    yield found
    context.close()


def is_fault(message: ConsoleMessage) -> bool:
    """Whether the console was told an error, but for Streamlit's of a page that is not offered to who asks."""
    return message.type == "error" and "does not seem to exist" not in message.text


def _refuse(dialog: Dialog, faults: list[str]) -> None:
    faults.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _note(url: str, faults: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
        faults.append(f"outside: {url}")
    if parts.path == "/csp-report":
        faults.append("a report of the content policy was sent")
