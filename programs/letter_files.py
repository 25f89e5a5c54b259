"""A letter template of a programme's own: `letter.html`, and `letter.css` if it needs one, beside
the programme's version files. Its code is the folder's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from programs import registry

HTML, CSS = "letter.html", "letter.css"
LONGEST = 500_000


@dataclass(frozen=True, slots=True)
class LetterFiles:
    code: str
    html: str
    css: str
    file: str


def beside(version_file: str) -> tuple[LetterFiles | None, tuple[str, int, str] | None]:
    """(the template beside a version's file, what keeps it from being read: file, line, sentence);
    both None where there is none."""
    folder = Path(version_file).resolve().parent
    if not (folder / HTML).is_file():
        return None, None
    said = []
    for name in (HTML, CSS):
        path = Path(version_file).parent / name
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            text = ""
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            return None, (str(path), line, "not UTF-8, expected UTF-8 text")
        except OSError as error:
            why = (error.strerror or "unreadable").lower()
            return None, (str(path), 1, f"{why}, expected a file to read")
        if len(text) > LONGEST:
            return None, (str(path), 1, f"too long, expected at most {LONGEST} characters")
        said.append(text)
    html = str(Path(version_file).parent / HTML)
    return LetterFiles(folder.name, said[0], said[1], html), None


def problems(letter: LetterFiles) -> list[tuple[str, int, str]]:
    """What the rooms that make letters find wrong with it."""
    return [
        (letter.file, line, sentence)
        for line, sentence in registry.template_problems(letter.code, letter.html, letter.css)
    ]
