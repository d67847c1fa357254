"""Parents found by place, with the name as evidence; areas that have none."""

from collections.abc import Mapping
from typing import Any

import pytest
from loads_geo import Desk, counts, desk, square

from loaders.boundary_parents import forms

__all__ = ["desk"]

LOOSE = 'dataset = "boundaries"\nnests = false\n[columns]\ncode = "代码"\nname = "名称"\nparent_name = "所属"\n'
STATED = (
    'dataset = "boundaries"\nnests = true\n{}nulls = ["None"]\n'
    '[columns]\ncode = "代码"\nname = "名称"\nparent_code = "所属"\n'
)
LINKS = """select c.code, p.code from core.area c left join core.area p on p.area_id = c.parent_id
    where c.level = 'community' order by 1"""

Child = tuple[str, str | None, Mapping[str, Any]]


def streets(desk: Desk, *named: tuple[str, Mapping[str, Any]]) -> None:
    features = [({"代码": name, "名称": name}, geometry) for name, geometry in named]
    desk.load("boundaries", desk.geojson(features), level="street")


def children(desk: Desk, *listed: Child, mapping: str = LOOSE, **options: Any) -> Any:
    features = [({"代码": code, "名称": f"区 {code}", "所属": name}, geometry) for code, name, geometry in listed]
    path = desk.geojson(features)
    return desk.load("boundaries", path, level="community", source=desk.mapping(mapping), **options)


def test_the_area_that_holds_half_of_a_child_is_its_parent_and_the_name_is_compared(desk: Desk) -> None:
    streets(desk, ("北山", square(0, 0, 2)), ("蒋村", square(2, 0, 2)))
    result = children(
        desk,
        ("A", "北山街道", square(0, 0)),
        ("B", " 蒋 村街道", square(1.8, 0)),
        ("C", "北山街道", square(2, 1)),
        ("D", "玉泉街道", square(3, 1)),
        ("E", None, square(3, 0)),
    )
    assert counts(result) == {"read": 5, "inserted": 5, "things": 5}
    assert result.counts.faults == {"parent_name_differs": 1, "parent_name_unknown": 1}
    assert "区 C (北山街道 → 蒋村)" in (result.message or "")
    assert "区 D (玉泉街道 → 蒋村)" in (result.message or "")
    assert desk.rows(LINKS) == [("A", "北山"), ("B", "蒋村"), ("C", "蒋村"), ("D", "蒋村"), ("E", "蒋村")]


def test_where_no_area_holds_half_the_name_decides_among_the_neighbours(desk: Desk) -> None:
    streets(desk, ("甲", square(0, 0)), ("乙", square(1, 0)), ("丙", square(2, 0)), ("丁", square(9, 9)))
    wide = square(0.4, 0, 1, east=2.6)
    result = children(
        desk,
        ("A", "甲街道", wide),
        ("B", "丁街道", square(0.4, 0, 1, east=2.65)),
        ("C", None, square(0.4, 0, 1, east=2.7)),
    )
    assert result.counts.faults == {"parent_by_name": 1, "without_parent": 2}
    assert counts(result) == {"read": 3, "inserted": 3, "things": 3}
    assert desk.rows(LINKS) == [("A", "甲"), ("B", None), ("C", None)]
    assert "区 B (丁街道), 区 C" in (result.message or "")


def test_two_neighbours_of_one_name_decide_nothing(desk: Desk) -> None:
    streets(desk, ("山联村", square(0, 0)), ("山联社区", square(1, 0)), ("乙", square(2, 0)))
    result = children(desk, ("A", "山联", square(0.4, 0, 1, east=2.6)))
    assert result.counts.faults == {"without_parent": 1}


def test_a_nested_set_may_keep_areas_without_a_parent_but_never_one_whose_parent_is_unknown(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 2)))
    rows: tuple[Child, ...] = (("A", "S", square(0, 0)), ("B", "None", square(5, 0)), ("C", "X", square(7, 0)))
    strict = children(desk, *rows, mapping=STATED.format(""), is_dry_run=True)
    assert counts(strict) == {"read": 3, "inserted": 1, "quarantined": 2, "things": 1}
    kept = children(desk, *rows, mapping=STATED.format('parentless = "keep"\n'))
    assert counts(kept) == {"read": 3, "inserted": 2, "quarantined": 1, "things": 2}
    assert kept.counts.faults == {"unknown_parent": 1, "without_parent": 1}
    assert desk.rows(LINKS) == [("A", "S"), ("B", None)]
    points = ("编号,名称,类别,经度,纬度", "F1,站,clinic,120.0055,30.0005", "F2,站,clinic,120.0005,30.0005")
    desk.load("service-points", desk.csv(*points))
    placed = """select p.service_code, s.code, c.code from core.service_point p
        left join core.area s on s.area_id = p.street_id join core.area c on c.area_id = p.community_id order by 1"""
    assert desk.rows(placed) == [("F1", None, "B"), ("F2", "S", "A")]


def test_a_garbled_name_stays_as_it_came_and_is_told(desk: Desk) -> None:
    features = [({"代码": "A", "名称": "花园第??"}, square(0, 0)), ({"代码": "B", "名称": "在哪?"}, square(2, 0))]
    result = desk.load("boundaries", desk.geojson(features), level="street")
    assert result.counts.faults == {"garbled_name": 1}
    assert "花园第??" in (result.message or "")
    assert desk.rows("select name from core.area order by code") == [("花园第??",), ("在哪?",)]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("蒋村街道", "蒋村", True),
        ("珊瑚沙", "珊瑚沙社区", True),
        ("杭富村委会", "杭富村", True),
        ("１１７社区", "117", True),
        ("古北社区", "古荡北区社区", False),
        ("社区", "村", False),
    ],
)
def test_names_are_the_same_without_the_word_for_their_level(one: str, other: str, *, is_same: bool) -> None:
    assert bool(forms(one) & forms(other)) == is_same
