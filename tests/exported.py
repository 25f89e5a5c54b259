"""Reads a list that was handed out as a file, the way its reader's program does."""

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

BOM = "\ufeff"


@dataclass
class Exported:
    """Rows by heading. `cells` are the workbook's own cells, for their types."""

    headings: list[str]
    rows: list[dict[str, Any]]
    cells: list[Any]


def body(response) -> bytes:
    assert response.status_code == 200, response.status_code
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"].startswith("private, no-store")
    return response.getvalue()


def read_csv(response) -> Exported:
    text = body(response).decode("utf-8")
    assert text.startswith(BOM)
    headings, *rows = csv.reader(StringIO(text.removeprefix(BOM), newline=""))
    return Exported(headings, [dict(zip(headings, row, strict=True)) for row in rows], [])


def read_xlsx(response) -> Exported:
    book = load_workbook(BytesIO(body(response)))
    (page,) = book.worksheets
    top, *rows = page.iter_rows()
    headings = [cell.value for cell in top]
    found = [dict(zip(headings, map(_value, row), strict=True)) for row in rows]
    cells = [cell for row in rows for cell in row]
    book.close()
    return Exported(headings, found, cells)


def _value(cell) -> Any:
    """As Excel shows it: control characters are written as `_x000D_`."""
    return unescape(cell.value) if isinstance(cell.value, str) else cell.value
