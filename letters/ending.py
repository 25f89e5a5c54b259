"""The end of a delivered letter: proposed by one person, confirmed by another.

A revocation ends the letter when it is confirmed. A correction (정정 재발급) reserves a letter in
its place when it is confirmed; the old one is valid until that one can be seen, and ends in the
same transaction (`give_way`). Everything here belongs in the caller's transaction, which holds the
subject's lock; the proposal's row is locked before the quota's pools, letters last.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from letters import signed_list, variables
from letters.errors import CannotIssue, NotReserved, SamePerson, WrongState
from letters.freezing import frozen_values, in_transaction, number_and_freeze
from letters.freezing import lock as lock_letter
from letters.models import NOTICES, Ending, EndingKind, EndingState, Letter, LetterState
from letters.variables import Values
from programs.calendar import now, today

# What names or describes somebody and nothing that a rule has judged: with another occupation,
# contract or nationality it would be another decision (docs/decisions/0080).
CORRECTABLE = (
    "candidate_name",
    "candidate_name_ko",
    "sex",
    "company_name_ko",
    "company_name_en",
    "representative",
    "company_address",
    "company_phone",
    "residence_region",
    "residence_address",
    "candidate_phone",
)
LONGEST_REASON = 500


def propose_revocation(*, letter: Letter, actor: User, reason: str) -> Ending:
    """Ask for a letter's revocation; it stays what it is until somebody else confirms. Raises
    WrongState (not valid, proposed already, no reason)."""
    return _propose(letter, EndingKind.REVOKE, actor, reason, None)


def propose_correction(
    *, letter: Letter, actor: User, reason: str, corrections: Mapping[str, object]
) -> Ending:
    """Ask for a letter in another's place that says `corrections` (variables of the letter, only
    CORRECTABLE) and else the same. Raises as `propose_revocation`, and WrongState for what may not
    be corrected, does not change anything, or for a letter whose validity is over."""
    if letter.expired_on(today()):
        raise WrongState(_("유효기간이 지난 추천서는 정정하여 재발급하지 않습니다."))
    changed = changes(letter, corrections)
    return _propose(letter, EndingKind.SUPERSEDE, actor, reason, changed)


def changes(letter: Letter, corrections: Mapping[str, object]) -> Values:
    """Those of the corrections that say something else than the letter. An emptied value stays, as
    "". Raises WrongState."""
    if unknown := set(corrections) - set(CORRECTABLE):
        raise WrongState(
            _("정정할 수 없는 항목입니다: %(names)s") % {"names": ", ".join(sorted(unknown))}
        )
    before = frozen_values(letter)
    cleaned = variables.clean(corrections)
    found: Values = {
        name: cleaned.get(name, "")
        for name in CORRECTABLE
        if name in corrections and cleaned.get(name, "") != before.get(name, "")
    }
    if not found:
        raise WrongState(_("바뀐 내용이 없습니다."))
    return found


def corrected_inputs(letter: Letter, corrections: Any) -> dict[str, object]:
    """The `case` variables of the letter in this one's place. Raises WrongState after erasure."""
    before = frozen_values(letter)
    kept: dict[str, object] = {
        name: before[name] for name in variables.CASE_VARIABLES if name in before
    }
    return kept | dict(corrections)


def decline(*, ending: Ending, actor: User, because: str = "") -> Ending:
    """Take a proposal away unconfirmed: by whoever made it, or by who would confirm it. A repeat
    changes nothing. Raises WrongState once it is confirmed."""
    held = lock(ending)
    if held.state == EndingState.DECLINED:
        return held
    _require_open(held)
    held.state, held.closed_by, held.closed_at = EndingState.DECLINED, actor, now()
    held.closed_because = because.replace("\x00", "").strip()[:LONGEST_REASON]
    held.save(update_fields=["state", "closed_by", "closed_at", "closed_because"])
    _record("letter.ending_declined", held, actor, note=because)
    return held


def confirm_revocation(*, ending: Ending, actor: User) -> Letter:
    """Revoke the letter, at once. One that was being made in its place is given up with it. The
    same person again gets the same result. Raises SamePerson, WrongState."""
    held = _confirmed(ending, EndingKind.REVOKE, actor)
    if held.state == EndingState.CONFIRMED:
        return held.letter
    letter = lock_letter(held.letter)
    if letter.state != LetterState.VALID:
        raise WrongState(_("지금 유효한 추천서만 취소할 수 있습니다."))
    _close(held, actor)
    for successor in letter.successors.filter(state=LetterState.RESERVED):
        void(letter=successor, actor=actor, reason=_("대체하려던 추천서의 발급이 취소되었습니다."))
    _end(letter, LetterState.REVOKED, held)
    return letter


