"""What every page of a case shows: where it stands, what is next, which pages there are."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import StaffRole, User
from applications import guards, stages, workflow
from applications.models import Application, QueueRow, SupplementExtension, SupplementItem
from applications.stages import Stage
from letters.held_up import HeldUp, held_up
from letters.models import Letter
from programs import calendar, quota
from programs.models import ClaimState
from reviews.components import Action, Item, Step, Tab
from reviews.models import Decision, Outcome
from reviews.permissions import WORKING, Desk
from reviews.selectors.rows import in_reader_language
from reviews.services.decision import live_decision
from reviews.services.examination import next_unchecked
from reviews.services.notice import kind_of
from reviews.services.signing import delivered_letter, letter_of

# Steps that one button takes. The others are made by a form of their own (a supplement request,
# a decision), so they are links.
DIRECT = ("advance", "end_supplement")
SECTIONS = (
    ("case", gettext_lazy("서류와 점검")),
    ("claims", gettext_lazy("사실 확인")),
    ("rules", gettext_lazy("요건 판단")),
    ("supplement", gettext_lazy("보완")),
    ("evaluation", gettext_lazy("외부 평가")),
    ("decision", gettext_lazy("결정")),
    ("letter", gettext_lazy("추천서")),
    ("people", gettext_lazy("회사와 후보자")),
    ("dates", gettext_lazy("기한")),
    ("history", gettext_lazy("이력")),
)
WORK_OF = {
    Stage.DOCUMENT_REVIEW: "case",
    Stage.VALIDATION: "claims",
    Stage.EXTERNAL_EVALUATION: "evaluation",
    Stage.DECISION: "decision",
    Stage.SUPPLEMENT: "supplement",
}


@dataclass(frozen=True)
class Next:
    """What is to be done now, in a sentence, and the way to do it."""

    title: str
    text: str = ""
    kind: str = "info"
    action: Action | None = None
    url: str = ""
    label: str = ""
    stuck: HeldUp | None = None


@dataclass(frozen=True)
class Head:
    """The upper part of a case's pages."""

    case: Application
    title: str
    days: int | None
    summary: list[Item]
    steps: list[Step]
    step_now: int | None
    tabs: list[Tab]
    next: Next
    decision: Decision | None
    letter: Letter | None
    may_work: bool
    may_lead: bool
    assignee: User | None
    mine: bool
    may_take: bool


def head(case: Application, user: User, section: str, *, desk: Desk | None = None) -> Head:
    """Everything above a section's own content. Before a decision is due nobody asks for one, and
    before it is approved nobody asks for its letter."""
    row = queue_row(case)
    early = case.at in stages.ADVANCING | stages.SUPPLEMENT
    decision = None if early else live_decision(case)
    letter = _letter_of(case)
    desk = desk or Desk.of(user)
    may_work = desk.can(case.office_id, case.programme.slug, *WORKING)
    may_lead = desk.can(case.office_id, case.programme.slug, StaffRole.LEAD)
    assignee = row.assignee if row else None
    days = days_left(case.due_on) if row and not row.parked else None
    return Head(
        case=case,
        title=case.candidate.passport_name or _("이름 없음"),
        days=days,
        summary=_summary(case, assignee, letter, days),
        steps=_steps(case),
        step_now=_step_now(case),
        tabs=_tabs(case, section),
        next=_elsewhere(
            _next(case, user, decision, letter, may_work=may_work, may_lead=may_lead),
            section_url(case, section) if section else "",
        ),
        decision=decision,
        letter=letter,
        may_work=may_work,
        may_lead=may_lead,
        assignee=assignee,
        mine=assignee is not None and assignee.pk == user.pk,
        may_take=may_work and row is not None and assignee is None,
    )


def _letter_of(case: Application) -> Letter | None:
    """The letter that is being made, or of an issued case the one that stands: what is being made
    in its place does not count yet."""
    if case.at == Stage.APPROVED:
        return letter_of(case)
    if case.at != Stage.ISSUED:
        return None
    return delivered_letter(case)


