"""Passwords: their hashes (argon2id), how one is compared, and what a new one must not be.

Invariant: a password is kept nowhere and written to no log; comparing takes as long for an account that is unknown, or
has no password, as for a known one, so that the time of an answer tells nobody which accounts exist.
"""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MIN_LENGTH, MAX_LENGTH = 10, 200
COMMON = (
    "1234567890",
    "0123456789",
    "9876543210",
    "0987654321",
    "password",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "abcdefghij",
    "abc1234567",
    "abcd123456",
    "a123456789",
    "iloveyou",
    "administrator",
    "woaini1314",
    "changeme",
    "letmein",
    "cockpit",
    "welcome",
)
"""What is tried first; a password that is one of these, repeated or followed by digits and signs only, is refused."""
_SIGNS = "0123456789!@#$%^&*._-+=~ "
_GENERATED = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no two that look alike
_GROUPS, _GROUP = 4, 5


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    """A hash that no password has, to compare with where there is none."""
    return _hasher().hash(secrets.token_urlsafe(32))


def hash_password(text: str) -> str:
    """The argon2id hash of the password, with its own salt and settings in it."""
    return _hasher().hash(_normal(text))


def is_password(kept: str | None, text: str) -> bool:
    """Whether `text` is the password of the hash; False, after the same work, where there is no hash (None)."""
    if len(text) > MAX_LENGTH:  # never set as one; do not spend work on it
        text, kept = "", None
    try:
        _hasher().verify(kept or _nobodys(), _normal(text))
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker settings than today's: then hash the password anew at the next sign-in."""
    try:
        return _hasher().check_needs_rehash(kept)
    except InvalidHashError:
        return True


def password_faults(text: str, *, login: str) -> tuple[str, ...]:
    """What speaks against `text` as the new password of `login`: keys of messages; none: it may be used."""
    plain = _normal(text).casefold()
    faults = []
    if len(text) < MIN_LENGTH:
        faults.append("passwords.too_short")
    if len(text) > MAX_LENGTH:
        faults.append("passwords.too_long")
    if len(login) > 1 and plain.rstrip(_SIGNS) in (login.casefold(), login.casefold()[::-1]):
        faults.append("passwords.is_login")
    if _is_common(plain):
        faults.append("passwords.too_common")
    return tuple(faults)


def generated_password() -> str:
    """A new password of over 110 bits, in groups that can be read aloud and typed."""
    groups = ("".join(secrets.choice(_GENERATED) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _is_common(plain: str) -> bool:
    if len(set(plain)) < 3:
        return True
    return any(plain == word or (word in plain and not plain.replace(word, "").strip(_SIGNS)) for word in COMMON)


def _normal(text: str) -> str:
    """The same signs typed on another keyboard, such as full-width digits, are the same password."""
    return unicodedata.normalize("NFKC", text)
