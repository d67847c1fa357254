"""Which version of the program runs."""

from importlib.metadata import PackageNotFoundError, version

PROGRAM = "street-cockpit"


def program_version() -> str:
    """The version that is installed; 0 where none is."""
    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "0"
