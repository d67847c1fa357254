"""The quarantine of a load as a file: every refused row with its reason and what to do."""

from cockpit import queries
from cockpit.context import View
from cockpit.data import reasons_panel, words
from cockpit.data.computed import open_data
from cockpit.exports import Export, counted
from geo import steward


def export(view: View) -> Export | None:
    """The quarantine of the load that the page shows; None where nothing was loaded, or no load of the URL's number.

    Raises StoreUnavailable.
    """
    data = open_data(view)
    load = data.chosen()
    if load is None or data.view.notes:
        return None
    rows = steward.rejects_streamed(queries.store(), view.viewer, view.clock, load_id=load.load_id)
    lines, found = counted(rows)
    return Export(
        action="export-rejects",
        target=f"load:{load.load_id}",
        name=view.tr("data.download_name", n=load.load_id),
        headings=reasons_panel.file_headings(data),
        lines=(reasons_panel.file_line(data, reject) for reject in lines),
        found=found,
        filters=[
            (view.tr("data.loads_title"), view.tr("data.load_n", n=load.load_id)),
            (view.tr("load.head_dataset"), words.dataset(data, load.dataset)),
            (view.tr("load.head_file"), load.file),
        ],
        detail={"load": load.load_id},
        is_sensitive=True,
        close=rows.close,
    )