def confirm_correction(
    *, ending: Ending, actor: User, letter_def: Mapping[str, Any], on: date
) -> Letter:
    """Reserve the letter that stands in this one's place; the worker makes it after commit. It is
    dated `on`, has a number of its own and ends when the old one would have. The same person again
    gets the same letter. Raises SamePerson, WrongState, CannotIssue with every problem."""
    held = _confirmed(ending, EndingKind.SUPERSEDE, actor)
    if held.state == EndingState.CONFIRMED and held.successor is not None:
        return held.successor
    old = held.letter
    if old.state != LetterState.VALID or old.expired_on(on):
        raise WrongState(_("지금 유효한 추천서만 정정하여 재발급할 수 있습니다."))
    if old.successors.exclude(state=LetterState.VOID).exists():
        raise WrongState(_("이 추천서를 대신할 추천서를 이미 만들고 있습니다."))
    if held.corrections is None:
        raise CannotIssue([_("개인정보가 파기된 추천서입니다.")])
    held.successor = number_and_freeze(
        kind=old.kind,
        subject_kind=old.subject_kind,
        subject=old.subject,
        office=old.office,
        programme_slug=old.programme_slug,
        letter_def=letter_def,
        inputs=corrected_inputs(old, held.corrections),
        on=on,
        actor=actor,
        supersedes=old,
    )
    _close(held, actor)
    return held.successor


def give_way(successor: Letter, asked: Ending | None) -> None:
    """End the letter in whose place this one becomes visible now. Raises WrongState when that one
    is not valid any more: then nothing stands in its place. What was `asked` about the old one
    (`lock_open`) ends with it."""
    in_transaction("give_way")
    old = lock_letter(Letter(pk=successor.supersedes_id))
    held = Ending.objects.select_related("proposed_by", "closed_by").get(successor=successor)
    if old.state != LetterState.VALID:
        raise WrongState(_("대체할 추천서가 이제 유효하지 않습니다."))
    if asked is not None:
        _lapse(
            asked,
            _(
                "확인하기 전에 이 추천서를 바로잡은 추천서가 나왔습니다: %(number)s. "
                "취소하거나 더 고치려면 그 추천서에 대하여 다시 올려 주세요."
            )
            % {"number": successor.number},
        )
    _end(old, LetterState.SUPERSEDED, held)


def lock_open(letter_id: int) -> Ending | None:
    """What waits to be confirmed about a letter, locked."""
    return (
        Ending.objects.select_for_update(no_key=True, of=("self",))
        .select_related("letter")
        .filter(letter_id=letter_id, state=EndingState.PROPOSED)
        .first()
    )


def close_for_erasure(held: Ending) -> None:
    """Empty what a correction says; one that waits can be printed no more, and ends. The row is
    locked by the caller."""
    in_transaction("close_for_erasure")
    if held.corrections is None:
        return
    if held.state == EndingState.PROPOSED:
        _lapse(held, _("확인하기 전에 개인정보가 파기되었습니다."))
    held.corrections = None
    held.save(update_fields=["corrections"])


def _lapse(held: Ending, because: str) -> None:
    held.state, held.closed_at, held.closed_because = EndingState.LAPSED, now(), because
    held.save(update_fields=["state", "closed_at", "closed_because"])
    _record("letter.ending_lapsed", held, None, note=because)


@transaction.atomic
def void(*, letter: Letter, actor: User | None, reason: str) -> Letter:
    """Give up a letter that nobody has received: its number stays a visible gap, with the reason.

    Idempotent. Raises NotReserved once it is visible, WrongState without a reason.
    """
    held = lock_letter(letter)
    if held.state == LetterState.VOID:
        return held
    if held.state != LetterState.RESERVED:
        raise NotReserved(_("이미 교부된 추천서는 결번으로 처리할 수 없습니다."))
    if not reason.strip():
        raise WrongState(_("결번 사유를 적어 주세요."))
    held.state = LetterState.VOID
    held.voided_at = now()
    held.ended_by = actor
    held.end_reason = reason.strip()[:500]
    held.save(update_fields=["state", "voided_at", "ended_by", "end_reason"])
    audit.record(
        name="letter.void",
        subject_type="letter",
        subject_id=held.public_id,
        actor=actor,
        data={"subject": held.subject, "series": held.series_id},
        note=reason,
    )
    return held


