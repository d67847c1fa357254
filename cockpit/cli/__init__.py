"""The command `cockpit`: the names of its commands and its exit codes are held here.

Exit codes: 0 done; 2 wrong usage or input refused, nothing was changed; 3 loaded, with rows in quarantine;
1 anything else. Messages go to standard error, figures to standard output. Commands are imported when called,
so that `cockpit db status` need not wait for geopandas.
"""

import importlib
import io
import sys

import click

COMMANDS = {
    "up": "cockpit.cli.serve",
    "demo": "cockpit.cli.serve",
    "db": "cockpit.cli.db",
    "load": "cockpit.cli.load",
    "loads": "cockpit.cli.load",
    "rejects": "cockpit.cli.rejects",
    "replay": "cockpit.cli.replay_load",
    "kpi": "cockpit.cli.kpi",
    "trace": "cockpit.cli.trace",
    "users": "cockpit.cli.users",
    "walls": "cockpit.cli.walls",
    "doctor": "cockpit.cli.doctor",
    "publish": "cockpit.cli.publish",
    "freeze": "cockpit.cli.freeze",
    "frozen": "cockpit.cli.freeze",
    "exempt": "cockpit.cli.exempt",
    "keys": "cockpit.cli.keys",
    "purge": "cockpit.cli.purge",
    "replay-feed": "cockpit.cli.replay",
    "audit": "cockpit.cli.audit",
    "inspect": "cockpit.cli.inspect",
    "take-in": "cockpit.cli.take_in",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return found


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="street-cockpit", prog_name="cockpit")
def cli() -> None:
    """Digital cockpit for streets and communities: load files, serve the pages, print figures."""


def main() -> None:
    """The console script: runs the command and turns the store's failures into one sentence and exit code 1."""
    from cockpit.cli.ready import language  # noqa: PLC0415
    from cockpit.cli.telling import say, with_short_arguments  # noqa: PLC0415
    from cockpit.logs import configure  # noqa: PLC0415
    from config.messages import tr  # noqa: PLC0415
    from config.reader import ConfigError  # noqa: PLC0415
    from geo.embedded import EmbeddedError  # noqa: PLC0415
    from geo.errors import AuditUnavailable, ClockError, GeoError, StoreUrlError  # noqa: PLC0415
    from geo.vault import VaultError  # noqa: PLC0415

    configure()
    try:
        cli.main(prog_name="cockpit", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        say("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        say(with_short_arguments(shown.getvalue().rstrip("\n"), sys.argv[1:]), err=True)
        sys.exit(error.exit_code)
    except ConfigError as error:
        say(error.message(language()), err=True)
        sys.exit(2)
    except (ClockError, StoreUrlError) as error:
        say(str(error), err=True)
        sys.exit(2)
    except (EmbeddedError, VaultError) as error:
        say(error.message(language()), err=True)
        sys.exit(1)
    except AuditUnavailable as error:
        say(f"{tr('audit.down', language())} ({error})", err=True)
        sys.exit(1)
    except GeoError as error:
        say(tr("cli.store_fault", language(), reason=error), err=True)
        sys.exit(1)
