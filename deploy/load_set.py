"""Loads a whole data set into a home of its own, by its recipe in config/sets, and serves it.

    python deploy/load_set.py SET            makes the home, loads every file, says each command that it runs
    python deploy/load_set.py SET --serve N  serves the pages of the set on port N, as of the recipe's moment

The home is COCKPIT_HOME, or .cockpit/sets/SET in the project; the files are read where they lie, below
COCKPIT_REAL_DATA (default: shared/data beside the project). Exit codes are those of `cockpit load`: a set that holds
rows which are refused ends with 0 all the same, since every refusal is in the quarantine.
"""

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from config import sets
from config.reader import PROJECT, ConfigError

COMMAND = [sys.executable, "-c", "from cockpit.cli import main; main()"]
DONE = (0, 3)
SITE = """\
name_zh = "{site.name_zh}"
name_en = "{site.name_en}"
time_zone = "{site.time_zone}"
currency = "{site.currency}"
"""


def home_of(name: str) -> Path:
    """The home of the set."""
    return Path(os.environ.get("COCKPIT_HOME") or PROJECT / ".cockpit" / "sets" / name).resolve()


def data_folder() -> Path:
    """The folder of the real data sets."""
    return Path(os.environ.get("COCKPIT_REAL_DATA") or PROJECT.parent / "shared" / "data").resolve()


def settle(home: Path, recipe: sets.Recipe) -> None:
    """Writes the site's settings into its home; ends with 2 when another site lives there."""
    path = home / "config" / "site.toml"
    wanted = SITE.format(site=recipe.site)
    if path.exists() and path.read_text(encoding="utf-8") != wanted:
        sys.exit(f"{path} describes another site: name another COCKPIT_HOME, or remove that file")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(wanted, encoding="utf-8")


def load(name: str, recipe: sets.Recipe, home: Path) -> int:
    """Runs every load of the recipe; returns the exit code of the first that failed, else 0."""
    environment = {**os.environ, "COCKPIT_HOME": str(home)}
    for step in recipe.load:
        folder = data_folder() / (step.folder or recipe.folder)
        source = ["--source", step.source] if step.source else []
        files = step.paths(folder)
        arguments = ["load", step.dataset, *map(str, files), *source, *(step.options or [])]
        shown = f"{len(files)} files of {step.files[0]}" if len(files) > 1 else str(files[0].relative_to(folder.parent))
        rest = shlex.join([*source, *(step.options or [])])
        print(f"{name}: cockpit load {step.dataset} {shown} {rest}", file=sys.stderr, flush=True)  # noqa: T201
        code = subprocess.run([*COMMAND, *arguments], env=environment, cwd=PROJECT, check=False).returncode
        if code not in DONE:
            return code
    return 0


def serve(recipe: sets.Recipe, home: Path, port: int) -> None:
    """Becomes the server of the set's pages in demo mode, its clock at the recipe's moment."""
    now = os.environ.get("COCKPIT_NOW") or recipe.now.isoformat()
    environment = {**os.environ, "COCKPIT_HOME": str(home), "COCKPIT_NOW": now}
    os.chdir(PROJECT)
    os.execve(sys.executable, [*COMMAND, "demo", "--no-sample", "--port", str(port)], environment)  # noqa: S606


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Load a whole data set into a home of its own, or serve it.")
    parser.add_argument("name", choices=sets.names(), metavar="SET", help=", ".join(sets.names()))
    parser.add_argument("--serve", type=int, metavar="PORT", help="serve the pages of the set on this port")
    options = parser.parse_args()
    try:
        recipe = sets.recipe(options.name)
        home = home_of(options.name)
        settle(home, recipe)
        if options.serve:
            serve(recipe, home, options.serve)
        code = load(options.name, recipe, home)
    except ConfigError as error:
        sys.exit(str(error))
    except FileNotFoundError as error:
        sys.exit(f"{options.name}: no file fits {error}; set COCKPIT_REAL_DATA to the folder of the data sets")
    if code == 0:
        print(f"{options.name}: loaded into {home}; `make show SET={options.name}` opens it", file=sys.stderr)  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main())
