"""Fixtures of all tests: a real PostGIS, a fresh copy of the migrated store for each module, the real data.

A database test that cannot reach PostGIS fails; only `real_data` tests may skip, and only outside CI.
"""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, make_url, text

from geo import embedded, vault
from geo.migrations import migrate
from geo.store import Store, StoreUrls
from geo.viewer import Clock

ROOT = Path(__file__).parent.parent
CHINA = timezone(timedelta(hours=8))
TEMPLATE = "cockpit_test_template"


def _urls(base: StoreUrls, database: str) -> StoreUrls:
    def exchanged(url: str) -> str:
        return make_url(url).set(database=database).render_as_string(hide_password=False)

    assert base.admin is not None
    return StoreUrls(
        admin=exchanged(base.admin),
        owner=exchanged(base.owner),
        load=exchanged(base.load),
        app=exchanged(base.app),
        wall=exchanged(base.wall),
        gate=exchanged(base.gate),
    )


def _administer(admin_url: str, *statements: str) -> None:
    engine = create_engine(make_url(admin_url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def silent_log() -> None:
    """Commands run in this process print no log: without a set-up structlog writes to standard output."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


@pytest.fixture(scope="session")
def cluster_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreUrls]:
    """The URLs of an embedded cluster of this test session's own, stopped at the end."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_HOME", str(home))
        for name in (
            "COCKPIT_DATABASE_URL",
            "COCKPIT_APP_URL",
            "COCKPIT_LOAD_URL",
            "COCKPIT_WALL_URL",
            "COCKPIT_GATE_URL",
            "COCKPIT_NOW",
            vault.VARIABLE,
        ):
            patch.delenv(name, raising=False)
        # with a log for others, so that a commit can wait for a standby; servers started as an operator does keep none
        as_shipped = embedded.SETTINGS
        patch.setattr(embedded, "SETTINGS", as_shipped.replace("minimal'\nmax_wal_senders = 0", "replica'"))
        cluster = embedded.ensure()
        patch.setattr(embedded, "SETTINGS", as_shipped)
        yield StoreUrls(
            admin=cluster.url("cockpit_super"),
            owner=cluster.url("cockpit_owner"),
            load=cluster.url("cockpit_load"),
            app=cluster.url("cockpit_app"),
            wall=cluster.url("cockpit_wall"),
            gate=cluster.url("cockpit_gate"),
        )
        embedded.stop()
        shutil.rmtree(cluster.data_dir.parent)


@pytest.fixture(scope="session")
def new_database(cluster_urls: StoreUrls) -> Callable[..., StoreUrls]:
    """Makes a migrated, empty database, or a copy of another, and returns its URLs; it goes with the cluster."""
    assert cluster_urls.admin is not None
    _administer(cluster_urls.admin, f"create database {TEMPLATE}")
    migrate(_urls(cluster_urls, TEMPLATE))

    def make(template: str = TEMPLATE) -> StoreUrls:
        name = f"test_{uuid.uuid4().hex[:12]}"
        assert cluster_urls.admin is not None
        _administer(
            cluster_urls.admin,
            f"create database {name} template {template}",
            f"grant create, connect on database {name} to cockpit_owner",
            f"grant temporary, connect on database {name} to cockpit_load",
        )
        return _urls(cluster_urls, name)

    return make


@pytest.fixture(scope="module")
def urls(new_database: Callable[[], StoreUrls]) -> StoreUrls:
    """A fresh migrated database for the module."""
    return new_database()


@pytest.fixture(scope="module")
def store(urls: StoreUrls) -> Iterator[Store]:
    """The store of the module's fresh database."""
    found = Store(urls)
    yield found
    found.close()


@pytest.fixture(scope="module")
def store_environment(urls: StoreUrls, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which a child process finds the module's database, and the key that a first load makes."""
    if vault.read(vault.key_file()) is None:
        vault.write(vault.key_file(), vault.fresh())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
    return environment | {
        "COCKPIT_HOME": str(tmp_path_factory.mktemp("child_home")),
        "COCKPIT_DATABASE_URL": urls.owner,
        "COCKPIT_APP_URL": urls.app,
        "COCKPIT_LOAD_URL": urls.load,
        "COCKPIT_WALL_URL": urls.wall,
        "COCKPIT_GATE_URL": urls.gate,
        vault.VARIABLE: str(vault.key_file()),
    }


@pytest.fixture(scope="session")
def clock() -> Clock:
    """The moment all tests stand at."""
    return Clock(datetime(2026, 11, 20, 14, 32, tzinfo=CHINA))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; absent outside CI it skips, in CI its absence fails."""
    folder = Path(os.environ.get("COCKPIT_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"real data expected at {folder}; set COCKPIT_REAL_DATA")
        pytest.skip(f"no real data at {folder}")
    return folder
