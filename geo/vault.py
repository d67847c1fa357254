"""The vault: personal texts encrypted with a key that lies outside the database, in one file of this installation.

Invariant: the key is in no table, log, message or backup of the database; a key that is not the store's is refused
before anything is sealed or opened. Whoever loses the key keeps every masked text and loses the originals.

The key file is JSON, 0600: `keys` (Fernet keys, the newest first; two only while a rotation is under way) and `pepper`
(the secret of digests, which never rotates). The store knows it by check values only (ops.fact `vault`).
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from config import reader
from config.messages import tr
from geo import sql
from geo.errors import GeoError
from geo.store import rows

FACT = "vault"
VARIABLE = "COCKPIT_VAULT_KEY_FILE"
PRIVATE = 0o600


class VaultError(GeoError):
    """The vault cannot be used; nothing was changed. `str()` is English; `message(lang)` is for people."""

    def __init__(self, key: str, **params: object) -> None:
        self.key, self.params = key, params
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """What happened and what to do, in `zh` or `en`, plain text."""
        return tr(f"vault.{self.key}", lang, **self.params)


@dataclass(frozen=True)
class Vault:
    """The secrets of one installation; `keys` the newest first. Never printed: its repr holds no secret."""

    keys: tuple[str, ...]
    pepper: str

    def __repr__(self) -> str:
        return f"Vault({self.key_id})"

    @cached_property
    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self.keys])

    @property
    def key_id(self) -> str:
        """Tells the newest key from others; says nothing about it."""
        return _id_of(self.keys[0])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys in the file."""
        return tuple(_id_of(key) for key in self.keys)

    @cached_property
    def hash_key(self) -> str:
        """The key of digests that the database makes itself (ops.keyed)."""
        return self._digest("row content")

    @cached_property
    def check(self) -> str:
        """By which the store knows the pepper again."""
        return self._digest("check value")

    def seal(self, text: str) -> str:
        """The text encrypted with the newest key."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """The text that was sealed. Raises VaultError when no key of the file opens it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise VaultError("cannot_open") from error

    def resealed(self, sealed: str) -> str:
        """The same text under the newest key. Raises VaultError."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise VaultError("cannot_open") from error

    def ref(self, text: str) -> str:
        """A digest that is equal for equal texts and that nobody can try guesses against without the key file."""
        return self._digest(f"ref {text}")[:32]

    def numbers(self, texts: Iterable[bytes]) -> list[int]:
        """The same as numbers of 64 bits, where many texts are told: keyed BLAKE2b (RFC 7693) of each, in order."""
        keyed = hashlib.blake2b(key=self._pepper, digest_size=8, person=b"number")

        def digest(text: bytes) -> bytes:
            one = keyed.copy()
            one.update(text)
            return one.digest()

        told = b"".join(map(digest, texts))
        return list(struct.unpack(f">{len(told) // 8}q", told))

    def _digest(self, text: str) -> str:
        return hmac.digest(self._pepper, text.encode(), "sha256").hex()

    @cached_property
    def _pepper(self) -> bytes:
        return bytes.fromhex(self.pepper)


def _id_of(key: str) -> str:
    return hashlib.sha256(f"key id {key}".encode()).hexdigest()[:12]


def key_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the key lies: COCKPIT_VAULT_KEY_FILE, or secrets/vault.key in the site's home."""
    named = environ.get(VARIABLE)
    return Path(named) if named else reader.home() / "secrets" / "vault.key"


def read(path: Path) -> Vault | None:
    """The vault of the key file, None where there is none; raises VaultError for one damaged or open to others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError("unreadable", file=path, reason=getattr(error, "strerror", None) or "?") from error
    if mode & 0o077:
        raise VaultError("open_to_others", file=path, mode=f"{mode:04o}")
    try:
        told = json.loads(text)
        found = Vault(tuple(told["keys"]), told["pepper"])
        if len(bytes.fromhex(found.pepper)) < 32 or not found._fernet:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise VaultError("damaged", file=path) from error
    return found


def fresh() -> Vault:
    """A vault with new secrets."""
    return Vault((Fernet.generate_key().decode(),), secrets.token_hex(32))


def renewed(vault: Vault) -> Vault:
    """The same vault with a new key before the others."""
    return Vault((Fernet.generate_key().decode(), *vault.keys), vault.pepper)


def write(path: Path, vault: Vault, *, is_new: bool = False) -> None:
    """Writes the key file, 0600, all of it or nothing; `is_new`: raises FileExistsError where there is one already.

    Raises VaultError where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="utf-8") as stream:
            json.dump({"keys": vault.keys, "pepper": vault.pepper}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            os.link(draft, path)
        else:
            draft.replace(path)
        _settle(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise VaultError("unwritable", file=path, reason=error.strerror) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Has the folder's entries written to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fact(connection: Connection) -> Mapping[str, Any] | None:
    """What the store knows of its vault (`key`: id of the newest key, `check`), None before anything was sealed."""
    found = rows(connection, "vault/fact")
    return dict(found[0]["value"]) if found else None


def opened(connection: Connection, path: Path | None = None) -> Vault:
    """The store's vault, for reading. Raises VaultError when its key is missing or is another store's."""
    path = path or key_file()
    known, found = fact(connection), read(path)
    if found is None:
        raise VaultError("missing", file=path)
    if known is not None:
        _refuse_foreign(found, known, path)
    return found


def ready(connection: Connection, path: Path | None = None) -> Vault:
    """The store's vault, for sealing; at the very first time key and check value are made.

    In the transaction of a load or a migration, which holds the site's turn. Raises VaultError.
    """
    path = path or key_file()
    known, found = fact(connection), read(path)
    if known is None:
        vault = found or _made(path)
        note(connection, vault)
        return vault
    if found is None:
        raise VaultError("missing", file=path)
    _refuse_foreign(found, known, path)
    return found


def _made(path: Path) -> Vault:
    vault = fresh()
    try:
        write(path, vault, is_new=True)
    except FileExistsError:  # another program was first
        return read(path) or vault
    return vault


def note(connection: Connection, vault: Vault) -> None:
    """Writes down by what the store knows its vault again."""
    value = json.dumps({"key": vault.key_id, "check": vault.check})
    connection.execute(sql_text(sql.text("load/fact_set")), {"fact": FACT, "value": value})


def _refuse_foreign(vault: Vault, known: Mapping[str, Any], path: Path) -> None:
    if not hmac.compare_digest(vault.check, str(known["check"])) or known["key"] not in vault.key_ids:
        raise VaultError("wrong_key", file=path)


def unsealed(vault: Vault, sealed: Iterable[str]) -> list[str]:
    """The texts in order. Raises VaultError when one cannot be opened."""
    return [vault.unseal(text) for text in sealed]
