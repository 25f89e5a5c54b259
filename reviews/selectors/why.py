"""Why somebody has a case, in words: made when it is read, in the reader's language."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from babel import Locale
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from reviews.models import Assignment, Conflict
from reviews.services.assignment import (
    WHY_BACK,
    WHY_DEPUTY,
    WHY_LEAST_LOADED,
    WHY_REASSIGNED,
    WHY_TAKEN,
)
from reviews.services.choosing import Because

WHYS = {
    WHY_LEAST_LOADED: gettext_lazy("자동 배정: 맡은 신청이 가장 적음"),
    WHY_TAKEN: gettext_lazy("직접 맡음"),
    WHY_REASSIGNED: gettext_lazy("재배정"),
    WHY_DEPUTY: gettext_lazy("부재 중 대리"),
    WHY_BACK: gettext_lazy("부재가 끝나 원래 담당자에게 돌려줌"),
}


def language_name(code: str) -> str:
    """The language in the reader's own."""
    names = Locale((get_language() or "ko")[:2]).languages
    return names.get(code, code)


class Words:
    """Puts reasons into words; the people they name are read once, for all of them."""

    def __init__(self, rows: Iterable[Assignment], *, more: Iterable[dict[str, Any]] = ()) -> None:
        told = [*(row.why_data for row in rows), *more]
        named = {one for data in told for one in _named(data)}
        found = User.objects.filter(public_id__in=named) if named else User.objects.none()
        self.names = {str(one.public_id): str(one) for one in found}

    def of(self, row: Assignment) -> str:
        """One line: what the choice was by, and who was passed over for what."""
        data = row.why_data or {}
        return " · ".join([_first(row.why, data), *self._more(data), *self.passed(data)])

    def chosen(self, data: dict[str, Any]) -> str:
        """What a choice by rule is by, without those passed over."""
        return " · ".join([_first(WHY_LEAST_LOADED, data), *self._more(data)])

    def passed(self, data: dict[str, Any]) -> list[str]:
        """Who was passed over, a sentence each."""
        return [self._passed(one) for one in data.get("passed", ())]

    def _more(self, data: dict[str, Any]) -> Iterable[str]:
        if language := data.get("language"):
            yield _("%(language)s 가능") % {"language": language_name(language)}
        if occupation := data.get("occupation"):
            yield _("직종 %(code)s 담당") % {"code": occupation}
        if data.get("everybody_away"):
            yield _("모두 부재 중")
        if until := data.get("until"):
            yield _("원래 담당자 부재: %(until)s까지") % {"until": _day(until)}

    def _passed(self, one: dict[str, Any]) -> str:
        who = self.names.get(one["person"], "–")
        return _("%(who)s 제외: %(because)s") % {"who": who, "because": _because(one)}


def _named(data: dict[str, Any] | None) -> Iterable[str]:
    return (one["person"] for one in (data or {}).get("passed", ()))


def _first(why: str, data: dict[str, Any]) -> str:
    if why == WHY_LEAST_LOADED and "load" in data:
        said = ngettext(
            "자동 배정: 맡은 신청이 가장 적음 (최대 %(capacity)d건 중 %(load)d건)",
            "자동 배정: 맡은 신청이 가장 적음 (최대 %(capacity)d건 중 %(load)d건)",
            data["load"],
        ) % {"capacity": data["capacity"], "load": data["load"]}
    else:
        said = str(WHYS.get(why, why))
    reason = data.get("reason")
    return f"{said}: {reason}" if reason else said


def _because(one: dict[str, Any]) -> str:
    match one["because"]:
        case Because.CONFLICT:
            return _("이해관계 (%(kind)s)") % {"kind": Conflict.Kind(one["kind"]).label}
        case Because.DRAFTED:
            return _("이전 결정을 기안함")
        case Because.LET_GO:
            return _("얼마 전 이 신청을 내려놓음")
        case Because.HAD_IT:
            return _("지금까지의 담당자")
        case Because.AWAY:
            return _("%(until)s까지 부재") % {"until": _day(one["until"])}
        case Because.LANGUAGE:
            return _("%(language)s 서류를 읽지 못함") % {"language": language_name(one["language"])}
        case Because.OCCUPATION:
            return _("직종 %(code)s 담당이 아님") % {"code": one["occupation"]}
        case Because.FULL:
            return _("맡을 수 있는 %(capacity)d건을 채움") % {"capacity": one["capacity"]}
    return str(one["because"])


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")
