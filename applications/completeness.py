"""What a draft still lacks, piece by piece, each with the section where it is put right."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from applications import facts, guards
from applications.forms.questions import asked
from applications.models import Application, Candidate
from applications.models.declared import SINGLE_KINDS, ClaimKind
from applications.papers import current_documents
from programs import calendar
from programs import services as programs
from programs.facts import (
    CLAIM_KINDS,
    OF_THE_IDENTITY,
    FactType,
    Vocabulary,
    item_group,
    validate,
)


@dataclass(frozen=True)
class Lack:
    """One missing piece: `section` names the form, `sentence` says what to do, `anchor` is the id
    of the field, row or document on that section's page."""

    section: str
    sentence: str
    anchor: str = ""


REQUIRED_OF_CANDIDATE = (
    ("surname", gettext_lazy("성 (여권 영문)")),
    ("birth_date", gettext_lazy("생년월일")),
    ("sex", gettext_lazy("성별")),
    ("nationality", gettext_lazy("국적")),
    ("passport_no", gettext_lazy("여권번호")),
    ("in_korea", gettext_lazy("현재 국내 체류")),
    ("email", gettext_lazy("이메일")),
)


# Asked for with radio buttons.
CHOICES_OF_CANDIDATE = frozenset({"sex", "in_korea"})


def problems(application: Application) -> list[Lack]:
    """Everything missing for submission, in the order of the form. Empty means complete."""
    wrong = [*_unfinished(application), *_contradictions(application)]
    # What is to be corrected is not also called missing.
    known = {(lack.section, lack.anchor) for lack in wrong}
    typed = [*_of_candidate(application), *_of_claims(application), *_of_rules(application)]
    missing = [lack for lack in typed if (lack.section, lack.anchor) not in known]
    return [*missing, *wrong, *_of_documents(application)]


def _missing(field: object) -> str:
    return _("입력해 주세요: %(field)s") % {"field": field}


def _of_candidate(application: Application) -> list[Lack]:
    candidate, words = application.candidate, application.manifest.vocabulary
    lacks = [
        Lack("candidate", _missing(label), id_of("candidate", name, words))
        for name, label in REQUIRED_OF_CANDIDATE
        if getattr(candidate, name) in (None, "")
    ]
    if candidate.in_korea:
        of_residents = (
            ("registration_no", _("국내 체류 중이면 외국인등록번호가 필요합니다.")),
            ("region", _("국내 체류 중이면 거주 지역이 필요합니다.")),
            ("address", _("국내 체류 중이면 주소가 필요합니다.")),
        )
        lacks += [
            Lack("candidate", sentence, id_of("candidate", name, words))
            for name, sentence in of_residents
            if not getattr(candidate, name)
        ]
    return lacks


def id_of(section: str, name: str, words: Vocabulary, *, row: int | None = None) -> str:
    """The id of a field's first control on its section's page."""
    place = "" if row is None else f"rows-{row}-"
    is_fact = section in ClaimKind.values
    choice = facts.is_choice(section, name, words) if is_fact else name in CHOICES_OF_CANDIDATE
    return f"id_{place}{name}" + ("_0" if choice else "")


def _of_claims(application: Application) -> list[Lack]:
    lacks = []
    words = application.manifest.vocabulary
    by_kind: dict[str, list[dict[str, object]]] = {}
    for claim in application.claims.all():
        if claim.kind != ClaimKind.IDENTITY:  # the candidate's own data, looked at above
            by_kind.setdefault(claim.kind, []).append(claim.declared)
    of_the_past = {"degrees", "careers"} & asked(application.manifest).keys()
    if of_the_past and not by_kind.get(ClaimKind.DEGREE) and not by_kind.get(ClaimKind.CAREER):
        sentence = _("학력이나 경력을 하나 이상 입력해 주세요.")
        lacks.append(Lack("degree", sentence, id_of("degree", "level", words, row=0)))
    lacks += [
        Lack(str(kind), _missing(kind.label), id_of(kind, facts.NEEDED[kind][0], words))
        for kind in (ClaimKind.CONTRACT, ClaimKind.EMPLOYER)
        if not by_kind.get(kind)
    ]
    for kind_value, items in by_kind.items():
        kind = ClaimKind(kind_value)
        for place, item in enumerate(items):
            row = None if kind in SINGLE_KINDS else place
            lacks += [
                Lack(
                    kind_value,
                    _missing(_piece(kind, row, facts.label_of(kind_value, name, words))),
                    id_of(kind_value, name, words, row=row),
                )
                for name in facts.missing_from_item(kind_value, item, claimed=by_kind)
            ]
    return lacks


_KIND_OF = {group: ClaimKind(kind) for kind, group in CLAIM_KINDS.items()}
# Kinds with one claim, by the group of their facts: what the rules ask of these has one place.
_SINGLE = {
    "job": ClaimKind.CONTRACT,
    "employer": ClaimKind.EMPLOYER,
    "candidate": ClaimKind.PERSON,
    "own": ClaimKind.OWN,
}
# "No" and 0 are answers; a day or a level that somebody does not have is not.
_CAN_BE_ANSWERED = {
    FactType.YES_NO,
    FactType.NUMBER,
    FactType.MONEY,
    FactType.SHARE,
    FactType.CHOICE,
    FactType.CODE,
    FactType.COUNTRY,
}


