"""Puts the project into the environment that runs this file: importable, and with its command `cockpit`.

Does what an editable install does, without a build backend, so that it works with no network. Invariant: running
it again, or after the project moved, leaves exactly one working link.
"""

import os
import shutil
import sys
import sysconfig
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
# A "#!" line cannot hold a path with spaces or of over 127 characters; sh reads lines 2 and 3, Python skips them.
SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

sys.exit({function}())
"""


def link(site_packages: Path, scripts: Path) -> None:
    """Writes path file, package metadata and console scripts as pyproject.toml declares them."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    module_name = name.replace("-", "_")
    (site_packages / f"{module_name}.pth").write_text(f"{PROJECT}\n", encoding="utf-8")
    for old in site_packages.glob(f"{module_name}-*.dist-info"):
        shutil.rmtree(old)
    metadata = site_packages / f"{module_name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (metadata / "INSTALLER").write_text("deploy/prepare\n", encoding="utf-8")
    entries = "".join(f"{command} = {target}\n" for command, target in project["scripts"].items())
    (metadata / "entry_points.txt").write_text(f"[console_scripts]\n{entries}", encoding="utf-8")
    for command, target in project["scripts"].items():
        _write_script(scripts / command, target)


def _write_script(path: Path, target: str) -> None:
    module, _, function = target.partition(":")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(SCRIPT.format(python=sys.executable, module=module, function=function), encoding="utf-8")
    unfinished.chmod(0o755)
    unfinished.replace(path)


if __name__ == "__main__":
    link(Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("scripts")))
