"""Hostile text for every field of every dataset, as files, and the command that loads them.

Invariant: each text begins with a mark of its own, so that a test can tell where it came out; what it would do to a
page that took it for markup is to set `window.__owned`, to change the title, or to ask another machine.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import geopandas
import xlsxwriter
from shapely.geometry import Point

RUNS = "window.__owned=1;document.title='owned'"
PAYLOADS = (
    f'<img src=x onerror="{RUNS}">',
    f"<svg/onload={RUNS}>",
    f'"><script>{RUNS}</script>',
    f"javascript:{RUNS}",
    "{{7*7}}${7*7}#{7*7}<%=7*7%> %s %(x)s {0} {x}",
    f"[点我](javascript:{RUNS}) ![图](//evil.example/x.png) :red[红] :material/delete: **粗**",
    f"</style><script>{RUNS}</script><style>",
    "red;background:url(//evil.example/x);x:expression(1)",
    "甲\u202e乙\u2066丙\u200f丁\u200b戊",
    "红\x1b[31m字\x1b]0;owned\x07\x9b2J\x7f\x08尾",
    "长" + "W" * 160,
    "=cmd|' /C calc'!A0",
    "'; drop table core.incident; -- \\N \\. %00",
    "#[*_$\\input{/etc/passwd}$_*] @import \\u003cimg",
    f'x" onmouseover="{RUNS}" y=\'{RUNS}\'',
    f'<a href="javascript:{RUNS}">x</a><iframe src="//evil.example"></iframe><base href="//evil.example/">',
    "&lt;img src=x onerror=alert(1)&gt; &#x3c;script&#x3e; &amp;amp;",
)
"""What a field may hold besides what it is for; none of it means anything to us."""
NAMES = tuple(one for one in PAYLOADS if len(one) < 54 and one.isprintable())
"""Those that an account may be called."""
PHONE = " 13812345678"
"""What makes a text personal: it is masked, and its original sealed."""
PERSON = "张三"
STREET = (120.26, 30.18)
STEP = 0.005
NOW = datetime(2026, 11, 20, 14, 32)  # noqa: DTZ001 - local time of the site, as files write it


class Marks:
    """Gives each field its payloads in turn, each with the field's name and a number before it."""

    def __init__(self) -> None:
        self.given: dict[str, list[str]] = {}

    def text(self, field: str, payloads: Sequence[str] = PAYLOADS) -> str:
        """The next hostile text of the field."""
        known = self.given.setdefault(field, [])
        offset = sum(map(ord, field))
        made = f"{field}{len(known)} {payloads[(offset + len(known)) % len(payloads)]}"
        known.append(made)
        return made


@dataclass(frozen=True)
class Wanted:
    """One call of `cockpit load`."""

    dataset: str
    file: Path
    options: tuple[str, ...] = ()


def box(column: int, row: int, *, wide: float = STEP, high: float = STEP) -> dict[str, object]:
    """A GeoJSON rectangle of the town's grid."""
    west, south = STREET[0] + column * STEP, STREET[1] + row * STEP
    ring = [(west, south), (west + wide, south), (west + wide, south + high), (west, south + high), (west, south)]
    return {"type": "Polygon", "coordinates": [ring]}


