"""The same file or the same passport in another case: by digests alone, in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, Candidate, Document
from reviews.permissions import Desk
from reviews.selectors.examination import document_names

FILE, PASSPORT = "file", "passport"


@dataclass(frozen=True)
class Elsewhere:
    """One case that shares something. Nothing but `words` is told of a case the reader may not
    see."""

    what: str
    words: str
    receipt_no: str = ""
    url: str = ""


def elsewhere(
    case: Application, desk: Desk, documents: Iterable[Document], *, passport: bool
) -> list[Elsewhere]:
    """Other received cases with one of these files, or with this candidate's passport. What a
    company hands in for each of its candidates (its registration, say) is no finding in its own
    cases. One query."""
    made_by = {one.code: one.from_ for one in case.manifest.documents}
    files = list(documents)
    hashes = {one.stored.sha256 for one in files}
    of_company = {
        one.stored.sha256 for one in files if made_by.get(one.code) in ("company", "proxy")
    }
    same_files = _rows(
        Document.objects.filter(stored__sha256__in=hashes),
        case,
        found=Value(FILE, output_field=CharField()),
        sha=F("stored__sha256"),
    )
    rows = same_files
    number = case.candidate.passport_digest if passport else ""
    if number:
        same_passport = _rows(
            Candidate.objects.filter(passport_digest=number),
            case,
            found=Value(PASSPORT, output_field=CharField()),
            sha=Value("", output_field=CharField()),
        )
        rows = same_files.union(same_passport)
    names = document_names(case)
    papers = {one.stored.sha256: names.get(one.code, one.code) for one in files}
    told = {
        Other(what, papers.get(sha, ""), *other)
        for what, sha, company, *other in rows
        if not (what == FILE and sha in of_company and company == case.company_id)
    }
    return _told(case, desk, told)


class Other(NamedTuple):
    """Another case that shares a file or the passport; `paper` is what the file is here."""

    what: str
    paper: str
    pk: int
    public_id: UUID
    receipt_no: str | None
    office: int
    slug: str


def _rows(where: QuerySet[Any], case: Application, **shared: Any) -> QuerySet[Any]:
    """What is found in other received cases, each with the case it is in."""
    return (
        where.exclude(application=case.pk)
        .exclude(application__received_at=None)
        .annotate(
            **shared,
            company=F("application__company_id"),
            case_id=F("application_id"),
            case_key=F("application__public_id"),
            receipt_no=F("application__receipt_no"),
            office=F("application__office_id"),
            slug=F("application__programme__slug"),
        )
        .values_list(
            *("found", "sha", "company", "case_id", "case_key", "receipt_no", "office", "slug")
        )
    )


def _told(case: Application, desk: Desk, told: set[Other]) -> list[Elsewhere]:
    lines: list[Elsewhere] = []
    hidden: dict[tuple[str, bool], set[int]] = {}
    for other in sorted(told, key=lambda one: (one.what, one.paper, one.pk)):
        if desk.roles(other.office, other.slug):
            words = (
                _("같은 여권의 다른 신청")
                if other.what == PASSPORT
                else _("같은 파일(%(paper)s)을 낸 다른 신청") % {"paper": other.paper}
            )
            url = reverse("reviews:case", kwargs={"public_id": other.public_id})
            lines.append(Elsewhere(other.what, words, other.receipt_no or "", url))
        else:
            key = (other.what, other.office == case.office_id)
            hidden.setdefault(key, set()).add(other.pk)
    for (what, here), cases in sorted(hidden.items()):
        lines.append(Elsewhere(what, _hidden_words(what, here, len(cases))))
    return lines


def _hidden_words(what: str, here: bool, count: int) -> str:
    if what == PASSPORT:
        words = (
            ngettext(
                "같은 여권이 담당하지 않는 신청 %(count)d건에 있습니다.",
                "같은 여권이 담당하지 않는 신청 %(count)d건에 있습니다.",
                count,
            )
            if here
            else ngettext(
                "같은 여권이 다른 기관의 신청 %(count)d건에 있습니다.",
                "같은 여권이 다른 기관의 신청 %(count)d건에 있습니다.",
                count,
            )
        )
    else:
        words = (
            ngettext(
                "같은 파일이 담당하지 않는 신청 %(count)d건에 있습니다.",
                "같은 파일이 담당하지 않는 신청 %(count)d건에 있습니다.",
                count,
            )
            if here
            else ngettext(
                "같은 파일이 다른 기관의 신청 %(count)d건에 있습니다.",
                "같은 파일이 다른 기관의 신청 %(count)d건에 있습니다.",
                count,
            )
        )
    return words % {"count": count}
