"""Incidents (事件): rows of cases with their stage times become heads and events of the incident log.

Invariant: a row is kept only if its id, its report and the order of report, acceptance and close can be true; what a
sender did not say (a stage, a point, a status) stays unknown. Of several deliveries of one case the one counts that
knows the most recent event (geo/sql/load/incidents/stale.sql), in whatever order they come.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from config import mapping as mappings
from config.categories import UNCLASSIFIED, Categories, categories, folded
from config.mapping import ANSWERS, HAPPENINGS, STAGES, STATUSES
from geo import crs, placing
from geo.landing import Landing
from geo.vault import Vault
from loaders import order, times, units
from loaders.bulk import FirstBulk
from loaders.check import missing, numbers, translated
from loaders.content import content_hash
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.deadlines import Deadlines, deadlines_of
from loaders.faults import Refused, fault_rows, together
from loaders.lat_lon import pair_column, taken_apart
from loaders.misplaced import refuse_misplaced
from loaders.options import need_area_level
from loaders.sealing import shown_words
from loaders.spatial import hex_ewkb, impossible, is_swapped, other_zone
from loaders.spatial import points as received_points
from loaders.standing import Standing
from loaders.times import Times, parse_columns, parse_times
from loaders.words import in_our_words

TIMES = (
    "reported_at", "registered_at", "accepted_at", "dispatched_at", "arrived_at", "handled_at", "first_closed_at",
    "reopened_at", "closed_at", "followed_up_at", "due_at", "extended_to", "suspended_at", "resumed_at",
)  # fmt: skip
PLANNED = ("due_at", "extended_to")
"""What may lie ahead; every other stamp is of something that happened."""
WORDED = ("category", "channel", "agency_responsible")
"""Columns whose words a mapping may translate; the status has a list of its own."""
TOLD_BY = {
    "reopened": "reopened_at",
    "suspended": "suspended_at",
    "extended": "extended_to",
    "reporter": "reporter",
    "solved": "solved",
    "scored": "satisfaction_score",
}
"""The column by which a source tells of a happening."""
SCORES = (1, 5)
FOLDS_SIMPLY = r"^[ -~\u{4e00}-\u{9fff}]*$"
"""Text for which `folded` is no more than trimming and lower case."""
NOT_BEFORE_REPORT = {
    "accepted_at": "accepted_before_reported",
    "first_closed_at": "closed_before_reported",
    "closed_at": "closed_before_reported",
}


@dataclass(frozen=True)
class _Known:
    placers: placing.Placers
    listed: Categories | None
    """None: the source's own list, every value becomes a category."""
    vault: Vault
    bulk: FirstBulk | None
    """None: the store holds incidents already."""
    deadlines: Deadlines | None = None
    """None: what the source sends is all there is."""


