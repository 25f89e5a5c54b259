"""What a draft still lacks, piece by piece, each with the section where it is put right."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications import facts, guards
from applications.models import Application
from applications.models.declared import ClaimKind
from programs import calendar


@dataclass(frozen=True)
class Lack:
    """One missing piece: `section` names the form, `sentence` says what to do."""

    section: str
    sentence: str


REQUIRED_OF_CANDIDATE = (
    ("surname", gettext_lazy("성 (여권 영문)")),
    ("birth_date", gettext_lazy("생년월일")),
    ("sex", gettext_lazy("성별")),
    ("nationality", gettext_lazy("국적")),
    ("passport_no", gettext_lazy("여권번호")),
    ("in_korea", gettext_lazy("현재 국내 체류")),
    ("email", gettext_lazy("이메일")),
)


def problems(application: Application) -> list[Lack]:
    """Everything missing for submission, in the order of the form. Empty means complete."""
    return [*_of_candidate(application), *_of_claims(application), *_of_documents(application)]


def _of_candidate(application: Application) -> list[Lack]:
    candidate = application.candidate
    lacks = [
        Lack("candidate", _("입력해 주세요: %(field)s") % {"field": label})
        for name, label in REQUIRED_OF_CANDIDATE
        if getattr(candidate, name) in (None, "")
    ]
    if candidate.in_korea and not candidate.registration_no:
        lacks.append(Lack("candidate", _("국내 체류 중이면 외국인등록번호가 필요합니다.")))
    if candidate.in_korea and not (candidate.region and candidate.address):
        lacks.append(Lack("candidate", _("국내 체류 중이면 거주 지역과 주소가 필요합니다.")))
    return lacks


def _of_claims(application: Application) -> list[Lack]:
    lacks = []
    by_kind: dict[str, list[dict[str, object]]] = {}
    for claim in application.claims.all():
        if claim.kind != ClaimKind.IDENTITY:  # the candidate's own data, looked at above
            by_kind.setdefault(claim.kind, []).append(claim.declared)
    if not by_kind.get(ClaimKind.DEGREE) and not by_kind.get(ClaimKind.CAREER):
        lacks.append(Lack("degree", _("학력이나 경력을 하나 이상 입력해 주세요.")))
    lacks += [
        Lack(str(kind), _("입력해 주세요: %(field)s") % {"field": kind.label})
        for kind in (ClaimKind.CONTRACT, ClaimKind.EMPLOYER)
        if not by_kind.get(kind)
    ]
    for kind_value, items in by_kind.items():
        for number, item in enumerate(items, start=1):
            lacks += [
                Lack(
                    kind_value,
                    _("%(kind)s %(number)s: 입력해 주세요: %(field)s")
                    % {"kind": ClaimKind(kind_value).label, "number": number, "field": label},
                )
                for label in facts.missing_from_item(kind_value, item)
            ]
    return lacks


def _of_documents(application: Application) -> list[Lack]:
    sent = set(application.documents.filter(replaced_at=None).values_list("code", flat=True))
    return [
        Lack("documents", _("서류를 올려 주세요: %(name)s") % {"name": name})
        for code, name in needed_documents(application)
        if code not in sent
    ]


def needed_documents(application: Application) -> list[tuple[str, str]]:
    """`(code, name)` of the documents this case must have, given what it declares."""
    manifest, declared = application.manifest, facts.declared(application)
    return [
        (document.code, str(document.names))
        for document in manifest.documents
        if document.required_for(declared, on=calendar.today(), requirements=manifest.requirements)
    ]


def guard_complete(application: Application, actor: User | None) -> str | None:
    lacks = problems(application)
    if not lacks:
        return None
    return _("아직 부족한 것이 %(count)s가지 있습니다: %(first)s") % {
        "count": len(lacks),
        "first": lacks[0].sentence,
    }


guards.register("complete", guard_complete)
