"""Many letters as one file to print and one archive of the signed originals.

The worker makes both when every letter of them is there, and destroys them after some days
(`LETTERS_BUNDLE_HOURS`). The merged file carries no signature of its own: it is for paper. Killed
anywhere it begins anew; until both files are registered, nobody is offered any.
"""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import IO
from uuid import UUID

import pikepdf
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office, User
from audit import services as audit
from files import services as files
from files.errors import FilesError
from files.models import ScanState, StoredFile
from files.naming import safe_name
from letters.errors import WrongBytes, WrongState
from letters.models import Bundle, BundleState, Letter, LetterFile, LetterState
from notifications import outbox
from notifications.outbox import Lease, Retry, Undeliverable

TOPIC = "letters.bundle"
MOST = 200
# Letters are made within seconds; who waits for two hundred looks again as often.
LOOK_AGAIN = timedelta(seconds=10)
PIECE = 2**20
SUMS = "SHA256SUMS.txt"
# What a killed worker stored and did not register is nobody's after so long.
PREFIX = "letter-bundle-"
ABANDONED_AFTER = timedelta(days=1)


@transaction.atomic
def ask(*, letters: Sequence[Letter], office: Office, actor: User) -> Bundle:
    """Have these letters of one office made into two files, in this order. The same letters again,
    while the files are there, are the same bundle. Raises WrongState."""
    wanted = list(dict.fromkeys(str(letter.public_id) for letter in letters))
    if not wanted:
        raise WrongState(_("고른 추천서가 없습니다."))
    if len(wanted) > MOST:
        raise WrongState(_("한 번에 %(most)d건까지 묶을 수 있습니다.") % {"most": MOST})
    if any(letter.office_id != office.pk for letter in letters):
        raise WrongState(_("한 기관의 추천서만 묶을 수 있습니다."))
    before = Bundle.objects.filter(asked_by=actor, office=office, letters=wanted)
    if same := before.exclude(state=BundleState.GONE).first():
        return same
    made = Bundle.objects.create(
        office=office,
        letters=wanted,
        count=len(wanted),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    audit.record(
        name="letters.bundle_asked",
        subject_type="letter_bundle",
        subject_id=made.public_id,
        actor=actor,
        data={"office": office.public_id, "letters": len(wanted)},
    )
    outbox.enqueue(topic=TOPIC, key=str(made.public_id), payload={"bundle": made.public_id})
    return made


def handle(lease: Lease) -> None:
    """Outbox handler: make both files when all letters are there. Raises Retry for what may pass:
    letters that are still being made, storage that fails, a full disk."""
    bundle = Bundle.objects.get(public_id=UUID(lease.payload["bundle"]))
    if bundle.state != BundleState.WAITING:
        return
    rows = _letters(bundle)
    waiting = sum(letter.state == LetterState.RESERVED for letter in rows)
    if waiting:
        raise Retry(after=LOOK_AGAIN, why=f"{waiting} of {len(rows)} letters are still being made")
    erased = _erased(rows)
    there = [one for one in rows if one.state == LetterState.VALID and one.pk not in erased]
    if not there:
        raise Undeliverable("none of these letters is valid any more")
    kept: list[StoredFile] = []
    try:
        with tempfile.TemporaryFile() as paper, tempfile.TemporaryFile() as archive:
            _write(there, paper, archive, lease)
            for file, name, kind in (
                (paper, f"{PREFIX}{bundle.public_id}.pdf", "application/pdf"),
                (archive, f"{PREFIX}{bundle.public_id}.zip", "application/zip"),
            ):
                kept.append(files.put(data=_whole(file), name=name, content_type=kind))
                lease.renew()
        _register(bundle, there, kept, lease)
    except (FilesError, WrongBytes, OSError) as reason:
        for stored in kept:
            files.destroy(stored)
        raise Retry(why=f"{type(reason).__name__}: {reason}") from reason


def _letters(bundle: Bundle) -> list[Letter]:
    found = Letter.objects.defer("inputs").in_bulk(
        [UUID(one) for one in bundle.letters], field_name="public_id"
    )
    return [found[UUID(one)] for one in bundle.letters]


def _erased(letters: Iterable[Letter]) -> set[int]:
    """Those whose files were destroyed with the personal data."""
    gone = LetterFile.objects.filter(letter__in=letters, stored=None)
    return set(gone.values_list("letter", flat=True))


def _write(letters: Iterable[Letter], paper: IO[bytes], archive: IO[bytes], lease: Lease) -> None:
    """Both files, letter after letter. In the merged one each letter has a bookmark, and its pages
    are named by its number: "G-2026-000001 2" is the second."""
    sums: list[str] = []
    labels = pikepdf.Array()
    with ExitStack() as opened, zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        merged = opened.enter_context(pikepdf.new())
        with merged.open_outline() as outline:
            for number, letter in enumerate(letters):
                data = _original(letter)
                name = safe_name(f"{letter.number}.pdf", content_type="application/pdf")
                zipped.writestr(name, data)
                sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}")
                source = opened.enter_context(pikepdf.open(io.BytesIO(data)))
                _for_paper(source)
                first = len(merged.pages)
                merged.pages.extend(source.pages)
                outline.root.append(pikepdf.OutlineItem(letter.number, first))
                labels.append(first)
                labels.append(
                    pikepdf.Dictionary(S=pikepdf.Name.D, P=pikepdf.String(f"{letter.number} "))
                )
                if number % 20 == 0:
                    lease.renew()
        zipped.writestr(SUMS, "\n".join(sums) + "\n")
        merged.Root.PageLabels = pikepdf.Dictionary(Nums=labels)
        merged.save(paper)