class Incidents(Dataset):
    """One row is one incident with the times of its stages; where the mapping names a unit, one unit of an incident."""

    name = "incidents"
    section = "incidents"
    carries_days = True
    columns = (
        Column("code", is_required=True),
        Column("category", is_required=True),
        Column("channel"),
        Column("status"),
        *(Column(name, is_required=name == "reported_at") for name in TIMES),
        Column("duplicate_of"),
        Column("reporter", is_personal=True),
        Column("solved"),
        Column("satisfaction_score"),
        Column("agency_responsible"),
        Column("lon"),
        Column("lat"),
        Column("lat_lon"),
        Column("lon_lat"),
        Column("declared_area_code"),
        Column("decides"),
        Column("unit"),
    )

    def refuse_options(self, request: LoadRequest) -> None:
        """Incidents have no level, no validity and no snapshot: a row that is absent is not withdrawn."""
        for option, value in (("--level", request.level), ("--valid-from", request.valid_from)):
            if value is not None:
                raise Refused("option_refused", option=option, dataset=self.name)
        if request.mode != "delta":
            raise Refused("option_refused", option=f"--mode {request.mode}", dataset=self.name)

    def stages(self, job: Job) -> tuple[str, ...]:
        told = job.mapping.stages or tuple(stage for stage in STAGES if f"{stage}_at" in job.present)
        return (*told, *(name for name in HAPPENINGS if TOLD_BY[name] in job.present and name not in told))

    def fingerprint_parts(self, landing: Landing, request: LoadRequest) -> tuple[str, ...]:  # noqa: ARG002
        deadlines = deadlines_of(mappings.named(request.source) if request.source else None)
        return (repr(categories().all), *([deadlines.fingerprint()] if deadlines else []))

    def prepare(self, landing: Landing, job: Job) -> _Known:
        need_area_level(job)
        placers, bulk = placing.kept_placers(landing.connection), _carrier(landing, job)
        if job.mapping.categories == "open":
            return _Known(placers=placers, listed=None, vault=landing.vault, bulk=bulk)
        listed = categories()
        landing.run(
            "load/incidents/categories",
            codes=[item.code for item in listed.all],
            names_zh=[item.zh for item in listed.all],
            names_en=[item.en for item in listed.all],
            classes=[item.response_class for item in listed.all],
            privates=[item.is_private for item in listed.all],
            emergencies=[item.is_emergency for item in listed.all],
        )
        return _Known(
            placers=placers, listed=listed, vault=landing.vault, bulk=bulk, deadlines=deadlines_of(job.mapping)
        )

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        frame = frame.with_columns(in_our_words(frame, job.mapping, name) for name in WORDED)
        stamps = parse_columns(
            frame.select(TIMES),
            zone=job.time_zone.key,
            ignores_marker=job.mapping.zone_marker == "ignore",
            formats=job.mapping.time_formats,
        )
        at = pl.DataFrame({name: stamps[name].at for name in TIMES})
        place, place_faults = _places(frame, job)
        status = _status(frame, job, stamps)
        answers, answer_faults = _answers(frame, job)
        reporter = _reporter(frame["reporter"], known.vault)
        faults = [
            *missing(frame, ["code", "reported_at", *(["unit"] if units.is_by_unit(job) else [])]),
            *_time_faults(frame, stamps, job),
            fault_rows(frame, status.is_null(), fault="unknown_status", column="status"),
            *place_faults,
            *answer_faults,
            *_order_faults(frame, stamps, job),
        ]
        found = together(faults)
        category, unknown = _category(frame["category"], known.listed)
        if known.deadlines is not None:
            reported = {"reported": at["reported_at"], "is_day": stamps["reported_at"].is_day}
            at = at.with_columns(known.deadlines.completed(at["due_at"], category=category, **reported))
        records = _records(frame, at, stamps, job)
        records = records.with_columns(category, status, reporter, *units.keys(frame, job))
        is_disordered = order.is_disordered(at, stamps, zone=job.time_zone.key)
        own_notes = {"unknown_category": unknown, "stage_disorder": is_disordered}
        kept = _placed(pl.concat([records, place, answers], how="horizontal"), job, known, own_notes)
        if found.height:
            kept = kept.filter(~pl.col("row_number").is_in(found["row"].unique().implode()))
        kept = kept.with_columns(content_hash(kept))
        is_kept = frame["row"].is_in(kept["row_number"].implode())
        counted = Counter(frame["category"].filter(unknown & is_kept).fill_null("").to_list())
        return Checked(records=kept, faults=found, unknown={"category": dict(counted)} if counted else {})

    def write(self, landing: Landing, job: Job, known: _Known) -> int:
        source = {"source_id": job.source_id}
        if known.listed is None:
            _open_categories(landing, job)
        mapping_hash = _mapping_hash(job)
        landing.run("load/mapping_hash", load_id=job.load_id, mapping_hash=mapping_hash)
        if known.bulk is not None and known.bulk.is_due:
            return _fill(landing, job, known.placers, known.bulk)
        refuse_misplaced(landing, job, known.placers, section=self.section)
        if units.is_by_unit(job):
            return units.write(landing, **source, load_id=job.load_id, mapping_hash=mapping_hash)
        may_change = landing.run("load/incidents/diff", **source) > 0
        landing.run("load/incidents/advance", **source)
        if may_change:
            landing.run("load/incidents/stale", **source, mapping_hash=mapping_hash)
        landing.run("load/incidents/unknown_original", **source)
        if may_change:
            landing.run("load/incidents/update", **source, load_id=job.load_id)
        last_id = landing.rows("load/incidents/last")[0]["last_id"]
        things = landing.run("load/incidents/insert", **source, load_id=job.load_id)
        landing.run("load/incidents/revisions", **source, load_id=job.load_id, after=last_id)
        return things


def _fill(landing: Landing, job: Job, placers: placing.Placers, bulk: FirstBulk) -> int:
    things = bulk.fill()
    refuse_misplaced(landing, job, placers, section="incidents/bulk", of_table="core.incident")
    bulk.close()
    return things


def _mapping_hash(job: Job) -> str:
    """What tells rows that two loads read alike from rows that a corrected mapping reads anew."""
    return hashlib.md5(f"{job.mapping.fingerprint()} {job.zone.key}".encode(), usedforsecurity=False).hexdigest()


