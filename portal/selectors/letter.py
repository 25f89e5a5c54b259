"""One letter of the register: what it is, what happened to it, and who has had its file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from audit.models import AccessLog
from audit.selectors import accesses_to, events_for
from letters.held_up import HeldUp, held_up
from letters.models import Letter, LetterFile
from programs import calendar
from reviews.permissions import Desk

DOWNLOADED = "letter.downloaded"
MOST_DOWNLOADS = 200
# What each event of a letter's record is called.
SAID = {
    "letter.reserved": gettext_lazy("발급번호를 받았습니다."),
    "letter.delivered": gettext_lazy("완성되어 신청인이 볼 수 있게 되었습니다."),
    "letter.void": gettext_lazy("결번으로 처리했습니다."),
    "letter.notice_lifted": gettext_lazy("통지서의 효력을 거두었습니다."),
    "letter.ending_proposed": gettext_lazy("취소나 정정을 올렸습니다."),
    "letter.ending_declined": gettext_lazy("올린 취소나 정정을 거두었습니다."),
    "letter.ending_lapsed": gettext_lazy(
        "확인하기 전에 추천서가 끝나, 올린 것이 저절로 닫혔습니다."
    ),
    "letter.ending_confirmed": gettext_lazy("취소나 정정을 확인했습니다."),
    "letter.erased": gettext_lazy("개인정보와 파일을 파기했습니다."),
    "letter.revoked": gettext_lazy("발급을 취소했습니다."),
    "letter.superseded": gettext_lazy("새 추천서로 대체되었습니다."),
}
BAD = frozenset({"letter.void", "letter.revoked", "letter.superseded"})


@dataclass(frozen=True)
class Download:
    """Once: who, when, and for what. Nobody's name means the candidate, by their own link."""

    who: str
    at: datetime
    how: str


@dataclass(frozen=True)
class OneLetter:
    letter: Letter
    status: str
    case: Application | None
    files: list[LetterFile]
    downloads: list[Download]
    events: list[dict[str, Any]]
    stuck: HeldUp | None


def letter_for(desk: Desk, public_id: UUID) -> Letter | None:
    """A letter of the person's offices and programmes, whatever its state."""
    return (
        Letter.objects.filter(desk.where(programme="programme_slug"), public_id=public_id)
        .select_related("office", "template", "supersedes", "ended_by", "end_confirmed_by")
        .defer("inputs")
        .first()
    )


def one_letter(letter: Letter) -> OneLetter:
    """Six queries at most."""
    case = Application.objects.filter(public_id=letter.subject).select_related("candidate").first()
    looked = accesses_to("letter", letter.public_id).filter(what=DOWNLOADED).order_by("-id")
    return OneLetter(
        letter=letter,
        status=letter.status_on(calendar.today()),
        case=case,
        files=list(letter.files.select_related("key").order_by("-revision")),
        downloads=[_download(row) for row in looked[:MOST_DOWNLOADS]],
        events=[
            {
                "state": "bad" if event.name in BAD else "done",
                "title": str(SAID.get(event.name, event.name)),
                "at": event.at,
                "who": str(event.actor) if event.actor else _("시스템"),
                "note": event.note.text if hasattr(event, "note") else "",
                "label": "",
                "tone": "",
            }
            for event in events_for("letter", letter.public_id)
        ],
        stuck=held_up([letter]).get(letter.pk),
    )


def _download(row: AccessLog) -> Download:
    ways = {
        "candidate": _("외국인 본인의 주소로"),
        "register": _("발급 대장에서"),
        "batch": _("한꺼번에 받은 파일로"),
    }
    who = str(row.user) if row.user else _("외국인 본인")
    return Download(who=who, at=row.at, how=ways.get(row.detail, ""))
