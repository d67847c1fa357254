"""The 311 requests of October 2015: a close in 1970 is no close."""

from pathlib import Path

import pytest
from loads_geo import Desk, counts, desk

__all__ = ["desk"]

ROWS = {
    "abandoned-vehicle-last-30-days": 340,
    "abandoned-vehicle-private-last-30-days": 83,
    "dead-animal-pickup-last-30-days": 249,
}
CLOSES = """
select count(*), count(closed_at), count(arrived_at), count(*) filter (where is_duplicate),
       min(closed_at at time zone 'America/New_York')::date::text
from core.incident
"""


@pytest.mark.real_data
def test_placeholders_of_the_vintage_are_no_stamps_and_all_rows_are_counted(desk: Desk, real_data: Path) -> None:
    folder = real_data / "dc" / "incidents" / "vintage_2015-10"
    desk.load("boundaries", real_data / "dc" / "boundaries" / "ward-2012.geojson", source="dc_ward")
    for name, rows in ROWS.items():
        result = desk.load("incidents", folder / f"{name}.geojson", source="dc_311_2015")
        assert counts(result) == {"read": rows, "inserted": rows, "things": rows, "repaired": rows}, name
        assert result.counts.faults == {}, "each case lies in the ward that its row names"
    assert desk.rows(CLOSES) == [(672, 518, 0, 49, "2015-09-11")]
    words = "select code, name_zh, response_class from core.category order by code"
    assert {kind for _, _, kind in desk.rows(words)} == {"general"}
    assert [zh for _, zh, _ in desk.rows(words)] == ["私人场地弃置车辆", "公共场所弃置车辆", "动物尸体清运"]
    again = desk.load("incidents", folder / f"{next(iter(ROWS))}.geojson", source="dc_311_2015")
    assert again.status == "nothing-new"
