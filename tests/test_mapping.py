"""A mapping says everything a load assumes; what is wrong in it is reported all at once."""

from pathlib import Path

import pytest

from config.categories import UNCLASSIFIED, categories
from config.mapping import named, source_names, standard
from config.reader import ConfigError
from loaders.faults import Refused
from loaders.header import GEOMETRY, match, normal
from loaders.incidents import Incidents
from loaders.registry import MODULES, datasets


def test_every_shipped_mapping_reads_and_fits_its_dataset() -> None:
    assert "dc_311" in source_names()
    for source in source_names():
        mapping = named(source)
        columns = {GEOMETRY, *(column.name for dataset in datasets(mapping.dataset) for column in dataset.columns)}
        assert set(mapping.columns) <= columns, source


def test_the_built_in_mapping_has_every_dataset_and_synonyms_for_its_required_columns() -> None:
    for name in MODULES:
        for dataset in datasets(name):
            mapping = standard(dataset.name, dataset.section)
            assert mapping.crs == "EPSG:4326"
            required = {column.name for column in dataset.columns if column.is_required}
            assert required <= set(mapping.columns), dataset.section
            own = {column.name for column in dataset.columns} | {GEOMETRY}
            assert set(mapping.columns) <= own, dataset.section


def test_all_faults_of_a_mapping_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        'format = "xls"\ntime_zone = "Mars/Olympus"\ncolour = 1\ncovers = ["x"]\n'
        '[columns]\ncode = 3\n[values.status]\n"OPEN" = 1\n[constants]\nkind = 2\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        named(str(path))
    told = str(caught.value)
    for part in (
        "'colour'",
        "'dataset'",
        "xls",
        "Mars/Olympus",
        "covers",
        "columns.code",
        "values.status.OPEN",
        "constants.kind",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("dataset", "lines", "told"),
    [
        ("incidents", '[values.status]\n"OPEN" = "opened"', "values.status"),
        ("incidents", '[values.category]\n"OPEN" = "no such"', "values.category"),
        ("incidents", '[constants]\nstatus = "gone"', "constants.status"),
        ("incidents", 'stages = ["reported", "done"]', "'done'"),
        ("incidents", 'time_formats = ["%Y-%m"]', "time_formats"),
        ("incidents", 'time_formats = ["%Y-%m-%d %Q"]', "%Q"),
        ("boundaries", '[values.community_type]\n"旧" = "old"', "values.community_type"),
        ("boundaries", 'merge = ["code"]', "merge: 'code'"),
        ("boundaries", 'parentless = "drop"', "parentless"),
        ("boundaries", 'dissolve = "yes"', "dissolve"),
        ("incidents", "dissolve = true", "dissolve is for"),
        ("layers", '[values.kind]\n"河" = "river"', "values.kind"),
        ("funds", 'section = "ledger"\n[values.kind]\n"基金" = "community"', "values.kind"),
        ("funds", 'section = "funds"\n[values.kind]\n"收" = "income"', "values.kind"),
        ("service-points", '[values.kind]\n"诊所" = "clinics"', "values.kind"),
        ("service-points", '[extra.kinds]\nmetro = { zh = "地铁站" }', "extra.kinds.metro"),
    ],
)
def test_a_mapping_into_words_that_are_not_ours_is_refused(tmp_path: Path, dataset: str, lines: str, told: str) -> None:
    path = tmp_path / "foreign.toml"
    path.write_text(f'dataset = "{dataset}"\n{lines}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        named(str(path))


def test_a_mapping_of_funds_without_a_section_may_speak_of_the_register_or_of_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "either.toml"
    path.write_text('dataset = "funds"\n[values.kind]\n"收" = "income"\n"社" = "community"\n', encoding="utf-8")
    assert named(str(path)).section is None


def test_a_mapping_may_use_our_words_the_names_of_kinds_and_kinds_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'dataset = "service-points"\n[values.kind]\n"A" = "clinic"\n"B" = "metro"\n[constants]\nkind = "B"\n'
        '[extra.kinds]\nmetro = { zh = "地铁站", en = "Metro station" }\n',
        encoding="utf-8",
    )
    assert named(str(path)).values["kind"]["B"] == "metro"


@pytest.mark.parametrize(
    ("heading", "bare"),
    [("经度（°）", "经度"), (" Ｃｏｄｅ ", "code"), ("上报时间[本地]", "上报时间"), ("金额（万元）", "金额(万元)")],
)
def test_headings_are_compared_without_brackets_but_another_unit_stays(heading: str, bare: str) -> None:
    assert normal(heading) == bare


def test_a_missing_column_is_named_with_the_nearest_guess_and_two_matches_are_refused() -> None:
    mapping = standard("incidents", "incidents")
    with pytest.raises(Refused) as caught:
        match(["编号", "code", "类别", "上报时刻"], Incidents(), mapping, constants={}, is_strict=False)
    assert {part.code for part in caught.value.parts} == {"ambiguous_column", "missing_column_near"}
    assert "上报时刻" in caught.value.sentence("zh")
    assert "上报时间" in caught.value.sentence("zh")
    assert "“编号”, “code”" in caught.value.sentence("en")


def test_of_a_hundred_thousand_columns_a_refusal_names_only_some() -> None:
    mapping = standard("incidents", "incidents")
    with pytest.raises(Refused) as caught:
        match([f"c{n}" for n in range(100_000)], Incidents(), mapping, constants={}, is_strict=False)
    assert len(caught.value.sentence("zh")) < 5_000


def test_a_senders_own_mapping_refuses_a_file_that_lacks_a_mapped_column() -> None:
    mapping = named("dc_311")
    headings = [names[0] for name, names in mapping.columns.items() if name != "closed_at"]
    with pytest.raises(Refused, match="missing_column"):
        match(headings, Incidents(), mapping, constants={}, is_strict=True)


def test_a_category_is_found_by_code_and_by_both_names() -> None:
    found = categories()
    first = found.all[0]
    assert {found.codes[word.casefold()] for word in (first.code, first.zh, first.en)} == {first.code}
    assert found.codes["未归类"] == UNCLASSIFIED
