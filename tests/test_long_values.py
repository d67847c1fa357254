"""A value of a file or an argument that a message quotes is told by its beginning; what is masked, never by half."""

import json
import sys
from pathlib import Path

import pytest
from command_line import Cockpit

from cockpit.cli import main
from config.visible import LONGEST, cut
from geo.masking import shown
from loaders.faults import Refused, message
from loaders.registry import datasets

LONG = "甲乙丙丁戊" * 200
HEAD = LONG[: LONGEST - 1] + "…"


@pytest.mark.parametrize(
    ("before", "masked", "after"),
    [
        ("联系电话", "138****5678", "。"),
        ("办理人", "张*", "，电话见附件"),
        ("车辆", "浙A***12", "停在门口"),
        ("邮箱 ", "z***@example.com", ""),
        ("座机", "0571-****1234", "转3"),
        ("身份证", "330109********", "，"),
    ],
)
def test_what_is_masked_is_never_cut_in_two(before: str, masked: str, after: str) -> None:
    for blank in range(LONGEST + 5):
        text = f"{'言' * blank}{before}{masked}{after}{'言' * LONGEST}"
        told = cut(text)
        assert len(told) <= LONGEST
        assert told.endswith("…")
        assert text.startswith(told[:-1])
        rest = text[len(told) - 1 :]
        assert masked in told or masked in rest, told


def test_a_value_is_cut_where_it_is_longer_than_sixty_characters() -> None:
    assert (LONGEST, cut("言" * 60), cut("言" * 61)) == (60, "言" * 60, "言" * 59 + "…")
    assert cut("*" * 100) == "*" * 59 + "…", "a row of stars hides nothing"
    assert shown(f"{'言' * 50}13812345678，{'言' * 50}") == "言" * 50 + "…"


@pytest.mark.parametrize(
    "arguments",
    [
        ("kpi", "--level", LONG),
        ("kpi", "--level", "site", "--from", LONG),
        ("kpi", f"--level={LONG}"),
        ("kpi", f"--{LONG}", "1"),
        ("kpi", "--level", "site", "--from", "2026-10-01", "--to", "2026-11-01", "--kpi", LONG),
        ("kpi", "--level", "site", "--from", "2026-10-01", "--to", "2026-11-01", LONG),
        ("trace", LONG, "--level", "site", "--from", "2026-10-01", "--to", "2026-11-01"),
        ("freeze", LONG),
        ("frozen", LONG),
        ("publish", LONG),
        ("rejects", LONG),
        ("load", "incidents", "x.csv", "--lang", LONG),
        ("load", "incidents", "x.csv", "--wait", LONG),
        ("replay-feed", "x", "--from", LONG),
        (LONG,),
    ],
)
def test_an_argument_is_told_by_its_beginning(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cockpit", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr().err
    assert end.value.code == 2
    assert LONG[:50] in told
    assert LONG[:LONGEST] not in told


def test_arguments_that_the_store_does_not_know_are_told_by_their_beginning(
    store_environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("编号,类别,上报时间\n1,rubbish,2026-10-01 08:00:00\n", encoding="utf-8")
    cockpit = Cockpit(store_environment | {"COCKPIT_NOW": "2026-11-20T14:32:00+08:00", "COCKPIT_LANG": "zh"})
    days = ("--level", "community", "--from", "2026-10-01", "--to", "2026-11-01")
    for arguments in (
        ("kpi", *days, "--area", LONG),
        ("kpi", *days, "--area", f"community:{LONG}"),
        ("kpi", *days, "--category", LONG),
        ("kpi", *days, "--as", LONG),
        ("trace", "incidents", *days, "--area", LONG),
        ("exempt", LONG, "--reason", "停电"),
        ("users", "disable", LONG),
        ("load", LONG, str(file)),
        ("load", "incidents", str(file), "--source", LONG),
        ("load", "incidents", str(file), "--crs", LONG),
        ("load", "boundaries", str(file), "--level", LONG),
        ("load", "incidents", str(file), "--mode", LONG),
    ):
        told = cockpit.told(*arguments)
        assert LONG[:30] in told, arguments
        assert LONG[:LONGEST] not in told, arguments


def test_cells_headings_and_codes_of_a_file_are_told_by_their_beginning(
    store_environment: dict[str, str], tmp_path: Path
) -> None:
    cockpit = Cockpit(store_environment | {"COCKPIT_NOW": "2026-11-20T14:32:00+08:00", "COCKPIT_LANG": "zh"})
    file = tmp_path / "x.csv"
    heads = "编号,类别,上报时间,办结时间,经度,纬度"
    file.write_text(
        f"{heads},{LONG}\n1,rubbish,{LONG},,,,\n2,rubbish,2026-10-01 08:00:00,,{LONG},{LONG},\n", encoding="utf-8"
    )
    told = cockpit.told("load", "incidents", str(file), "--json", accept=(3,))
    load = json.loads(cockpit.run("loads", "--json"))[0]["load_id"]
    rejects = json.loads(cockpit.run("rejects", str(load), "--json"))
    assert {one["value"] for one in rejects} == {HEAD}
    for text in (told, *(one["message"] for one in rejects)):
        assert LONG[:LONGEST] not in text
    file.write_text(f"{LONG},{LONG}甲,b\n1,2,3\n", encoding="utf-8")
    told = cockpit.told("load", "incidents", str(file))
    assert LONG[:LONGEST] not in told


def test_a_refusal_of_the_loaders_names_the_beginning() -> None:
    with pytest.raises(Refused) as refused:
        datasets(LONG)
    assert HEAD in message(refused.value.code, "zh", refused.value.params)
