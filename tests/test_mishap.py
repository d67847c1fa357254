"""A page that raises: one sentence with a number on the page, kinds and places with the same number in the log."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from browser import ROOT, free_port, sign_in
from page_client import tab

from config.messages import tr

PRIVATE = "王芳 13800000000"
BROKEN = f"""
from cockpit import theme

def raises(*_: object, **__: object) -> None:
    try:
        {{}}["{PRIVATE}"]
    except KeyError as fault:
        raise ValueError("{PRIVATE}") from fault

theme.page_head = raises

from cockpit.asgi import app
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mishap") / "log"


@pytest.fixture(scope="module")
def address(store_environment: dict[str, str], log: Path) -> Iterator[str]:
    """The pages of the program, where drawing the head of a page raises."""
    (log.parent / "broken.py").write_text(BROKEN, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(log.parent), "--port", str(port), "broken:app"]
    with log.open("w") as written:
        server = subprocess.Popen(
            command, cwd=ROOT, env=store_environment | {"PYTHONPATH": str(ROOT)}, stdout=written, stderr=written
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            urlopen(address, timeout=2).close()
            return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"no answer from {address}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_that_raises_says_one_sentence_with_the_number_under_which_the_log_has_the_fault(
    address: str, log: Path, store_environment: dict[str, str], lang: str
) -> None:
    with tab(address, sign_in(store_environment)) as opened:
        shown = opened.open("data", f"lang={lang}").text
    assert tr("common.mishap", lang) in shown
    number = re.search(r"(?:号|number) ([0-9a-f]{8})", shown)
    assert number
    assert PRIVATE not in shown
    for word in ("Traceback", "ValueError", "encountered an error", "stException"):
        assert word not in shown
    written = log.read_text(encoding="utf-8")
    assert PRIVATE not in written
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    line = next(one for one in lines if one["event"] == "page_failed" and one["reference"] == number[1])
    assert line["faults"] == ["builtins.ValueError", "builtins.KeyError"]
    assert any(place.startswith("pages/data.py:") for place in line["places"])
    assert any(place.startswith("broken.py:") for place in line["places"])
