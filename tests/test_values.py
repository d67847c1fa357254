"""Times, amounts, counts and ids as people write them: read exactly, or refused with what is uncertain about them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.amounts import parse_amounts, parse_counts
from loaders.check import damaged_ids, numbers, plain_ids, translated
from loaders.dataset import Column
from loaders.order import is_disordered
from loaders.times import bad_times, future, parse_days, parse_times

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(*texts: str | None, formats: tuple[str, ...] = ()) -> list[str | None]:
    """How the texts are read, as local times, or the code of their fault (and its case)."""
    column = pl.Series("at", texts, dtype=pl.String)
    times = parse_times(column, zone="Asia/Shanghai", ignores_marker=False, formats=formats)
    frame = pl.DataFrame({"row": range(len(texts)), "at": column})
    faults = {row: f"{fault} {params}" for found in bad_times(frame, "at", times.is_bad, formats)
              for row, fault, params in found.select("row", "fault", "params").iter_rows()}  # fmt: skip
    told = []
    for row, at in enumerate(times.at.dt.convert_time_zone("Asia/Shanghai")):
        written = at.strftime("%Y-%m-%d" if times.is_day[row] else "%Y-%m-%d %H:%M:%S") if at else None
        told.append("placeholder" if times.is_placeholder[row] else written or faults.get(row))
    return told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026年3月5日 下午3点20分", "2026-03-05 15:20:00"),
        ("2026年3月5日（星期四）上午9时", "2026-03-05 09:00:00"),
        ("2026/3/5 15:20", "2026-03-05 15:20:00"),
        ("2026.3.5 15:20:30", "2026-03-05 15:20:30"),
        ("20260305", "2026-03-05"),
        ("20260305152000", "2026-03-05 15:20:00"),
        ("2026-03-05 周四 15:20", "2026-03-05 15:20:00"),
        ("２０２６－０３－０５　１５：２０", "2026-03-05 15:20:00"),
        ("二〇二六年三月二十五日", "2026-03-25"),
        ("2026年10月23日 下午三点半", "2026-10-23 15:30:00"),
        ("2026-03-05 12:10 AM", "2026-03-05 00:10:00"),
        ("2026-03-05 中午12点", "2026-03-05 12:00:00"),
        ("2026-03-05 晚上8点05分", "2026-03-05 20:05:00"),
        ("2026-10-31 24:00", "2026-11-01 00:00:00"),
        ("2026-03-05T07:20:00Z", "2026-03-05 15:20:00"),
        ("2026-03-05T15:20:00.5+08:00", "2026-03-05 15:20:00"),
        ("0000-00-00 00:00:00", "placeholder"),
        ("1900-01-00", "placeholder"),
        ("1970-01-01 08:00:00", "placeholder"),
        ("2099-12-31", "placeholder"),
        ("3月5日", 'bad_time {"case": "no_year"}'),
        ("03-05 12:00", 'bad_time {"case": "no_year"}'),
        ("15:20", 'bad_time {"case": "no_year"}'),
        ("46086.5", 'bad_time {"case": "number"}'),
        ("1772697600", 'bad_time {"case": "number"}'),
        ("1772697600000", 'bad_time {"case": "number"}'),
        ("03/04/2026", "ambiguous_time {}"),
        ("25/12/2026 10:00", "ambiguous_time {}"),
        ("3/4/26", "ambiguous_time {}"),
        ("26-03-05 10:00:00", "ambiguous_time {}"),
        ("26年3月5日", "ambiguous_time {}"),
        ("2026-02-30 10:00:00", "bad_time {}"),
        ("2026-13-05", "bad_time {}"),
        ("2026-03-05 24:01", "bad_time {}"),
        ("2026-03-05 上午12点", "bad_time {}"),
        ("2026-03-05 上午15点", "bad_time {}"),
        ("2026-03", "bad_time {}"),
        ("明天", "bad_time {}"),
    ],
)
def test_a_time_is_read_as_it_is_meant_or_refused_with_what_is_uncertain(text: str, told: str) -> None:
    assert read(text) == [told]


def test_what_the_mapping_says_of_days_and_seconds_is_read() -> None:
    assert read("03/04/2026", formats=("%d/%m/%Y",)) == ["2026-04-03"]
    assert read("13/13/2026", formats=("%d/%m/%Y",)) == ["bad_time {}"]
    assert read("1772697600", "1772697600000", formats=("epoch_s", "epoch_ms")) == ["2026-03-05 16:00:00"] * 2


def test_a_serial_number_among_written_days_is_one_of_them_where_one_epoch_fits() -> None:
    assert read("2026-03-01", "2026-03-04 10:00", "46086.5", "44624") == [
        "2026-03-01",
        "2026-03-04 10:00:00",
        "2026-03-05 12:00:00",
        "2026-03-05",
    ]
    assert read("2026-03-01", "2021-01-01", "44624")[2] == 'bad_time {"case": "number"}'
    assert read("46086", "46087") == ['bad_time {"case": "number"}'] * 2


@settings(deadline=None)
@given(st.datetimes(datetime(1991, 10, 1), datetime(2098, 1, 1)), st.sampled_from(("", "周三 ", "星期日 ")))  # noqa: DTZ001
def test_every_writing_of_an_instant_is_the_same_instant(at: datetime, weekday: str) -> None:
    at = at.replace(microsecond=0)
    half = ("上午" if at.hour < 12 else "下午") if at.hour % 12 else ""
    clock = f"{half}{at.hour % 12 or at.hour}点{at.minute}分{at.second}秒"
    writings = (
        at.isoformat(" "),
        at.isoformat(),
        at.strftime("%Y%m%d%H%M%S"),
        f"{at.year}/{at.month}/{at.day} {weekday}{at:%H:%M:%S}",
        f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute}分{at.second}秒",
        f"{at.year}年{at.month}月{at.day}日 {weekday}{clock}",
    )
    assert set(read(*writings)) == {f"{at:%Y-%m-%d %H:%M:%S}"}


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789-/.: 年月日时分秒上下午TZ+周一十〇零", max_size=24))
def test_no_text_breaks_the_reading_of_a_time(text: str) -> None:
    assert len(read(text or None)) == 1
    assert len(parse_days(pl.Series([text or None], dtype=pl.String))) == 1


def test_days_are_read_in_the_same_writings_and_of_an_instant_its_day() -> None:
    days = parse_days(pl.Series(["2026年3月5日", "20260305", "2026-03-05 23:59", "05/06/2026", None]))
    assert days.dt.to_string("%Y-%m-%d").to_list() == ["2026-03-05"] * 3 + [None, None]


def test_what_a_clock_five_minutes_ahead_reports_is_no_future() -> None:
    now = datetime(2026, 11, 20, 14, 0, tzinfo=SHANGHAI)
    at = pl.Series([datetime(2026, 11, 20, 6, 5), datetime(2026, 11, 20, 6, 6)], dtype=pl.Datetime("us"))  # noqa: DTZ001
    assert future(at.dt.replace_time_zone("UTC"), now).to_list() == [False, True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("１，２３４．５６", "1234.56"),
        ("￥1,234.56", "1234.56"),
        ("1.2万元", "12000.00"),
        ("1.2345678万", "too_fine"),
        ("3亿", "300000000.00"),
        ("人民币100元整", "100.00"),
        ("（1,234.00）", "-1234.00"),
        ("−5", "-5.00"),
        ("1.234,56", "separators"),
        ("1,5", "separators"),
        ("1,2345", "separators"),
        ("3.005", "too_fine"),
        ("壹佰元整", "spelt"),
        ("$5", ""),
        ("1.2E+05", ""),
        ("NaN", ""),
        ("inf", ""),
        ("-", ""),
        ("无", ""),
        ("9" * 40, ""),
    ],
)
def test_an_amount_is_exact_to_the_cent_or_refused_with_its_reason(text: str, told: str) -> None:
    amounts = parse_amounts(pl.Series([text]))
    assert (amounts.exact[0] or amounts.case[0]) == told


@settings(deadline=None)
@given(st.decimals("0.01", "9999999999.99", places=2))
def test_an_amount_reads_the_same_in_every_writing(amount: object) -> None:
    writings = [f"{amount}", f"{amount:,}", f"￥{amount:,}", f"{amount}元", f"+{amount}"]
    assert set(parse_amounts(pl.Series(writings)).exact) == {f"{amount}"}


def test_counts_are_whole_and_numbers_have_commas_between_thousands_only() -> None:
    assert (
        parse_counts(pl.Series(["1,200", "３", "12.0", "-1", "3人", "1.5", None])).to_list()
        == [1200, 3, 12] + [None] * 4
    )
    frame = pl.DataFrame({"row": [2, 3, 4, 5], "lon": ["1,234.5", "１２０.５", "120,5", "NaN"]})
    converted, faults = numbers(frame, ["lon"])
    assert converted["lon"].to_list() == [1234.5, 120.5, None, None]
    assert faults[0]["row"].to_list() == [4, 5]


def test_an_id_is_text_in_half_width_and_one_that_a_spreadsheet_damaged_is_refused() -> None:
    columns = (Column("code"),)
    frame = plain_ids(pl.DataFrame({"row": [2, 3, 4], "code": ["００１２", "A\u200b1", "（一）号"]}), columns)
    assert frame["code"].to_list() == ["0012", "A1", "（一）号"]
    told = pl.DataFrame({"row": [2, 3, 4, 5, 6], "code": ["1.23457E+17", "3E+08", "A1", "1E5", "E+12"]})
    assert [row for one in damaged_ids(told, columns) for row in one["row"]] == [2, 3]


def test_words_are_compared_in_half_width_and_without_regard_to_case() -> None:
    assert translated(
        pl.Series(["ＯＰＥＮ", " Open", "办结", None, "x"]), {"open": "open", "办结": "closed"}
    ).to_list() == [
        "open",
        "open",
        "closed",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("stamps", "is_odd"),
    [
        ({"reported_at": "2026-10-01 08:00", "dispatched_at": "2026-10-01 07:59"}, True),
        ({"reported_at": "2026-10-01 08:00", "arrived_at": "2026-10-01 08:09", "closed_at": "2026-10-01 08:05"}, True),
        ({"registered_at": "2026-10-01 08:05", "accepted_at": "2026-10-01 08:09"}, False),
        ({"reported_at": "2026-10-01 08:00", "closed_at": "2026-10-01"}, False),
        ({"reported_at": "2026-10-02 08:00", "arrived_at": "2026-10-01"}, True),
        ({"suspended_at": "2026-10-02 08:00", "resumed_at": "2026-10-01 08:00"}, True),
        ({"reported_at": "2026-10-02 08:00"}, False),
    ],
)
def test_a_stage_before_an_earlier_one_is_a_disorder(stamps: dict[str, str], is_odd: bool) -> None:
    told = {
        name: parse_times(pl.Series(name, [text]), zone="Asia/Shanghai", ignores_marker=False)
        for name, text in stamps.items()
    }
    at = pl.DataFrame({name: times.at for name, times in told.items()})
    assert is_disordered(at, told, zone="Asia/Shanghai").to_list() == [is_odd]


def test_times_are_compared_in_utc() -> None:
    assert parse_times(pl.Series(["2026-03-05 15:20"]), zone="Asia/Shanghai", ignores_marker=False).at.to_list() == [
        datetime(2026, 3, 5, 7, 20, tzinfo=UTC)
    ]
