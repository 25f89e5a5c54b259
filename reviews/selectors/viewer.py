"""One document as `components/document_viewer.html` shows it: its pages as pictures, with words.

Size and turn are parts of the address, so that the page works without JavaScript.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy

from files.models import ScanState, StoredFile
from files.selectors import PageView, pages_of, readable

ZOOMS = (50, 75, 100, 125, 150, 200, 300)
TURNS = (0, 90, 180, 270)
# A page asks this often, every two seconds, before it leaves it to the reader.
MOST_TRIES = 45
ACTIVE_WORDS = {
    "script": gettext_lazy("스크립트"),
    "program": gettext_lazy("프로그램 실행"),
    "attachment": gettext_lazy("안에 든 다른 파일"),
    "form": gettext_lazy("입력 양식이나 자료 전송"),
    "media": gettext_lazy("소리나 영상"),
    "elsewhere": gettext_lazy("다른 파일로 가는 연결"),
    "unknown": gettext_lazy("확인하지 못한 내용"),
}


@dataclass(frozen=True)
class Sheet:
    """One page. `url` is empty when it could not be drawn, and `problem` says why. The last four
    are for a turned one: the frame's sides, and what turns the picture inside it."""

    number: int
    url: str
    text: str
    width: int
    height: int
    frame_width: int
    frame_height: int
    transform: str
    problem: str = ""
    recognised: bool = False


@dataclass(frozen=True)
class Other:
    """Another document to go to; `mark` says how far it is, in a word."""

    label: str
    url: str
    current: bool = False
    mark: str = ""
    tone: str = "gray"


@dataclass(frozen=True)
class Viewer:
    """`state`: `ready`, `waiting` (more pages may come), `failed` (nothing to show), `closed` (may
    not be opened: not scanned, or infected). `undrawn` pages were not tried. `active` are words for
    what the file would do in another program."""

    title: str
    state: str
    sheets: Sequence[Sheet]
    total: int
    zoom: int
    larger: str
    smaller: str
    turn: int
    turned: str
    again: str
    poll: str
    original: str
    others: Sequence[Other]
    infected: bool
    undrawn: int = 0
    active: Sequence[str] = ()

    @property
    def numbers(self) -> range:
        return range(1, self.total + 1)


def viewer(
    stored: StoredFile,
    *,
    title: str,
    asked: Mapping[str, str],
    page_url: Callable[[int], str],
    pages_url: str,
    original: str = "",
    others: Sequence[Other] = (),
) -> Viewer:
    """What to show of a file: two queries when it was loaded with its `rendering`.

    `asked` is the request's GET. `page_url(n)` is the picture of page n, `pages_url` answers with
    the pages that have been drawn since; `original`, if it may be had, is the file itself.
    """
    zoom, turn = _number(asked, "zoom", ZOOMS, 100), _number(asked, "turn", TURNS, 0)
    after, tries = _number(asked, "after", None, 0), _number(asked, "tries", None, 0)
    kept = {
        key: value for key, value in asked.items() if key not in ("zoom", "turn", "after", "tries")
    }

    def address(**more: int) -> str:
        query = urlencode({**kept, "zoom": zoom, "turn": turn, **more})
        return f"?{query}#viewer"

    pages = pages_of(stored) if readable(stored) else None
    sheets = [_sheet(page, page_url, turn) for page in (pages.pages if pages else ())]
    state = "closed" if pages is None else "ready"
    if pages is not None and not pages.complete:
        state = "waiting"
    elif pages is not None and pages.nothing:
        state = "failed"
    seen = max([after, *(sheet.number for sheet in sheets)])
    place = ZOOMS.index(zoom)
    query = urlencode({"turn": turn, "after": seen, "tries": tries + 1})
    return Viewer(
        title=title,
        state=state,
        sheets=[sheet for sheet in sheets if sheet.number > after],
        total=stored.pages or len(sheets) or 1,
        zoom=zoom,
        larger=address(zoom=ZOOMS[place + 1]) if place + 1 < len(ZOOMS) else "",
        smaller=address(zoom=ZOOMS[place - 1]) if place else "",
        turn=turn,
        turned=address(turn=(turn + 90) % 360),
        again=address(),
        poll=f"{pages_url}?{query}" if state == "waiting" and tries < MOST_TRIES else "",
        original="" if state == "closed" else original,
        others=others,
        infected=stored.scan_state == ScanState.INFECTED,
        undrawn=max(0, (stored.pages or 1) - len(pages.pages)) if pages and pages.complete else 0,
        active=[str(ACTIVE_WORDS[kind]) for kind in (pages.active if pages else ())],
    )


def _number(
    asked: Mapping[str, str], name: str, known: Sequence[int] | None, otherwise: int
) -> int:
    typed = asked.get(name, "")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else otherwise
    return number if known is None or number in known else otherwise


def _sheet(page: PageView, page_url: Callable[[int], str], turn: int) -> Sheet:
    wide, high = page.width, page.height
    frame = (high, wide) if turn % 180 else (wide, high)
    shift = {0: (0, 0), 90: (high, 0), 180: (wide, high), 270: (0, wide)}[turn]
    return Sheet(
        number=page.number,
        url=page_url(page.number) if page.drawn else "",
        text=page.text,
        width=wide,
        height=high,
        frame_width=frame[0],
        frame_height=frame[1],
        transform=f"translate({shift[0]} {shift[1]}) rotate({turn})",
        problem=page.problem,
        recognised=page.recognised,
    )
