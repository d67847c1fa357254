"""Runs the page server in the foreground: `python -m cockpit.cli.served ARGUMENTS…`, which are `streamlit`'s.

Invariant: Ctrl+C is the way to end it, so it ends with 0 and without a word of failure.
"""

import sys

import click
from streamlit.web import cli


def main() -> None:
    """Runs `streamlit ARGUMENTS…` in this process."""
    sys.argv = ["streamlit", *sys.argv[1:]]
    try:
        cli.main(prog_name="streamlit", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
