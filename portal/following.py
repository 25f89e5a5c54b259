"""How the applying side follows a case: what has happened, what is happening, what will.

Says only what is the applicant's to know: no name of a reviewer or evaluator, no note, no mark.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import stages
from applications.disclosure import told
from applications.letter_standing import shown_stage
from applications.models import Application, StageChange, SupplementRequest
from applications.reckoning import moves
from applications.stages import Stage
from letters.models import Letter, LetterState
from letters.selectors import current_letter, delivered
from programs import calendar, clock
from reviews.grounds import ground_words
from reviews.models import Decision, Objection, Outcome
from reviews.selectors.correction import corrections
from reviews.selectors.kept import rested_on
from reviews.services.notice import kind_of

# Steps taken by the company itself: there its own people's names are shown.
OWN_STEPS = frozenset({"submit", "answer_supplement", "supplement_unasked", "withdraw"})
TONES = {
    "request_supplement": "warn",
    "end_supplement": "warn",
    "demand_again": "warn",
    "treat_as_withdrawn": "bad",
    "wait_for_quota": "warn",
    "refuse": "bad",
    "return": "bad",
    "withdraw": "bad",
}


@dataclass(frozen=True)
class Answer:
    """A refusal or a return as it reached the applicant, with what can be done about it."""

    refused: bool
    label: str
    reason: str
    grounds: list[str]
    delivered_on: date
    notice: Letter | None
    objection: Objection | None
    objection_until: date | None
    may_object: bool


@dataclass(frozen=True)
class LetterNews:
    """The case's delivered letter. `status` is valid, expired, revoked or superseded."""

    letter: Letter
    status: str

    @property
    def ended_on(self) -> date | None:
        at = self.letter.ended_at
        return calendar.in_seoul(at).date() if at else None

    @property
    def downloadable(self) -> bool:
        erased = getattr(self.letter, "erased", False)
        return self.status in ("valid", "expired") and not erased


def stage_of(case: Application, news: LetterNews | None) -> tuple[str, str]:
    """As `shown_stage`, of a letter that the page has read."""
    case.__dict__["letter_standing"] = news.status if news else ""
    return shown_stage(case)


def timeline(case: Application, *, for_company: bool = True) -> list[dict[str, Any]]:
    """What has happened, what is happening now, and what is still to come."""
    rounds = {request.round: request for request in case.supplements.all()}
    known = told(case)
    past = [
        *_past(case, known.changes, rounds, for_company=for_company),
        *_moved(case, for_company=for_company),
        *_ended(case),
    ]
    # Steps and moves of the same moment: the step has caused the move.
    past.sort(key=lambda event: event["at"])
    events = [*past, *_now(case, known.stage), *_ahead(case, known.stage)]
    return [{"at": None, "who": "", "note": "", "label": "", "tone": "", **one} for one in events]


def _past(
    case: Application,
    changes: list[StageChange],
    rounds: dict[int, SupplementRequest],
    *,
    for_company: bool,
) -> Iterator[dict[str, Any]]:
    asked = 0
    for change in changes:
        note = ""
        if change.transition == "submit":
            note = _("접수번호: %(number)s") % {"number": case.receipt_no or ""}
        if change.transition in ("request_supplement", "demand_again"):
            asked += 1
            note = _asked(rounds.get(asked))
        own = change.transition in OWN_STEPS
        yield {
            "state": TONES.get(change.transition, "done"),
            "title": _title(case, change),
            "at": change.at,
            "who": str(change.actor) if own and for_company and change.actor else "",
            "note": note,
        }


def _moved(case: Application, *, for_company: bool) -> Iterator[dict[str, Any]]:
    """Dates that have moved since, as the applicant is told them, and data put right."""
    for move in moves(case, for_office=False):
        yield {
            "state": "warn",
            "title": _("기한 변경"),
            "at": move.at,
            "who": "",
            "note": f"{move.sentence}\n{move.why}",
        }
    for one in corrections(case):
        yield {
            "state": "warn",
            "title": _("담당 기관이 오기를 바로잡음: %(what)s") % {"what": one.title},
            "at": one.at,
            "who": "",
            "note": "\n".join([*one.sentences, one.reason]) if for_company else "",
        }


def _asked(request: SupplementRequest | None) -> str:
    if request is None:
        return ""
    count = len(request.items.all())
    return ngettext("%(count)s가지를 요청받았습니다.", "%(count)s가지를 요청받았습니다.", count) % {
        "count": count
    }


