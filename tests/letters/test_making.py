"""The worker's job: idempotent, true to what was frozen, and invisible until it is whole."""

import hashlib
import os
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction
from django.utils import timezone

from audit import selectors as audit
from files import services as files
from files.models import StoredFile
from letters import designs, keys, making, registry, services
from letters.errors import DesignError, NoUsableKey
from letters.models import Letter, LetterFile, TemplateVersion
from notifications import outbox
from notifications.models import OutboxRow
from tests.letters.samples import INPUTS, SUBJECT_KIND, release_at_once, reserve

pytestmark = pytest.mark.django_db
PLACES = ["after_lease", "after_render", "after_store", "after_register"]


def text_of(letter: Letter) -> str:
    pdf = services.read_file(letter)
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True)
    return done.stdout.decode()


def row_of(letter: Letter) -> OutboxRow:
    return OutboxRow.objects.get(topic="letters.make", key=str(letter.public_id))


def time_passes(letter: Letter) -> None:
    """As long as any lease or pause can last."""
    past = timezone.now() - timedelta(seconds=1)
    rows = OutboxRow.objects.filter(pk=row_of(letter).pk)
    rows.update(due_at=past)
    rows.exclude(lease_until=None).update(lease_until=past)


def test_a_reserved_letter_is_made_stored_and_delivered_once(kotra, issue):
    letter = issue(kotra)
    (file,) = letter.files.all()
    data = services.read_file(letter)
    assert letter.state == "valid"
    assert letter.delivered_at >= file.made_at
    assert hashlib.sha256(data).hexdigest() == file.sha256
    assert (file.revision, file.size) == (1, len(data))
    assert row_of(letter).done_at
    names = [event.name for event in audit.events_for("letter", letter.public_id)]
    assert names == ["letter.reserved", "letter.delivered"]
    (access,) = audit.accesses_to("letter", letter.public_id)
    assert access.what == "letter.downloaded"


def test_running_the_job_again_changes_nothing(kotra, issue):
    letter = issue(kotra)
    before = (letter.delivered_at, letter.files.get().sha256)
    OutboxRow.objects.update(done_at=None)
    assert outbox.run(row_of(letter).pk) == "done"
    letter.refresh_from_db()
    assert (letter.delivered_at, letter.files.get().sha256) == before


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_anything_slow_happens(kotra):
    seen = []

    def look(sender, place, **_):
        seen.append((place, connection.in_atomic_block))

    making.reached.connect(look)
    try:
        letter = reserve(kotra)
        outbox.run(row_of(letter).pk)
    finally:
        making.reached.disconnect(look)
    assert seen == [(place, False) for place in PLACES]


