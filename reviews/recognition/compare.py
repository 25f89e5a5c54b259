"""What was declared beside what a document says: found, found otherwise, or not found.

Three things, and none of them a verdict: a certificate may name a school in another language, and
a date may stand in a stamp that no machine reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reviews.recognition import names
from reviews.recognition.extract import Extract

FOUND, DIFFERENT, NOT_FOUND = "found", "different", "not_found"
# A day further away than this is about something else.
NEAR_DAYS = timedelta(days=366)
# So is a sum that is not between half and twice.
NEAR_TIMES = 2
# A plain word as short as this stands in any text.
LEAST_LETTERS = 3
LEVELS = {
    "associate": ("전문학사", "associate"),
    "bachelor": ("학사", "bachelor", "bsc", "beng", "licence", "cunhan", "kysu"),
    "master": ("석사", "master", "msc", "mba", "thacsi"),
    "doctor": ("박사", "doctor", "phd", "tiensi"),
}


@dataclass(frozen=True)
class Said:
    """About one declared fact. `seen` is what the document has instead, as a value."""

    fact: str
    state: str
    page: int | None = None
    seen: Any = None


def day(found: Extract, fact: str, declared: date) -> Said:
    nearest: tuple[timedelta, date, int] | None = None
    for page in found.pages:
        for read, other in page.days:
            if declared in (read, other):
                return Said(fact, FOUND, page.number)
            distance = abs(read - declared)
            if distance <= NEAR_DAYS and (nearest is None or distance < nearest[0]):
                nearest = (distance, read, page.number)
    if nearest is None:
        return Said(fact, NOT_FOUND)
    return Said(fact, DIFFERENT, nearest[2], nearest[1])


def won(found: Extract, fact: str, declared: int) -> Said:
    nearest: tuple[int, int, int] | None = None
    for page in found.pages:
        for read in page.sums:
            if read == declared:
                return Said(fact, FOUND, page.number)
            near = read * NEAR_TIMES >= declared and read <= declared * NEAR_TIMES
            distance = abs(read - declared)
            if near and (nearest is None or distance < nearest[0]):
                nearest = (distance, read, page.number)
    if nearest is None:
        return Said(fact, NOT_FOUND)
    return Said(fact, DIFFERENT, nearest[2], nearest[1])


def body(found: Extract, fact: str, declared: str) -> Said:
    """A school or a firm."""
    for page in found.pages:
        if names.body_in(page.plain, declared):
            return Said(fact, FOUND, page.number)
    return Said(fact, NOT_FOUND)


def words(found: Extract, fact: str, declared: str) -> Said | None:
    """Words as they stand; None for words too short to mean anything."""
    plain = names.plain(declared)
    if len(plain) < LEAST_LETTERS:
        return None
    for page in found.pages:
        if plain in page.plain:
            return Said(fact, FOUND, page.number)
    return Said(fact, NOT_FOUND)


def level(found: Extract, fact: str, declared: str) -> Said | None:
    """A degree by its words. A page that names only another degree says otherwise."""
    if declared not in LEVELS:
        return None
    for page in found.pages:
        if _names_level(page.plain, declared):
            return Said(fact, FOUND, page.number)
    for page in found.pages:
        for other in LEVELS:
            if other != declared and _names_level(page.plain, other):
                return Said(fact, DIFFERENT, page.number, other)
    return Said(fact, NOT_FOUND)


def _names_level(page: str, wanted: str) -> bool:
    # 전문학사 and 석사·박사 학위 hold other levels' words only in part: 전문학사 holds 학사.
    if wanted == "bachelor":
        page = page.replace("전문학사", "")
    return any(word in page for word in LEVELS[wanted])


def person(found: Extract, *, surname: str, given_names: str, name_ko: str = "") -> Said:
    """The candidate's name: by the passport's zone if there is one, else anywhere in the words."""
    if found.passport:
        zone, page = found.passport
        same = names.words_of(zone.surname) == names.words_of(surname) and "".join(
            names.words_of(zone.given_names)
        ) == "".join(names.words_of(given_names))
        # The zone has room for 39 letters: a long name is cut there.
        cut = names.plain(f"{surname}{given_names}").startswith(
            names.plain(f"{zone.surname}{zone.given_names}")
        )
        whole = f"{zone.surname} {zone.given_names}".strip()
        if same or (cut and len(names.plain(whole)) >= CUT_ZONE):
            return Said("name", FOUND, page)
        return Said("name", DIFFERENT, page, whole)
    for page_ in found.pages:
        if names.person_in(page_.plain, surname=surname, given_names=given_names):
            return Said("name", FOUND, page_.number)
        if name_ko and len(names.plain(name_ko)) > 1 and names.plain(name_ko) in page_.plain:
            return Said("name", FOUND, page_.number)
    for page_ in found.pages:
        if names.person_nearly_in(page_.plain, surname=surname, given_names=given_names):
            return Said("name", DIFFERENT, page_.number, "")
    return Said("name", NOT_FOUND)


# Letters of a name in a zone that may have been cut.
CUT_ZONE = 34


def passport(found: Extract, declared: Mapping[str, Any]) -> list[Said]:
    """Birth, sex and nationality by the passport's zone; nothing without one."""
    if not found.passport:
        return []
    zone, page = found.passport
    read = {
        "birth_date": zone.birth_date.isoformat() if zone.birth_date else None,
        "sex": zone.sex,
        "nationality": zone.nationality,
    }
    said = []
    for fact, value in read.items():
        if not value or not declared.get(fact):
            continue
        same = value == declared[fact]
        said.append(Said(fact, FOUND if same else DIFFERENT, page, None if same else value))
    return said


# What of each kind of claim a document can be asked about, and how.
ASKED: dict[str, dict[str, Callable[..., Said | None]]] = {
    "degree": {"level": level, "institution": body, "field": words, "awarded_on": day},
    "career": {"employer": body, "title": words, "from": day, "to": day},
    "contract": {"annual_pay": won, "monthly_pay": won, "from": day, "to": day},
    "licence": {"name": words},
}


def claim(found: Extract, kind: str, declared: Mapping[str, Any]) -> list[Said]:
    """The facts of one claim that this file could show."""
    said = []
    for fact, how in ASKED.get(kind, {}).items():
        value = declared.get(fact)
        if value in (None, ""):
            continue
        if how is day:
            try:
                value = date.fromisoformat(str(value))
            except ValueError:
                continue
        one = how(found, fact, value)
        if one is not None:
            said.append(one)
    return said