def _title(case: Application, change: StageChange) -> str:
    """The step in the applicant's words."""
    if change.transition == "advance":
        return _("%(stage)s 마침") % {"stage": stage_name(case, Stage(change.from_stage))}
    titles = {
        "submit": _("신청서 접수"),
        "request_supplement": _("보완 요청"),
        "demand_again": _("보완 다시 요청"),
        "treat_as_withdrawn": _("송달되지 않아 취하로 처리"),
        "answer_supplement": _("보완 답변 제출"),
        "supplement_unasked": _("스스로 보완하거나 바꾼 내용 제출"),
        "end_supplement": _("보완 기간 종료"),
        "close_review": _("심사 마침"),
        "approve": _("추천 승인"),
        "wait_for_quota": _("추천 승인, 쿼터 대기"),
        "accept_unit": _("쿼터 배정"),
        "refuse": _("추천 불허"),
        "return": _("신청 반려"),
        "take_back": _("결정을 다시 준비"),
        "issue": _("추천서 발급"),
        "withdraw": _("신청 취하"),
        "reopen_documents": _("서류를 다시 심사"),
        "reopen_validation": _("학력과 경력을 다시 확인"),
        "reopen": _("이의신청 인용, 심사 재개"),
    }
    return titles.get(change.transition, Stage(change.to_stage).label_for("applicant"))


def stage_name(case: Application, stage: Stage) -> str:
    """What the programme calls a stage, or the stage's own name."""
    named = case.manifest.stage(stage.value)
    return str(named.names) if named else str(stage.label)


def _now(case: Application, here: Stage) -> Iterator[dict[str, Any]]:
    if here not in stages.RECEIVED_OPEN:
        return
    named = case.manifest.stage(here.value) is not None
    title = stage_name(case, here) if named else here.label_for("applicant")
    yield {"state": "now", "title": title}


def _ahead(case: Application, here: Stage) -> Iterator[dict[str, Any]]:
    if here not in stages.RECEIVED_OPEN:
        return
    ahead: list[Stage] = []
    if here not in stages.WAITING | stages.APPROVED:
        # After a supplement the case goes on with its documents.
        place = 0 if here == Stage.SUPPLEMENT else stages.SEQUENCE.index(here) + 1
        chosen = {stage.kind for stage in case.manifest.stages}
        ahead = [stage for stage in stages.SEQUENCE[place:] if stage.value in chosen]
    for stage in ahead:
        yield {"state": "todo", "title": stage_name(case, stage)}
    yield {"state": "todo", "title": _("추천서 발급")}


def steps(case: Application) -> list[dict[str, Any]]:
    """The whole way in a row, as `components/steps.html` takes it; empty for a case that has not
    begun it or has left it."""
    stage = told(case).stage
    if stage not in stages.RECEIVED_OPEN | {Stage.ISSUED}:
        return []
    chosen = {stage.kind for stage in case.manifest.stages}
    way = [stage for stage in stages.SEQUENCE if stage.value in chosen]
    # A supplement belongs to the papers; who is approved has only the letter before them.
    here = Stage.DOCUMENT_REVIEW if stage == Stage.SUPPLEMENT else stage
    place = way.index(here) if here in way else len(way)
    titles = [_("신청·접수"), *[stage_name(case, stage) for stage in way], _("추천서 발급")]
    now = len(titles) if stage == Stage.ISSUED else place + 1
    return [
        {
            "label": title,
            "state": "done" if number < now else "now" if number == now else "todo",
            "url": "",
        }
        for number, title in enumerate(titles)
    ]


