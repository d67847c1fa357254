"""Trails for the tests of the audit: meddled with as only the owner of the whole database could, or made older."""

from sqlalchemy import text

from geo.store import Store, _engine

REBUILD = """
do $$
declare
  line record;
  before bytea := decode(repeat('00', 32), 'hex');
begin
  for line in select * from ops.audit order by seq loop
    update ops.audit a set body_hash = ops.audit_body(a) where seq = line.seq;
    update ops.audit a set content_hash = ops.audit_content(body_hash, recorded_at, is_sensitive) where seq = line.seq;
    update ops.audit a set chain_hash = sha256(before || int8send(seq) || content_hash) where seq = line.seq
    returning chain_hash into before;
  end loop;
  update ops.audit_head set chain_hash = before;
end
$$
"""


def meddle(store: Store, *statements: str) -> None:
    """What somebody does who owns the whole database and has switched its triggers off."""
    engine = _engine(str(store.urls.admin), timeout_ms=0, pool_size=1)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def make_older(store: Store, *, days: int, upto: int) -> None:
    """The lines up to the number as they would stand had they been written so many days ago; the chain holds."""
    shift = f"update ops.audit set recorded_at = recorded_at - interval '{days} days' where seq <= {upto}"
    meddle(store, shift, REBUILD)