def spot(number: int) -> tuple[float, float]:
    """A point in the cell `number` of 4 × 4 (longitude, latitude)."""
    return round(STREET[0] + (number % 4 + 0.5) * STEP, 6), round(STREET[1] + (number // 4 % 4 + 0.5) * STEP, 6)


class Files:
    """Writes the files into a folder; `wanted` lists the loads in their order, `marks` what was put where."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.marks = folder, Marks()
        self.wanted: list[Wanted] = []
        self.ignored = self.marks.text("多余列")

    def write(self) -> None:
        """All files of all datasets."""
        self._boundaries()
        self._layers()
        self._services()
        self._counts()
        self._incidents()
        self._money()
        self._unusable()
        self._given()
        self._of_several()

    def _path(self, ending: str) -> Path:
        named = self.marks.text("文件").replace("/", "∕").replace("\x00", "")
        return self.folder / f"{named[:70]}.{ending}"

    def _mapping(self, **told: object) -> str:
        path = self.folder / f"mapping{len(self.wanted)}.toml"
        path.write_text(_toml(told), encoding="utf-8")
        return str(path)

    def _geojson(self, features: Sequence[tuple[Mapping[str, object], object]]) -> Path:
        path = self._path("geojson")
        listed = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in features]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
        return path

    def _csv(self, rows: Sequence[Mapping[str, object]]) -> Path:
        path = self._path("csv")
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def _load(self, dataset: str, file: Path, *options: str) -> None:
        self.wanted.append(Wanted(dataset, file, options))

    def _boundaries(self) -> None:
        text = self.marks.text
        street = {"代码": "S", "名称": text("街道"), text("多余列"): text("多余值")}
        self._load(
            "boundaries", self._geojson([(street, box(0, 0, wide=4 * STEP, high=4 * STEP))]), "--level", "street"
        )
        communities = [
            ({"代码": community(n), "名称": text("社区"), "上级代码": "S"}, box(n % 4, n // 4)) for n in range(16)
        ]
        self._load("boundaries", self._geojson(communities), "--level", "community")
        grids = [
            ({"代码": f"G{n}", "名称": text("网格"), "上级代码": community(n)}, box(n % 4, n // 4)) for n in range(16)
        ]
        self._load("boundaries", self._geojson(grids), "--level", "grid")

    def _layers(self) -> None:
        text = self.marks.text
        shapes = [({"类型": kind, "名称": text("图形")}, box(n, n)) for n, kind in enumerate(("水系", "公园", "街区"))]
        self._load("layers", self._geojson(shapes))
        partition = [({"类型": "partition", "名称": text("分区")}, box(n, 0)) for n in range(2)]
        self._load("layers", self._geojson(partition))

    def _services(self) -> None:
        text = self.marks.text
        kinds = {f"kind{n}": {"zh": text("服务类"), "en": text("servicekind")} for n in range(4)}
        columns = {name: name for name in ("code", "name", "kind", "address", "lon", "lat")}
        source = self._mapping(
            dataset="service-points", name=text("来源"), crs="EPSG:4326", columns=columns, extra={"kinds": kinds}
        )
        rows = [
            {"code": text("点码"), "name": text("服务点"), "kind": f"kind{n % 5}" if n % 5 < 4 else text("未知类"),
             "address": text("地址"), "lon": spot(n)[0], "lat": spot(n)[1]}
            for n in range(32)
        ]  # fmt: skip
        self._load("service-points", self._csv(rows), "--source", source)

    def _counts(self) -> None:
        text = self.marks.text
        homes = [
            {"编号": text("楼栋"), "经度": spot(n)[0], "纬度": spot(n)[1], "户数": 300 if n < 16 else text("坏户数")}
            for n in range(20)
        ]
        self._load("households", self._csv(homes))
        posts = [
            {
                "岗位编号": text("岗位"),
                "网格代码": f"G{n % 16}",
                "岗位": "专职" if n < 16 else text("坏岗位"),
                "在岗人数": 1,
            }
            for n in range(20)
        ]
        self._load("staff", self._csv(posts))

    def _incidents(self) -> None:
        text = self.marks.text
        words = [text("类别") for _ in PAYLOADS]
        named = {word: {"zh": text("类名"), "en": text("category"), "class": "urgent"} for word in words[:8]}
        columns = {
            "code": "code", "category": "category", "channel": "channel", "status": "status", "reported_at": "reported",
            "arrived_at": "arrived", "closed_at": "closed", "due_at": "due", "agency_responsible": "agency",
            "lon": "lon", "lat": "lat", "declared_area_code": "area",
        }  # fmt: skip
        source = self._mapping(
            dataset="incidents", name=text("来源"), crs="EPSG:4326", categories="open", declared_level="community",
            columns=columns, values={"status": {"办结": "closed", "在办": "open"}}, extra={"categories": named},
        )  # fmt: skip
        self._load("incidents", self._csv([self._case(n, words) for n in range(160)]), "--source", source)

    def _case(self, number: int, words: Sequence[str]) -> dict[str, object]:
        text, reported = self.marks.text, NOW - timedelta(hours=7 * number + 3)
        is_open, is_bad = number < 40, number % 10 == 9
        lon, lat = spot(number)
        return {
            "code": text("事件号"),
            "category": words[number % len(words)],
            "channel": text("渠道"),
            "status": text("坏状态") if is_bad else "在办" if is_open else "办结",
            "reported": text("坏时间") if number % 20 == 19 else _stamp(reported),
            "arrived": "" if is_open else _stamp(reported + timedelta(minutes=5 + number % 9)),
            "closed": "" if is_open else _stamp(reported + timedelta(hours=2)),
            "due": _stamp(NOW + timedelta(hours=number % 3 - 1)) if is_open else "",
            "agency": text("单位"),
            "lon": lon,
            "lat": lat,
            "area": text("坏区域") if is_bad else community(number % 16),
            self.ignored: "x",
        }

    def _money(self) -> None:
        text = self.marks.text
        codes = [text("基金号") for _ in range(8)]
        funds = [
            {"基金编号": code, "基金名称": text("基金"), "基金类型": "社区基金", "设立日期": "2025-01-01",
             "所属区域代码": community(n), "用途": text("用途")}
            for n, code in enumerate(codes)
        ]  # fmt: skip
        self._load("funds", self._csv(funds))
        self._load("funds", self._csv([self._entry(n, codes) for n in range(64)]))
        goods = [
            {"品名": text("品名"), "方向": "接收" if n % 2 else "发放", "编号": text("货号"), "规格": text("规格"),
             "计量单位": text("量词"), "数量": n + 1, "捐赠方": text("捐方"), "接收单位": text("收方"),
             "日期": "2026-11-01", "折算金额": 100}
            for n in range(17)
        ]  # fmt: skip
        self._load("funds", self._csv(goods))

    def _entry(self, number: int, codes: Sequence[str]) -> dict[str, object]:
        text = self.marks.text
        kind = ("收入", "支出", "承诺", "收入")[number % 4]
        amount = text("坏金额") if number % 16 == 15 else 1000 + number
        phone = PHONE if number % 2 else ""
        return {
            "凭证号": text("凭证"), "基金编号": codes[number % 8], "日期": f"2026-{number % 11 + 1:02d}-10",
            "类型": kind, "来源类别": text("来源类"), "付款方": text("付方") if number % 4 else PERSON,
            "收款方": text("收款"), "用途类别": text("用途类"),
            "项目": text("项目"), "服务区域代码": community(number % 16), "金额": amount, "说明": text("说明") + phone,
        }  # fmt: skip

    def _given(self) -> None:
        """Gifts with the givers' words, and the totals that their publisher states."""
        text = self.marks.text
        columns = {"code": "号", "occurred_on": "日", "payer": "方", "amount": "额", "earmark": "注"}
        funds = {"given": {"name": text("基金"), "kind": "named"}}
        source = self._mapping(
            dataset="funds", section="ledger", name=text("来源"), format="csv", columns=columns,
            constants={"kind": "income", "fund_code": "given"}, extra={"funds": funds},
        )  # fmt: skip
        gifts = [{"号": text("捐号"), "日": "2026-10-01", "方": text("捐人"), "额": n + 1, "注": text("指定") + PHONE}
                 for n in range(17)]  # fmt: skip
        self._load("funds", self._csv(gifts), "--source", source)
        stated = self._mapping(
            dataset="funds", section="published", name=text("来源"), format="csv", extra={"of": Path(source).stem},
            columns={"through_on": "日", "money_total": "计", "reference": "链接"},
        )  # fmt: skip
        days = [{"日": f"2026-10-{n + 1:02d}", "计": n + 1, "链接": text("链接")} for n in range(17)]
        self._load("funds", self._csv(days), "--source", stated)

    def _of_several(self) -> None:
        """A workbook and a GeoPackage of which nobody says which sheet, or layer, is meant: both are named."""
        book, package = self._path("xlsx"), self._path("gpkg")
        names = [f"{sheet}<svg onload=owned=1>" for sheet in "甲乙"]
        with xlsxwriter.Workbook(book) as workbook:
            for name in names:
                workbook.add_worksheet(name).write_row(0, 0, ["事件编号", "x"])
        self._load("incidents", book)
        frame = geopandas.GeoDataFrame({"x": [1]}, geometry=[Point(*STREET)], crs="EPSG:4326")
        plain = self.folder / "plain.gpkg"
        for name in names:
            frame.to_file(plain, layer=name, driver="GPKG", engine="pyogrio")
        self._load("layers", plain.rename(package))

    def _unusable(self) -> None:
        text = self.marks.text
        self._load("incidents", self._csv([{text("坏列"): text("坏格")}]))
        self._load("boundaries", self._csv([{"代码": "1", "名称": text("无形")}]), "--level", "grid")
        self._load("layers", self._geojson([({"类型": text("坏图类"), "名称": text("图形")}, box(0, 0))]))


def community(number: int) -> str:
    """The code of a community, itself hostile but for what a spreadsheet of codes cannot hold."""
    return f"C{number}'\"><svg onload={RUNS}>&%s" if number % 2 else f"C{number}"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _toml(told: Mapping[str, object]) -> str:
    """A TOML file of texts, lists and tables; JSON's way of writing texts is TOML's."""
    plain = [f"{name} = {_text(value)}" for name, value in told.items() if not isinstance(value, dict)]
    tables = [f"{name} = {_inline(value)}" for name, value in told.items() if isinstance(value, dict)]
    return "\n".join([*plain, *tables]) + "\n"


def _inline(value: object) -> str:
    if not isinstance(value, dict):
        return _text(value)
    return "{ " + ", ".join(f"{_text(name)} = {_inline(inner)}" for name, inner in value.items()) + " }"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def site_file(home: Path, marks: Marks) -> None:
    """The site's own names, hostile too."""
    folder = home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    told = {"name_zh": marks.text("站名"), "name_en": marks.text("sitename"), "time_zone": "Asia/Shanghai",
            "currency": "CNY"}  # fmt: skip
    (folder / "site.toml").write_text(_toml(told), encoding="utf-8")


def load_all(files: Files, run: Callable[[Sequence[str]], str]) -> str:
    """Loads every file by `run`, which takes the arguments of the command line; returns all that it printed."""
    return "".join(run(["load", one.dataset, *one.options, "--", str(one.file)]) for one in files.wanted)
