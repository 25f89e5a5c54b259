"""A workbook that an office hands in, as rows of plain cells, or a sentence that says why not.

It is parsed in a limited process (letters/sheet_probe.py); nothing in it is calculated.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from letters.errors import LetterError

PROBE = Path(__file__).with_name("sheet_probe.py")
LARGEST = 5 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT = 20_000, 60, 500
UNPACKED = 64 * 1024 * 1024
SECONDS, MEMORY = 15, 2**30

REFUSALS = {
    "too_large": _("파일이 너무 큽니다. 5 MB까지의 대장을 올려 주세요."),
    "too_many_rows": _("행이 너무 많습니다. 20,000행까지 나누어 올려 주세요."),
    "not_xlsx": _("엑셀 통합 문서(XLSX)가 아닙니다. XLSX로 저장한 뒤 올려 주세요."),
    "old_or_locked": _(
        "옛 형식(XLS)이거나 암호가 걸린 문서입니다. 암호를 풀고 XLSX로 저장한 뒤 올려 주세요."
    ),
    "encrypted": _("암호가 걸렸거나 읽을 수 없는 방식으로 압축된 문서입니다."),
    "macros": _("매크로가 든 문서입니다. 매크로 없이 XLSX로 저장한 뒤 올려 주세요."),
    "declares": _("엑셀이 만들지 않는 내용이 든 문서여서 읽지 않았습니다. 다시 저장해 주세요."),
    "damaged": _("손상되었거나 읽을 수 없는 문서입니다. 다시 저장한 뒤 올려 주세요."),
    "too_complex": _("읽는 데 너무 오래 걸리는 문서입니다. 필요한 시트만 남겨 주세요."),
}


class SheetRefused(LetterError):
    """Why a workbook is not read; a sentence for people."""


@dataclass(frozen=True)
class Cell:
    """`kind`: text, number, day, formula or error; `text` as it was stored."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Row:
    """`number` is the row's own in the sheet, as people see it."""

    number: int
    cells: tuple[Cell | None, ...]

    def at(self, column: int) -> Cell | None:
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True)
class Sheet:
    rows: tuple[Row, ...]
    from_1904: bool

    def day(self, cell: Cell) -> date | None:
        """The day a cell holds: a date cell, a serial number of the workbook's calendar, or text
        as 2026-01-31, 2026.1.31, 2026/1/31 or 20260131."""
        if cell.kind == "number":
            return self._serial(cell.text)
        said = cell.text.strip().rstrip(".")
        if cell.kind == "day":
            said = said[:10]
        for pattern in ("%Y-%m-%d", "%Y.%m.%d", "%Y. %m. %d", "%Y/%m/%d", "%Y%m%d"):
            try:
                return _sane(datetime.strptime(said, pattern).date())  # noqa: DTZ007 - a day
            except ValueError:
                continue
        return None

    def _serial(self, text: str) -> date | None:
        try:
            number = int(Decimal(text))
        except (InvalidOperation, ValueError, OverflowError):
            return None
        if 19000101 <= number <= 21001231:  # 20260131, typed without dashes
            return self.day(Cell("text", str(number)))
        if not 0 < number < 100_000:
            return None
        first = date(1904, 1, 1) if self.from_1904 else date(1899, 12, 30)
        return _sane(first + timedelta(days=number))


def _sane(day: date) -> date | None:
    return day if 1900 <= day.year <= 2100 else None


KINDS = {"s": "text", "n": "number", "d": "day", "f": "formula", "e": "error"}


def read(data: bytes) -> Sheet:
    """The first sheet's rows that hold anything. Raises SheetRefused."""
    if len(data) > LARGEST:
        raise SheetRefused(str(REFUSALS["too_large"]))
    found = _probe(data)
    if "problem" in found:
        raise SheetRefused(str(REFUSALS.get(found["problem"], REFUSALS["damaged"])))
    return Sheet(
        tuple(
            Row(number, tuple(None if one is None else _cell(one) for one in cells))
            for number, cells in found["rows"]
        ),
        bool(found["from_1904"]),
    )


def _cell(said: list[str]) -> Cell:
    kind = KINDS[said[0]]
    return Cell(kind, said[1].replace("\x00", "") if len(said) > 1 else "")


def _probe(data: bytes) -> dict:
    limits = (MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT, UNPACKED, SECONDS, MEMORY)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROBE), *map(str, limits)],
            input=data,
            capture_output=True,
            timeout=SECONDS * 2,
            # Nothing of ours: no key, no address. The loader's path is where Python may lie.
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"problem": "too_complex"}
    if done.returncode < 0:
        return {"problem": "too_complex"}
    if done.returncode or not done.stdout:
        raise RuntimeError(f"The probe did not run: {done.stderr[-500:].decode(errors='replace')}")
    return json.loads(done.stdout)
