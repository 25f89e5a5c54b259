"""What can be wrong around a worker: said while it lasts, and the letter finished by itself."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils import timezone

from letters import ending, keys, services
from letters.held_up import held_up
from letters.models import Letter, SigningKey, TemplateVersion
from letters.verification import check_token
from notifications import outbox
from notifications.models import Alert, OutboxRow
from tests.letters.samples import KOTRA, reserve

pytestmark = [pytest.mark.django_db, pytest.mark.fault]


class FullDisk(FileSystemStorage):
    """Writes where there is no room left: the error is the system's own (ENOSPC)."""

    def _save(self, name, content):
        with open("/dev/full", "wb") as device:  # noqa: PTH123
            device.write(content.read())
        return name


class HalfWritten(FileSystemStorage):
    """Keeps the first half of what it is given and says nothing."""

    def _save(self, name, content):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.read()
        path.write_bytes(data[: len(data) // 2])
        return name


def row_of(letter: Letter) -> OutboxRow:
    return OutboxRow.objects.get(topic="letters.make", key=str(letter.public_id))


def time_passes(letter: Letter) -> None:
    OutboxRow.objects.filter(pk=row_of(letter).pk).update(
        due_at=timezone.now() - timedelta(seconds=1)
    )


@contextlib.contextmanager
def storage(settings, backend: str, **options):
    whole = settings.STORAGES
    settings.STORAGES = {**whole, "sealed": {"BACKEND": backend, "OPTIONS": options}}
    try:
        yield
    finally:
        settings.STORAGES = whole


@contextlib.contextmanager
def moved_away(path: Path):
    away = path.with_name(f"{path.name}.away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


@contextlib.contextmanager
def broken_design():
    kept = TemplateVersion.objects.get()
    broken = kept.html.replace("{{ number }}", "{{ numbre }}")
    assert broken != kept.html
    TemplateVersion.objects.update(html=broken)
    try:
        yield
    finally:
        TemplateVersion.objects.update(html=kept.html)


def cause(name: str, settings, tmp_path: Path):
    """Make it so, for as long as the block lasts."""
    here = "tests.letters.test_faults"
    match name:
        case "disk full":
            return storage(settings, f"{here}.FullDisk", location=tmp_path / "files")
        case "half written":
            return storage(settings, f"{here}.HalfWritten", location=tmp_path / "files")
        case "storage gone":
            (tmp_path / "a-file").write_text("where a folder should be")
            plain = "django.core.files.storage.FileSystemStorage"
            return storage(settings, plain, location=tmp_path / "a-file")
        case "key gone":
            return moved_away(keys.private_key_stem(SigningKey.objects.get()).with_suffix(".p12"))
        case "design broken":
            return broken_design()
    return fonts_gone(settings, tmp_path)


@contextlib.contextmanager
def fonts_gone(settings, tmp_path: Path):
    kept = settings.LETTER_FONTS_DIR
    settings.LETTER_FONTS_DIR = tmp_path / "no-fonts"
    try:
        yield
    finally:
        settings.LETTER_FONTS_DIR = kept


# What the row says, and what people of the office read.
CAUSES = {
    "disk full": ("No space left on device", "저장소에 빈자리가 없습니다."),
    "half written": ("", "저장한 파일을 다시 읽으니 내용이 달랐습니다."),
    "storage gone": ("", "저장소를 쓸 수 없습니다."),
    "key gone": ("NoUsableKey", "서명 키를 쓸 수 없습니다."),
    "design broken": ("numbre", "추천서 서식에 오류가 있습니다."),
    "fonts gone": ("letter fonts are missing", "추천서 글꼴이 없습니다."),
}


@pytest.mark.parametrize("name", CAUSES)
def test_it_is_said_while_it_lasts_and_finished_when_it_is_gone(kotra, settings, tmp_path, name):
    letter = reserve(kotra)
    with cause(name, settings, tmp_path):
        assert outbox.run(row_of(letter).pk) == "retry"
        # As after hours of it.
        OutboxRow.objects.filter(pk=row_of(letter).pk).update(attempts=outbox.STUCK_AFTER)
        time_passes(letter)
        assert outbox.run(row_of(letter).pk) == "retry"
        row = row_of(letter)
        technical, sentence = CAUSES[name]
        assert technical in row.last_error
        assert row.last_error
        stuck = held_up([letter])[letter.pk]
        assert (stuck.sentence, stuck.detail) == (sentence, row.last_error)
        assert stuck.attempts > outbox.STUCK_AFTER
        assert row.done_at is None
        time_passes(letter)
        # Somebody is told, and nobody outside sees anything.
        assert Alert.objects.filter(row=row, closed_at=None).exists()
        letter.refresh_from_db()
        assert (letter.state, letter.delivered_at) == ("reserved", None)
        assert check_token(letter.token).word == "unknown"
        assert letter.files.count() == 0
    number = letter.number
    assert outbox.run(row_of(letter).pk) == "done"
    letter.refresh_from_db()
    assert (letter.state, letter.number, letter.files.count()) == ("valid", number, 1)
    assert services.read_file(letter).startswith(b"%PDF-1.7")
    assert not Alert.objects.filter(closed_at=None).exists()
    assert row_of(letter).last_error == ""
    assert held_up([letter]) == {}


def test_nobody_is_without_a_letter_while_its_correction_cannot_be_made(
    kotra, officer, issue, settings, tmp_path
):
    letter = issue(kotra)
    second = officer.__class__.objects.create_user(email="second@example.kr", name="둘째")
    with transaction.atomic():
        proposal = ending.propose_correction(
            letter=letter, actor=officer, reason="오기", corrections={"candidate_name": "TRAN A"}
        )
        successor = ending.confirm_correction(
            ending=proposal, actor=second, letter_def=KOTRA, on=letter.issue_date
        )
    with cause("disk full", settings, tmp_path):
        assert outbox.run(row_of(successor).pk) == "retry"
        letter.refresh_from_db()
        assert (letter.state, check_token(successor.token).word) == ("valid", "unknown")
        assert services.read_file(letter)
    time_passes(successor)
    assert outbox.run(row_of(successor).pk) == "done"
    letter.refresh_from_db()
    successor.refresh_from_db()
    assert (letter.state, successor.state) == ("superseded", "valid")
