"""The programmes' versions in words: what each says, and which of it nobody has published."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import (
    get_language,
    gettext_lazy,
    ngettext,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _

from applications.models import ClockReason
from applications.wording import period_words
from programs import calendar, figures
from programs.manifest import DocumentDef, Manifest, QuotaNode
from programs.models import ProgrammeVersion
from programs.outcome import UNSAID, AfterIssue
from programs.rules import evaluate
from programs.rules.words import Row, rows
from programs.sourcing import Citation
from reviews.permissions import Desk


def versions(desk: Desk) -> list[ProgrammeVersion]:
    """Every version of the offices' programmes, newest first within each."""
    return list(
        ProgrammeVersion.objects.filter(
            desk.where(office="programme__office", programme="programme__slug")
        )
        .select_related("programme__office")
        .order_by("programme__slug", "-effective_from", "-pk")
    )


def version_for(desk: Desk, public_id: UUID) -> ProgrammeVersion | None:
    return next((one for one in versions(desk) if one.public_id == public_id), None)


@dataclass(frozen=True)
class Said:
    """One thing a version says, and whether anybody has published it. `depth` is how far it lies
    under the ones before."""

    label: str
    value: str
    assumed: bool = False
    sources: tuple[str, ...] = ()
    depth: int = 0


@dataclass(frozen=True)
class InWords:
    """A version as a person reads it. `rules` are the requirements from the outside in; the
    national figures they name are those of today."""

    periods: list[Said]
    stages: list[Said]
    rules: list[Row]
    documents: list[Said]
    quota: list[Said]
    rubric: list[Said]
    approval: list[Said]
    letter: list[Said]


def in_words(version: ProgrammeVersion) -> InWords:
    """One query, for the national figures."""
    manifest = version.manifest()
    # Nothing is known of anybody: what is left is what the rules ask.
    asked = evaluate(manifest.requirements, {}, on=calendar.today(), figures=figures.current())
    return InWords(
        periods=_periods(manifest),
        stages=[
            Said(str(stage.names), "", stage.assumed, _cited(stage.citations))
            for stage in manifest.stages
        ],
        rules=rows(asked.tree, vocabulary=manifest.vocabulary),
        documents=[_document(document) for document in manifest.documents],
        quota=list(_nodes(manifest.quota)) if manifest.quota else [],
        rubric=_rubric(manifest),
        approval=_approval(manifest),
        letter=_letter(manifest),
    )


def _cited(citations: tuple[Citation, ...]) -> tuple[str, ...]:
    return tuple(str(one) for one in citations)


def _periods(manifest: Manifest) -> list[Said]:
    times = manifest.deadlines
    if times is None:  # a self-check takes no time
        return []
    found = [
        Said(_("처리기간"), period_words(times.processing), times.processing_assumed),
        Said(_("보완 기간"), period_words(f"{times.supplement_days}d"), times.supplement_assumed),
    ]
    if times.evaluation:
        said = period_words(times.evaluation)
        found.append(Said(_("평가 기간"), said, times.evaluation_assumed))
    if times.target:
        found.append(Said(_("처리 목표"), period_words(times.target), times.target_assumed))
    if times.excluded:
        said = ", ".join(str(ClockReason(one).label) for one in times.excluded)
        found.append(Said(_("처리기간에서 빼는 사유"), said, times.excluded_assumed))
    return found


def _document(document: DocumentDef) -> Said:
    if document.required is True:
        needed = pgettext("document", "필수")
    elif document.required is False:
        needed = pgettext("document", "선택")
    else:
        needed = str(document.required.text) or pgettext("document", "해당하는 경우")
    if document.validity_months is not None:
        months = document.validity_months
        needed += " · " + ngettext(
            "발급 후 %(months)d개월 이내", "발급 후 %(months)d개월 이내", months
        ) % {"months": months}
    return Said(str(document.names), needed, document.assumed, _cited(document.citations))


def _nodes(node: QuotaNode, depth: int = 0) -> Iterator[Said]:
    size = ngettext("%(number)d명", "%(number)d명", node.size) % {"number": node.size}
    yield Said(str(node.names), size, node.assumed, _cited(node.citations), depth)
    for child in node.children:
        yield from _nodes(child, depth + 1)


