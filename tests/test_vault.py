"""Personal texts are sealed with a key outside the database: what is stored, what an older store becomes, a new key."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from loads_geo import Desk, counts, desk
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from geo import money, sealing, vault
from geo.migrations import _alembic, migrate
from geo.money import Scope
from geo.store import Store, StoreUrls
from geo.vault import Vault, VaultError
from geo.viewer import LEADER, OPERATOR, Clock

__all__ = ["desk"]

ROOT = Path(__file__).parent.parent
RUN = "from cockpit.cli import main; main()"
REGISTER = ("基金编号,基金名称,基金类型,设立日期,所属区域代码,用途", "J1,社区基金,community,2024-01-01,,助困")
HEADER = "凭证号,基金编号,日期,类型,来源类别,付款方,收款方,用途类别,金额,说明"
ENTRIES = (
    HEADER,
    "a1,J1,2026-01-05,income,resident,张三,,,10.00,联系人李小明 13812345678",
    "a2,J1,2026-01-06,income,resident,张四,,,20.00,",
    "a3,J1,2026-01-07,income,merchant,万科物业服务有限公司,,,30.00,",
    "a4,J1,2026-01-08,expense,,,王小明,aid,5.00,",
)
SECRETS = ("张三", "张四", "王小明", "李小明", "13812345678")
BROKEN = "b1,J1,2026-01-09,income,resident,赵六,,,很多,"
EVERYTHING = (
    "select * from core.ledger_entry",
    "select * from core.goods_entry",
    "select * from ops.quarantine",
    "select * from landing.row",
    "select * from ops.load",
    "select * from ops.audit",
    "select * from ops.fact",
)


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file of this test's own."""
    path = tmp_path / "secrets" / "vault.key"
    monkeypatch.setenv(vault.VARIABLE, str(path))
    return path


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    desk.load("funds", desk.csv(*REGISTER))
    return desk


def held(desk: Desk) -> str:
    """Everything that is stored, as text."""
    return "\n".join(str(desk.rows(query)) for query in EVERYTHING)


def opened(desk: Desk) -> Vault:
    with desk.store.loading(OPERATOR, desk.clock) as connection:
        return vault.opened(connection)


def test_a_file_with_names_is_stored_masked_and_its_originals_sealed_only_where_they_differ(ledger: Desk) -> None:
    result = ledger.load("funds", ledger.csv(*ENTRIES, BROKEN))
    assert (result.counts.inserted, result.counts.quarantined) == (4, 1)
    assert not any(secret in held(ledger) for secret in (*SECRETS, "赵六"))
    found = ledger.rows(
        "select payer, payee, reason, payer_sealed is null, payee_sealed is null, reason_sealed is null, is_sealed"
        " from core.ledger_entry order by entry_code"
    )
    assert found == [
        ("张*", None, "联系人李** 138****5678", False, True, False, True),
        ("张*", None, None, False, True, True, True),
        ("万科物业服务有限公司", None, None, True, True, True, False),
        (None, "王**", None, True, False, True, True),
    ]
    keys = opened(ledger)
    sealed = ledger.rows("select payer_sealed, reason_sealed from core.ledger_entry where entry_code = 'a1'")[0]
    assert [keys.unseal(one) for one in sealed] == ["张三", "联系人李小明 13812345678"]
    record = json.loads(keys.unseal(ledger.rows("select record from landing.row")[0][0]))
    assert (record["付款方"], record["金额"]) == ("赵六", "很多")


def test_people_in_the_name_of_a_project_are_masked_and_the_same_file_again_is_unchanged(ledger: Desk) -> None:
    """Nobody can unmask these: what was masked is not kept."""
    lines = (f"{HEADER},项目", f"{ENTRIES[1]},助学 联系人王小明 13987654321", f"{ENTRIES[2]},楼道微更新")
    assert counts(ledger.load("funds", ledger.csv(*lines)))["inserted"] == 2
    assert ledger.rows("select project from core.ledger_entry order by entry_code") == [
        ("助学 联系人王** 139****4321",), ("楼道微更新",),
    ]  # fmt: skip
    assert not any(secret in held(ledger) for secret in ("王小明", "13987654321"))
    again = ledger.load("funds", ledger.csv(*lines, ""), is_forced=True)
    assert counts(again) == {"read": 2, "unchanged": 2}


