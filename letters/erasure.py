"""What a person's letters say of them, destroyed; that a copy is genuine can be told ever after.

What stays names nobody: number, dates, states, the masked name, the birth date's keyed digest, the
files' hashes and the keys' certificates. What paper and files say is with whoever holds them.
"""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from files import services as files
from letters.ending import close_for_erasure
from letters.errors import WrongState
from letters.freezing import in_transaction, lock
from letters.models import Ending, Letter, LetterFile, LetterState
from programs.calendar import today


def erase(*, subject: UUID, actor: User | None, reason: str) -> int:
    """Empty what the subject's letters and the proposals about them say, and destroy their files;
    return of how many letters. A repeat finds none.

    In the caller's transaction; locks the proposals, then the letters. Raises WrongState while one
    is being made or may still be used: whoever holds it may need it again. Merged files that hold
    copies are gone after `LETTERS_BUNDLE_HOURS` by themselves.
    """
    in_transaction("erase")
    asked = list(
        Ending.objects.select_for_update(no_key=True, of=("self",))
        .select_related("letter")
        .filter(letter__subject=subject)
        .order_by("pk")
    )
    held = [lock(letter) for letter in Letter.objects.filter(subject=subject).order_by("pk")]
    if any(_in_use(letter) for letter in held):
        raise WrongState(_("발급 준비 중이거나 유효한 추천서가 있어 파기할 수 없습니다."))
    for proposal in asked:
        close_for_erasure(proposal)
    return sum(_erase(letter, actor, reason) for letter in held)


def _in_use(letter: Letter) -> bool:
    if letter.state == LetterState.RESERVED:
        return True
    return letter.state == LetterState.VALID and not letter.expired_on(today())


def _erase(letter: Letter, actor: User | None, reason: str) -> bool:
    rows = LetterFile.objects.filter(letter=letter, stored__isnull=False).select_related("stored")
    kept = [row.stored for row in rows if row.stored is not None]
    if letter.inputs is None and not kept:
        return False
    letter.inputs = None
    letter.save(update_fields=["inputs"])
    LetterFile.objects.filter(letter=letter).update(stored=None)
    for stored in kept:
        files.destroy(stored)
    audit.erase_notes(subject_type="letter", subject_id=letter.public_id, actor=actor)
    audit.record(
        name="letter.erased",
        subject_type="letter",
        subject_id=letter.public_id,
        actor=actor,
        data={"subject": letter.subject, "files": len(kept)},
        note=reason,
    )
    return True
