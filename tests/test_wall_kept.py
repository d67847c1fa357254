"""The last picture on disk: whole, few, the owner's alone, for one browser only, and gone with its session."""

import stat
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from browser import sign_in
from store_gone import database_gone

from cockpit import queries
from cockpit.wall import kept, kept_form
from cockpit.wall.kept import Shown
from cockpit.wall.scene import Scene, Sentence
from geo.accounts import Session, end_sessions, session_of
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock, Viewer

NOW = datetime.now(UTC)
AT = datetime(2026, 11, 20, 6, 32, tzinfo=UTC)
SCENE = Scene(
    "now", Sentence("1 件超期，在西社区", "综合执法队承办", "orange", ("承办",)), frozenset({"a", "b"}), "<b>西社区</b>"
)
PICTURE = Shown((SCENE, replace(SCENE, name="funds", sentence=Sentence("x", "y"))), AT, AT, is_simulated=True)
WALL = Session(7, Viewer("w", "wall", "site", account_id=1), "w", "password", False, False, NOW + timedelta(days=30))
TOKEN, OTHER = "t" * 43, "o" * 43


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    monkeypatch.setattr(kept, "_TURNS", kept._Turns())
    return tmp_path / kept.FOLDER


def keep(token: str = TOKEN, session: Session | None = WALL, picture: Shown = PICTURE) -> None:
    if kept.is_due(token):
        kept.keep(token, session, picture)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_picture_comes_back_as_it_was_with_its_moment() -> None:
    keep()
    found = kept.recall(TOKEN)
    assert found is not None
    assert (found, found.clock) == (PICTURE, Clock(AT))


def test_no_other_browser_opens_it_and_the_disk_tells_nobody_anything(folder: Path) -> None:
    keep()
    (file,) = files(folder)
    assert kept.recall(OTHER) is None
    assert kept.recall("") is kept.recall(None) is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    content = file.read_bytes()
    assert "西社区".encode() not in content
    assert TOKEN.encode() not in content
    assert TOKEN not in file.name
    file.rename(folder / kept._name(OTHER))
    assert kept.recall(OTHER) is None, "the name alone opens nothing"


@pytest.mark.parametrize("role", ["leader", "admin", "secretary", ""])
def test_only_walls_leave_a_picture(role: str, folder: Path) -> None:
    keep(session=replace(WALL, viewer=Viewer("x", role, "site", account_id=1)))
    keep(session=None)
    keep(token="")
    assert files(folder) == []


def test_it_is_written_seldom_and_few_are_kept(folder: Path) -> None:
    keep()
    first = files(folder)[0].read_bytes()
    keep(picture=replace(PICTURE, loaded_at=None))
    assert files(folder)[0].read_bytes() == first
    for number in range(kept.FEW + 4):
        keep(token=f"{number:043}")
    assert len(files(folder)) == kept.FEW
    assert kept.recall(f"{kept.FEW + 3:043}") is not None
    assert kept.recall(TOKEN) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda record: replace(record, until=NOW - timedelta(seconds=1)),
        lambda record: replace(record, taken_at=NOW - kept.LONGEST - timedelta(minutes=1)),
        lambda record: replace(record, taken_at=NOW + timedelta(hours=1)),
    ],
    ids=["its session has run out", "too old", "from the future"],
)
def test_what_may_not_be_shown_any_more_is_not(change: object, folder: Path) -> None:
    keep()
    record = kept.Kept(PICTURE, WALL.expires_at, datetime.now(UTC))
    assert callable(change)
    content = kept._cipher(TOKEN).encrypt(kept_form.dumps(change(record)))
    files(folder)[0].write_bytes((7).to_bytes(8, "big") + content)
    assert kept.recall(TOKEN) is None


@pytest.mark.parametrize("content", [b"", b"x" * 7, b"x" * 100, bytes(8) + b"gAAAAA" * 20])
def test_a_file_that_is_none_of_ours_is_no_picture_and_no_fault(content: bytes, folder: Path) -> None:
    keep()
    files(folder)[0].write_bytes(content)
    assert kept.recall(TOKEN) is None


def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    keep()
    (file,) = files(folder)
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert kept.recall(TOKEN) is None
    kept._TURNS.forget(file.name)
    keep()
    assert not file.is_symlink()
    assert kept.recall(TOKEN) is not None


def test_a_disk_that_takes_nothing_fails_no_page(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    keep()
    assert kept.recall(TOKEN) is None


def test_it_goes_with_the_session_but_only_when_the_store_can_say_so(
    folder: Path, urls: StoreUrls, store: Store, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "store", lambda: store)
    tokens = [sign_in(store_environment, login="wall", role="wall") for _ in range(3)]
    sessions = [session_of(store, token, address="", now=datetime.now(UTC)) for token in tokens]
    for token, session in zip(tokens, sessions, strict=True):
        keep(token=token, session=session)
    (folder / ".half-written").write_bytes(b"x")
    ended = sessions[0]
    assert ended is not None
    assert ended.viewer.account_id is not None
    end_sessions(
        store, OPERATOR, account_id=ended.viewer.account_id, session_id=ended.session_id, why="x", now=datetime.now(UTC)
    )
    with database_gone(urls):
        kept.sweep()
        assert all(kept.recall(token) for token in tokens)
    kept.sweep()
    assert [kept.recall(token) is not None for token in tokens] == [False, True, True]
    kept.forget(tokens[1])
    assert len(files(folder)) == 1
    end_sessions(store, OPERATOR, account_id=ended.viewer.account_id, why="x", now=datetime.now(UTC))
    kept.sweep()
    assert files(folder) == []


@dataclass(frozen=True)
class Inner:
    """A record within another."""

    day: date
    share: float


@dataclass(frozen=True)
class Outer:
    """One of each kind that a picture may hold."""

    inner: Inner | None
    many: tuple[Inner, ...]
    pair: tuple[str, int]
    named: dict[str, Inner]
    some: frozenset[int]
    told: str | int


def test_every_kind_of_value_survives_and_a_record_that_has_changed_does_not_fit() -> None:
    inner = Inner(date(2026, 11, 20), 1.0)
    for told in ("x", 3):
        record = Outer(inner, (inner, inner), ("a", 1), {"k": inner}, frozenset({2, 1}), told)
        assert kept_form.loads(Outer, kept_form.dumps(record)) == record
    assert kept_form.loads(Shown, kept_form.dumps(PICTURE)) == PICTURE
    text = kept_form.dumps(PICTURE)
    for changed in (
        text.replace(b'"is_simulated":true', b'"is_simulated":"x"'), text.replace(b'"is_simulated":true', b'"more":3'),
        b"[]", b"{", b"null", text.replace(b'"level":"orange"', b'"level":"green"'),
        text.replace(b'"name":"now",', b""),
    ):  # fmt: skip
        with pytest.raises(kept_form.UnfitError):
            kept_form.loads(Shown, changed)


def test_a_value_that_no_picture_should_hold_cannot_be_kept() -> None:
    with pytest.raises(kept_form.UnfitError):
        kept_form.dumps({"x": object()})
    assert {one.name for one in fields(kept.Kept)} == {"shown", "until", "taken_at"}
    assert {one.name for one in fields(Shown)} == {"scenes", "at", "loaded_at", "is_simulated", "n_overdue"}
