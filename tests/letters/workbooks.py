"""Workbooks for tests: ordinary ones, and ones that mean harm."""

import io
import zipfile
from datetime import date, datetime

import xlsxwriter

HEADINGS = ("발급번호", "발급일", "성명", "생년월일", "회사명", "직종")


def workbook(rows, headings=HEADINGS) -> bytes:
    """Days become date cells, a text that begins with "=" a formula, everything else text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for place, row in enumerate([headings, *rows]):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(
                    place, column, datetime(value.year, value.month, value.day), day
                )
            elif isinstance(value, int):
                sheet.write_number(place, column, value)
            elif isinstance(value, str) and value.startswith("{="):
                sheet.write_formula(place, column, value[1:-1])
            elif value:
                sheet.write_string(place, column, value)
    book.close()
    return out.getvalue()


def letter(number, issued=date(2026, 3, 2), name="NGUYEN VAN ANH", **more):
    """A row of HEADINGS."""
    said = {"born": date(1994, 5, 17), "company": "(주)한빛정밀", "occupation": "2351"} | more
    return (number, issued, name, said["born"], said["company"], said["occupation"])


def with_part(name: str, content: bytes) -> bytes:
    """An ordinary workbook in which one part is another."""
    out = io.BytesIO()
    before = zipfile.ZipFile(io.BytesIO(workbook([letter("1")])))
    with before as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b"<worksheet>" + b" " * (80 * 1024 * 1024) + b"</worksheet>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
)
FETCHES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>"
)

HOSTILE = {
    "nothing": (b"", "엑셀 통합 문서(XLSX)가 아닙니다"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "엑셀 통합 문서(XLSX)가 아닙니다"),
    "an old or locked workbook": (b"\xd0\xcf\x11\xe0" + b"0" * 600, "옛 형식(XLS)"),
    "half a workbook": (workbook([letter("1")])[:2000], "손상되었거나"),
    "a bomb": (with_part(SHEET, BOMB), "너무 큽니다"),
    "a billion laughs": (with_part(SHEET, LAUGHS), "엑셀이 만들지 않는"),
    "a file from here": (with_part(SHEET, FETCHES), "엑셀이 만들지 않는"),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "매크로"),
    "no sheet": (with_part("xl/workbook.xml", b"<workbook/>"), "손상되었거나"),
    "broken xml": (with_part(SHEET, b"<worksheet><sheet"), "손상되었거나"),
    "too large": (b"PK" + b"0" * (5 * 1024 * 1024), "너무 큽니다"),
}
