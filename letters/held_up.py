"""Why a letter that has its number is not there yet: in a sentence, for people of the office."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from letters.models import Letter, LetterState
from letters.services import MAKE
from notifications.models import OutboxRow
from programs.calendar import now

# By the error that stopped the last attempt; the first pattern that fits.
CAUSES: tuple[tuple[str, str | Promise], ...] = (
    (r"NoUsableKey", gettext_lazy("서명 키를 쓸 수 없습니다.")),
    (r"DesignError.*fonts", gettext_lazy("추천서 글꼴이 없습니다.")),
    (r"DesignError", gettext_lazy("추천서 서식에 오류가 있습니다.")),
    (r"No space left", gettext_lazy("저장소에 빈자리가 없습니다.")),
    (
        r"WrongBytes|Damaged|NotReadable",
        gettext_lazy("저장한 파일을 다시 읽으니 내용이 달랐습니다."),
    ),
    (
        r"OSError|FileExistsError|DirectoryError|NotFoundError|PermissionError|Timeout",
        gettext_lazy("저장소를 쓸 수 없습니다."),
    ),
)
ELSE = gettext_lazy("추천서를 만드는 서버에 문제가 있습니다.")


@dataclass(frozen=True)
class HeldUp:
    """`detail` are the program's own words about the last of `attempts`; the next is `due_at`."""

    sentence: str
    detail: str
    attempts: int
    due_at: datetime


def held_up(letters: Iterable[Letter]) -> dict[int, HeldUp]:
    """Of these letters those that a fault holds up, by primary key: one query, none where nothing
    is being made. One that is only not to be seen yet is not held up."""
    making = {
        str(letter.public_id): letter.pk
        for letter in letters
        if letter.state == LetterState.RESERVED
        and (letter.not_before is None or letter.not_before <= now())
    }
    if not making:
        return {}
    rows = OutboxRow.objects.filter(topic=MAKE, key__in=making, done_at=None)
    return {making[row.key]: _said(row) for row in rows.exclude(last_error="")}


def _said(row: OutboxRow) -> HeldUp:
    said = next((words for cause, words in CAUSES if re.search(cause, row.last_error)), ELSE)
    return HeldUp(str(said), row.last_error, row.attempts, row.due_at)
