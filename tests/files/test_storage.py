"""Files at rest: sealed, checked when read, opened only when that is allowed."""

import base64
import hashlib
import json
import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import keyring
from files import scanning, selectors, services
from files.errors import Damaged, NotReadable, Refused
from files.models import ScanState, StoredFile
from tests.audit.people import make_user
from tests.files import samples

pytestmark = pytest.mark.django_db
WORDS = b"%PDF-1.7 the passport M12345678 of a person"


def put(data=WORDS, name="letter.pdf"):
    return services.put(data=data, name=name, content_type="application/pdf")


def on_disk(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_lies_on_the_disk_shows_nothing_of_what_was_stored(disk):
    user = make_user()
    stored = services.put(
        data=WORDS, name="홍길동.pdf", content_type="application/pdf", actor=user, pages=1
    )
    ((path, sealed),) = on_disk(disk).items()
    for plain in (WORDS, b"M12345678", b"%PDF", "홍길동".encode()):
        assert plain not in sealed
        assert plain not in str(path).encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert (stored.created_by, stored.pages) == (user, 1)
    assert stored.sha256 == hashlib.sha256(WORDS).hexdigest()
    assert services.read(stored) == WORDS


def test_equal_files_are_sealed_differently(disk):
    put()
    put()
    first, second = on_disk(disk).values()
    assert first != second


def test_nothing_is_kept_of_an_empty_file(disk):
    with pytest.raises(Refused):
        put(b"")
    assert not disk.exists()


def test_a_file_sealed_with_an_old_key_is_read_after_the_rotation(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    keyring.reload()
    old = put()
    path = settings.KEYS_DIR / "data_keys.json"
    ring = json.loads(path.read_text())
    ring["keys"]["2027"] = base64.b64encode(os.urandom(32)).decode()
    ring["current"] = "2027"
    path.write_text(json.dumps(ring))
    keyring.reload()
    new = put()
    assert (services.read(old), services.read(new)) == (WORDS, WORDS)
    assert (new.key_id, old.key_id != new.key_id) == ("2027", True)
    keyring.reload()


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "swap", "empty"])
def test_damage_is_noticed(disk, damage):
    stored, other = put(), put(b"another file")
    path = disk / stored.path
    sealed = path.read_bytes()
    match damage:
        case "flip":
            path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        case "cut":
            path.write_bytes(sealed[:40])
        case "empty":
            path.write_bytes(b"")
        case "gone":
            path.unlink()
        case "swap":
            path.write_bytes((disk / other.path).read_bytes())
    with pytest.raises(Damaged, match="손상"):
        services.read(stored)
    assert services.read(other) == b"another file"


def test_other_bytes_under_the_right_seal_are_damage_too(disk):
    from audit import crypto

    stored = put()
    sealed = crypto.seal(b"forged", bind=f"files.StoredFile:{stored.public_id}")
    (disk / stored.path).write_bytes(sealed)
    with pytest.raises(Damaged):
        services.read(stored)