def _carrier(landing: Landing, job: Job) -> FirstBulk | None:
    """Lets the blocks of a file go straight into a store without incidents (a dry run keeps nobody waiting), or past
    what knows the rows that change nothing; returns what fills the former.
    """
    if units.is_by_unit(job):
        return None
    is_from_file = job.request.replays is None
    if landing.rows("load/incidents/is_empty")[0]["is_empty"]:
        bulk = FirstBulk(landing, source_id=job.source_id, load_id=job.load_id)
        if job.mapping.categories != "open" and not job.request.is_dry_run and is_from_file:
            landing.carried_by(bulk)
        return bulk
    if is_from_file:
        landing.carried_by(Standing(landing, source_id=job.source_id))
    return None


def _open_categories(landing: Landing, job: Job) -> None:
    """Takes in the sender's categories; those that the mapping names get their names and their class."""
    landing.run("load/incidents/open_categories")
    named = job.mapping.extra.get("categories", {})
    landing.run(
        "load/incidents/named_categories",
        codes=list(named),
        names_zh=[item["zh"] for item in named.values()],
        names_en=[item["en"] for item in named.values()],
        classes=[item["class"] for item in named.values()],
    )


def _status(frame: pl.DataFrame, job: Job, stamps: Mapping[str, Times]) -> pl.Series:
    """Our status of each row; null for an unknown word; where the sender says nothing it follows from the close."""
    table = {**{word: word for word in STATUSES}, **job.mapping.values.get("status", {})}
    silent = pl.when(pl.lit(stamps["closed_at"].at).is_not_null()).then(pl.lit("closed")).otherwise(pl.lit("open"))
    own = pl.lit(translated(frame["status"], table))
    said = pl.when(pl.col("status").is_null()).then(silent).otherwise(own)
    return frame.select(said.alias("status")).to_series()


def _reporter(names: pl.Series, vault: Vault) -> pl.Series:
    """A keyed digest of who reported (64 bits), equal for equal people; the name goes no further than here."""
    told = names.drop_nulls()
    plain = told.str.strip_chars(" ").str.to_lowercase()
    if not told.str.contains(FOLDS_SIMPLY).all():
        plain = pl.Series([folded(name) for name in told.to_list()], dtype=pl.String)
    refs = pl.Series("reporter_ref", vault.numbers(plain.cast(pl.Binary).to_list()), dtype=pl.Int64)
    if len(told) == len(names):
        return refs
    found = pl.zeros(len(names), dtype=pl.Int64, eager=True).set(names.is_null(), None)
    return found.scatter(names.is_not_null().arg_true(), refs).alias("reporter_ref")


def _answers(frame: pl.DataFrame, job: Job) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """What the reporter said when called back: is_solved (null: not reached) and satisfaction_score (1 to 5)."""
    said = in_our_words(frame, job.mapping, "solved")
    converted, faults = numbers(frame, ["satisfaction_score"])
    score = converted["satisfaction_score"].cast(pl.Float64)
    is_off = (~score.is_between(*SCORES) | (score.round() != score)).fill_null(value=False)
    known = {"known": ", ".join(ANSWERS)}
    faults += [
        fault_rows(frame, pl.lit(is_off), fault="bad_number", column="satisfaction_score"),
        fault_rows(frame, pl.lit(~said.is_in(ANSWERS)), fault="unknown_kind", column="solved", params=known),
    ]
    read = pl.DataFrame(
        {
            "is_solved": (said == "yes").cast(pl.Boolean),
            "satisfaction_score": score.set(is_off, None).cast(pl.Int16),
        }
    )
    return read, faults


def _category(words: pl.Series, listed: Categories | None) -> tuple[pl.Series, pl.Series]:
    """The category's code of each row, and where no list holds the word (kept as 未归类)."""
    if listed is None:
        return words.fill_null(UNCLASSIFIED).alias("category"), words.is_null()
    table = {word: listed.codes.get(folded(word)) for word in words.drop_nulls().unique().to_list()}
    codes = words.replace_strict(table, default=None, return_dtype=pl.String)
    return codes.fill_null(UNCLASSIFIED).alias("category"), codes.is_null()


