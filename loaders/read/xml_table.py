"""Reads the XML that is a table: KML, and the service requests of Open311.

Invariant: a document that declares a type or an entity is refused before it is looked into.
"""

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read import kml
from loaders.read.geojson import GeoJsonTable
from loaders.read.json_table import JsonTable
from loaders.read.table import Table, Told

REQUESTS = "service_requests"
PAGES = frozenset(("html", "table", "body", "div"))


def opened(path: Path, encoding: str) -> tuple[str, Table]:
    """The format (kml, xml) and the table. Raises Refused for any other XML, by the name of its first element."""
    root = _root(path, encoding)
    name = kml.local(root)
    if name == "kml":
        return "kml", _kml(root, path)
    if name == REQUESTS:
        return "xml", _requests(root, path)
    if name.lower() in PAGES:
        raise Refused("is_markup", file=path.name)
    raise Refused("xml_unknown", file=path.name, name=shown(name))


def _root(path: Path, encoding: str) -> Element:
    text = path.read_text(encoding=encoding).lstrip("\ufeff \t\r\n")
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused("xml_doctype", file=path.name) from error
    except ParseError as error:
        raise Refused("bad_xml", file=path.name, line=error.position[0], reason=cut(shown(str(error)))) from error
    return root


def _kml(root: Element, path: Path) -> GeoJsonTable:
    links = kml.links(root)
    table = GeoJsonTable(kml.collection(root), path)
    if links:
        table.told = (Told("kml_links", {"count": links}),)
    return table


def _requests(root: Element, path: Path) -> JsonTable:
    """One row a request; a child that has children of its own is no text and stays out."""
    requests = [{kml.local(child): child.text for child in request if not len(child)} for request in root]
    if not requests:
        raise Refused("empty_file", file=path.name)
    return JsonTable(requests)
