"""`cockpit exempt CODE --reason TEXT`: grants the appeal against an overdue case; `--withdraw` takes that back.

Invariant: what cannot be decided ends with 2 and a sentence, and nothing was changed; the database has the last word.
"""

import click

from cockpit.cli.ready import as_option, language, reader, ready_store
from cockpit.cli.telling import cell, say
from config.messages import tr
from config.site import site
from config.visible import visible
from geo import exemptions
from geo.exemptions import ExemptionError
from geo.viewer import current_clock


@click.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why; personal numbers in it are masked.")
@click.option("--withdraw", "is_withdrawn", is_flag=True, help="Take the exemption of the case back.")
@click.option("--source", metavar="NAME", help="The source of the case, where several have its code.")
@as_option
def exempt(code: str, reason: str, is_withdrawn: bool, source: str | None, user: str | None) -> None:
    """Exempt the overdue case CODE: its fact stays, figures after exemption leave it out."""
    clock = current_clock()
    store = ready_store(clock)
    viewer = reader(store, user, needs=("rows.cases", "act.exempt"), lang=language())
    act = exemptions.withdraw if is_withdrawn else exemptions.exempt
    try:
        incident_id = exemptions.named(store, viewer, clock, code=code, source=source)
        case = act(store, viewer, clock, incident_id=incident_id, reason=reason)
    except ExemptionError as error:
        raise click.UsageError(_fault(error)) from error
    say(tr("exempt.withdrawn" if is_withdrawn else "exempt.done", language(), code=cell(case.code)), err=True)
    store.close()


def _fault(error: ExemptionError) -> str:
    told = dict(error.params)
    if at := told.get("at"):
        told["at"] = f"{at.astimezone(site().zone):%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]
    return visible(tr(f"exempt.fault_{error.code}", language(), **told))
