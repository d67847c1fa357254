"""Reads files as they came, whatever their format, which their content tells: one module a format.

Invariant: every reader gives a `Table`: text cells with the row numbers that a spreadsheet shows, and shapes as WKB.
"""

from loaders.read.adjusting import Adjusting
from loaders.read.files import FileFacts, facts
from loaders.read.opening import open_table
from loaders.read.rows import TOLD_TOTAL, is_grand_total, is_no_ragged_row, is_no_row
from loaders.read.table import Ragged, Table, Told, Wish

__all__ = [
    "TOLD_TOTAL",
    "Adjusting",
    "FileFacts",
    "Ragged",
    "Table",
    "Told",
    "Wish",
    "facts",
    "is_grand_total",
    "is_no_ragged_row",
    "is_no_row",
    "open_table",
]