def _time_faults(frame: pl.DataFrame, stamps: Mapping[str, Times], job: Job) -> list[pl.DataFrame]:
    """No times, times that nobody means, and reports of what has not happened yet."""
    years = {"first": times.FIRST_YEAR, "last": times.LAST_YEAR}
    happened = pl.DataFrame({name: stamp.at for name, stamp in stamps.items() if name not in PLANNED})
    possible = times.are_possible(happened, job.latest)
    is_placeholder = stamps["reported_at"].is_placeholder
    found = [fault_rows(frame, is_placeholder, fault="placeholder_time", column="reported_at")]
    for name, stamp in stamps.items():
        found += times.bad_times(frame, name, stamp.is_bad, job.mapping.time_formats)
        if name not in PLANNED and name not in possible:
            is_ahead, is_odd = times.future(stamp.at, job.latest), times.unlikely_years(stamp.at)
            found.append(fault_rows(frame, is_ahead, fault="future_time", column=name))
            found.append(fault_rows(frame, is_odd, fault="absurd_date", column=name, params=years))
    return found


def _order_faults(frame: pl.DataFrame, stamps: Mapping[str, Times], job: Job) -> list[pl.DataFrame]:
    """Closed or accepted before the report; by day where either is a bare date, in the file's own time zone."""
    reported = stamps["reported_at"]
    found = []
    for name, fault in NOT_BEFORE_REPORT.items():
        later = stamps[name]
        is_before, by_day = later.at < reported.at, reported.is_day | later.is_day
        if by_day.any():
            days = [item.at.dt.convert_time_zone(job.time_zone.key).dt.date() for item in (later, reported)]
            is_before = (is_before & ~by_day) | ((days[0] < days[1]) & by_day)
        found.append(fault_rows(frame, is_before, fault=fault, column=name))
    return found


def _records(frame: pl.DataFrame, at: pl.DataFrame, stamps: Mapping[str, Times], job: Job) -> pl.DataFrame:
    days = _day_precision(stamps)
    day = pl.concat_str(
        [pl.when(pl.lit(is_day)).then(pl.lit(name)) for name, is_day in days.items()], separator=",", ignore_nulls=True
    )
    repaired = pl.any_horizontal(
        [pl.lit(item.is_placeholder | item.is_ambiguous | item.is_serial) for item in stamps.values()]
    )
    reported_on = at["reported_at"].dt.convert_time_zone(job.zone.key).dt.date()
    return frame.select(
        pl.col("row").alias("row_number"),
        pl.col("code").alias("natural_key"),
        pl.lit(_decides(frame["decides"], job)).alias("decides"),
        repaired.alias("is_repaired"),
        pl.col("channel"),
        pl.lit(shown_words(frame["agency_responsible"])),
        pl.col("declared_area_code"),
        *(pl.lit(at[name]).alias(name) for name in TIMES),
        pl.lit(reported_on).alias("reported_on"),
        day.replace("", None).alias("day_precision"),
        pl.col("duplicate_of").alias("duplicate_of_code"),
    )


def _decides(text: pl.Series, job: Job) -> pl.Series:
    """What decides between deliveries, so written that it sorts as text: instants in UTC, numbers padded."""
    if text.null_count() == len(text):
        return text
    is_number = text.str.contains(r"^[0-9]{1,20}$").fill_null(value=False)
    told = parse_times(
        text.set(is_number, None),
        zone=job.time_zone.key,
        ignores_marker=job.mapping.zone_marker == "ignore",
        formats=job.mapping.time_formats,
    )
    instant = told.at.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    return instant.zip_with(instant.is_not_null(), text.str.zfill(20).zip_with(is_number, text))


def _day_precision(stamps: Mapping[str, Times]) -> dict[str, pl.Series]:
    """By stamp of the incident: true where what counts for it came as a bare date (the extension, the last close)."""
    kept = {*(f"{stage}_at" for stage in STAGES), "suspended_at", "resumed_at"}
    found = {name: stamps[name].is_day for name in TIMES if name in kept}
    first_counts = stamps["closed_at"].at.is_null() & stamps["reopened_at"].at.is_null()
    found["closed_at"] = found["closed_at"] | (stamps["first_closed_at"].is_day & first_counts)
    is_extended = stamps["extended_to"].at.is_not_null()
    found["due_at"] = stamps["extended_to"].is_day.zip_with(is_extended, stamps["due_at"].is_day)
    return found


