"""What can be refused, each with a sentence for the person who asked."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


class CaseError(Exception):
    """A refusal that a person can act on. `code` is for programs, `str()` for people."""

    code = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(CaseError):
    """The person has no right to this step."""

    code = "not_allowed"


class NotNow(CaseError):
    """The case stands where this step cannot be taken, or something is still missing for it."""

    code = "not_now"


class Incomplete(NotNow):
    """Something is missing; `problems` lists every piece of it."""

    code = "incomplete"

    def __init__(self, sentence: str, problems: list[str]) -> None:
        super().__init__(sentence)
        self.problems = problems


class StaleCase(CaseError):
    """The case changed since the person last saw it."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__(
            _("그사이 다른 사람이 이 신청을 변경했습니다. 최신 내용을 확인하고 다시 시도해 주세요.")
        )


class StaleSection(StaleCase):
    """The section was saved by another page since this one was drawn: `number` is its version now,
    `who` saved it (None: the same person, in another window)."""

    def __init__(self, *, number: int, who: str | None, at: datetime) -> None:
        super().__init__()
        self.number, self.who, self.at = number, who, at


class AlreadyDone(CaseError):
    """Someone else was first: says who, what and when."""

    code = "already_done"

    def __init__(self, *, what: str, who: str, at: datetime) -> None:
        when = date_format(timezone.localtime(at), "DATETIME_FORMAT")
        super().__init__(
            _("이미 처리되었습니다. 처리 내용: %(what)s, 처리자: %(who)s, 일시: %(when)s")
            % {"what": what, "who": who, "when": when}
        )


class Invalid(CaseError):
    """What was sent cannot be taken as it is; `errors` maps a field to its sentences."""

    code = "invalid"

    def __init__(self, sentence: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(sentence)
        self.errors = errors or {}


class VersionChanged(CaseError):
    """The programme's rules changed since the draft was begun; nobody has accepted that yet."""

    code = "version_changed"
