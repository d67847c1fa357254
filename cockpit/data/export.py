"""The quarantine of a load as a file: every refused row with its reason and what to do; as received for who corrects.

Invariant: the file gives nothing away that the page hides.
"""

from typing import Any

from cockpit import queries, refused_file
from cockpit.context import View
from cockpit.data import reasons_panel, words
from cockpit.data.computed import DataView, open_data
from cockpit.data.work import may_work
from cockpit.exports import Export, counted
from geo import quarantine, steward
from geo.steward import LoadLine


def export(view: View) -> Export | None:
    """The quarantine of the load that the page shows; None where nothing was loaded, or no load of the URL's number.

    Raises StoreUnavailable.
    """
    data = open_data(view)
    load = data.chosen()
    if load is None or data.view.notes:
        return None
    if may_work(data):
        return _to_correct(data, load)
    rows = steward.rejects_streamed(queries.store(), view.viewer, view.clock, load_id=load.load_id)
    lines, found = counted(rows)
    return Export(
        **_about(data, load),
        headings=reasons_panel.file_headings(data),
        lines=(reasons_panel.file_line(data, reject) for reject in lines),
        found=found,
        close=rows.close,
    )


def _to_correct(data: DataView, load: LoadLine) -> Export:
    """The rows as received (masked) with their reasons, for who may run them again once they are corrected."""
    view = data.view
    rows, faults = quarantine.taken(queries.store(), view.viewer, view.clock, load_id=load.load_id)
    names = refused_file.headings(rows)
    return Export(
        **_about(data, load),
        headings=refused_file.file_headings(names, view.lang),
        lines=iter(refused_file.file_lines(rows, names, faults, view.lang)),
        found=len(rows),
    )


def _about(data: DataView, load: LoadLine) -> dict[str, Any]:
    """What the trail, the file's name and the notes say of either file."""
    tr = data.view.tr
    return {
        "action": "export-rejects",
        "target": f"load:{load.load_id}",
        "name": tr("data.download_name", n=load.load_id),
        "filters": [
            (tr("data.loads_title"), tr("data.load_n", n=load.load_id)),
            (tr("load.head_dataset"), words.dataset(data, load.dataset)),
            (tr("load.head_file"), load.file),
        ],
        "detail": {"load": load.load_id},
        "is_sensitive": True,
    }