def in_plain_words(case: Application, news: LetterNews | None = None) -> str:
    """Where the case stands, for the candidate: short sentences, no word of the office's own."""
    if news is not None and news.status == "revoked":
        return _(
            "추천서가 취소되었습니다. 이 추천서는 이제 쓸 수 없습니다. 이유는 회사에 알렸습니다."
        )
    if news is not None and news.status == "expired":
        return _("추천서의 유효기간이 지났습니다. 아직 사증을 신청하지 않았다면 회사와 의논하세요.")
    return {
        Stage.DOCUMENT_REVIEW: _("담당 기관이 회사가 낸 서류를 읽고 있습니다."),
        Stage.SUPPLEMENT: _(
            "담당 기관이 회사에 서류를 더 달라고 했습니다. 회사가 부탁하면 준비를 도와주세요."
        ),
        Stage.VALIDATION: _(
            "학력과 경력이 사실인지 확인하고 있습니다. 학교나 전에 다닌 회사에 연락할 수 있습니다."
        ),
        Stage.EXTERNAL_EVALUATION: _("외부 전문가들이 서류를 보고 점수를 매기고 있습니다."),
        Stage.DECISION: _("추천할지 결정하고 있습니다."),
        Stage.WAITING_QUOTA: _(
            "추천하기로 했습니다. 정해진 인원이 모두 차서 차례를 기다리고 있습니다."
        ),
        Stage.APPROVED: _("추천하기로 했습니다. 추천서를 만들고 있습니다."),
        Stage.ISSUED: _("추천서가 나왔습니다. 이 화면에서 내려받을 수 있습니다."),
        Stage.REFUSED: _("추천하지 않기로 결정했습니다. 이유는 회사에 알렸습니다."),
        Stage.RETURNED: _("심사하지 않고 회사에 돌려보냈습니다. 회사가 다시 신청할 수 있습니다."),
        Stage.WITHDRAWN: _("회사가 신청을 거두었습니다."),
    }.get(told(case).stage, "")


def decision_on(case: Application) -> Decision | None:
    """The decision that stands in a case which has reached its end by one, with the rules' answer
    it was made on: one query."""
    if case.at not in (Stage.REFUSED, Stage.RETURNED, Stage.ISSUED):
        return None
    return case.decisions.filter(ended_at=None).select_related("evaluation__version").first()


def answer_to(case: Application, decision: Decision | None) -> Answer | None:
    """The refusal or return that stands (`decision_on`), if one has been delivered."""
    if case.at not in (Stage.REFUSED, Stage.RETURNED):
        return None
    if decision is None or decision.delivered_at is None:
        return None
    delivered = calendar.in_seoul(decision.delivered_at).date()
    refused = decision.outcome == Outcome.REFUSE
    objection = _objection(decision)
    until = _until(delivered) if refused else None
    return Answer(
        refused=refused,
        label=str(decision.get_outcome_display()),
        reason=decision.reason,
        grounds=_grounds(case, decision),
        delivered_on=delivered,
        notice=notice_of(case, decision),
        objection=objection,
        objection_until=until,
        may_object=bool(objection is None and until and calendar.today() <= until),
    )


def notice_of(case: Application, decision: Decision) -> Letter | None:
    """The notice in which the decision arrived; there is none of a time before notices."""
    found = current_letter(case.public_id, kind_of(decision.outcome))
    return found if found is not None and found.state == LetterState.VALID else None


def _grounds(case: Application, decision: Decision) -> list[str]:
    """What the decision names as its grounds, in the words of the answer it was made on."""
    kept = rested_on(decision)
    return ground_words(case, decision, kept.tree if kept else None)


def _objection(decision: Decision) -> Objection | None:
    """The one that counts; one that was taken back counts no more."""
    return Objection.objects.filter(decision=decision, withdrawn_at=None).first()


def _until(delivered: date) -> date | None:
    """The last day of the objection period; None where the calendar does not reach that far."""
    try:
        return clock.objection_until(delivered)
    except calendar.OutsideTable:
        return None


def letter_of(case: Application) -> LetterNews | None:
    """The letter that was delivered last. One that is only reserved is nobody's business yet, and a
    case that was refused or returned has none."""
    letters = _delivered(case)
    return LetterNews(letters[-1], letters[-1].status_on(calendar.today())) if letters else None


def _delivered(case: Application) -> list[Letter]:
    """Read once for all that a page says of them."""
    if case.at not in stages.CLOSED - {Stage.REFUSED, Stage.RETURNED}:
        return []
    found: list[Letter] | None = case.__dict__.get("delivered_letters")
    if found is None:
        found = case.__dict__["delivered_letters"] = delivered(case.public_id)
    return found


def _ended(case: Application) -> Iterator[dict[str, Any]]:
    """Letters that were revoked, or in whose place another stands."""
    for letter in _delivered(case):
        if letter.ended_at is None:
            continue
        revoked = letter.state == LetterState.REVOKED
        yield {
            "state": "bad" if revoked else "warn",
            "title": _("추천서 발급 취소") if revoked else _("추천서를 바로잡아 다시 발급"),
            "at": letter.ended_at,
            "who": "",
            "note": letter.number,
        }