def _for_paper(pdf: pikepdf.Pdf) -> None:
    """Take the signature's field away: it covers this file and no other, and would stand in the
    merged one as a signature that does not hold."""
    if "/AcroForm" in pdf.Root:
        del pdf.Root.AcroForm
    for page in pdf.pages:
        if "/Annots" in page.obj:
            del page.obj["/Annots"]


def _original(letter: Letter) -> bytes:
    """The signed file, without a line on the log: that comes when somebody takes the bundle."""
    file: LetterFile | None = letter.current_file()
    if file is None or file.stored is None:
        raise WrongBytes(f"{letter.public_id} has no file")
    data = files.read(file.stored)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise WrongBytes(f"{letter.public_id} is not what was signed")
    return data


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


@transaction.atomic(durable=True)
def _register(
    bundle: Bundle, there: Sequence[Letter], kept: Sequence[StoredFile], lease: Lease
) -> None:
    held = Bundle.objects.select_for_update(no_key=True, of=("self",)).get(pk=bundle.pk)
    in_it = {str(letter.public_id) for letter in there}
    held.print_file, held.archive = kept
    held.state, held.made_at = BundleState.READY, timezone.now()
    held.expires_at = timezone.now() + timedelta(hours=settings.LETTERS_BUNDLE_HOURS)
    held.left_out = [one for one in held.letters if one not in in_it]
    held.save()
    lease.complete()


def take(*, bundle: Bundle, what: str, actor: User, address: str = "") -> bytes:
    """The file to print or the archive. That this person has had them is on each letter's log.
    Raises WrongState when it is not ready or gone, FilesError."""
    stored = {"print": bundle.print_file, "archive": bundle.archive}[what]
    if bundle.state != BundleState.READY or stored is None:
        raise WrongState(_("내려받을 수 있는 파일이 없습니다. 다시 만들어 주세요."))
    data = files.read(stored)
    left_out = set(bundle.left_out)
    audit.log_access_to_all(
        actor=actor,
        what="letter.downloaded",
        subject_type="letter",
        subject_ids=[UUID(one) for one in bundle.letters if one not in left_out],
        address=address,
        detail="batch",
    )
    return data


def purge() -> int:
    """Destroy what has been kept long enough, and what a killed worker has left; return how many
    bundles are gone."""
    for stored in _abandoned():
        files.destroy(stored)
    over = Bundle.objects.filter(state=BundleState.READY, expires_at__lte=timezone.now())
    return sum(_forget(pk) for pk in list(over.order_by("pk").values_list("pk", flat=True)))


def _abandoned() -> list[StoredFile]:
    """Files of ours that no bundle has, too old to be a worker's that is at it now."""
    held = Bundle.objects.exclude(print_file=None)
    return list(
        StoredFile.objects.filter(
            name__startswith=PREFIX,
            scan_state=ScanState.MADE_HERE,
            created_at__lt=timezone.now() - ABANDONED_AFTER,
        )
        .exclude(pk__in=held.values("print_file"))
        .exclude(pk__in=held.values("archive"))
        .order_by("pk")
    )


@transaction.atomic
def _forget(pk: int) -> bool:
    held = Bundle.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    if held.state != BundleState.READY:
        return False
    kept = [one for one in (held.print_file, held.archive) if one is not None]
    held.state, held.print_file, held.archive = BundleState.GONE, None, None
    held.save(update_fields=["state", "print_file", "archive"])
    for stored in kept:
        files.destroy(stored)
    return True