def queue_row(case: Application) -> QueueRow | None:
    try:
        return case.queue_row
    except QueueRow.DoesNotExist:
        return None


def days_left(day: date | None) -> int | None:
    return None if day is None else (day - calendar.today()).days


def stage_name(case: Application, stage: Stage) -> str:
    """What the case's programme calls the stage."""
    defined = case.manifest.stage(stage)
    return str(defined.names) if defined else str(stage.label)


def _summary(
    case: Application, assignee: User | None, letter: Letter | None, days: int | None
) -> list[Item]:
    company = case.company
    due = date_format(case.due_on, "DATE_FORMAT") if case.due_on else ""
    items = [
        Item(_("회사"), in_reader_language(company.name_ko, company.name_en)),
        Item(_("프로그램"), f"{case.programme.name} {case.version.label}"),
        Item(_("접수일"), _day(case.received_at)),
        Item(_("처리 기한"), due, days=days, href=section_url(case, "dates")),
    ]
    if letter is not None:
        return [*items, Item(_("발급번호"), letter.number)]
    return [*items, Item(_("담당자"), str(assignee) if assignee else _("없음"))]


def _day(moment: Any) -> str:
    return date_format(calendar.in_seoul(moment), "DATE_FORMAT") if moment else ""


def _sequence(case: Application) -> list[Stage]:
    chosen = {Stage(stage.kind) for stage in case.manifest.stages} | {Stage.DECISION}
    return [*(stage for stage in stages.SEQUENCE if stage in chosen), Stage.ISSUED]


def _place(case: Application) -> int:
    """Where the case is in its sequence of stages; past the end when it is closed."""
    sequence = _sequence(case)
    at = {
        Stage.SUPPLEMENT: Stage.DOCUMENT_REVIEW,
        Stage.WAITING_QUOTA: Stage.DECISION,
        Stage.APPROVED: Stage.ISSUED,
        Stage.NOTIFYING: Stage.DECISION,
    }.get(case.at, case.at)
    return sequence.index(at) if at in sequence else len(sequence)


def _steps(case: Application) -> list[Step]:
    """The stages as a row of steps. A case that ended without a letter shows none as present."""
    place, sequence = _place(case), _sequence(case)
    if place == len(sequence):
        return []
    issued = case.at == Stage.ISSUED
    return [
        Step(
            _("발급") if stage == Stage.ISSUED else stage_name(case, stage),
            "done" if number < place or issued else "now" if number == place else "todo",
        )
        for number, stage in enumerate(sequence)
    ]


def _step_now(case: Application) -> int | None:
    place = _place(case)
    return place + 1 if place < len(_sequence(case)) and case.at != Stage.ISSUED else None


def _tabs(case: Application, section: str) -> list[Tab]:
    external = case.manifest.stage(Stage.EXTERNAL_EVALUATION) is not None
    return [
        Tab(label, section_url(case, name), current=name == section)
        for name, label in SECTIONS
        if (name != "evaluation" or external) and (name != "letter" or case.at == Stage.ISSUED)
    ]


def section_url(case: Application, name: str) -> str:
    return reverse(f"reviews:{name}", kwargs={"public_id": case.public_id})


