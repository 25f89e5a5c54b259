"""A document's words made ready to be compared: once for each file, however long it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from reviews.recognition import dates, money, mrz, names

# Raised when other things are recognised: what was kept under another number is made anew.
EDITION = 1
# Of one page: more than any certificate has, and a bound for what is kept.
MOST_ON_A_PAGE = 200


@dataclass(frozen=True)
class PageFound:
    """What one page says. `days` are (day, other reading or None); `sums` are won."""

    number: int
    plain: str
    days: tuple[tuple[date, date | None], ...]
    sums: tuple[int, ...]


@dataclass(frozen=True)
class Extract:
    """What a file says, page by page. `textless` pages are pictures without words. `issued_on` and
    `passport` each come with the page they were found on."""

    pages: tuple[PageFound, ...]
    textless: tuple[int, ...]
    issued_on: tuple[date, int] | None = None
    passport: tuple[mrz.Passport, int] | None = None

    @property
    def silent(self) -> bool:
        """Whether there is nothing to compare with."""
        return not self.pages


def extract(texts: Mapping[int, str], *, total: int, today: date) -> Extract:
    """Read the words of a file's pages, numbered from 1."""
    pages, issued, passport = [], None, None
    for number in sorted(texts):
        text = texts[number]
        if not text.strip():
            continue
        pages.append(
            PageFound(
                number,
                names.plain_text(text),
                tuple((one.day, one.other) for one in dates.days_in(text))[:MOST_ON_A_PAGE],
                tuple(dict.fromkeys(won for won, _place in money.sums_in(text)))[:MOST_ON_A_PAGE],
            )
        )
        if issued is None and (day := dates.issued_on(text)):
            issued = (day, number)
        if passport is None and (found := mrz.find(text, today=today)):
            passport = (found, number)
    with_words = {page.number for page in pages}
    return Extract(
        tuple(pages),
        tuple(number for number in range(1, total + 1) if number not in with_words),
        issued,
        passport,
    )


def to_json(found: Extract) -> dict[str, Any]:
    passport = None
    if found.passport:
        seen, page = found.passport
        passport = {**asdict(seen), "page": page}
        for name in ("birth_date", "expires_on"):
            passport[name] = _written(passport[name])
    return {
        "pages": [
            {
                "number": page.number,
                "plain": page.plain,
                "days": [[_written(day), _written(other)] for day, other in page.days],
                "sums": list(page.sums),
            }
            for page in found.pages
        ],
        "textless": list(found.textless),
        "issued_on": [_written(found.issued_on[0]), found.issued_on[1]]
        if found.issued_on
        else None,
        "passport": passport,
    }


def from_json(kept: Mapping[str, Any]) -> Extract:
    passport = None
    if kept["passport"]:
        fields = dict(kept["passport"])
        page = fields.pop("page")
        for name in ("birth_date", "expires_on"):
            fields[name] = _read(fields[name])
        passport = (mrz.Passport(**fields), page)
    issued = kept["issued_on"]
    return Extract(
        pages=tuple(
            PageFound(
                page["number"],
                page["plain"],
                tuple((date.fromisoformat(day), _read(other)) for day, other in page["days"]),
                tuple(page["sums"]),
            )
            for page in kept["pages"]
        ),
        textless=tuple(kept["textless"]),
        issued_on=(date.fromisoformat(issued[0]), issued[1]) if issued else None,
        passport=passport,
    )


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