def test_the_same_file_again_is_unchanged_and_a_changed_name_is_another_entry(ledger: Desk) -> None:
    ledger.load("funds", ledger.csv(*ENTRIES))
    again = ledger.load("funds", ledger.csv(*ENTRIES, ""), is_forced=True)
    assert counts(again) == {"read": 4, "unchanged": 4}
    other = ledger.load("funds", ledger.csv(HEADER, ENTRIES[1].replace("张三", "张五")))
    assert other.counts.faults == {"entry_changed": 1}


def test_a_guess_of_a_name_cannot_be_tried_against_what_is_stored(ledger: Desk) -> None:
    ledger.load("funds", ledger.csv(*ENTRIES))
    stored = ledger.rows("select content_hash, payer_ref, entry_kind from core.ledger_entry where entry_code = 'a2'")[0]
    plain = ledger.rows(
        "select md5(f.fund_id || e'\\x1f\\x1fincome\\x1f2026-01-06\\x1f\\x1fresident\\x1f\\x1f张四\\x1f\\x1f\\x1f20.00"
        "\\x1f\\x1f\\x1f\\x1f') from core.fund f where fund_code = 'J1'"
    )[0][0]
    assert plain not in stored
    assert ledger.rows(f"select ops.keyed('{plain}', '{opened(ledger).hash_key}')") == [(stored[0],)]


def test_two_people_who_look_alike_when_masked_stay_two_payers(ledger: Desk, clock: Clock) -> None:
    lines = [line.replace(",J1,", ",,").replace("income", "committed") for line in ENTRIES[1:3]]
    ledger.load("funds", ledger.csv(HEADER, *lines, lines[0].replace("a1", "a9")))
    scope = Scope("flows", clock.at.date().replace(month=1, day=1), clock.at.date(), clock.at.date())
    with ledger.store.reading(LEADER, clock) as connection:
        found = money.payments(connection, scope, toward="payee", level="community")
    assert sorted((one.payer, one.amount, one.entries) for one in found) == [("张*", 20, 1), ("张*", 20, 2)]
    assert len({one.payer_key for one in found}) == 2


def test_the_key_file_is_private_and_outside_the_database(ledger: Desk, key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    told = json.loads(key.read_text(encoding="utf-8"))
    assert all(secret not in held(ledger) for secret in (*told["keys"], told["pepper"]))
    assert told["pepper"] not in repr(opened(ledger))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda key: key.unlink(), "missing"),
        (lambda key: vault.write(key, vault.fresh()), "wrong_key"),
        (lambda key: key.write_text("{}"), "damaged"),
        (lambda key: key.chmod(0o644), "open_to_others"),
    ],
)
def test_without_its_key_nothing_is_loaded_and_it_is_said_in_one_sentence(
    ledger: Desk, key: Path, spoil: Callable[[Path], object], code: str
) -> None:
    before = held(ledger)
    spoil(key)
    with pytest.raises(VaultError) as told:
        ledger.load("funds", ledger.csv(*ENTRIES))
    assert told.value.key == code
    assert str(key) in told.value.message("zh")
    assert held(ledger) == before
    assert sealing.status(ledger.store, OPERATOR, ledger.clock).fault is not None


def test_sealed_texts_change_with_the_key_only_and_the_app_reads_none_of_them(ledger: Desk, clock: Clock) -> None:
    ledger.load("funds", ledger.csv(*ENTRIES))
    owner = create_engine(ledger.store.urls.owner)
    for change in ("payer_sealed = 'x'", "payer = '张三'", "payer_ref = 'x'", "payer_sealed = null"):
        with pytest.raises(DBAPIError, match=r"append-only|with the key only"), owner.begin() as connection:
            connection.execute(text(f"update core.ledger_entry set {change}"))
    emptied = "set local app.rotating = 'on'; update core.ledger_entry set payer_sealed = null where entry_code = 'a1'"
    with pytest.raises(DBAPIError, match="with the key only"), owner.begin() as connection:
        connection.execute(text(emptied))
    owner.dispose()
    unread = ("core.ledger_entry.payer_sealed", "core.ledger_entry.content_hash", "core.goods_entry.donor_sealed",
              "ops.quarantine.value_sealed", "landing.row.record")  # fmt: skip
    for column in unread:
        table, _, name = column.rpartition(".")
        with pytest.raises(DBAPIError, match="permission denied"), ledger.store.reading(LEADER, clock) as connection:
            connection.execute(text(f"select {name} from {table}"))


