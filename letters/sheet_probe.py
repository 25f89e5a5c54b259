"""Reads one untrusted workbook (XLSX), in a process of its own with next to nothing in reach.

    python -I sheet_probe.py MAX_ROWS MAX_COLUMNS MAX_TEXT MAX_BYTES SECONDS MEMORY < file

prints `{"rows": [[row, [cell, …]], …], "from_1904": bool}` or `{"problem": "word"}`. A cell is
null, `["s", text]`, `["n", number as text]`, `["d", ISO date]`, `["f"]` (a formula) or `["e"]`.
Only the first sheet is read, and nothing is calculated. As files/probe.py, whose limits it takes,
it gives up files, sockets, processes, memory and time before the first byte.
"""

import importlib.util
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

MOST_PARTS = 2_000
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Problem(Exception):
    pass


def main(rows: int, columns: int, text: int, size: int, seconds: int, memory: int) -> dict:
    data = sys.stdin.buffer.read()
    "".encode("cp437")  # zipfile decodes names with it; afterwards no module can be loaded
    limiter()(seconds, memory)
    try:
        return Reader(data, rows, columns, text, size).read()
    except Problem as problem:
        return {"problem": str(problem)}
    except MemoryError:
        return {"problem": "too_large"}
    except (NotImplementedError, RuntimeError):  # an unknown compression, or a password
        return {"problem": "encrypted"}
    except Exception:  # noqa: BLE001 - whatever the bytes made of the parser, it is not a workbook
        return {"problem": "damaged"}


def limiter():
    """`limit` of files/probe.py: one place says what such a process may do."""
    place = Path(__file__).parent.parent / "files" / "probe.py"
    spec = importlib.util.spec_from_file_location("probe", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.limit


class Reader:
    def __init__(self, data: bytes, rows: int, columns: int, text: int, size: int) -> None:
        self.rows, self.columns, self.text, self.left = rows, columns, text, size
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise Problem("old_or_locked")
        if not data.startswith(b"PK"):
            raise Problem("not_xlsx")
        self.book = zipfile.ZipFile(io.BytesIO(data))
        if len(self.book.infolist()) > MOST_PARTS:
            raise Problem("too_large")
        names = set(self.book.namelist())
        if "xl/workbook.xml" not in names:
            raise Problem("not_xlsx")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Problem("macros")
        self.names = names

    def part(self, name: str) -> bytes:
        """What is really unpacked counts, not what the archive says of itself."""
        with self.book.open(name) as stream:
            data = stream.read(self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise Problem("too_large")
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Problem("declares")
        return data

    def read(self) -> dict:
        book = parsed(self.part("xl/workbook.xml"))
        space = STRICT if book.tag.startswith(STRICT) else MAIN
        properties = book.find(f"{space}workbookPr")
        from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        sheet = book.find(f"{space}sheets/{space}sheet")
        if sheet is None:
            raise Problem("damaged")
        words = self.shared(space)
        found = []
        data = self.part(self.place(sheet.get(LINK) or sheet.get(STRICT_LINK) or ""))
        for _event, row in ElementTree.iterparse(io.BytesIO(data)):  # noqa: S314
            if row.tag != f"{space}row":
                continue
            cells = self.cells(row, space, words)
            number = int(row.get("r") or len(found) + 1)
            row.clear()
            if any(cell is not None for cell in cells):
                found.append([number, cells])
            if len(found) > self.rows:
                raise Problem("too_many_rows")
        return {"rows": found, "from_1904": from_1904}

    def place(self, link: str) -> str:
        links = parsed(self.part("xl/_rels/workbook.xml.rels"))
        for one in links:
            if one.get("Id") == link and one.get("TargetMode") != "External":
                target = one.get("Target", "")
                name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                if name in self.names:
                    return name
        raise Problem("damaged")

    def shared(self, space: str) -> list:
        if "xl/sharedStrings.xml" not in self.names:
            return []
        root = parsed(self.part("xl/sharedStrings.xml"))
        return [self.words(item, space) for item in root.findall(f"{space}si")]

    def words(self, item, space: str) -> str:
        """The text of a string, without its readings (phonetic runs)."""
        parts = [item.findtext(f"{space}t") or ""]
        parts += [run.findtext(f"{space}t") or "" for run in item.findall(f"{space}r")]
        return "".join(parts)[: self.text]

    def cells(self, row, space: str, words: list) -> list:
        found: list = []
        for cell in row.findall(f"{space}c"):
            match = REFERENCE.fullmatch(cell.get("r") or "")
            column = number_of(match[1]) if match else len(found)
            if column >= self.columns:
                continue
            found += [None] * (column + 1 - len(found))
            found[column] = self.value(cell, space, words)
        return found

    def value(self, cell, space: str, words: list):
        if cell.find(f"{space}f") is not None:
            return ["f"]
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(f"{space}is")
            return ["s", self.words(inline, space)] if inline is not None else None
        said = cell.findtext(f"{space}v")
        if said is None or not said.strip():
            return None
        if kind == "s":
            return ["s", words[int(said)]]
        if kind == "n":
            return ["n", str(float(said)) if "e" in said.lower() else said.strip()[:40]]
        if kind == "d":
            return ["d", said.strip()[:40]]
        if kind == "e":
            return ["e"]
        return ["s", said[: self.text]]


def parsed(data: bytes):
    """Entities and external parts were refused before; the process has nothing to lose."""
    return ElementTree.fromstring(data)  # noqa: S314


def number_of(letters: str) -> int:
    """A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
