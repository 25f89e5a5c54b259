"""What follows a letter, in words: for pages and mails."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from applications.models import Application, FollowUp, VisaReport
from programs import calendar
from programs.manifest import Manifest

SINCE = {
    "result": gettext_lazy("사증 결과가 나온 날을 알려 주시면 기한이 정해집니다."),
    "entry": gettext_lazy("입국한 날을 알려 주시면 기한이 정해집니다."),
}
ENDED = {
    "revoked": pgettext_lazy("follow-up ended", "추천서 발급 취소"),
    "no_visa": pgettext_lazy("follow-up ended", "사증을 받지 않음"),
    "expired": pgettext_lazy("follow-up ended", "유효기간이 지남"),
    "result_told": pgettext_lazy("follow-up ended", "결과를 알림"),
}


@dataclass(frozen=True)
class Words:
    title: str
    text: str = ""
    source: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Task:
    """A task as a page shows it. `days` until its last day, negative when that is over."""

    follow_up: FollowUp
    words: Words
    state: str
    tone: str
    days: int | None
    may_finish: bool


def words_of(held: FollowUp, manifest: Manifest) -> Words:
    """What a task is called; a code that the version does not name any more names itself."""
    if held.code == FollowUp.VALIDITY:
        return Words(_("추천서의 유효기간 안에 사증이나 체류자격을 신청하기"))
    if held.code == FollowUp.RESULT:
        return Words(_("사증이나 체류자격 변경의 결과 알리기"))
    for one in manifest.after_issue.follow_ups:
        if one.code == held.code:
            cited = ", ".join(str(work) for work in one.sourced.citations)
            text = str(one.description)
            if held.due_on is None and held.is_open and one.since in SINCE:
                text = f"{text} {SINCE[one.since]}".strip()
            return Words(str(one.names), text, cited, one.sourced.assumed)
    return Words(held.code)


def tasks_of(case: Application, held: list[FollowUp]) -> list[Task]:
    """Every task of the case, the open ones first, by their last day."""
    today = calendar.today()
    found = [_task(one, case.manifest, today) for one in held]
    return sorted(
        found,
        key=lambda task: (
            not task.follow_up.is_open,
            task.follow_up.due_on or date.max,
            task.follow_up.pk,
        ),
    )


def _task(held: FollowUp, manifest: Manifest, today: date) -> Task:
    days = (held.due_on - today).days if held.due_on and held.is_open else None
    if held.done_on is not None:
        state, tone = _("마침"), "success"
    elif held.ended_at is not None:
        state, tone = str(ENDED.get(held.ended_because, held.ended_because)), "gray"
    elif days is not None and days < 0:
        state, tone = _("기한 지남"), "danger"
    else:
        state, tone = pgettext("follow-up", "할 일"), "information"
    own = held.code in FollowUp.OWN
    return Task(held, words_of(held, manifest), state, tone, days, held.is_open and not own)


def last_report(case: Application) -> VisaReport | None:
    """What counts of what was reported, with whoever it was."""
    return case.visa_reports.select_related("reported_by").order_by("pk").last()
