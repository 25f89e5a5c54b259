"""What follows an issued letter: the visa's result, told by company or candidate, and dated tasks.

Nothing here moves the case or the letter. The nightly run only says something: each word moves
its task's `remind_on` on in the same transaction, so no run says it twice.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import is_member
from accounts.models import User
from applications import workflow
from applications.errors import NotAllowed, NotNow
from applications.models import Application, FollowUp, VisaOutcome, VisaReport
from applications.services import aftermath_words
from applications.stages import Stage
from audit.services import record
from programs import calendar
from programs.outcome import FollowUpDef
from programs.periods import months_after

LONGEST = 500


def open_follow_ups(
    case: Application, *, occupation: str, issued_on: date, valid_until: date | None
) -> int:
    """Write down what follows the case's letter, in the transaction in which it becomes visible;
    what is there already stays. Returns how many are new."""
    after = case.manifest.after_issue
    wanted: list[tuple[str, date | None, date | None]] = []
    if valid_until is not None:
        early = valid_until - timedelta(days=after.expiry_days)
        first = max(early, issued_on) if after.expiry_days else valid_until + timedelta(days=1)
        wanted.append((FollowUp.VALIDITY, valid_until, first))
    if after.ask_after_days:
        ask = issued_on + timedelta(days=after.ask_after_days)
        wanted.append((FollowUp.RESULT, None, ask))
    for one in after.follow_ups_for(occupation):
        since = issued_on if one.since == "issue" else None
        wanted.append((one.code, *_dates(one, since)))
    before = set(case.follow_ups.values_list("code", flat=True))
    new = [
        FollowUp(application=case, code=code, due_on=due, remind_on=remind)
        for code, due, remind in wanted
        if code not in before
    ]
    FollowUp.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def report_result(
    *,
    application: Application,
    outcome: str,
    decided_on: date | None = None,
    entered_on: date | None = None,
    words: str = "",
    actor: User | None = None,
) -> VisaReport:
    """Write down the visa's result, by one of the company's people or (without an actor) by the
    candidate, whose link the caller has checked. Tasks that count from it get their dates. The same
    again is the same report. Raises NotAllowed, NotNow."""
    case = _of_an_issued(application, actor)
    said = words.replace("\x00", "").strip()[:LONGEST]
    if outcome not in VisaOutcome.values:
        raise NotNow(_("결과를 골라 주세요."))
    if outcome == VisaOutcome.NOT_ASKED:
        decided_on = entered_on = None
    elif outcome == VisaOutcome.REFUSED:
        entered_on = None
    _require_days(outcome, decided_on, entered_on)
    last = case.visa_reports.order_by("pk").last()
    same = (outcome, decided_on, entered_on, said)
    if last is not None and (last.outcome, last.decided_on, last.entered_on, last.words) == same:
        return last
    report = VisaReport.objects.create(
        application=case,
        outcome=outcome,
        decided_on=decided_on,
        entered_on=entered_on,
        words=said,
        reported_by=actor,
        reported_at=calendar.now(),
    )
    _settle(case, report, actor)
    record(
        name="application.visa_result",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        actor_kind="" if actor else "candidate",
        data={"report": report.public_id, "outcome": outcome},
    )
    return report


@transaction.atomic
def finish(*, follow_up: FollowUp, done_on: date, actor: User | None = None) -> FollowUp:
    """Say that a task of the programme's is done, as `report_result`. A repeat changes nothing.
    Raises NotAllowed, NotNow (not this kind, over, a day in the future)."""
    case = _of_an_issued(follow_up.application, actor)
    held = case.follow_ups.get(pk=follow_up.pk)
    if held.done_on is not None:
        return held
    if held.code in FollowUp.OWN:
        raise NotNow(_("사증 결과를 알리면 끝나는 일입니다."))
    if held.ended_at is not None:
        raise NotNow(_("이제 하지 않아도 되는 일입니다."))
    if done_on > calendar.today():
        raise NotNow(_("앞으로 올 날은 적을 수 없습니다."))
    _finish(held, done_on, actor)
    record(
        name="application.follow_up_done",
        subject_type="application",
        subject_id=case.public_id,
        actor=actor,
        actor_kind="" if actor else "candidate",
        data={"follow_up": held.public_id, "code": held.code, "on": done_on.isoformat()},
    )
    return held


def end_all(case: Application, because: str) -> int:
    """The letter is no more: nothing follows it. In the caller's transaction; how many ended."""
    return case.follow_ups.filter(done_on=None, ended_at=None).update(
        ended_at=calendar.now(), ended_because=because, remind_on=None
    )


