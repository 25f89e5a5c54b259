"""The same file or the same passport in another case: by digests alone, in one query."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, F, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from applications.models import Application, Candidate, Document

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
    case: Application, user: User, documents: Iterable[Document], *, passport: bool
) -> list[Elsewhere]:
    """Other received cases with one of these files, or with this candidate's passport. What a
    company hands in for each of its candidates (its registration, say) is no finding in its own
    cases. One query; two more if there is anything to tell: which of them the reader may see."""
    made_by = {one.code: one.from_ for one in case.manifest.documents}
    files = list(documents)
    hashes = {one.stored.sha256 for one in files}
    of_company = {
        one.stored.sha256 for one in files if made_by.get(one.code) in ("company", "proxy")
    }
    row = ("found", "sha", "case_id", "company", "office")
    same_files = (
        Document.objects.filter(stored__sha256__in=hashes)
        .exclude(application=case.pk)
        .exclude(application__received_at=None)
        .annotate(
            found=Value(FILE, output_field=CharField()),
            sha=F("stored__sha256"),
            case_id=F("application_id"),
            company=F("application__company_id"),
            office=F("application__office_id"),
        )
        .values_list(*row)
    )
    rows = same_files
    number = case.candidate.passport_digest if passport else ""
    if number:
        same_passport = (
            Candidate.objects.filter(passport_digest=number)
            .exclude(application=case.pk)
            .exclude(application__received_at=None)
            .annotate(
                found=Value(PASSPORT, output_field=CharField()),
                sha=Value("", output_field=CharField()),
                case_id=F("application_id"),
                company=F("application__company_id"),
                office=F("application__office_id"),
            )
            .values_list(*row)
        )
        rows = same_files.union(same_passport)
    told = {
        (what, found, office)
        for what, sha, found, company, office in rows
        if not (what == FILE and sha in of_company and company == case.company_id)
    }
    return _told(case, user, told) if told else []


def _told(case: Application, user: User, told: set[tuple[str, int, int]]) -> list[Elsewhere]:
    mine = Application.objects.for_staff(user).filter(pk__in={found for _what, found, _ in told})
    seen = {one.pk: one for one in mine.only("pk", "public_id", "receipt_no")}
    lines: list[Elsewhere] = []
    hidden: dict[tuple[str, bool], int] = {}
    for what, found, office in sorted(told):
        if other := seen.get(found):
            words = (
                _("같은 여권의 다른 신청") if what == PASSPORT else _("같은 파일을 낸 다른 신청")
            )
            url = reverse("reviews:case", kwargs={"public_id": other.public_id})
            lines.append(Elsewhere(what, words, other.receipt_no or "", url))
        else:
            key = (what, office == case.office_id)
            hidden[key] = hidden.get(key, 0) + 1
    for (what, here), count in sorted(hidden.items()):
        lines.append(Elsewhere(what, _hidden_words(what, here, count)))
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
