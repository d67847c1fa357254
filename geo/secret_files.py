"""The site's keys (`COCKPIT_HOME/secrets`) as a file of their own beside a backup.

Invariant: a backup holds no key, only a check by which the right ones are known; the file of the keys (0600) is worth
nothing without the backup and everything with it, so the two are kept apart.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from geo.backup_file import private_file
from geo.backup_words import BackupError

FORMAT = 1
VAULT_KEY, VAULT_KEY_VARIABLE = "vault.key", "COCKPIT_VAULT_KEY_FILE"
COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
Secrets = Mapping[str, bytes]


def _path(home: Path, name: str) -> Path:
    told = os.environ.get(VAULT_KEY_VARIABLE)
    return Path(told) if told and name == VAULT_KEY else home / "secrets" / name


def held(home: Path) -> dict[str, bytes]:
    """The site's keys by file name; empty where it has none."""
    folder = home / "secrets"
    names = {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()
    if os.environ.get(VAULT_KEY_VARIABLE):
        names.add(VAULT_KEY)
    paths = {name: _path(home, name) for name in sorted(names) if ".replaced-" not in name}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}


def checks(found: Secrets) -> dict[str, Any]:
    """By what the same keys are known again: a salted, slow hash of each, from which none can be learnt."""
    salt = secrets.token_bytes(16)
    return {"salt": salt.hex(), "files": {name: _check(salt, value) for name, value in found.items()}}


def unlike(found: Secrets, told: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a backup was made with and that are missing or different in `found`."""
    salt = bytes.fromhex(told["salt"])

    def fits(name: str, check: str) -> bool:
        return name in found and hmac.compare_digest(_check(salt, found[name]), check)

    return tuple(name for name, check in sorted(told["files"].items()) if not fits(name, check))


def _check(salt: bytes, value: bytes) -> str:
    return hashlib.scrypt(value, salt=salt, **COST).hex()


def write(path: Path, found: Secrets, *, made_at: str, mode: str) -> None:
    """Writes the file of the keys; raises BackupError as `private_file` does."""
    told = {name: base64.b64encode(value).decode() for name, value in found.items()}
    with private_file(path, mode=mode) as stream:
        stream.write(orjson.dumps({"format": FORMAT, "made_at": made_at, "keys": told}, option=orjson.OPT_INDENT_2))


def read(path: Path) -> dict[str, bytes]:
    """The keys in the file; raises BackupError for one that is missing, damaged or no file of keys."""
    try:
        told = orjson.loads(path.read_bytes())
        found = {name: base64.b64decode(value, validate=True) for name, value in told["keys"].items()}
    except OSError as error:
        raise BackupError("not_readable", file=path, reason=error.strerror or error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError("keys_damaged", file=path) from error
    if told.get("format") != FORMAT or any(Path(name).name != name or name in ("", ".", "..") for name in found):
        raise BackupError("keys_damaged", file=path)
    return found


def targets(home: Path, found: Secrets) -> dict[Path, bytes]:
    """Where each key belongs in the site at `home`."""
    return {_path(home, name): value for name, value in found.items()}
