"""Lists as files: CSV and XLSX, row by row, with every word opened as a word (T20).

A cell that a spreadsheet would take for a formula is a person's name or nothing we wrote. In XLSX
every text is stored as text; CSV knows no types, so there such a text gets an apostrophe in front,
which spreadsheets read as "this is text". Numbers, dates and times stay what they are.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import StringIO
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from accounts.models import User
from audit.services import record
from programs import calendar

CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rows that are read and written at a time.
CHUNK = 500
# Bytes of a finished workbook that are sent at a time.
PIECE = 2**16
# Excel's own limits: characters of a cell, and of a sheet's name, which has no room for some.
MOST_CHARACTERS, LONGEST_NAME = 32_767, 31
NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# What makes a spreadsheet calculate, full-width forms included; before it, white space is skipped.
CALCULATES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # fmt: skip
CONTROLS = ("\t", "\r", "\n")

Cell = str | int | date | datetime | None


@dataclass(frozen=True)
class Column:
    """`value` gives a row's cell; `width` is in characters."""

    heading: Any
    value: Callable[[Any], Cell]
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """A list to hand out. `name` is its code, for the record and the file; `filters` are codes,
    `search` is what was typed, which may be a person's name."""

    name: str
    title: Any
    columns: Sequence[Column]
    rows: Iterable[Any]
    count: int
    filters: Mapping[str, str] = field(default_factory=dict)
    search: str = ""


def handed_out(sheet: Sheet, *, kind: str, actor: User) -> HttpResponseBase:
    """The list as an answer. That it was asked for is on record before its first byte leaves."""
    record(
        name="list.exported",
        subject_type="user",
        subject_id=actor.public_id,
        actor=actor,
        data={
            "list": sheet.name,
            "format": kind,
            "rows": sheet.count,
            "filters": {name: value for name, value in sheet.filters.items() if value},
        },
        note=sheet.search,
    )
    file_name = f"{sheet.name.replace('.', '-')}-{calendar.today()}.{kind}"
    written, content_type = WRITTEN[kind]
    # The answer is sent after the view has returned: the reader's language is taken along.
    pieces = written(sheet, translation.get_language() or "ko")
    response = StreamingHttpResponse(pieces, content_type=content_type)
    disposition = content_disposition_header(as_attachment=True, filename=file_name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def is_calculated(text: str) -> bool:
    """Whether a spreadsheet might take the text for something to work out."""
    return text.startswith(CONTROLS) or text.lstrip().startswith(CALCULATES)


# --- CSV -------------------------------------------------------------------------------------
def _lines(sheet: Sheet, language: str) -> Iterator[str]:
    """Byte order mark first: without it Excel reads Hangul in the system's own code page."""
    yield "\ufeff" + _written([[str(column.heading) for column in sheet.columns]])
    rows = iter(sheet.rows)
    while True:
        # The language must not stay on for whoever this thread serves between two pieces.
        with translation.override(language):
            chunk = [
                [_plain(column.value(row)) for column in sheet.columns]
                for row in islice(rows, CHUNK)
            ]
        if not chunk:
            return
        yield _written(chunk)


def _written(rows: Iterable[Sequence[object]]) -> str:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _plain(value: Cell) -> str | int:
    if isinstance(value, datetime):
        return f"{calendar.in_seoul(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return value
    text = value or ""
    return f"'{text}" if is_calculated(text) else text


# --- XLSX ------------------------------------------------------------------------------------
def _workbook(sheet: Sheet, language: str) -> Iterator[bytes]:
    """Made when its first piece is asked for: rows go to disk as they are read, not to memory."""
    with TemporaryFile() as out:
        with translation.override(language):
            _write(sheet, out)
        out.seek(0)
        while piece := out.read(PIECE):
            yield piece


def _write(sheet: Sheet, out: IO[bytes]) -> None:
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = book.add_worksheet(str(sheet.title).translate(NOT_IN_A_NAME).strip()[:LONGEST_NAME])
    formats = {
        "heading": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        # Stays text even when somebody edits the cell.
        "quoted": book.add_format({"quote_prefix": True}),
    }
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
    page.freeze_panes(1, 0)
    for number, column in enumerate(sheet.columns):
        page.write_string(0, number, str(column.heading), formats["heading"])
    for place, row in enumerate(sheet.rows, start=1):
        for number, column in enumerate(sheet.columns):
            _put(page, place, number, column.value(row), formats)
    book.close()


def _put(page: Any, row: int, number: int, value: Cell, formats: dict[str, Any]) -> None:
    if isinstance(value, datetime):
        local = calendar.in_seoul(value).replace(tzinfo=None)
        page.write_datetime(row, number, local, formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, number, value, formats["day"])
    elif isinstance(value, int):
        page.write_number(row, number, value)
    elif value:
        how = formats["quoted"] if is_calculated(value) else None
        page.write_string(row, number, value[:MOST_CHARACTERS], how)


WRITTEN: dict[str, tuple[Callable[[Sheet, str], Iterator[Any]], str]] = {
    CSV: (_lines, "text/csv; charset=utf-8"),
    XLSX: (_workbook, XLSX_TYPE),
}
