"""What this room does for the catalogue: a programme's folder may bring its own letter design.

`programs` knows the files, this room what a design may be; they meet in `programs.registry`.
"""

import re

from accounts.models import Office
from letters import designs
from letters.errors import DesignError
from programs.manifest import Manifest

_LINE = re.compile(r"line (\d+): (.*)", re.S)


def problems(code: str, html: str, css: str) -> list[tuple[int, str]]:
    """`(line of letter.html, sentence)` for what would keep letters from being made; the checker
    asks this without a database."""
    if code in designs.codes():
        return [(1, f"`{code}` comes with the product, expected a folder of another name")]
    try:
        designs.check_own(html, css)
    except DesignError as reason:
        at_line = _LINE.fullmatch(str(reason))
        return [(int(at_line[1]), at_line[2])] if at_line else [(1, str(reason))]
    return []


def bring(code: str, html: str, css: str, manifest: Manifest) -> str:
    """Take the design with the programme that has just been loaded; a line for the report, or
    nothing when it is as it was."""
    office = Office.objects.get(code=manifest.office.code)
    done = designs.bring(code, html, css, office=office)
    if done == "draft":
        return f"{code} letter design: draft, waits for an administrator (letters publish {code})"
    return "" if done == "unchanged" else f"{code} letter design {done}"
