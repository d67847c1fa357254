"""What the program's database logins may do: whether one could look past the policies.

Invariant: each login is asked about itself, over its own connection, so that what is true for the program is what is
said, whatever the roles are called.
"""

from dataclasses import dataclass

from sqlalchemy import create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.exc import OperationalError

from geo import sql
from geo.errors import StoreUnavailable
from geo.store import CONNECT_TIMEOUT_S, StoreUrls

LOGINS = ("owner", "load", "app", "wall", "gate")


@dataclass(frozen=True, slots=True)
class Login:
    """A login of the program: its part (`owner`, `load`, `app`, `wall`, `gate`) and what it is in the database.

    `is_owner`: it owns tables of ours, or may become somebody who does.
    """

    part: str
    name: str
    is_super: bool
    is_bypassing: bool
    is_owner: bool


def logins(urls: StoreUrls) -> tuple[Login, ...]:
    """All logins of the program; raises StoreUnavailable where one of them cannot log in."""
    return tuple(_asked(part, getattr(urls, part)) for part in LOGINS)


def _asked(part: str, url: str) -> Login:
    engine = create_engine(url, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.connect() as connection:
            row = connection.execute(sql_text(sql.text("access/login"))).mappings().one()
            return Login(part, row["name"], row["is_super"], row["is_bypassing"], row["is_owner"])
    except OperationalError as error:
        raise StoreUnavailable(f"the login “{part}” cannot reach the database: {error.orig}") from error
    finally:
        engine.dispose()
