"""A delivered letter is revoked, or put right by one in its place: by two people, each time.

Whoever works on cases there may propose it, a lead who is somebody else confirms. The case stays
issued. A revocation gives the unit back where the programme says so (`gives_back`: `revoked`); a
letter in another's place inherits its unit. Company and candidate are told of what took effect.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications import workflow
from applications.errors import Incomplete, NotAllowed, NotNow, StaleCase
from applications.models import Application
from applications.services import aftermath
from applications.stages import Stage
from letters import ending as ends
from letters import services as letters
from letters.errors import CannotIssue, LetterError, SamePerson
from letters.models import Ending, EndingKind, EndingState, Letter, LetterKind, LetterState
from programs import calendar, quota
from reviews.services import letter_words

Done = TypeVar("Done")


def propose_revocation(
    *, application: Application, actor: User, reason: str, expected_revision: int | None = None
) -> Ending:
    """Ask for the revocation of the case's letter. Raises NotAllowed, NotNow, StaleCase."""
    with transaction.atomic():
        case = _locked(application, actor, workflow.ASSIGNEE, expected_revision)
        letter = valid_letter(case)
        made = _said(lambda: ends.propose_revocation(letter=letter, actor=actor, reason=reason))
        workflow.touch(case)
        return made


def propose_correction(
    *,
    application: Application,
    actor: User,
    reason: str,
    corrections: Mapping[str, object],
    expected_revision: int | None = None,
) -> Ending:
    """Ask for a letter in place of the case's own that puts a slip right. Everything that would
    keep it from ever being made is found now. Raises NotAllowed, NotNow, Incomplete, StaleCase."""
    seal = letters.look_at_seal(application.office)
    with transaction.atomic():
        case = _locked(application, actor, workflow.ASSIGNEE, expected_revision)
        letter = valid_letter(case)
        made = _said(
            lambda: ends.propose_correction(
                letter=letter, actor=actor, reason=reason, corrections=corrections
            )
        )
        _require_printable(case, made, seal)
        workflow.touch(case)
        return made


@transaction.atomic
def decline(*, ending: Ending, actor: User, because: str = "") -> Ending:
    """Take a proposal away: by whoever made it, or a lead. Raises NotAllowed, NotNow."""
    case = workflow.lock(case_of(ending))
    lead = workflow.may(case, workflow.LEAD, actor)
    own = ending.proposed_by_id == actor.pk and workflow.may(case, workflow.ASSIGNEE, actor)
    if not (lead or own):
        raise NotAllowed(_("올린 사람이나 결재자만 거둘 수 있습니다."))
    held = _said(lambda: ends.decline(ending=ending, actor=actor, because=because))
    workflow.touch(case)
    return held


def confirm(*, ending: Ending, actor: User, expected_revision: int | None = None) -> Letter:
    """Confirm what another has proposed: the revoked letter, or the one that is now being made in
    its place. The same person again gets the same. Raises NotAllowed, NotNow, Incomplete,
    StaleCase.

    Locks: application, ending, pools by id or series, letter.
    """
    seal = letters.look_at_seal(ending.letter.office)
    with transaction.atomic():
        case = workflow.lock(case_of(ending))
        if not workflow.may(case, workflow.LEAD, actor):
            raise NotAllowed(_("결재자만 취소나 정정을 확인할 수 있습니다."))
        held = ends.lock(ending)
        if held.state == EndingState.CONFIRMED and held.closed_by_id == actor.pk:
            return held.successor or held.letter
        if expected_revision is not None and expected_revision != case.revision:
            raise StaleCase
        if held.kind == EndingKind.REVOKE:
            done = _revoke(case, held, actor)
        else:
            done = _correct(case, held, actor, seal)
        workflow.touch(case)
        return done


def _revoke(case: Application, held: Ending, actor: User) -> Letter:
    # Refused before a unit moves: pools come before letters in the order of locks.
    if held.proposed_by_id == actor.pk:
        raise NotAllowed(_("자신이 올린 취소나 정정은 다른 사람이 확인해야 합니다."))
    try:
        quota.give_back(
            subject=case.public_id, actor=actor, reason="letter revoked", event="revoked"
        )
    except quota.QuotaError as refused:
        raise NotNow(str(refused)) from refused
    letter = _said(lambda: ends.confirm_revocation(ending=held, actor=actor))
    aftermath.end_all(case, "revoked")
    letter_words.leave(held, "letter_revoked")
    return letter


def _correct(case: Application, held: Ending, actor: User, seal: letters.SealLook | None) -> Letter:
    if held.state == EndingState.PROPOSED and held.proposed_by_id != actor.pk:
        _require_printable(case, held, seal)
    return _said(
        lambda: ends.confirm_correction(
            ending=held, actor=actor, letter_def=_letter_def(case), on=calendar.today()
        )
    )


def take_place(case: Application, successor: Letter) -> bool:
    """The letter that the worker has made becomes visible, and the old one ends in the same
    transaction. False when it is not wanted any more. The case is locked by the caller."""
    if case.at != Stage.ISSUED or successor.state != LetterState.RESERVED:
        return False
    letters.make_visible(letter=successor)
    letter_words.leave(Ending.objects.get(successor=successor), "letter_superseded")
    workflow.touch(case)
    return True


def valid_letter(case: Application) -> Letter:
    """The recommendation that stands, expired or not. Raises NotNow."""
    found = (
        Letter.objects.select_related("office")
        .filter(subject=case.public_id, kind=LetterKind.RECOMMENDATION, state=LetterState.VALID)
        .first()
    )
    if found is None:
        raise NotNow(_("지금 유효한 추천서가 없습니다."))
    return found


def case_of(ending: Ending) -> Application:
    return Application.objects.get(public_id=ending.letter.subject)


def _letter_def(case: Application) -> Mapping[str, object]:
    letter_def = case.manifest.letter
    if letter_def is None:
        raise NotNow(_("이 프로그램은 추천서를 발급하지 않습니다."))
    return letter_def.as_dict()


def _require_printable(case: Application, held: Ending, seal: letters.SealLook | None) -> None:
    """Raises Incomplete with everything that would keep the letter from being made."""
    found = letters.problems(
        office=case.office,
        letter_def=_letter_def(case),
        inputs=_said(lambda: ends.corrected_inputs(held.letter, held.corrections or {})),
        on=calendar.today(),
        seal=seal,
    )
    if found:
        raise Incomplete(found[0], found)


def _locked(
    application: Application, actor: User, who: str, expected_revision: int | None
) -> Application:
    case = workflow.lock(application)
    if not workflow.may(case, who, actor):
        raise NotAllowed(_("추천서의 취소나 정정을 올릴 권한이 없습니다."))
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    return case


def _said(do: Callable[[], Done]) -> Done:
    """What the letters refuse, as the case's own refusals."""
    try:
        return do()
    except SamePerson as refused:
        raise NotAllowed(str(refused)) from refused
    except CannotIssue as refused:
        raise Incomplete(refused.problems[0], refused.problems) from refused
    except LetterError as refused:
        raise NotNow(str(refused)) from refused