def _rubric(manifest: Manifest) -> list[Said]:
    rubric = manifest.rubric
    if rubric is None:
        return []
    cited, given = _cited(rubric.citations), manifest.evaluation
    quorum = ngettext("%(number)d명", "%(number)d명", rubric.quorum) % {"number": rubric.quorum}
    return [
        Said(_("정족수"), quorum, rubric.assumed, cited),
        Said(
            _("합격 점수"),
            _("100점 가운데 %(points)s점") % {"points": f"{rubric.pass_points / 100:g}"},
            rubric.assumed,
            cited,
        ),
        Said(
            _("위원 사이의 점수 차이"),
            _("%(points)s점보다 크면 한 명에게 더 요청")
            % {"points": f"{rubric.disagreement / 100:g}"},
            rubric.disagreement_assumed,
            cited,
        ),
        Said(
            _("평가위원에게 보이는 이름"),
            _("후보자와 회사의 이름을 가림") if given.blind else _("후보자와 회사의 이름을 보임"),
            given.assumed,
            _cited(given.citations),
        ),
        Said(
            _("결정 결과"),
            _("평가한 위원에게 보임") if given.outcome else _("평가한 위원에게 보이지 않음"),
            given.assumed,
            _cited(given.citations),
        ),
        *(Said(str(one.names), f"{one.weight}%", rubric.assumed, (), 1) for one in rubric.criteria),
    ]


def _letter(manifest: Manifest) -> list[Said]:
    letter = manifest.letter
    if letter is None:
        return []
    first = letter.number_pattern.format(year=calendar.today().year, number=1)
    months = letter.validity_months
    valid = (
        ngettext("%(months)d개월", "%(months)d개월", months) % {"months": months}
        if months
        else pgettext("letter validity", "정하지 않음")
    )
    return [
        Said(_("제목"), str(letter.title), letter.assumed),
        Said(_("수신"), str(letter.addressee), letter.assumed),
        Said(_("명의"), str(letter.signatory), letter.assumed),
        Said(_("발급번호 예시"), first, letter.number_assumed),
        Said(_("추천서 유효기간"), valid, letter.validity_assumed),
        *_after_issue(manifest.after_issue),
        _notice_number(manifest),
    ]


def _after_issue(after: AfterIssue) -> Iterator[Said]:
    if after.expiry_days:
        yield Said(
            _("유효기간이 끝남을 미리 알림"),
            ngettext("%(days)d일 전", "%(days)d일 전", after.expiry_days)
            % {"days": after.expiry_days},
            after.expiry_assumed,
        )
    if after.ask_after_days:
        yield Said(
            _("사증 결과를 물음"),
            _("발급 %(first)d일 뒤, 그 뒤로 %(again)d일마다")
            % {"first": after.ask_after_days, "again": after.ask_again_days},
            after.result_assumed,
        )
    for one in after.follow_ups:
        since = SINCE_WORDS[one.since]
        yield Said(
            str(one.names),
            ngettext("%(since)s %(months)d개월 안", "%(since)s %(months)d개월 안", one.months)
            % {"since": since, "months": one.months},
            one.sourced.assumed,
            _cited(one.sourced.citations),
        )


SINCE_WORDS = {
    "issue": pgettext_lazy("follow-up since", "발급일부터"),
    "result": pgettext_lazy("follow-up since", "사증 결과가 나온 날부터"),
    "entry": pgettext_lazy("follow-up since", "입국한 날부터"),
}


def _notice_number(manifest: Manifest) -> Said:
    numbers = manifest.notice_numbers
    first = numbers.pattern.format(year=calendar.today().year, number=1)
    return Said(_("불허·반려 통지서의 번호 예시"), first, numbers.assumed)


def _approval(manifest: Manifest) -> list[Said]:
    """The line of a decision, from its draft to the moment it can be seen."""
    if manifest.stages == ():
        return []
    line = manifest.approval
    # What a file does not say nobody has published either.
    assumed, cited = line.assumed or line == UNSAID, _cited(line.citations)
    who = {"reviewer": _("심사자나 결재자"), "lead": _("결재자")}
    signed = str(line.delegated) if line.by_delegation else _("기안하지 않은 결재자")
    found = [
        Said(_("기안"), _("담당 심사자"), assumed, cited),
        *(Said(str(step.names), who[step.by], assumed, cited, 1) for step in line.steps),
        Said(_("전결") if line.by_delegation else _("결재"), signed, assumed, cited),
    ]
    if line.release_hours:
        hours = ngettext("결재 %(hours)d시간 뒤", "결재 %(hours)d시간 뒤", line.release_hours) % {
            "hours": line.release_hours
        }
        found.append(Said(_("추천서 공개"), hours, line.release_assumed))
    return found


@dataclass(frozen=True)
class Assumed:
    """A value nobody has published: what it is, what was put there, and its place in the file."""

    label: str
    value: str
    path: str