def _next(
    case: Application,
    user: User,
    decision: Decision | None,
    letter: Letter | None,
    *,
    may_work: bool,
    may_lead: bool,
) -> Next:
    match case.at:
        case Stage.DOCUMENT_REVIEW | Stage.VALIDATION | Stage.EXTERNAL_EVALUATION:
            return _next_in_examination(case, user, may_work=may_work)
        case Stage.SUPPLEMENT:
            return _next_in_supplement(case, user, may_work=may_work)
        case Stage.DECISION:
            return _next_in_decision(case, user, decision, may_work=may_work, may_lead=may_lead)
        case Stage.WAITING_QUOTA:
            return _next_while_waiting(case, decision, may_lead=may_lead)
        case Stage.APPROVED:
            return Next(
                _("추천서를 만들고 있습니다."),
                _("발급번호 %(number)s. 완성되면 신청인에게 자동으로 알립니다.")
                % {"number": letter.number if letter else "–"},
                url=_decision_url(decision) if may_lead else "",
                label=_("결재 내용 보기"),
                stuck=_stuck(letter),
            )
        case Stage.NOTIFYING:
            return Next(
                _("결정 통지서를 만들고 있습니다."),
                _("완성되어 신청인에게 보이는 때에 불허나 반려의 효력이 생깁니다."),
                url=_decision_url(decision) if may_lead else "",
                label=_("결재 내용 보기"),
                stuck=_stuck(letter_of(case, kind_of(decision.outcome)) if decision else None),
            )
        case Stage.ISSUED:
            return Next(
                _("추천서가 발급되었습니다.") if letter else _("추천서의 효력이 끝났습니다."),
                letter.number if letter else "",
                kind="success" if letter else "warning",
                url=section_url(case, "letter"),
                label=_("추천서 보기"),
            )
    return Next(
        _("끝난 신청입니다: %(stage)s") % {"stage": case.at.label},
        url=section_url(case, "history"),
        label=_("이력 보기"),
    )


def _stuck(letter: Letter | None) -> HeldUp | None:
    """What holds the letter up that is being made."""
    return held_up([letter]).get(letter.pk) if letter is not None else None


def _elsewhere(what: Next, here: str) -> Next:
    """Without a link to the page one is looking at."""
    return replace(what, url="") if what.url == here else what


def _next_in_examination(case: Application, user: User, *, may_work: bool) -> Next:
    here = stage_name(case, case.at)
    if not may_work:
        return Next(_("%(stage)s 단계입니다.") % {"stage": here})
    # Who may work is known already; of the table's row only the guard is left to ask.
    if missing := guards.refusal(workflow.TRANSITIONS["advance"].guard, case, user):
        # A case comes back to the document review, at the top of its list.
        row = queue_row(case) if case.at == Stage.DOCUMENT_REVIEW else None
        if row is not None and row.urgency and (count := _answers_to_judge(case)):
            return Next(
                ngettext(
                    "보완 답변 %(count)d건이 도착했습니다.",
                    "보완 답변 %(count)d건이 도착했습니다.",
                    count,
                )
                % {"count": count},
                _("답변마다 확인했다고 적거나 다시 요구해 주세요."),
                kind="warning",
                url=section_url(case, "supplement"),
                label=_("답변 확인하기"),
            )
        return Next(
            _("%(stage)s 단계의 할 일이 남아 있습니다.") % {"stage": here},
            missing,
            url=_work_url(case),
            label=_("이어서 하기"),
        )
    following = stage_name(case, workflow.next_stage(case))
    return Next(
        _("%(stage)s 단계의 할 일을 마쳤습니다.") % {"stage": here},
        _("다음 단계: %(stage)s") % {"stage": following},
        kind="success",
        action=_direct(case, "advance", _("다음 단계로 넘기기")),
    )


def _answers_to_judge(case: Application) -> int:
    return SupplementItem.objects.filter(
        request__application=case, sent_at__isnull=False, verdict=""
    ).count()


def _work_url(case: Application) -> str:
    """Where the stage's next piece of work is: in validation the first claim not checked yet."""
    if case.at == Stage.VALIDATION and (claim := next_unchecked(case)) is not None:
        return reverse(
            "reviews:claim", kwargs={"public_id": case.public_id, "claim": claim.public_id}
        )
    anchor = {Stage.DOCUMENT_REVIEW: "#checklist", Stage.EXTERNAL_EVALUATION: "#invite"}
    return section_url(case, WORK_OF[case.at]) + anchor.get(case.at, "")


def _direct(case: Application, name: str, label: str, hint: str = "") -> Action:
    return Action(
        url=reverse("reviews:step", kwargs={"public_id": case.public_id}),
        label=label,
        name=name,
        hint=hint,
        fields={"step": name},
    )