def _of_rules(application: Application) -> list[Lack]:
    """What the rules still ask of contract, company, person and of the programme's own questions:
    without it they could never say yes."""
    words = application.manifest.vocabulary
    begun = {claim.kind for claim in application.claims.all()}
    lacks = []
    for kind, name in _unanswered(application):
        # A contract of which nothing is said yet is missing as a whole.
        if kind in begun or kind in (ClaimKind.PERSON, ClaimKind.OWN):
            label = _piece(kind, None, facts.label_of(kind, name, words))
            lacks.append(Lack(str(kind), _missing(label), id_of(kind, name, words)))
    return lacks


def _unanswered(
    application: Application, *, without: ClaimKind | None = None
) -> list[tuple[ClaimKind, str]]:
    """The single kinds' facts that could still change the rules' answer; `without` what is said
    in one of these kinds already."""
    manifest = application.manifest
    said = facts.declared(application)
    if without is not None:
        said = {name: value for name, value in said.items() if _SINGLE.get(name) != without}
    try:
        outcome = programs.explain(version=application.version, facts=said, on=calendar.today())
    except programs.ProgrammesRefused:
        return []
    found = []
    for path in outcome.needs:
        group, _dot, name = path.partition(".")
        fact = manifest.vocabulary.fact(path)
        kind = _SINGLE.get(group)
        if kind is None or fact is None or fact.derived or fact.type not in _CAN_BE_ANSWERED:
            continue
        if name in item_group(kind, manifest.vocabulary).by_name:
            found.append((kind, name))
    return found


def needed_facts(application: Application, kind: ClaimKind) -> list[str]:
    """The fields of a section that are marked as needed."""
    if kind not in SINGLE_KINDS:
        return list(facts.NEEDED[kind])
    asked_for = [name for one, name in _unanswered(application, without=kind) if one == kind]
    return [*facts.NEEDED[kind], *asked_for]


def _piece(kind: ClaimKind, row: int | None, label: str) -> str:
    """Which field of which row, where the sentence stands among those of other sections."""
    if row is None:
        return f"{kind.label} – {label}"
    return f"{kind.label} {row + 1} – {label}"


def _unfinished(application: Application) -> list[Lack]:
    """What was typed and kept, but cannot be taken as it is."""
    lacks = []
    words = application.manifest.vocabulary
    for version in application.section_versions.all():
        kept: dict[str, Any] = version.unfinished or {}  # type: ignore[assignment]
        for path in kept.get("wrong", ()):
            row, name = _parsed(path)
            sentence = _("고쳐 주세요: %(field)s") % {
                "field": _label_of(version.section, name, row, words)
            }
            anchor = id_of(version.section, name, words, row=row)
            lacks.append(Lack(version.section, sentence, anchor))
    return lacks


_FACT = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.(\w+))?")
_OF_THE_FORM = {"status": "status_of_stay"}


def _contradictions(application: Application) -> list[Lack]:
    """What is sound by itself and contradicts something said elsewhere, each at its field."""
    words = application.manifest.vocabulary
    said = facts.declared(application)
    lacks = []
    for problem in validate(said, vocabulary=words, on=calendar.today()):
        found = _FACT.fullmatch(problem.path)
        if found is None:
            continue
        group, place, name = found[1], found[2], found[3] or ""
        row = int(place) if place else None
        if group == "candidate" and name in OF_THE_IDENTITY:
            name = _OF_THE_FORM.get(name, name)
            label = str(Candidate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            section = "candidate"
        else:
            kind = _KIND_OF[group]
            section, label = str(kind), _piece(kind, row, facts.label_of(kind, name, words))
        sentence = f"{label}: {problem.sentence}"
        lacks.append(Lack(section, sentence, id_of(section, name, words, row=row)))
    return lacks


def _parsed(path: str) -> tuple[int | None, str]:
    """Row and name of a field in a form: `birth_date`, `rows-0-from`."""
    *place, name = path.split("-")
    return (int(place[1]) if place else None), name


def _label_of(section: str, name: str, row: int | None, words: Vocabulary) -> str:
    if section not in ClaimKind.values:
        return str(Candidate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    kind = ClaimKind(section)
    return _piece(kind, row, facts.label_of(kind, name.removesuffix("_never"), words))


def _of_documents(application: Application) -> list[Lack]:
    sent = {document.code for document in current_documents(application)}
    return [
        Lack("documents", _("서류를 올려 주세요: %(name)s") % {"name": name}, f"document-{code}")
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
    return ngettext(
        "제출하려면 %(count)d가지가 더 필요합니다. %(first)s",
        "제출하려면 %(count)d가지가 더 필요합니다. %(first)s",
        len(lacks),
    ) % {"count": len(lacks), "first": lacks[0].sentence}


guards.register("complete", guard_complete)
