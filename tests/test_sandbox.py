"""Files from outside are read in a process that may do nothing else, and give the same rows as a reader at home."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import polars as pl
import pytest
import shapely
import xlsxwriter

from loaders import read
from loaders.faults import Refused
from loaders.sandbox import child, desk, drivers, frames
from loaders.sandbox.far_table import FACTS, FarTable, open_table

ROOT = Path(__file__).parent.parent


@pytest.fixture
def limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose own limits for reading stand in the file that comes back."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    path = tmp_path / "home" / "config" / "reading.toml"
    path.parent.mkdir(parents=True)
    return path


def limits(path: Path, **changed: int) -> None:
    values = {
        "most_memory_mib": 1000, "most_cpu_s": 60, "most_silent_s": 60, "most_unpacked_mib": 100, "most_entries": 50,
        "block_rows": 2,
    } | changed  # fmt: skip
    path.write_text("\n".join(f"{name} = {value}" for name, value in values.items()), encoding="utf-8")


def refused(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        open_table(path).close()
    assert refusal.value.sentence("zh") != refusal.value.code
    return refusal.value.code


# ---------------------------------------------------------------- the same rows


def csv(folder: Path) -> Path:
    path = folder / "x.csv"
    path.write_text('编号,名称\n1,"甲,\n乙"\n2,b\n3\n4,,\n合计,\n5,e', encoding="gb18030")
    return path


def xlsx(folder: Path) -> Path:
    with xlsxwriter.Workbook(folder / "x.xlsx") as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate([["标题"], ["编号", "名称"], [1, "甲"], [2.5, ""], ["", ""], [3, "乙"]]):
            sheet.write_row(number, 0, row)
    return folder / "x.xlsx"


def shapes() -> gpd.GeoDataFrame:
    boxes = [shapely.box(120 + n, 30, 121 + n, 31) for n in range(5)]
    return gpd.GeoDataFrame({"编号": list("abcde"), "数": [1, 2, 3, 4, 5]}, geometry=boxes, crs="EPSG:4490")


def gpkg(folder: Path) -> Path:
    shapes().to_file(folder / "x.gpkg", layer="区", engine="pyogrio")
    return folder / "x.gpkg"


def shapefile(folder: Path) -> Path:
    (folder / "shp").mkdir()
    shapes().to_file(folder / "shp" / "x.shp", engine="pyogrio", encoding="utf-8")
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for part in (folder / "shp").iterdir():
            archive.write(part, part.name)
    return folder / "x.zip"


def geojson(folder: Path) -> Path:
    path = folder / "x.geojson"
    path.write_text(shapes().to_crs(4326).to_json(), encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [csv, xlsx, gpkg, shapefile, geojson])
def test_a_table_read_elsewhere_is_the_table_read_here(make: object, tmp_path: Path, limited: Path) -> None:
    limits(limited)
    path = make(tmp_path)  # type: ignore[operator]
    wish = read.Wish(headings=frozenset({"编号", "名称"}))
    here, there = read.open_table(path, wish), open_table(path, wish)
    expected, found = list(here.blocks()), list(there.blocks())
    assert len(found) > 1
    assert pl.concat(found).equals(pl.concat(expected))
    assert there.ragged == here.ragged
    assert {name: getattr(there, name) for name in FACTS} == {name: getattr(here, name) for name in FACTS}

    half = there.blocks()
    next(half)
    assert pl.concat(there.blocks()).equals(pl.concat(expected)), "starts at the beginning whenever it is asked"
    assert there.ragged == here.ragged
    there.close()


def test_small_blocks_come_joined_and_large_ones_cut(tmp_path: Path, limited: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "".join(f"{number},{'x' * 90}\n" for number in range(30_000)), encoding="utf-8")
    expected = list(read.open_table(path).blocks())
    assert len(expected) > 2
    heights = {}
    for rows in (4_000, 25_000, 100_000):
        limits(limited, block_rows=rows)
        there = open_table(path)
        found = list(there.blocks())
        there.close()
        assert pl.concat(found).equals(pl.concat(expected))
        heights[rows] = [block.height for block in found]
        assert max(heights[rows]) <= rows
    assert len(heights[4_000]) > len(expected) > len(heights[25_000]) > len(heights[100_000]) == 1


def test_a_refusal_of_a_reader_is_the_refusal_that_it_gives_here(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b,c\n1,2,"3\n4,5,6\n7,8,9\n', encoding="utf-8")
    told = []
    for opening in (read.open_table, open_table):
        with pytest.raises(Refused) as refusal:
            list(opening(path).blocks())
        told.append((refusal.value.code, refusal.value.params, refusal.value.sentence("zh")))
    assert told[0] == told[1]


# ---------------------------------------------------------------- what a reader cannot do

HOSTILE = """
import ctypes, fcntl, os, resource, signal, socket, subprocess, sys
from pathlib import Path
from config.reading import Limits
from loaders.sandbox import locks
theirs, folder, secret = map(Path, sys.argv[1:4])
assert locks.for_all()
if not os.fork():
    locks.for_one(theirs, folder, Limits(1000, 30, 30, 1, 9, 9))
    def tried(name, call):
        try:
            call()
        except (OSError, RuntimeError):
            return
        print(name, flush=True)
    tried("control: reads its file", theirs.read_bytes)
    tried("control: writes in its folder", lambda: (folder / "x").write_text("x"))
    tried("inet", lambda: socket.socket())
    tried("unix", lambda: socket.socket(socket.AF_UNIX))
    tried("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
    tried("runs a program", lambda: os.execv("/bin/true", ["true"]))
    tried("runs a shell", lambda: subprocess.run(["/bin/true"]))
    tried("forks", os.fork)
    libc = ctypes.CDLL(None, use_errno=True)
    def called(*arguments):
        if libc.syscall(*arguments) < 0:
            raise OSError(ctypes.get_errno())
    parent, tgkill = os.getppid(), {"x86_64": 234, "aarch64": 131}[os.uname().machine]
    near, far = socket.socketpair()
    tried("signals the parent", lambda: os.kill(parent, 0))
    tried("signals a thread of the parent", lambda: called(tgkill, parent, parent, 0))
    tried("control: signals itself", lambda: called(tgkill, os.getpid(), os.getpid(), 0))
    tried("control: limits itself", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
    tried("limits the parent", lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE, (9, 9)))
    tried("has the kernel signal the parent", lambda: fcntl.fcntl(near, fcntl.F_SETOWN, parent))
    tried("chooses the kernel's signal", lambda: fcntl.fcntl(near, 10, signal.SIGKILL))
    tried("shares memory", lambda: libc.shmget(0, 4096, 0o1600) >= 0 or called(-1))
    tried("slows the parent", lambda: os.setpriority(os.PRIO_PROCESS, parent, 19))
    tried("reads a secret", secret.read_bytes)
    tried("reads passwd", lambda: open("/etc/passwd").read())
    tried("reads the parent's environment", lambda: open(f"/proc/{os.getppid()}/environ").read())
    tried("lists a folder", lambda: os.listdir(theirs.parent))
    tried("writes beside its file", lambda: (theirs.parent / "y").write_text("y"))
    tried("changes its file", lambda: theirs.open("ab"))
    tried("writes in /tmp", lambda: open("/tmp/cockpit-test-y", "w"))
    tried("fills the disk", lambda: (folder / "big").write_bytes(bytes(3 << 20)))
    os._exit(0)
os.wait()
"""


def test_a_reader_has_no_network_no_other_file_no_program_and_no_other_process(tmp_path: Path) -> None:
    assert desk.locked() == desk.Locked(filter=True, landlock=desk.locked().landlock, threads=1)
    assert desk.locked().landlock, "the kernel of the machine that runs the tests has Landlock"
    (tmp_path / "theirs").mkdir()
    theirs, folder, secret = tmp_path / "theirs" / "x.csv", tmp_path / "folder", tmp_path / "secret"
    theirs.write_text("a\n1\n", encoding="utf-8")
    secret.write_text("key", encoding="utf-8")
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE, theirs, folder, secret],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    allowed = ["reads its file", "writes in its folder", "signals itself", "limits itself"]
    assert done.stdout.splitlines() == [f"control: {name}" for name in allowed], done.stderr


def test_a_reader_has_no_hold_of_what_the_loader_and_the_forking_process_say_to_each_other(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    table = open_table(path)
    assert isinstance(table, FarTable)
    held = {os.readlink(handle) for handle in Path(f"/proc/{table._reader.pid}/fd").iterdir()}
    forking = os.readlink(f"/proc/{desk._running().process.pid}/fd/0")
    assert forking == os.devnull
    assert len([one for one in held if one.startswith("socket:")]) == 1, "its own line and no other"
    table.close()


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xc4\xe3.csv"))
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    table = open_table(path)
    assert pl.concat(table.blocks()).height == 1
    table.close()
    path.write_text("", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read.facts(path)
    assert refusal.value.sentence("zh").encode()


def test_the_child_gets_no_secret_and_no_way_to_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COCKPIT_DATABASE_URL", "COCKPIT_KEY_FILE", "PGPASSWORD", "AWS_SECRET"):
        monkeypatch.setenv(name, "hush")
    names = {name for name in desk._environment() if name.startswith(("COCKPIT", "PG", "AWS"))}
    assert names <= {"COCKPIT_HOME"}
    told = "import sys, loaders.sandbox.serving; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"sqlalchemy", "psycopg", "geo.store", "geo.vault"} & set(done.stdout.split())


def test_gdal_has_no_driver_but_those_of_formats_that_are_read() -> None:
    told = "import json, pyogrio; print(json.dumps(sorted(pyogrio.list_drivers())))"
    environment = os.environ | drivers.SETTINGS
    done = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout) == sorted(drivers.USED)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody should come to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


@pytest.mark.parametrize("inside", ["CSV:/etc/passwd", "GeoJSON:{web}", "/vsicurl/{web}"])
def test_a_virtual_file_opens_nothing_whatever_it_is_called(
    listener: socket.socket, tmp_path: Path, inside: str
) -> None:
    web = f"http://127.0.0.1:{listener.getsockname()[1]}/x.geojson"
    told = inside.format(web=web)
    source = f"<SrcDataSource>{told}</SrcDataSource>"
    virtual = f'<OGRVRTDataSource><OGRVRTLayer name="x">{source}</OGRVRTLayer></OGRVRTDataSource>'
    plain = tmp_path / "x.geojson"
    plain.write_text(virtual, encoding="utf-8")
    table = bytes([3]) + bytes(7) + (33).to_bytes(2, "little") + (1).to_bytes(2, "little") + bytes(20) + b"\r"
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for ending, content in (("shp", virtual), ("shx", ""), ("dbf", table)):
            archive.writestr(f"x.{ending}", content)
    for path in (plain, packed):
        assert refused(path) in ("xml_unknown", "geofile_damaged")
    with pytest.raises(TimeoutError):
        listener.accept()


# ---------------------------------------------------------------- limits


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path, limited: Path) -> None:
    limits(limited, most_memory_mib=150)
    path = tmp_path / "x.geojson"
    feature = '{"type":"Feature","properties":{"a":1,"b":[1,2,3]},"geometry":{"type":"Point","coordinates":[120,30]}}'
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join([feature] * 400_000) + "]}", encoding="utf-8")
    assert refused(path) == "reader_too_large"


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path, limited: Path) -> None:
    limits(limited, most_cpu_s=1)
    path = tmp_path / "x.geojson"
    feature = '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[120,30]}}'
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join([feature] * 500_000) + "]}", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        for _ in open_table(path).blocks():
            pass
    assert refusal.value.code == "reader_too_slow"


def test_a_reader_that_says_nothing_is_given_up(tmp_path: Path, limited: Path) -> None:
    limits(limited, most_silent_s=1)
    os.mkfifo(tmp_path / "x.csv")
    assert refused(tmp_path / "x.csv") == "reader_too_slow"


def test_a_reader_that_dies_is_a_refusal_and_the_next_file_is_read(tmp_path: Path, limited: Path) -> None:
    limits(limited)
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "1,2\n" * 200_000, encoding="utf-8")
    table = open_table(path)
    assert isinstance(table, FarTable)
    blocks = table.blocks()
    next(blocks)
    os.kill(table._reader.pid, signal.SIGKILL)
    with pytest.raises(Refused) as refusal:
        list(blocks)
    assert (refusal.value.code, refusal.value.params["how"]) == ("reader_died", "SIGKILL")

    killed = desk._running().process
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    table = open_table(path)
    assert next(table.blocks()).height == 2
    table.close()
    assert not list(Path(tempfile.gettempdir()).glob(f"{child.PREFIX}{killed.pid}-*")), "nothing unpacked stays"


@pytest.mark.parametrize(
    "said",
    [
        b"hello, I am a reader and I say what I like",
        frames.HEAD.pack(frames.FACTS, 1 << 60),
        frames.frame(frames.FACTS, {"headings": ["a"]}),
        frames.frame(frames.FACTS, "[" * 100_000),
        frames.frame(frames.REFUSED, {"read": 0, "parts": [{"code": "../../x", "params": {}}]}),
        frames.frame(frames.BLOCK, "x"),
        *(
            frames.frame(
                frames.REFUSED, {"read": read, "parts": [{"code": "empty_file", "params": params, "choices": []}]}
            )
            for read, params in ((1 << 40, {}), (-1, {}), (0, {"read": 1}))
        ),
        frames.HEAD.pack(frames.FAILED, 8) + b'"\\ud800"',
    ],
)
def test_what_a_reader_says_is_not_believed(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    reader = desk.reader()
    near, far = socket.socketpair()
    reader.line, kept = near, reader.line
    far.sendall(said)
    far.close()
    with pytest.raises(Refused) as refusal:
        FarTable(reader)
    assert refusal.value.code in ("reader_died", "reader_too_large")
    near.close()
    kept.close()


def test_many_files_are_read_at_once(tmp_path: Path) -> None:
    found: dict[int, int] = {}

    def one(number: int) -> None:
        path = tmp_path / f"{number}.csv"
        path.write_text("a,b\n" + "1,2\n" * number, encoding="utf-8")
        table = open_table(path)
        found[number] = sum(block.height for block in table.blocks())
        table.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number for number in range(1, 5)}


def test_a_killed_loader_leaves_no_reader_and_no_folder(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    (tmp_path / "temporary").mkdir()
    told = """
import sys, time
from pathlib import Path
from loaders.sandbox.far_table import open_table
table = open_table(Path(sys.argv[1]))
print(table._reader.pid, flush=True)
time.sleep(60)
"""
    loader = subprocess.Popen(
        [sys.executable, "-c", told, path],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
    )  # fmt: skip
    assert loader.stdout is not None
    pid = int(loader.stdout.readline())
    folders = list((tmp_path / "temporary").iterdir())
    assert any(folder.name.startswith(child.PREFIX) and list(folder.iterdir()) for folder in folders)
    loader.kill()
    loader.wait()
    loader.stdout.close()
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() or list((tmp_path / "temporary").iterdir()):
        assert time.monotonic() < until, "a reader or its folder is left"
        time.sleep(0.05)


# ---------------------------------------------------------------- archives


def archive(folder: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], packed: bool = False) -> Path:
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(folder / "x.zip", "w", how) as made:
        for name, content in entries:
            made.writestr(name, content)
    return folder / "x.zip"


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("x.shp")
    link.external_attr = 0o120777 << 16
    assert refused(archive(tmp_path, (link, b"/etc/passwd"))) == "archive_link"


@pytest.mark.parametrize("name", ["../x.shp", "/etc/x.shp", "a/../../x.shp", "C:\\x.shp", "..\\x.shp"])
def test_a_name_that_leads_out_of_an_archive_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(archive(tmp_path, (name, b"x"))) == "archive_path"


def test_a_name_that_stands_twice_in_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path, ("x.shp", b"1"), ("x.shp", b"2"))
    assert refused(path) == "archive_twice"


def test_an_archive_within_an_archive_is_refused(tmp_path: Path) -> None:
    inner = archive(tmp_path, ("x.shp", b"x")).read_bytes()
    assert refused(archive(tmp_path, ("x.shp", b"x"), ("more.dat", inner))) == "archive_nested"


def test_an_archive_of_too_many_entries_or_too_many_bytes_is_refused(tmp_path: Path, limited: Path) -> None:
    limits(limited, most_entries=3, most_unpacked_mib=1)
    assert refused(archive(tmp_path, *((f"{n}.shp", b"") for n in range(4)))) == "archive_entries"
    assert refused(archive(tmp_path, ("x.shp", bytes(2 << 20)), packed=True)) == "archive_too_large"


def test_two_shapefiles_in_one_archive_are_refused(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    with zipfile.ZipFile(path, "a") as made:
        for part in (tmp_path / "shp").iterdir():
            made.write(part, f"other{part.suffix}")
    assert refused(path) == "layer_ambiguous"


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(xlsx(tmp_path)) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    name = "xl/sharedStrings.xml"
    parts[name] = parts[name].replace(b"<sst", laughs + b"<sst", 1)
    assert refused(archive(tmp_path, *parts.items())) == "xml_entities"


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    with pytest.raises(Refused) as refusal:
        read.facts(tmp_path / "x.csv")
    assert refusal.value.code == "unreadable_file"


def test_a_file_that_is_gone_after_it_was_read_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    facts = read.facts(path)
    path.unlink()
    with pytest.raises(Refused) as refusal:
        facts.refuse_if_changed()
    assert refusal.value.code == "file_changed"