def test_the_row_is_fixed_but_for_its_scan_state():
    stored = put()
    StoredFile.objects.update(scan_state=ScanState.CLEAN, scanned_at=timezone.now())
    for change in ({"sha256": "0" * 64}, {"path": "x"}, {"name": "x"}, {"size": 1}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            StoredFile.objects.filter(pk=stored.pk).update(**change)


# --- Scan states ----------------------------------------------------------------------------


def upload():
    return services.accept(upload=SimpleUploadedFile("a.pdf", samples.pdf()), actor=None)


@pytest.fixture
def scanner():
    """A scanner that answers as told."""
    answers = {"state": ScanState.CLEAN}

    def scan(data):
        assert data == samples.pdf()
        if isinstance(answers["state"], Exception):
            raise answers["state"]
        return answers["state"]

    scanning.register(scan)
    yield answers
    scanning.unregister(scan)


@pytest.mark.incident("T22")
def test_without_a_scanner_a_demonstration_says_so_and_production_waits(settings):
    shown = upload()
    assert (shown.scan_state, services.read(shown)) == ("no_scanner", samples.pdf())
    settings.DEMONSTRATION = False
    with pytest.raises(NotReadable):
        services.read(shown)
    waiting = upload()
    assert waiting.scan_state == "pending"
    with pytest.raises(NotReadable, match="검사가 끝나지 않아"):
        services.read(waiting)
    assert services.scan_pending() == 0


@pytest.mark.incident("T22")
@pytest.mark.parametrize(
    ("state", "opens"),
    [
        ("clean", True),
        ("made_here", True),
        ("no_scanner", False),
        ("pending", False),
        ("infected", False),
    ],
)
def test_in_production_only_a_clean_file_or_one_of_ours_opens(settings, state, opens):
    settings.DEMONSTRATION = False
    stored = put()
    StoredFile.objects.update(scan_state=state)
    stored.refresh_from_db()
    assert selectors.readable(stored) is opens
    assert selectors.readable_files().filter(pk=stored.pk).exists() is opens
    if opens:
        assert services.read(stored) == WORDS
    else:
        with pytest.raises(NotReadable):
            services.read(stored)


@pytest.mark.incident("T22")
def test_a_scanner_decides_and_an_infected_file_never_opens(scanner):
    clean, bad = upload(), upload()
    assert clean.scan_state == "pending"
    with pytest.raises(NotReadable):
        services.read(clean)
    assert services.scan(clean) == "clean"
    assert services.read(clean) == samples.pdf()
    scanner["state"] = ScanState.INFECTED
    assert services.scan_pending() == 1
    bad.refresh_from_db()
    assert bad.scanned_at
    with pytest.raises(NotReadable, match="악성코드"):
        services.read(bad)


def test_a_scanner_that_is_down_leaves_files_pending(scanner):
    scanner["state"] = scanning.ScannerDown("no answer")
    waiting = upload()
    assert services.scan_pending() == 0
    scanner["state"] = ScanState.CLEAN
    assert services.scan_pending() == 1
    waiting.refresh_from_db()
    assert waiting.scan_state == "clean"


def test_a_damaged_file_does_not_keep_the_others_waiting(scanner, disk, caplog):
    damaged, waiting = upload(), upload()
    (disk / damaged.path).unlink()
    assert services.scan_pending() == 1
    waiting.refresh_from_db()
    assert waiting.scan_state == "clean"
    assert str(damaged.public_id) in caplog.text


# --- Orphans and damage, from the command line ----------------------------------------------


def files(*arguments):
    out = StringIO()
    try:
        call_command("files", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue().split()
    return 0, out.getvalue().split()


@pytest.mark.django_db(transaction=True)
def test_bytes_of_a_row_that_was_rolled_back_are_found_and_removed_when_old(disk):
    kept = put()
    with transaction.atomic():
        lost = put()
        transaction.set_rollback(True)
    assert files("orphans") == (0, [])  # too young: its transaction might still be open
    hour_ago = (timezone.now() - timedelta(hours=2)).timestamp()
    for path in (kept.path, lost.path):
        os.utime(disk / path, (hour_ago, hour_ago))
    assert files("orphans") == (0, [lost.path])
    assert files("orphans", "--delete") == (0, [lost.path])
    assert files("orphans", "--json")[1] == ['{"orphans":', "[],", '"deleted":', "false}"]
    assert services.read(kept) == WORDS


def test_an_empty_storage_has_no_orphans(disk):
    assert files("orphans") == (0, [])
    disk.mkdir()
    assert files("orphans") == (0, [])


def test_every_file_can_be_read_back_or_is_named(disk):
    put()
    bad = put()
    assert files("check") == (0, ["ok", "2"])
    services.storage().delete(bad.path)
    services.storage().save(bad.path, ContentFile(b"x"))
    assert files("check") == (3, ["damaged", str(bad.public_id)])


@pytest.mark.django_db(transaction=True)
def test_bytes_go_when_the_removal_of_their_row_is_committed(disk):
    stored, kept = put(), put()
    with transaction.atomic():
        services.destroy(kept)
        transaction.set_rollback(True)
    assert len(on_disk(disk)) == 2
    with transaction.atomic():
        services.destroy(stored)
        assert len(on_disk(disk)) == 2
    assert [str(path.relative_to(disk)) for path in on_disk(disk)] == [kept.path]
