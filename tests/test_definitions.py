"""A definition with an error is named: file, line, field, value, reason, remedy; all of them at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import indicators as registry
from config import reader
from config.definition_faults import DefinitionError

SHIPPED = (reader.SHIPPED / "kpi" / "on_time_rate.toml").read_text(encoding="utf-8")
BROKEN = {
    "a choice": ('unit = "ratio"', 'unit = "percent"', "unit", "ratio"),
    "what does not go together": ('unit = "ratio"', 'unit = "s"', "unit", "ratio"),
    "a text that is none": ('name_en = "On-time closure rate"', 'name_en = " "', "name_en", "text"),
    "a number in quotes": ("version = 1", 'version = "1"', "version", "whole number"),
    "a truth in quotes": ("is_assessable = true", 'is_assessable = "yes"', "is_assessable", "true or false"),
    "marks that nothing counts": ('marks = "on_time"', 'marks = "in_time"', "marks", "on_time"),
    "a stage that no source has": ('stages = ["closed"]', 'stages = ["shut"]', "stages", "closed"),
    "a list that is none": ('stages = ["closed"]', 'stages = "closed"', "stages", "list"),
    "a name that is close": ("direction =", "directon =", "directon", "direction"),
    "a quantile of a rate": ("version = 1", "version = 1\nquantile = 0.5", "quantile", "rate"),
    "a target in words": ("version = 1", 'version = 1\ntarget = "95%"', "target", "number"),
    "a day that is none": ("version = 1", 'version = 1\ntarget = 0.9\ntarget_since = "soon"', "target_since", "day"),
    "a reason for nothing": ("version = 1", 'version = 1\nreference_only_zh = "x"', "reference_only_zh", "scored"),
    "no TOML": ("version = 1", "version = ", "version =", "TOML"),
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a site's own definitions."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    registry.indicators.cache_clear()
    found = tmp_path / "config" / "kpi"
    found.mkdir(parents=True)
    yield found
    registry.indicators.cache_clear()


def refused() -> DefinitionError:
    with pytest.raises(DefinitionError) as raised:
        registry.indicators()
    return raised.value


@pytest.mark.parametrize(("before", "after", "field", "remedy"), BROKEN.values(), ids=BROKEN)
def test_a_fault_is_named_with_line_field_value_and_remedy(
    own: Path, before: str, after: str, field: str, remedy: str
) -> None:
    assert before in SHIPPED
    text = SHIPPED.replace(before, after)
    (own / "on_time_rate.toml").write_text(text, encoding="utf-8")
    fault = refused()
    wrong = next(one for one in fault.wrong if field in (one.name, one.value))
    assert wrong.line
    written = text.splitlines()[wrong.line - 1]
    assert written.startswith(field)
    assert wrong.value in written
    told = fault.message("en")
    assert f"{own / 'on_time_rate.toml'} line {wrong.line}" in told
    assert remedy in told
    assert "the program's own definition counts" in told
    assert f"on_time_rate.toml 第 {wrong.line} 行" in fault.message("zh")
    assert str(own) not in fault.message("zh", is_public=True)
    assert "COCKPIT_HOME/config/kpi/on_time_rate.toml" in fault.message("zh", is_public=True)


def test_the_faults_of_all_files_are_told_at_once(own: Path) -> None:
    (own / "on_time_rate.toml").write_text(SHIPPED.replace('"up"', '"right"').replace("id =", "it ="), encoding="utf-8")
    (own / "ours.toml").write_text("", encoding="utf-8")
    (own / "theirs.toml").write_bytes(b"id = '\xff'")
    wrong = refused().wrong
    assert {(one.path.stem, one.name) for one in wrong if one.path.stem != "ours"} == {
        ("on_time_rate", "id"), ("on_time_rate", "it"), ("on_time_rate", "direction"), ("theirs", ""),
    }  # fmt: skip
    assert {"id", "marks", "name_zh", "is_assessable"} <= {one.name for one in wrong if one.path.stem == "ours"}


def test_a_corrected_file_counts_without_a_new_start(own: Path) -> None:
    path = own / "on_time_rate.toml"
    path.write_text(SHIPPED.replace('"ratio"', '"percent"'), encoding="utf-8")
    refused()
    path.write_text(SHIPPED.replace("version = 1", "version = 2\ntarget = 0.95"), encoding="utf-8")
    assert registry.indicator("on_time_rate").definition == "K16@2"


def test_what_a_file_says_acts_nowhere(own: Path) -> None:
    (own / "on_time_rate.toml").write_text(SHIPPED.replace('"ratio"', f'"\x7f<b>{"x" * 500}"'), encoding="utf-8")
    told = refused().message("zh")
    assert "\x7f" not in told
    assert len(told) < 1_000
