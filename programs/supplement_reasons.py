"""Why something is asked for again: the general list, and what a programme adds to it."""

from functools import cache
from pathlib import Path

from programs import sections, yaml_lines
from programs.manifest import Manifest
from programs.reading import At, Notes
from programs.sourcing import Text

FILE = Path(__file__).parent / "supplement_reasons.yaml"


@cache
def general() -> dict[str, Text]:
    """The list for every programme, by code. Raises ValueError for a file that is not one."""
    found, notes = yaml_lines.read(FILE.read_text(encoding="utf-8")), Notes()
    listed = sections.named(At(found.data, (), notes))
    if problems := [*found.problems, *notes.problems]:
        raise ValueError("; ".join(str(problem) for problem in problems))
    return {reason.code: reason.names for reason in listed}


def reasons(manifest: Manifest) -> dict[str, Text]:
    """By code: the programme's own first, then the general ones it does not say otherwise."""
    own = {reason.code: reason.names for reason in manifest.supplement_reasons}
    return own | {code: names for code, names in general().items() if code not in own}