def _next_in_supplement(case: Application, user: User, *, may_work: bool) -> Next:
    waits = SupplementExtension.objects.filter(request=OuterRef("pk"), state="asked")
    sent = SupplementItem.objects.filter(request=OuterRef("pk"), sent_at__isnull=False, verdict="")
    open_ones = case.supplements.filter(closed_at=None)
    request = open_ones.annotate(asks_for_time=Exists(waits), sent_some=Exists(sent)).first()
    due = date_format(request.due_on, "DATE_FORMAT") if request else ""
    if may_work and request and request.asks_for_time:
        return Next(
            _("신청인이 보완 기간의 연장을 요청했습니다."),
            _("보완기한: %(due)s · 연장할지 정해 주세요.") % {"due": due},
            kind="warning",
            url=section_url(case, "supplement"),
            label=_("연장 요청에 답하기"),
        )
    if may_work and request and request.is_overdue:
        return Next(
            _("보완기한이 지났습니다: %(due)s") % {"due": due},
            _("보완을 끝내고 다시 심사하거나, 보완 화면에서 다시 요구해 주세요."),
            kind="warning",
            action=_direct(
                case,
                "end_supplement",
                _("보완 종료"),
                _(
                    "신청이 서류 심사로 돌아옵니다. 처리기간은 보완기한 다음 날부터 이미 흐르고 "
                    "있습니다."
                ),
            ),
        )
    if may_work and request and request.sent_some:
        return Next(
            _("보완 답변의 일부가 도착했습니다."),
            _("나머지를 기다리는 동안 도착한 답변을 먼저 확인할 수 있습니다. 보완기한: %(due)s")
            % {"due": due},
            url=section_url(case, "supplement"),
            label=_("답변 확인하기"),
        )
    return Next(
        _("신청인의 보완을 기다리고 있습니다."),
        _("보완기한: %(due)s · 그동안 처리기간은 흐르지 않습니다.") % {"due": due},
        url=section_url(case, "supplement"),
        label=_("요청한 내용 보기"),
    )


def _next_in_decision(
    case: Application,
    user: User,
    decision: Decision | None,
    *,
    may_work: bool,
    may_lead: bool,
) -> Next:
    if decision is None:
        return Next(
            _("결정을 기안할 차례입니다."),
            url=section_url(case, "decision") if may_work else "",
            label=_("결정 기안하기"),
        )
    drafted = _("%(who)s 기안 · %(outcome)s") % {
        "who": decision.drafted_by,
        "outcome": Outcome(decision.outcome).label,
    }
    if may_lead and decision.drafted_by_id != user.pk:
        return Next(
            _("결재를 기다리는 결정이 있습니다."),
            drafted,
            url=_decision_url(decision),
            label=_("결재하기"),
        )
    text = drafted
    if decision.drafted_by_id == user.pk:
        text = _("%(drafted)s. 자신이 기안한 결정은 다른 사람이 결재합니다.") % {"drafted": drafted}
    return Next(
        _("결재를 기다리고 있습니다."),
        text,
        url=section_url(case, "decision"),
        label=_("기안 보기"),
    )


def _next_while_waiting(case: Application, decision: Decision | None, *, may_lead: bool) -> Next:
    claim = quota.live_claim(case.public_id)
    url = _decision_url(decision) if may_lead else ""
    if claim is not None and claim.state == ClaimState.OFFERED:
        return Next(
            _("쿼터 한 자리가 배정되었습니다."),
            _("결재자가 수락하면 요건을 다시 확인한 뒤 추천서를 만듭니다."),
            kind="success",
            url=url,
            label=_("수락하러 가기"),
        )
    place = claim.place if claim else None
    return Next(
        _("쿼터를 기다리고 있습니다."),
        _("대기 순서 %(place)s번") % {"place": place} if place else "",
        url=url,
        label=_("결재 내용 보기"),
    )


def _decision_url(decision: Decision | None) -> str:
    if decision is None:
        return ""
    return reverse("reviews:sign_off", kwargs={"public_id": decision.public_id})