def _places(frame: pl.DataFrame, job: Job) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """lon, lat (degrees, EPSG:4326; null: no point) and the faults of coordinates that cannot be true.

    `raw`, the point as received, is there only where the file is in another system: nothing is copied twice.
    """
    source = frame
    faults: list[pl.DataFrame] = []
    pair = pair_column(job.present)
    if pair is not None:
        source, faults = taken_apart(frame, pair)
    elif job.has_shapes and not {"lon", "lat"} <= job.present:
        source, faults = _geometry_points(frame)
    converted, unread = numbers(source, ["lon", "lat"])
    faults += unread
    x, y = (converted[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("lon", "lat"))
    lon, lat = crs.points_to_store(x, y, crs=job.crs)
    in_other_zone, zone_faults = other_zone(source, x, system=job.crs, column="lon")
    faults += zone_faults
    is_given = [source[name].is_not_null() for name in ("lon", "lat")]
    is_unread = [converted[name].is_null() & given for name, given in zip(("lon", "lat"), is_given, strict=True)]
    is_point = np.isfinite(lon) & np.isfinite(lat) & ~((x == 0) & (y == 0))
    bad = (is_given[0] | is_given[1]) & ~(is_unread[0] | is_unread[1]) & pl.Series(~is_point) & ~in_other_zone
    value = pl.concat_str([pl.col(name).fill_null("") for name in ("lon", "lat")], separator=", ")
    faults += impossible(source, bad, is_swapped(x, y), column="lon", value=value)
    if pair is not None:
        faults = [found.with_columns(pl.lit(pair).alias("column")) for found in faults]
    nothing = pl.Series(~is_point)
    points = pl.DataFrame({"lon": pl.Series(lon).set(nothing, None), "lat": pl.Series(lat).set(nothing, None)})
    if job.crs != crs.STORE:
        points = points.with_columns(hex_ewkb(received_points(x, y), srid=job.crs.srid).alias("raw"))
    return points, faults


def _geometry_points(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The block with lon and lat as text from the features' points, so that one check serves both formats.

    A case happened at one place: a line, a surface or several points are a fault, as is a geometry that cannot be read.
    """
    given = np.array(shapely.from_wkb(frame["geometry"].to_list()), dtype=object)
    is_single = (shapely.get_type_id(given) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(given) == 1
    )
    shapes = np.where(is_single, shapely.get_geometry(given, 0), given)
    is_odd = ~shapely.is_missing(shapes) & (shapely.get_type_id(shapes) != shapely.GeometryType.POINT)
    texts = pl.Series([str(shape) if odd else None for shape, odd in zip(shapes, is_odd, strict=True)], dtype=pl.String)
    told = (
        (pl.lit(pl.Series(is_odd)), pl.lit(texts), "not_point"),
        (pl.col("broken").is_not_null(), "broken", "broken"),
    )
    faults = [
        fault_rows(frame, where, fault="bad_coordinates", column="geometry", value=value, params={"case": case})
        for where, value, case in told
    ]
    points = [
        pl.Series(name, read(shapes)).fill_nan(None).cast(pl.String)
        for name, read in (("lon", shapely.get_x), ("lat", shapely.get_y))
    ]
    return frame.with_columns(points), faults


def _placed(records: pl.DataFrame, job: Job, known: _Known, own_notes: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Adds the areas, how the row was placed, and the notes. The point wins over the declared area."""
    lon, lat = (records[name].fill_null(np.nan).to_numpy() for name in ("lon", "lat"))
    days = records["reported_on"].to_numpy().astype("datetime64[D]")
    placed = known.placers.place(lon, lat, on=days)
    has_point = np.isfinite(lon)
    level = job.mapping.declared_level
    notes = [pl.when(pl.lit(where)).then(pl.lit(note)) for note, where in own_notes.items()]
    is_declared = np.zeros(len(lon), dtype=bool)
    if level in known.placers.levels and "declared_area_code" in job.present:
        ids = known.placers.declared(level, records["declared_area_code"], on=days)
        given = records["declared_area_code"].is_not_null().to_numpy()
        is_declared = ~has_point & (ids != placing.OUTSIDE)
        differs = has_point & (ids != placing.OUTSIDE) & (placed.at(level) != ids)
        placed.at(level)[is_declared] = ids[is_declared]
        notes.append(pl.when(pl.lit(pl.Series(differs))).then(pl.lit("area_mismatch")))
        notes.append(pl.when(pl.lit(pl.Series(given & (ids == placing.OUTSIDE)))).then(pl.lit("unknown_area")))
    placed_by = np.where(has_point, "point", np.where(is_declared, "declared", "none"))
    return records.with_columns(
        pl.concat_str(notes, separator=",", ignore_nulls=True).replace("", None).alias("notes"),
        pl.Series("is_outside", placed.is_outside),
        pl.Series("placed_by", placed_by),
        *(_ids(f"{name}_id", placed.at(name)) for name in placing.LEVELS),
    )


def _ids(name: str, ids: placing.Ids) -> pl.Series:
    found = pl.Series(name, ids)
    return found.set(found == placing.OUTSIDE, None)


DATASETS = (Incidents(),)
