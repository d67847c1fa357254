"""The pages of the navigation, in their order, and which of them somebody may open.

Invariant: the first page that somebody may open is the one at `/`; its own name as an address leads there.
"""

from dataclasses import dataclass

from cockpit.access import current
from geo.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the navigation: its name in the URL and the message that titles it."""

    url_path: str
    title_key: str


TABS = (
    Tab("overview", "common.page_overview"),
    Tab("response", "common.page_response"),
    Tab("funds", "common.page_funds"),
    Tab("community", "common.page_community"),
    Tab("assessment", "assessment.page"),
    Tab("indicator", "indicator.page"),
    Tab("method", "method.page"),
    Tab("data", "common.page_data"),
    Tab("audit", "common.page_audit"),
    Tab("users", "users.page"),
    Tab("wall", "wall.page"),
)


def tabs_of(viewer: Viewer) -> list[Tab]:
    """The pages that the viewer may open."""
    return [tab for tab in TABS if current.may(viewer, f"page.{tab.url_path}")]


def first_page(viewer: Viewer) -> str | None:
    """The name of the page at `/`, None for who may open none."""
    return next((tab.url_path for tab in tabs_of(viewer)), None)