@pytest.mark.incident("T5")
@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", PLACES)
def test_a_worker_killed_anywhere_leaves_the_same_letter_to_be_finished(kotra, place, tmp_path):
    letter = reserve(kotra)
    row = row_of(letter)
    arguments = [str(row.pk), place, str(configured.KEYS_DIR), str(tmp_path / "files")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.letters.dying_worker", *arguments],
        cwd=configured.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr
    letter.refresh_from_db()
    assert (letter.state, letter.delivered_at) == ("reserved", None)
    assert letter.files.count() == (place == "after_register")
    assert outbox.run(row.pk) in {"leased", "not due"}

    time_passes(letter)
    assert outbox.run(row.pk) == "done"
    number = letter.number
    letter.refresh_from_db()
    assert (letter.state, letter.number) == ("valid", number)
    assert letter.files.get().revision == 1
    assert services.read_file(letter).startswith(b"%PDF-1.7")
    names = [event.name for event in audit.events_for("letter", letter.public_id)]
    assert names == ["letter.reserved", "letter.delivered"]


def address_of_the_test_database() -> str:
    known = connection.settings_dict
    login = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
    host = quote(known["HOST"] or "", safe="")
    return f"postgres://{login}@{host}:{known['PORT'] or ''}/{known['NAME']}"


class Altering(FileSystemStorage):
    """A storage that gives back other bytes than were written."""

    def _open(self, name, mode="rb"):
        data = bytearray(Path(self.path(name)).read_bytes())
        data[len(data) // 2] ^= 1
        return ContentFile(bytes(data))


class Failing(FileSystemStorage):
    def _save(self, name, content):
        raise OSError(28, "No space left on device")


@pytest.mark.incident("T6")
@pytest.mark.parametrize("broken", ["Altering", "Failing"])
def test_storage_that_fails_or_lies_never_lets_the_letter_be_seen(
    kotra, settings, tmp_path, broken
):
    whole = settings.STORAGES
    letter = reserve(kotra)
    settings.STORAGES = {
        **whole,
        "sealed": {
            "BACKEND": f"tests.letters.test_making.{broken}",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    for _attempt in range(3):
        assert outbox.run(row_of(letter).pk) == "retry"
        time_passes(letter)
    letter.refresh_from_db()
    assert (letter.state, letter.files.count()) == ("reserved", 0)
    assert row_of(letter).last_error

    settings.STORAGES = whole
    assert outbox.run(row_of(letter).pk) == "done"
    letter.refresh_from_db()
    assert (letter.state, letter.files.count()) == ("valid", 1)


@pytest.mark.incident("T6")
def test_a_registered_file_that_was_lost_before_delivery_is_made_again(kotra):
    letter = reserve(kotra)
    registry.register_release(SUBJECT_KIND, lambda _letter: False)
    try:
        outbox.run(row_of(letter).pk)
    finally:
        registry.register_release(SUBJECT_KIND, release_at_once)
    first = letter.files.get()
    files.storage().delete(first.stored.path)
    OutboxRow.objects.update(done_at=None)
    outbox.run(row_of(letter).pk)
    letter.refresh_from_db()
    assert letter.state == "valid"
    assert letter.current_file().revision == 2
    assert services.read_file(letter)


@pytest.mark.incident("T7")
def test_a_design_changed_after_the_sign_off_changes_no_reserved_letter(kotra):
    letter = reserve(kotra)
    html, css = designs.read("kotra-recommendation")
    newer = designs.publish("kotra-recommendation", html.replace("고용기업", "바뀐서식"), css)
    outbox.run(row_of(letter).pk)
    letter.refresh_from_db()
    later = reserve(kotra)
    outbox.run(row_of(later).pk)
    later.refresh_from_db()
    assert newer.version == 2
    assert "바뀐서식" not in text_of(letter)
    assert "고용기업" in text_of(letter)
    assert "바뀐서식" in text_of(later)


def test_publishing_the_same_design_again_adds_no_version(db):
    first = designs.load("kotra-recommendation")
    assert designs.load("kotra-recommendation") == first
    assert TemplateVersion.objects.count() == 1


NAUGHTY = [
    "{{ number }}",
    "{{# in_country }}x{{/ in_country }}",
    "<script>alert(1)</script>",
    '"><img src="file:///etc/passwd">',
    "file:///etc/passwd",
    "url(http://192.0.2.1/x.png)",
    "</td></tr></table><h1>",
    "&lt;b&gt; &amp; ;--",
    "{% load static %}{{ settings.SECRET_KEY }}",
    "%(number)s {number} ${number}",
    "Robert'); DROP TABLE letters_letter;--",
    "=HYPERLINK(1)",
    "\\u202e\\x00",
]


@pytest.mark.incident("T9")
@pytest.mark.parametrize("words", NAUGHTY)
def test_what_an_applicant_writes_is_printed_as_written_and_fetches_nothing(kotra, issue, words):
    letter = issue(kotra, inputs={**INPUTS, "company_name_ko": words, "candidate_name": words})
    assert letter.state == "valid"
    printed = "".join(text_of(letter).split())
    assert printed.count("".join(words.split())) == 2


@pytest.mark.incident("T9")
@pytest.mark.parametrize(
    "inside",
    [
        '<img src="file:///etc/passwd" alt="">',
        '<img src="https://example.com/x.png" alt="">',
        '<object data="letter:seal"></object>',
        "<script>1</script>",
        '<link rel="stylesheet" href="letter:x">',
        "<p>{{ nobody_knows }}</p>",
        "<p>{{ number | upper }}</p>",
        "<p>{{# sex }}never closed</p>",
        "<p>{% now 'Y' %}{{</p>",
    ],
)
def test_a_design_that_fetches_or_does_more_than_print_is_refused(db, inside):
    html, css = designs.read("kotra-recommendation")
    with pytest.raises(DesignError):
        designs.publish("kotra-recommendation", html.replace("</h1>", f"</h1>{inside}"), css)


@pytest.mark.incident("T9")
def test_a_design_that_slipped_through_still_fetches_nothing(kotra):
    letter = reserve(kotra)
    html = letter.template.html.replace("</h1>", '</h1><img src="file:///etc/hostname" alt="">')
    TemplateVersion.objects.filter(pk=letter.template_id).update(html=html)
    assert outbox.run(row_of(letter).pk) == "retry"
    letter.refresh_from_db()
    assert (letter.state, letter.files.count()) == ("reserved", 0)


@pytest.mark.incident("T8")
@pytest.mark.parametrize("needed", ['src="letter:qr"', 'src="letter:seal"', 'class="number"'])
def test_a_design_without_code_seal_or_number_is_refused(db, needed):
    html, css = designs.read("gyeonggi-recommendation")
    with pytest.raises(DesignError, match=needed.partition("=")[0]):
        designs.publish("gyeonggi-recommendation", html.replace(needed, ""), css)


@pytest.mark.incident("T10")
def test_a_case_that_left_approved_while_the_job_waited_gets_no_letter(kotra, officer):
    def left(letter: Letter) -> bool:
        with transaction.atomic():
            services.void(letter=letter, actor=None, reason="결재 취소")
        return False

    letter = reserve(kotra)
    registry.register_release(SUBJECT_KIND, left)
    try:
        assert outbox.run(row_of(letter).pk) == "done"
    finally:
        registry.register_release(SUBJECT_KIND, release_at_once)
    letter.refresh_from_db()
    assert (letter.state, letter.delivered_at) == ("void", None)


@pytest.mark.incident("T10")
def test_a_letter_voided_before_the_job_began_is_not_even_made(kotra, officer):
    letter = reserve(kotra)
    services.void(letter=letter, actor=officer, reason="결재 취소")
    assert outbox.run(row_of(letter).pk) == "done"
    assert not LetterFile.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_letter_nobody_knows_how_to_release_stays_reserved(kotra):
    letter = reserve(kotra, subject_kind="nobody.knows")
    assert outbox.run(row_of(letter).pk) == "retry"
    letter.refresh_from_db()
    assert (letter.state, letter.files.count()) == ("reserved", 1)


def test_a_missing_private_key_is_waited_for_and_said(kotra, specimen_key):
    letter = reserve(kotra)
    path = keys.private_key_stem(specimen_key).with_suffix(".p12")
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        assert outbox.run(row_of(letter).pk) == "retry"
        assert "NoUsableKey" in row_of(letter).last_error
    finally:
        away.rename(path)
    time_passes(letter)
    assert outbox.run(row_of(letter).pk) == "done"


def test_a_worker_whose_lease_ran_out_registers_nothing(kotra):
    letter = reserve(kotra)

    def another_takes_it(sender, place, **_):
        if place == "after_store":
            OutboxRow.objects.filter(pk=row_of(letter).pk).update(lease_token=uuid.uuid4())

    making.reached.connect(another_takes_it)
    try:
        assert outbox.run(row_of(letter).pk) == "lost"
    finally:
        making.reached.disconnect(another_takes_it)
    letter.refresh_from_db()
    assert (letter.state, letter.files.count()) == ("reserved", 0)


def test_no_specimen_key_signs_a_letter_in_force(kotra):
    letter = reserve(kotra)
    letter.specimen = False
    with pytest.raises(NoUsableKey):
        keys.key_to_sign(letter)
