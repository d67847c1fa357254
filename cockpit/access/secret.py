"""Secrets of the server: from the environment or from files that only the server's account may read.

Invariant: a secret is never read from the project, and one that others could read, or that is too short, stops the
start.
"""

import os

from config import reader

SHORTEST = 32


def secret(name: str, *, shortest: int = 1) -> str:
    """The secret `name` from COCKPIT_<NAME> or the file COCKPIT_HOME/secrets/<name>; raises ConfigError."""
    variable, path = f"COCKPIT_{name.upper()}", reader.home() / "secrets" / name
    told = os.environ.get(variable)
    if told is None:
        if not path.is_file():
            raise reader.ConfigError(path, [f"is missing: write the secret there (mode 600), or set {variable}"])
        if path.stat().st_mode & 0o077:
            raise reader.ConfigError(path, ["others may read it: chmod 600"])
        told = path.read_text(encoding="utf-8").strip()
    if len(told) < shortest:
        raise reader.ConfigError(path, [f"{name} has {len(told)} characters, {shortest} are needed"])
    return told
