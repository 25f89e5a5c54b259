"""A file's words beside what was declared, as the split page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications import wording
from applications.models import Application, Claim, Document
from applications.models.declared import ClaimKind
from audit.crypto import digest, normalised
from files.models import Rendering
from programs import calendar
from reviews.ages import Age, age_of
from reviews.claims import group_of, said
from reviews.recognition import compare
from reviews.recognition.compare import DIFFERENT, FOUND, NOT_FOUND, Said
from reviews.recognition.extract import Extract
from reviews.services.recognising import extract_of

PASSPORT = "passport_copy"
TONES = {FOUND: "success", DIFFERENT: "warning", NOT_FOUND: "gray"}


@dataclass(frozen=True)
class Seen:
    """What the file says about one declared fact, in words. `page` is where."""

    state: str
    words: str
    page: int | None = None

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def differs(self) -> bool:
        return self.state == DIFFERENT


@dataclass(frozen=True)
class Compared:
    """`state`: `ready`, `waiting` (pages are being drawn), `textless` (nothing but pictures).
    `claims` are facts by claim, `person` rows about who the file is of, with their labels."""

    state: str
    textless: tuple[int, ...]
    person: tuple[tuple[str, str, Seen], ...]
    claims: dict[int, dict[str, Seen]]
    age: Age | None
    ends_on: date | None

    @property
    def expired(self) -> bool:
        return self.ends_on is not None and self.ends_on < calendar.today()

    @property
    def differing(self) -> int:
        rows = [seen for _label, _declared, seen in self.person]
        rows += [seen for facts in self.claims.values() for seen in facts.values()]
        return sum(seen.differs for seen in rows)


def compared(case: Application, document: Document, claims: Iterable[Claim]) -> Compared:
    """What a machine could compare: two queries at most, for a file loaded with its rendering."""
    stored = document.stored
    found = extract_of(stored)
    defined = {one.code: one for one in case.manifest.documents}.get(document.code)
    state = "ready"
    if found.silent:
        state = "textless" if _drawn(document) else "waiting"
    if state != "ready":
        age = age_of(document, defined, found) if state == "textless" else None
        return Compared(state, found.textless, (), {}, age, None)
    facts = {}
    for claim in claims:
        kind = ClaimKind(claim.kind)
        read = (
            compare.passport(found, claim.declared)
            if kind == ClaimKind.IDENTITY
            else compare.claim(found, kind, claim.declared)
        )
        facts[claim.pk] = {one.fact: _seen(case, claim.kind, one) for one in read}
    zone = found.passport[0] if found.passport else None
    return Compared(
        state,
        found.textless,
        tuple(_person(case, document, found, defined.from_ if defined else "")),
        facts,
        age_of(document, defined, found),
        zone.expires_on if zone and document.code == PASSPORT else None,
    )


def _drawn(document: Document) -> bool:
    try:
        return bool(document.stored.rendering)
    except Rendering.DoesNotExist:
        return False


def _person(
    case: Application, document: Document, found: Extract, by: str
) -> Iterable[tuple[str, str, Seen]]:
    """Whose paper it is: of the candidate's own papers, and the contract."""
    candidate = case.candidate
    if by in ("candidate", "both") and candidate.surname:
        one = compare.person(
            found,
            surname=candidate.surname,
            given_names=candidate.given_names,
            name_ko=candidate.name_ko,
        )
        words = _words(one.state, str(one.seen or ""))
        if one.state == DIFFERENT and not one.seen:
            words = _("이름의 말이 흩어져 있거나 다른 순서로 적혀 있습니다.")
        yield _("성명"), candidate.passport_name, Seen(one.state, words, one.page)
    if document.code == PASSPORT:
        yield _("여권번호"), _("신고한 번호"), _number(case, found)


def _number(case: Application, found: Extract) -> Seen:
    """By keyed digest: no number is opened, and none is shown."""
    if found.passport is None:
        return Seen(NOT_FOUND, _("여권 판독 영역(MRZ)을 찾지 못했습니다."))
    zone, page = found.passport
    if not zone.number:
        return Seen(
            NOT_FOUND, _("판독 영역의 확인 숫자가 맞지 않아 번호를 믿을 수 없습니다."), page
        )
    if digest(normalised(zone.number), purpose="passport") == case.candidate.passport_digest:
        return Seen(FOUND, _("판독 영역의 번호와 같습니다."), page)
    return Seen(DIFFERENT, _("판독 영역의 번호가 신고한 번호와 다릅니다."), page)


def _seen(case: Application, kind: str, one: Said) -> Seen:
    return Seen(one.state, _words(one.state, _value(case, kind, one)), one.page)


def _words(state: str, seen: str) -> str:
    if state == FOUND:
        return pgettext("comparison", "서류와 같음")
    if state == DIFFERENT:
        return _("서류에는 %(seen)s") % {"seen": seen}
    return pgettext("comparison", "서류에서 찾지 못함")


def _value(case: Application, kind: str, one: Said) -> str:
    if one.seen is None:
        return ""
    if isinstance(one.seen, date):
        return wording.day(one.seen)
    value: dict[str, Any] = {one.fact: one.seen}
    group = group_of(kind, case.manifest)
    fact = group.by_name.get(one.fact)
    return said(group, fact, value, case.manifest) if fact else str(one.seen)
