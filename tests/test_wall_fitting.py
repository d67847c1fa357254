"""Texts that fit their place on the wall: whole parts of the second line, names that stay apart when they are cut."""

from cockpit.charts import sankey
from cockpit.wall import fitting, naming
from cockpit.wall.frame import BESIDE_MARK, LEAD_LEAST, WIDE

LONG = "第二人民医院东侧新村睦邻互助公益专项基金"


def test_the_first_second_line_that_fits_is_taken_whole() -> None:
    most = int(WIDE // LEAD_LEAST)
    assert fitting.lead(["长" * (most + 1), "长" * most, "短"]) == "长" * most
    marked = int((WIDE - BESIDE_MARK) // LEAD_LEAST)
    assert fitting.lead(["长" * most, "长" * marked, "短"], is_marked=True) == "长" * marked
    assert fitting.lead(["长" * 99, "长" * 98]) == "长" * 98, "the last is cut by the frame"


def test_a_name_is_cut_in_its_middle_and_fits() -> None:
    assert fitting.middle("助老基金", room=120, size=26) == "助老基金"
    cut = [fitting.middle(LONG + sign, room=262, size=26) for sign in "甲乙丙"]
    assert len(set(cut)) == 3
    assert all(one.startswith("第二") and "…" in one and naming.width(one, size=26) <= 262 for one in cut)
    assert naming.width(fitting.middle(LONG, room=60, size=26), size=26) <= 60
    assert fitting.middle("Foundation for Neighbours East G", room=200, size=26).endswith("st G")


def test_names_between_columns_are_cut_before_the_next_column_and_stay_apart() -> None:
    def drawn(width: float | None) -> str:
        nodes = (
            sankey.Node("a", 0, "居民", "9.8", "", "ink", 10), sankey.Node("b", 1, f"{LONG}甲", "5.0", "", "ink", 5),
            sankey.Node("c", 1, f"{LONG}乙", "5.0", "", "ink", 5), sankey.Node("d", 2, "助餐", "10.0", "", "ink", 10),
        )  # fmt: skip
        links = (
            sankey.Link("a", "b", 5, "", "out"), sankey.Link("a", "c", 5, "", "out"),
            sankey.Link("b", "d", 5, "", "out"), sankey.Link("c", "d", 5, "", "out"),
        )  # fmt: skip
        return sankey.draw(sankey.Diagram(nodes, links, "flow"), width=width)

    assert f"<tspan>{LONG[:3]}" in drawn(631)
    assert all(f"…金{sign}</tspan>" in drawn(631) for sign in "甲乙")
    assert "金甲" not in drawn(None), "where the width is not known a name is cut at its end"
    assert f"<tspan>{LONG}甲</tspan>" in drawn(1_600)