def remind() -> int:
    """Say what is due to be said by today, each once; return how many words were left."""
    today = calendar.today()
    due = FollowUp.objects.filter(remind_on__lte=today).order_by("remind_on", "pk")
    return sum(_remind(pk, today) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    found = FollowUp.objects.select_related("application").get(pk=pk)
    case = workflow.lock(found.application)
    held = FollowUp.objects.get(pk=pk)
    if held.remind_on is None or held.remind_on > today:
        return False
    held.told += 1
    occasion, held.remind_on = _next_word(case, held, today)
    if held.code == FollowUp.VALIDITY and occasion == "letter_expired":
        held.ended_at, held.ended_because = calendar.now(), "expired"
    held.save(update_fields=["told", "remind_on", "ended_at", "ended_because"])
    aftermath_words.leave(held, occasion)
    return True


def _next_word(case: Application, held: FollowUp, today: date) -> tuple[str, date | None]:
    """What is said now, and when the next word is due."""
    after = case.manifest.after_issue
    over = held.due_on is not None and today > held.due_on
    if held.code == FollowUp.RESULT:
        again = today + timedelta(days=after.ask_again_days)
        validity = case.follow_ups.filter(code=FollowUp.VALIDITY).first()
        # Nobody is asked for ever: once more after the letter has expired, and no more.
        done = validity is None or validity.due_on is None or today > validity.due_on
        return "result_asked", None if done else again
    if held.code == FollowUp.VALIDITY:
        if over or held.due_on is None:
            return "letter_expired", None
        return "letter_expiring", held.due_on + timedelta(days=1)
    if over or held.due_on is None:
        return "follow_up_overdue", None
    return "follow_up_due", held.due_on + timedelta(days=1)


def _settle(case: Application, report: VisaReport, actor: User | None) -> None:
    """What a result makes known, done or pointless. A later report corrects an earlier one."""
    held = {one.code: one for one in case.follow_ups.all()}
    asked = held.get(FollowUp.RESULT)
    if asked is not None and asked.is_open:
        _finish(asked, calendar.today(), actor)
    validity = held.get(FollowUp.VALIDITY)
    if validity is not None and validity.is_open:
        # The letter has done its work; whether it expires interests nobody any more.
        _end(validity, "result_told")
    granted = report.outcome == VisaOutcome.GRANTED
    for one in case.manifest.after_issue.follow_ups:
        task = held.get(one.code)
        if task is None or task.done_on is not None or one.since == "issue":
            continue
        if not granted:
            if task.is_open:
                _end(task, "no_visa")
            continue
        since = report.decided_on if one.since == "result" else report.entered_on
        task.ended_at, task.ended_because = None, ""
        task.due_on, task.remind_on = _dates(one, since)
        task.save(update_fields=["due_on", "remind_on", "ended_at", "ended_because"])


def _dates(one: FollowUpDef, since: date | None) -> tuple[date | None, date | None]:
    """The last day of a task, and when it is reminded of: not before today."""
    due = months_after(since, one.months) if since else None
    if due is None:
        return None, None
    return due, max(due - timedelta(days=one.remind_days), calendar.today())


def _finish(held: FollowUp, on: date, actor: User | None) -> None:
    held.done_on, held.done_at, held.done_by = on, calendar.now(), actor
    held.remind_on = None
    held.save(update_fields=["done_on", "done_at", "done_by", "remind_on"])


def _end(held: FollowUp, because: str) -> None:
    held.ended_at, held.ended_because, held.remind_on = calendar.now(), because, None
    held.save(update_fields=["ended_at", "ended_because", "remind_on"])


def _of_an_issued(application: Application, actor: User | None) -> Application:
    case = workflow.lock(application)
    if actor is not None and not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 알릴 수 있습니다."))
    if case.at != Stage.ISSUED:
        raise NotNow(_("추천서가 발급된 신청에서만 할 수 있습니다."))
    return case


def _require_days(outcome: str, decided_on: date | None, entered_on: date | None) -> None:
    today = calendar.today()
    if outcome != VisaOutcome.NOT_ASKED and decided_on is None:
        raise NotNow(_("결과가 나온 날을 적어 주세요."))
    if any(day is not None and day > today for day in (decided_on, entered_on)):
        raise NotNow(_("앞으로 올 날은 적을 수 없습니다."))
    if decided_on is not None and entered_on is not None and entered_on < decided_on:
        raise NotNow(_("입국한 날이 결과가 나온 날보다 앞섭니다."))
