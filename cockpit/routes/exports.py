"""Files by address below `/export/` (ROUTES), with the filters of their page.

Invariant: who asks is whom the cookie says; without the right, or where the line in the audit trail cannot be written,
not one byte of the table is sent; and nobody on the way keeps the file.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from urllib.parse import quote

import anyio
import structlog
from anyio import CancelScope, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from cockpit import context, exports, queries
from cockpit.access import current
from cockpit.assessment import differences as differences_export
from cockpit.assessment import export as assessment_export
from cockpit.audit import export as audit_export
from cockpit.context import View
from cockpit.data import export as data_export
from cockpit.exports import EXPORT, Document, Export
from cockpit.funds import export as funds_export
from cockpit.indicator import export as indicator_export
from cockpit.report import export as report_export
from cockpit.report.document import FontMissingError
from cockpit.routes import faults
from cockpit.routes.turns import TURNS
from cockpit.spreadsheets import csv_stream
from config.messages import tr
from geo.accounts import Session
from geo.audit import REFUSED, audit
from geo.errors import AuditUnavailable, StoreUnavailable
from geo.viewer import PROGRAM, Viewer, current_clock

Make = Callable[[View], Export | Document | None]
FIGURES = "page.assessment"
"""The page whose readers may take figures along."""
MOVED = "common.note_moved_period"
NOT_KEPT = {"cache-control": "no-store"}
PATIENCE_S = 60
"""How long a block of a file waits to be fetched; whoever is slower than that begins anew."""
_log = structlog.get_logger()


def entries(request: Request) -> Response:
    """The entries of the money page."""
    return _answer(request, "entries", funds_export.export, page="page.funds")


def rejects(request: Request) -> Response:
    """The quarantine of the load that the data page shows."""
    return _answer(request, "rejects", data_export.export, page="page.data")


def lines(request: Request) -> Response:
    """The lines of the audit page."""
    return _answer(request, "audit", audit_export.export, page="page.audit")


def assessment(request: Request) -> Response:
    """The matrix that the page of assessments shows."""
    return _answer(request, "assessment", assessment_export.export, page="page.assessment")


def differences(request: Request) -> Response:
    """What differs now from the frozen month that the page of assessments shows."""
    return _answer(request, "differences", differences_export.export, page="page.assessment")


def trace(request: Request) -> Response:
    """The rows behind the figure that the page of an indicator shows."""
    return _answer(request, "trace", indicator_export.export, page="page.indicator")


def figures_csv(request: Request) -> Response:
    """The figures of a period, level and area."""
    return _answer(request, "figures", report_export.as_csv, page=FIGURES)


def figures_excel(request: Request) -> Response:
    """The same as a workbook."""
    return _answer(request, "figures", report_export.as_excel, page=FIGURES)


def report(request: Request) -> Response:
    """The monthly report of an area."""
    return _answer(request, "report", report_export.as_pdf, page=FIGURES)


ROUTES: Mapping[str, Callable[[Request], Response]] = {
    "/export/entries.csv": entries,
    "/export/rejects.csv": rejects,
    "/export/audit.csv": lines,
    "/export/assessment.csv": assessment,
    "/export/differences.csv": differences,
    "/export/trace.csv": trace,
    "/export/figures.csv": figures_csv,
    "/export/figures.xlsx": figures_excel,
    "/export/report.pdf": report,
}


def _answer(request: Request, name: str, make: Make, *, page: str) -> Response:
    params = dict(request.query_params)
    lang, _ = context.parse_lang(params)
    try:
        session = current.of_request(request)
        viewer = current.viewer_of(session)
        if session is None or not (current.may(viewer, EXPORT) and current.may(viewer, page)):
            _note_refusal(viewer, request, name)
            return _said("audit.export_not_allowed", lang, status=403)
        return _in_turn(session, params, make)
    except AuditUnavailable as fault:
        _log.error("export_without_audit", fault=str(fault))
        return _said("audit.down", lang, status=503)
    except faults.FAULTS as fault:
        return PlainTextResponse(faults.told(fault), status_code=503, headers=NOT_KEPT)


def _in_turn(session: Session, params: dict[str, str], make: Make) -> Response:
    """The file, or why there is none; its turn is given back when the last byte is fetched, or nobody fetches on."""
    account_id, lang = session.viewer.account_id, context.parse_lang(params)[0]
    if not TURNS.take(account_id):
        return _said("audit.export_busy", lang, status=429)
    answer: Response | None = None
    try:
        view = context.make_view(params, viewer=session.viewer, pulse=queries.pulse(None, PROGRAM))
        view.check()
        # a file says what was asked for, or there is none
        export = None if any(note.key != MOVED for note in view.notes) else make(view)
        answer = _said("audit.export_not_found", lang, status=404) if export is None else _file(view, session, export)
        return answer
    except FontMissingError:
        return _said("report.no_font", lang, status=503)
    finally:
        if not isinstance(answer, StreamingResponse):
            TURNS.give_back(account_id)


def _held(blocks: Iterator[bytes], export: Export, account_id: int | None) -> Generator[bytes]:
    try:
        yield from blocks
    finally:
        export.close()
        TURNS.give_back(account_id)


def _file(view: View, session: Session, export: Export | Document) -> Response:
    """The file, once its line stands in the audit trail."""
    notes = exports.notes(view, export, display_name=session.display_name)
    made = export.content(notes) if isinstance(export, Document) else b""
    ending = export.ending if isinstance(export, Document) else "csv"
    name = exports.file_name(f"{export.name}_{view.viewer.name}") + f".{ending}"
    try:
        with queries.store().auditing(view.viewer, current_clock()) as connection:
            audit(
                connection, viewer=view.viewer, action=export.action, target=export.target,
                detail={**export.detail, "rows": export.found, "file": name, "at": view.clock.at.isoformat()},
                is_sensitive=export.is_sensitive,
            )  # fmt: skip
    except BaseException:
        export.close()
        raise
    headers = {
        **NOT_KEPT,
        "content-disposition": f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{quote(name, safe='')}",
    }
    if isinstance(export, Document):
        return Response(made, media_type=export.media_type, headers=headers)
    reader = exports.reader_heading(view, display_name=session.display_name)
    blocks = csv_stream(export.headings, export.lines, reader=reader, notes=notes)
    return OnItsWay(_held(blocks, export, view.viewer.account_id), media_type="text/csv", headers=headers)


class OnItsWay(StreamingResponse):
    """A file that is closed at once when its last byte is fetched, or nobody fetches on for PATIENCE_S."""

    def __init__(self, blocks: Generator[bytes], *, media_type: str, headers: Mapping[str, str]) -> None:
        self._blocks = blocks
        begun = chain((next(blocks),), blocks)  # what has not begun would not notice that it is closed
        super().__init__(begun, media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the file; a connection and a turn are never left to the garbage collector."""

        async def sending(message: Message) -> None:
            with anyio.fail_after(PATIENCE_S):
                await send(message)

        try:
            await super().__call__(scope, receive, sending)
        except TimeoutError:
            _log.warning("export_not_fetched", path=scope["path"])
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._blocks.close)


def _note_refusal(viewer: Viewer, request: Request, name: str) -> None:
    """A line for who was refused; a trail that cannot be written changes nothing of the refusal."""
    whence = viewer.address or (request.client.host if request.client else "")
    asked = Viewer(viewer.name, viewer.role, viewer.level, viewer.area_ids, viewer.account_id, whence)
    with suppress(StoreUnavailable), queries.store().auditing(asked, current_clock()) as connection:
        audit(connection, viewer=asked, action="export-refused", target=f"export:{name}", detail={}, result=REFUSED)


def _said(key: str, lang: str, *, status: int) -> Response:
    return PlainTextResponse(tr(key, lang), status_code=status, headers=NOT_KEPT)
