"""Making a reserved letter: render, sign, store, read back, register, release.

A worker may die anywhere and another begin again: every step either leaves no trace or is found
done. Until the file is registered a new attempt makes a new one (what was stored before is an
orphan nobody can reach); from then on that very file is used. No transaction is open while
anything is rendered, signed, stored or read.
"""

import hashlib
import logging
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from files import services as files
from files.errors import FilesError
from files.models import StoredFile
from letters import codes, content, fonts, keys, registry, rendering, signing
from letters.errors import DesignError, NoUsableKey, WrongBytes
from letters.models import Letter, LetterFile, LetterState, SigningKey
from letters.private_keys import PrivateKey, Unusable
from letters.services import frozen_values
from letters.variables import Values
from notifications.outbox import Lease, Retry
from programs.calendar import now

log = logging.getLogger(__name__)

# Sent with `place` after each step: "after_lease", "after_render" (rendered and signed),
# "after_store" (stored and read back), "after_register".
reached = Signal()


def handle(lease: Lease) -> None:
    """The outbox's handler for `letters.make`."""
    make(UUID(lease.payload["letter"]), lease)


def make(letter_public_id: UUID, lease: Lease) -> None:
    """Bring one letter from reserved to visible. Idempotent; raises Retry for what may pass.

    Does nothing for a letter that is void or already visible. A letter whose subject has left
    the approved state is left to the room that released it (T10).
    """
    reached.send(sender=make, place="after_lease")
    letter = Letter.objects.select_related("template", "office", "seal__image").get(
        public_id=letter_public_id
    )
    if letter.state != LetterState.RESERVED:
        return
    if letter.not_before is not None and now() < letter.not_before:
        raise Retry(after=letter.not_before - now(), why="it is not to be seen yet")
    try:
        if _registered_and_whole(letter) is None:
            _produce(letter, lease)
    except (NoUsableKey, WrongBytes, DesignError, FilesError, OSError) as reason:
        # The letter stays reserved, the reason stands in its outbox row, and after some
        # attempts there is an alert; nothing of it can be seen meanwhile.
        log.warning("Letter %s: %s", letter.public_id, reason)
        raise Retry(why=f"{type(reason).__name__}: {reason}") from reason
    reached.send(sender=make, place="after_register")
    if not registry.release(letter):
        log.info("Letter %s was not released: its subject has moved on", letter.public_id)


def _registered_and_whole(letter: Letter) -> LetterFile | None:
    """The file an earlier attempt registered, if storage still gives those bytes."""
    file = letter.current_file()
    if file is None or file.stored is None:
        return None
    try:
        _read_back(file.stored, file.sha256)
    except (WrongBytes, FilesError) as reason:
        log.warning("Letter %s: registered file unusable, made again: %s", letter.public_id, reason)
        return None
    return file


def _produce(letter: Letter, lease: Lease) -> LetterFile:
    # Without them the letters of whatever font the machine has would be printed and signed.
    if missing := fonts.missing_files():
        raise DesignError(f"letter fonts are missing: {', '.join(missing)}")
    key = keys.key_to_sign(letter)
    signed = signed_file(letter, key)
    reached.send(sender=make, place="after_render")
    lease.renew()
    stored = files.put(
        data=signed, name=f"{letter.number}.pdf", content_type="application/pdf", actor=None
    )
    sha256 = hashlib.sha256(signed).hexdigest()
    _read_back(stored, sha256)
    reached.send(sender=make, place="after_store")
    return _register(letter, stored, sha256, len(signed), key, lease)


def signed_file(letter: Letter, key: SigningKey) -> bytes:
    """The finished bytes of a letter: rendered and signed, nothing stored yet."""
    private = signing.private_half(key)
    return signing.sign(
        rendering.render(_sheet(letter, key, private)),
        key=private,
        reason=f"Issuance of letter {letter.number}",
    )


def _sheet(letter: Letter, key: SigningKey, private: PrivateKey) -> rendering.Sheet:
    values = frozen_values(letter)
    template = letter.template
    data = content.attached_data(
        values,
        kind=letter.kind,
        specimen=letter.specimen,
        key_id=key.key_id,
        office=letter.office.code,
        programme=letter.programme_slug,
        template=f"{template.code}/{template.version}",
        inputs_hash=letter.inputs_hash,
    )
    return rendering.Sheet(
        html=template.html,
        css=template.css,
        values=values,
        mark="specimen" if letter.specimen else "",
        seal=keys.seal_image(letter.seal),
        code=_code(letter, values, key, private),
        machine_readable=data,
        logo=bytes(template.logo),
    )


def _code(letter: Letter, values: Values, key: SigningKey, private: PrivateKey) -> str:
    """The code that proves the paper without a connection, signed with the key of the file."""
    said = codes.claims(
        values,
        kind=letter.kind,
        office=letter.office.code,
        specimen=letter.specimen,
        site=settings.SITE_URL,
        token=letter.token,
        # The machine's own clock, as in the signature of the file.
        signed_at=timezone.now(),
    )
    try:
        return codes.write(
            said, key_id=key.key_id, certificate=private.certificate, sign=private.sign
        )
    except Unusable as gone:
        raise NoUsableKey(str(gone)) from None


def _read_back(stored: StoredFile, sha256: str) -> None:
    """Raises WrongBytes when storage gives other bytes than were written (T6)."""
    if hashlib.sha256(files.read(stored)).hexdigest() != sha256:
        raise WrongBytes("storage gave back other bytes than were written")


@transaction.atomic(durable=True)
def _register(
    letter: Letter, stored: StoredFile, sha256: str, size: int, key: SigningKey, lease: Lease
) -> LetterFile:
    """Write the file down as this letter's, if this worker still has the lease."""
    held = Letter.objects.select_for_update(no_key=True, of=("self",)).get(pk=letter.pk)
    lease.confirm()
    latest = held.current_file()
    return LetterFile.objects.create(
        letter=held,
        revision=latest.revision + 1 if latest else 1,
        stored=stored,
        sha256=sha256,
        size=size,
        key=key,
        made_at=now(),
    )