def lift_notice(*, letter: Letter, actor: User, reason: str) -> Letter:
    """End a notice of refusal or return whose decision stands no more. Idempotent.

    In the caller's transaction. Raises WrongState for a letter of another kind, one that nobody
    has received, or without a reason.
    """
    in_transaction("lift_notice")
    held = lock_letter(letter)
    if held.state == LetterState.REVOKED:
        return held
    if held.kind not in NOTICES or held.state != LetterState.VALID or not reason.strip():
        raise WrongState(_("효력을 거둘 수 있는 통지서가 아닙니다."))
    held.state, held.ended_at, held.ended_by = LetterState.REVOKED, now(), actor
    held.end_reason = reason.strip()[:500]
    held.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    audit.record(
        name="letter.notice_lifted",
        subject_type="letter",
        subject_id=held.public_id,
        actor=actor,
        data={"subject": held.subject, "kind": held.kind},
        note=reason,
    )
    return held


def lock(ending: Ending) -> Ending:
    in_transaction("lock")
    return (
        Ending.objects.select_for_update(no_key=True, of=("self",))
        .select_related("letter__office", "proposed_by", "closed_by", "successor")
        .get(pk=ending.pk)
    )


def _propose(
    letter: Letter, kind: EndingKind, actor: User, reason: str, corrections: Values | None
) -> Ending:
    in_transaction("propose")
    said = reason.replace("\x00", "").strip()
    if letter.kind in NOTICES:
        raise WrongState(_("통지서는 이의신청이 받아들여질 때에만 효력을 잃습니다."))
    if letter.state != LetterState.VALID:
        raise WrongState(_("지금 유효한 추천서만 취소하거나 정정할 수 있습니다."))
    if not said:
        raise WrongState(_("사유를 적어 주세요."))
    if len(said) > LONGEST_REASON:
        raise WrongState(_("사유는 %(most)d자까지 적을 수 있습니다.") % {"most": LONGEST_REASON})
    if letter.successors.filter(state=LetterState.RESERVED).exists() and corrections is not None:
        raise WrongState(_("이 추천서를 대신할 추천서를 이미 만들고 있습니다."))
    try:
        with transaction.atomic():
            made = Ending.objects.create(
                letter=letter,
                kind=kind,
                reason=said,
                corrections=corrections,
                proposed_by=actor,
                proposed_at=now(),
            )
    except IntegrityError as clash:
        raise WrongState(_("이 추천서에는 확인을 기다리는 취소나 정정이 있습니다.")) from clash
    names = {"fields": sorted(corrections)} if corrections else {}
    _record("letter.ending_proposed", made, actor, note=said, data=names)
    return made


def _confirmed(ending: Ending, kind: EndingKind, actor: User) -> Ending:
    """The proposal, locked, if this person may confirm it or has."""
    held = lock(ending)
    if held.kind != kind:
        raise WrongState(_("다른 종류의 요청입니다."))
    if held.proposed_by_id == actor.pk:
        raise SamePerson(_("자신이 올린 취소나 정정은 다른 사람이 확인해야 합니다."))
    if held.state == EndingState.CONFIRMED and held.closed_by_id == actor.pk:
        return held
    _require_open(held)
    return held


def _require_open(held: Ending) -> None:
    if held.state == EndingState.LAPSED:
        raise WrongState(held.closed_because)
    if held.state != EndingState.PROPOSED:
        raise WrongState(
            _("이미 처리되었습니다: %(what)s (%(who)s)")
            % {"what": held.get_state_display(), "who": held.closed_by}
        )


def _close(held: Ending, actor: User) -> None:
    held.state, held.closed_by, held.closed_at = EndingState.CONFIRMED, actor, now()
    held.save(update_fields=["state", "closed_by", "closed_at", "successor"])
    after = {"successor": held.successor.public_id} if held.successor else {}
    _record("letter.ending_confirmed", held, actor, data=after)


def _end(letter: Letter, state: LetterState, held: Ending) -> None:
    letter.state, letter.ended_at = state, now()
    letter.ended_by, letter.end_confirmed_by = held.proposed_by, held.closed_by
    letter.end_reason = held.reason
    letter.save(update_fields=["state", "ended_at", "ended_by", "end_confirmed_by", "end_reason"])
    audit.record(
        name=f"letter.{state}",
        subject_type="letter",
        subject_id=letter.public_id,
        actor=held.closed_by,
        data={"subject": letter.subject, "ending": held.public_id},
        note=held.reason,
    )
    signed_list.leave_word(str(held.public_id))


def _record(
    name: str,
    held: Ending,
    actor: User | None,
    *,
    note: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        name=name,
        subject_type="letter",
        subject_id=held.letter.public_id,
        actor=actor,
        data={
            "subject": held.letter.subject,
            "ending": held.public_id,
            "kind": held.kind,
            **(data or {}),
        },
        note=note,
    )