def test_a_new_key_seals_everything_anew_and_the_old_one_is_gone(ledger: Desk, key: Path) -> None:
    ledger.load("funds", ledger.csv(*ENTRIES, BROKEN))
    old = opened(ledger)
    assert sealing.rotate(ledger.store, OPERATOR, ledger.clock) == 4
    new = opened(ledger)
    assert (len(new.keys), new.pepper) == (1, old.pepper)
    assert new.keys != old.keys
    sealed = ledger.rows("select payer_sealed from core.ledger_entry where entry_code = 'a1'")[0][0]
    record = ledger.rows("select record from landing.row")[0][0]
    assert new.unseal(sealed) == "张三"
    assert "赵六" in new.unseal(record)
    for one in (sealed, record):
        with pytest.raises(VaultError):
            old.unseal(one)
    assert counts(ledger.load("funds", ledger.csv(*ENTRIES, ""), is_forced=True)) == {"read": 4, "unchanged": 4}
    assert ledger.rows("select action, is_sensitive from ops.audit where action = 'keys-rotate'") == [
        ("keys-rotate", True)
    ]


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_rotation_that_was_cut_off_can_be_read_and_is_ended_by_the_next(
    ledger: Desk, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    ledger.load("funds", ledger.csv(*ENTRIES))
    place = "note" if at == "before" else "write"
    real = getattr(vault, place)

    def cut(*told: object, **more: object) -> None:
        if place == "note" or len(told[1].keys) == 1:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        real(*told, **more)

    with monkeypatch.context() as patch:
        patch.setattr(vault, place, cut)
        with pytest.raises(KeyboardInterrupt):
            sealing.rotate(ledger.store, OPERATOR, ledger.clock)
    status = sealing.status(ledger.store, OPERATOR, ledger.clock)
    assert (status.keys, status.fault) == (2, None)
    sealed = "select payer_sealed from core.ledger_entry where entry_code = 'a1'"
    assert opened(ledger).unseal(ledger.rows(sealed)[0][0]) == "张三"
    sealing.rotate(ledger.store, OPERATOR, ledger.clock)
    assert len(opened(ledger).keys) == 1
    assert opened(ledger).unseal(ledger.rows(sealed)[0][0]) == "张三"


CLEAR = """
insert into core.source (code, dataset, name) values ('hand', 'funds', 'hand');
insert into ops.load (dataset, file_name, sha256, fingerprint, status, read, inserted, loaded_by,
                      started_at, finished_at)
  values ('funds', 'x.csv', '0', '0', 'loaded', 2, 2, 'test', now(), now());
insert into core.fund (source_id, fund_code, name, fund_kind, content_hash, load_id)
  values (1, 'J1', 'J1', 'named', 'h', 1), (1, '王五', 'J2', 'named', 'h', 1);
insert into core.ledger_entry (source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on, payer, payee,
                               amount, reason, earmark, recorded_at, content_hash, load_id)
  values (1, 'e1', 1, null, 'income', '2026-11-01', '张三', null, 100, '电话13812345678', '给李小明先生', now(), 'h1',
          1),
         (1, 'e2', 1, 2, 'transfer', '2026-11-01', null, '王五', 100, null, null, now(), 'h2', 1);
insert into core.goods_entry (source_id, goods_code, direction, item, donor, recipient, content_hash, load_id)
  values (1, 'g1', 'out', '口罩', '欧阳娜娜', '第五医院', 'h3', 1);
insert into landing.row values (1, 2, '{"付款方": "张三"}', '2027-01-01');
insert into ops.quarantine (load_id, row_number, value, fault)
  values (1, 2, '居民张三反映', 'bad_time'), (1, 3, 'x', 'bad_time');
"""


@pytest.fixture
def older(cluster_urls: StoreUrls, new_database: Callable[[], StoreUrls]) -> StoreUrls:
    """A store of the revision before the vault, with rows in clear."""
    urls = new_database()
    admin = create_engine(str(urls.admin))
    with admin.begin() as connection:
        connection.execute(text("drop schema core cascade; drop schema landing cascade; drop schema mart cascade"))
        connection.execute(text("drop schema if exists access cascade; drop schema ops cascade"))
        connection.execute(text("create schema ops authorization cockpit_owner"))
    admin.dispose()
    owner = create_engine(urls.owner)
    with owner.begin() as connection:
        command.upgrade(_alembic(connection), "0006_access")
        connection.execution_options(no_parameters=True).exec_driver_sql(CLEAR)
    owner.dispose()
    return urls


def test_a_store_from_before_the_vault_is_sealed_with_the_migration(
    older: StoreUrls, clock: Clock, tmp_path: Path
) -> None:
    migrate(older)
    found = Desk(Store(older), clock, tmp_path)
    everything = held(found)
    assert not any(secret in everything for secret in ("张三", "李小明", "13812345678", "欧阳娜娜"))
    rows = found.rows("select payer, payee, reason, earmark, is_sealed from core.ledger_entry order by entry_code")
    assert rows == [("张*", None, "电话138****5678", "给李**先生", True), (None, "王五", None, None, False)]
    assert found.rows("select donor, recipient from core.goods_entry") == [("欧阳**", "第五医院")]
    assert found.rows("select value from ops.quarantine order by 1") == [("x",), ("居民张*反映",)]
    keys = opened(found)
    sealed = found.rows("select payer_sealed, reason_sealed, earmark_sealed from core.ledger_entry where is_sealed")[0]
    assert [keys.unseal(one) for one in sealed] == ["张三", "电话13812345678", "给李小明先生"]
    assert json.loads(keys.unseal(found.rows("select record from landing.row")[0][0])) == {"付款方": "张三"}
    hashes = found.rows(
        f"select ops.keyed('h1', '{keys.hash_key}') = content_hash from core.ledger_entry where is_sealed"
    )
    assert hashes == [(True,)]
    before = held(found)
    migrate(older)
    assert held(found) == before
    owner = create_engine(older.owner)
    with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(text("update core.ledger_entry set payer = 'x'"))
    owner.dispose()
    found.store.close()


def test_where_the_key_cannot_be_written_the_older_store_stays_as_it_was(
    older: StoreUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vault.VARIABLE, "/proc/none/vault.key")
    with pytest.raises(VaultError):
        migrate(older)
    owner = create_engine(older.owner)
    with owner.begin() as connection:
        assert connection.execute(text("select version_num from ops.schema_version")).scalar_one() == "0006_access"
        assert connection.execute(text("select count(*) from core.ledger_entry where payer = '张三'")).scalar_one() == 1
    owner.dispose()


def run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command_line = [sys.executable, "-c", RUN, *map(str, arguments)]
    return subprocess.run(
        command_line, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_commands_tell_the_state_of_the_keys_export_them_and_make_new_ones(
    store: Store, clock: Clock, tmp_path: Path, store_environment: dict[str, str], key: Path
) -> None:
    environment = store_environment | {vault.VARIABLE: str(key), "COCKPIT_NOW": clock.at.isoformat()}
    found = Desk(store, clock, tmp_path)
    found.load("funds", found.csv(*REGISTER))
    found.load("funds", found.csv(*ENTRIES))
    copy = tmp_path / "copy.key"
    assert run(environment, "keys", "export", copy).returncode == 0
    assert (copy.read_bytes(), copy.stat().st_mode & 0o777) == (key.read_bytes(), 0o600)
    assert run(environment, "keys", "export", copy).returncode == 2
    assert "用新密钥重新加密" in run(environment, "keys", "rotate").stderr
    told = json.loads(run(environment, "keys", "status", "--json").stdout)
    assert (told["is_ok"], told["keys"], told["sealed"]["core.ledger_entry"]) == (True, 1, 3)
    secret = json.loads(key.read_text(encoding="utf-8"))
    assert secret["keys"][0] not in json.dumps(told)
    wrong = run(environment | {vault.VARIABLE: str(copy)}, "keys", "status")
    assert wrong.returncode == 1
    assert "不是这个库的密钥" in wrong.stdout
    assert "Traceback" not in wrong.stderr
