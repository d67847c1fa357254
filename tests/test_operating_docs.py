"""The operating manuals say what is true: each command, option, unit and file they name exists, both say the same."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cockpit.cli import cli
from config import reader

ROOT = Path(__file__).parent.parent
MANUALS = {lang: ROOT / "docs" / name for lang, name in {"zh": "operating.zh-CN.md", "en": "operating.md"}.items()}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text(lang: str) -> str:
    return MANUALS[lang].read_text(encoding="utf-8")


def spoken(lang: str) -> Iterator[str]:
    """Every command that the manual shows: lines of sh blocks, and what stands between backticks."""
    whole = text(lang)
    for kind, block in FENCE.findall(whole):
        if kind == "sh":
            for line in block.splitlines():
                yield from line.split("#")[0].split("&&")
    for quoted in re.findall(r"`([^`\n]+)`", FENCE.sub("", whole)):
        yield from quoted.split("&&")


def cockpit_calls(lang: str) -> list[list[str]]:
    """The arguments after `cockpit` of each call of it."""
    found = []
    for command in spoken(lang):
        words = shlex.split(command) if command.count("'") % 2 == 0 else command.split()
        for at, word in enumerate(words):
            is_account = at > 0 and words[at - 1] in ("-u", "-o")
            is_it = (word == "cockpit" and not is_account) or word.endswith("/bin/cockpit")
            if is_it and len(words) > at + 1 and (at == 0 or words[0] == "runuser"):
                found.append(words[at + 1 :])
    return found


def faults(arguments: list[str]) -> list[str]:
    """What of a call the command line does not have."""
    command: click.Command = cli
    context = click.Context(cli)
    words = list(arguments)
    while isinstance(command, click.Group):
        if not words:
            return [f"{' '.join(arguments)}: needs a command"]
        found = command.get_command(context, words[0])
        if found is None:
            return [f"{' '.join(arguments)}: there is no {words[0]}"]
        command, words = found, words[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    asked = [word.split("=")[0] for word in words if word.startswith("--")]
    return [f"{' '.join(arguments)}: there is no {name}" for name in asked if name not in known]


@pytest.mark.parametrize("lang", MANUALS)
def test_every_command_in_the_manual_exists_with_its_options(lang: str) -> None:
    calls = cockpit_calls(lang)
    assert len(calls) > 25
    assert [fault for arguments in calls for fault in faults(arguments)] == []


def test_both_manuals_name_the_same_commands_in_the_same_order() -> None:
    def said(lang: str) -> list[list[str]]:
        return [[word for word in call if word.isascii()] for call in cockpit_calls(lang)]

    assert [call[:3] for call in said("zh")] == [call[:3] for call in said("en")]
    sections = {lang: len(re.findall(r"^#{2,3} ", text(lang), re.MULTILINE)) for lang in MANUALS}
    assert sections["zh"] == sections["en"]


def test_the_manuals_hold_the_table_of_rights_that_is_in_force() -> None:
    command = [sys.executable, str(ROOT / "deploy" / "rights_table.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run deploy/rights_table.py"


@pytest.mark.parametrize("lang", MANUALS)
def test_every_file_of_the_program_and_every_unit_in_the_manual_exists(lang: str) -> None:
    whole = text(lang)
    for path in re.findall(r"/opt/street-cockpit/([\w./-]*\w)", whole):
        assert path.startswith(".venv/") or (ROOT / path).exists(), path
    for unit in re.findall(r"`(cockpit[\w-]*\.(?:service|timer))`", whole):
        assert (ROOT / "deploy" / "systemd" / unit).is_file(), unit
    for link in re.findall(r"\]\(([^)#]+)\)", whole):
        assert (MANUALS[lang].parent / link).exists(), link
    assert (ROOT / "deploy" / "bundle-install").is_file()


def test_every_command_that_a_unit_runs_exists() -> None:
    units = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
    texts = "\n".join(unit.read_text(encoding="utf-8") for unit in units)
    calls = re.findall(r"/bin/cockpit ([^\"'\n]+)", texts)
    assert len(calls) >= 8
    assert [fault for call in calls for fault in faults(shlex.split(call))] == []


def test_the_settings_that_the_manuals_name_are_those_of_the_program() -> None:
    known = reader.read(ROOT / "config" / "access.toml")
    for lang in MANUALS:
        for kind, block in FENCE.findall(text(lang)):
            if kind == "toml":
                names = re.findall(r"^(\w+) = ", block, re.MULTILINE)
                assert names
                assert set(names) <= known["proxy"].keys()


def test_the_nginx_file_overwrites_what_a_browser_could_forge_and_logs_no_query() -> None:
    conf = (ROOT / "deploy" / "nginx" / "street-cockpit.conf").read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip() for line in conf.splitlines()]
    for header in (
        "X-Forwarded-For   $remote_addr",
        "X-Forwarded-Proto $scheme",
        'X-Remote-User     ""',
        'Forwarded         ""',
    ):
        assert f"proxy_set_header {header};" in lines
    inside = "\n".join(lines).split("location", 1)[1]
    assert "proxy_set_header" not in inside, "a location with headers of its own would lose all of these"
    assert "add_header" not in inside
    (shape,) = [line for line in lines if line.startswith("log_format")]
    assert not {"$request ", "$request_uri", "$args", "$http_referer", "$remote_user"} & set(
        re.findall(r"\$\w+ ?", shape)
    )