PLACES = {
    "version": gettext_lazy("판과 시행일"),
    "period": gettext_lazy("쿼터 기간"),
    "channel": gettext_lazy("신청 방법"),
    "experience": gettext_lazy("경력 계산"),
    "steps": gettext_lazy("공표된 절차"),
    "stages": gettext_lazy("심사 단계"),
    "fields": gettext_lazy("기술 분야"),
    "regions": gettext_lazy("지역"),
    "occupations": gettext_lazy("직종"),
    "requirements": gettext_lazy("추천 요건"),
    "documents": gettext_lazy("제출 서류"),
    "checklist": gettext_lazy("점검표"),
    "supplement_reasons": gettext_lazy("보완 사유"),
    "deadlines.processing": gettext_lazy("처리기간"),
    "deadlines.supplement": gettext_lazy("보완 기간"),
    "deadlines.evaluation": gettext_lazy("평가 기간"),
    "deadlines.target": gettext_lazy("처리 목표"),
    "deadlines.excluded": gettext_lazy("처리기간에서 빼는 사유"),
    "validation.claims": gettext_lazy("사실 확인 방법"),
    "validation.replies": gettext_lazy("회신 기한과 재촉"),
    "receipt": gettext_lazy("접수번호 형식"),
    "rubric": gettext_lazy("평가표"),
    "quota": gettext_lazy("쿼터"),
    "quota.gives_back": gettext_lazy("쿼터를 돌려주는 사유"),
    "quota.offer": gettext_lazy("배정된 자리를 수락하는 기간 (근무일)"),
    "letter": gettext_lazy("추천서"),
    "letter.number": gettext_lazy("발급번호 형식"),
    "letter.validity": gettext_lazy("추천서 유효기간"),
    "after_issue": gettext_lazy("발급 뒤"),
    "after_issue.expiry": gettext_lazy("유효기간이 끝남을 미리 알리는 날"),
    "after_issue.result": gettext_lazy("사증 결과를 묻는 날"),
    "after_issue.follow_ups": gettext_lazy("발급 뒤에 할 일"),
    "notices.number": gettext_lazy("통지서 번호 형식"),
    "approval": gettext_lazy("결재선"),
    "approval.release": gettext_lazy("추천서를 공개하기까지의 시간"),
}
# What the keys of a programme's file say to a person.
KEYS = {
    "period": gettext_lazy("기간"),
    "days": gettext_lazy("일수"),
    "months": gettext_lazy("개월 수"),
    "days_in_a_year": gettext_lazy("1년으로 세는 날"),
    "pattern": gettext_lazy("형식"),
    "series": gettext_lazy("번호 계열"),
    "events": gettext_lazy("사유"),
    "label": gettext_lazy("판"),
    "from": gettext_lazy("시작"),
    "to": gettext_lazy("끝"),
    "status": gettext_lazy("상태"),
    "quorum": gettext_lazy("정족수"),
    "pass_points": gettext_lazy("합격 점수 (100분의 1점)"),
    "criteria": gettext_lazy("평가 항목"),
    "methods": gettext_lazy("확인 방법"),
    "reminders": gettext_lazy("재촉하는 날"),
    "ask_after": gettext_lazy("발급 뒤 처음 묻는 날"),
    "again_after": gettext_lazy("다시 묻는 간격"),
    "hours": gettext_lazy("시간 수"),
}
NOT_A_VALUE = frozenset({"source", "assumed", "code"})


def assumed_values(version: ProgrammeVersion) -> list[Assumed]:
    """Every value of the version without a published source, in the file's order."""
    return [
        Assumed(
            label=str(PLACES.get(_place(path), path)),
            value=_words(_at(version.document, path)),
            path=path,
        )
        for path in version.manifest().assumed
    ]


def _place(path: str) -> str:
    """The longest beginning of a path that has a name: "deadlines.processing", "stages"."""
    parts = path.replace("[", ".[").split(".")
    for length in range(len(parts), 0, -1):
        beginning = ".".join(parts[:length])
        if beginning in PLACES:
            return beginning
    return path


def _at(document: Any, path: str) -> Any:
    """The value at "stages.items[3]"; None where the document has nothing."""
    for part in path.replace("[", ".").replace("]", "").split("."):
        try:
            document = document[int(part)] if isinstance(document, list) else document[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return document


def _words(value: Any) -> str:
    """A piece of a programme's file as a person would read it."""
    if isinstance(value, dict):
        for name in ("names", "text", "title"):
            if name in value:
                return _words(value[name])
        if "ko" in value:
            return str(value.get((get_language() or "ko")[:2]) or value["ko"])
        if "items" in value:
            return _words(value["items"])
        return ", ".join(
            f"{KEYS.get(key, key)}: {_words(item)}"
            for key, item in value.items()
            if key not in NOT_A_VALUE
        )
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return "" if value is None else str(value)
