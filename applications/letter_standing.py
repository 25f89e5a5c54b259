"""How the letter of an issued case stands today: asked of the room that keeps letters.

A case stays issued when its letter is revoked: what the applicant is told, and what they can do
next, follow from the letter.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext as _

from applications.disclosure import told
from applications.models import Application
from applications.stages import Stage

# Of these cases, by public id: "valid", "expired" or "revoked". A case without a delivered letter
# is not among them. One query for all.
Standing = Callable[[Collection[UUID]], Mapping[UUID, str]]
_asked: list[Standing] = []
PIECE = 500


def ask_for_letters(finder: Standing) -> None:
    """Register who knows how letters stand. The last one counts."""
    _asked[:] = [finder]


def with_standing(cases: Iterable[Application]) -> Iterator[Application]:
    """The cases, each knowing how its letter stands: a query for each 500, none where none was
    issued."""
    rest = iter(cases)
    while piece := list(islice(rest, PIECE)):
        issued = [case.public_id for case in piece if case.at == Stage.ISSUED]
        known = _ask(issued) if issued else {}
        for case in piece:
            case.__dict__["letter_standing"] = known.get(case.public_id, "")
            yield case


def standing(case: Application) -> str:
    """How the letter of one case stands; "" where none was delivered."""
    if "letter_standing" not in case.__dict__:
        list(with_standing([case]))
    found: str = case.__dict__["letter_standing"]
    return found


def shown_stage(case: Application) -> tuple[str, str]:
    """Where the case stands, in the applicant's words, and the tone of the badge. A letter that was
    revoked is what counts of an issued case."""
    if standing(case) == "revoked":
        return _("추천서가 취소되었습니다"), "danger"
    here = told(case).stage
    return here.label_for("applicant"), here.tone


def _ask(issued: Collection[UUID]) -> Mapping[UUID, str]:
    return _asked[0](issued) if _asked else {}
