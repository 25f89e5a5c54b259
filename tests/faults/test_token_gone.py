"""The token that signs is gone in the middle of a batch: said, waited for, and the letters are
finished by the same worker when it is back, without anybody's doing."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import timezone

from accounts.models import Office, User
from files import services as files
from letters import keys
from letters.models import Letter, SigningKey
from letters.verification import check_bytes
from notifications.models import OutboxRow
from tests.faults.worker import Stage, Worker, wait_until
from tests.letters.samples import reserve
from tests.letters.test_hardware_keys import PIN, Box, module
from tests.letters.test_keys import Body, seal_image  # noqa: F401

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
BATCH = 4
CHANGE_PIN = """
import pkcs11, sys
module, old, new = sys.argv[1:]
with pkcs11.lib(module).get_token(token_label="letters").open(user_pin=old, rw=True) as session:
    session.set_pin(old, new)
"""


@pytest.fixture
def officer() -> User:
    return User.objects.create_user(email="officer@example.kr", name="보기 담당")


@pytest.fixture
def kotra() -> Office:
    return Office.objects.create(
        code="kotra",
        name_ko="대한무역투자진흥공사",
        name_en="Korea Trade-Investment Promotion Agency",
    )


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A token of this test's own. Only other processes load its library: within one, a library
    keeps what it knows of its tokens."""
    folder = tmp_path / "softhsm"
    (folder / "tokens").mkdir(parents=True)
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    body = Body()
    private = folder / "seal.pem"
    private.write_bytes(body.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    utility("--init-token", "--free", "--label", "letters", "--pin", PIN, "--so-pin", "5678")
    of_the_key = ("--label", "seal", "--id", "01", "--pin", PIN)
    utility("--import", str(private), "--token", "letters", *of_the_key)
    private.unlink()
    return Box(module(), folder / "tokens", body)


def utility(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


@pytest.fixture
def key(box: Box, kotra, officer, seal_image) -> SigningKey:  # noqa: F811
    keys.ensure_specimen_key()  # makes the folder, as set-up does
    keys.register_seal(office=kotra, image=seal_image, actor=officer)
    return box.register(kotra, officer)


def rows_of(letters: list[Letter]):
    return OutboxRow.objects.filter(
        topic="letters.make", key__in=[str(letter.public_id) for letter in letters]
    )


def time_passes(letters: list[Letter]) -> None:
    """As long as the pause before the next attempt lasts."""
    past = timezone.now() - timedelta(seconds=1)
    rows_of(letters).filter(done_at=None, lease_until=None).update(due_at=past, hint_at=past)


def states(letters: list[Letter]) -> list[str]:
    found = Letter.objects.in_bulk([letter.pk for letter in letters])
    return [found[letter.pk].state for letter in letters]


def gone_after_the_first(stage: Stage, box: Box, kotra: Office) -> tuple[Worker, list[Letter]]:
    """A batch whose first letter is signed, and a worker that has met the absence of the token
    with all the others."""
    stage.close_gate("letter", "after_store")
    letters = [reserve(kotra) for _number in range(BATCH)]
    worker = stage.start_worker(queues=("default", "letters"), concurrency=1)
    time_passes(letters)
    wait_until(lambda: stage.reached("letter", "after_store") == 1, worker=worker)
    box.take_out()
    stage.open_gate("letter", "after_store")
    wait_until(
        lambda: rows_of(letters).filter(last_error__contains="NoUsableKey").count() == BATCH - 1,
        worker=worker,
    )
    assert sorted(states(letters)) == ["reserved"] * (BATCH - 1) + ["valid"]
    assert not rows_of(letters).filter(failed_at__isnull=False).exists()
    return worker, letters


def finished_by_itself(letters: list[Letter], worker: Worker) -> None:
    time_passes(letters)
    wait_until(lambda: states(letters) == ["valid"] * BATCH, worker=worker)
    assert worker.process.poll() is None
    for letter in letters:
        file = letter.current_file()
        assert (file.revision, file.key.production) == (1, True)
        verdict = check_bytes(files.read(file.stored), trust=None, offline=False)
        assert verdict.word == "valid"


def test_letters_wait_for_a_token_that_was_taken_out(box, key, kotra, tmp_path):
    with Stage(tmp_path) as stage:
        try:
            worker, letters = gone_after_the_first(stage, box, kotra)
        finally:
            box.put_in()
        finished_by_itself(letters, worker)


def test_letters_wait_for_the_right_pin(box, key, kotra, tmp_path):
    """The token comes back with another PIN: one wrong try of the worker, not one a letter."""
    changed = "9999"
    with Stage(tmp_path) as stage:
        try:
            worker, letters = gone_after_the_first(stage, box, kotra)
        finally:
            box.put_in()
        change_pin(box, PIN, changed)
        time_passes(letters)
        refused = rows_of(letters).filter(last_error__contains="was refused")
        wait_until(lambda: refused.count() >= BATCH - 2, worker=worker)
        assert sorted(states(letters)) == ["reserved"] * (BATCH - 1) + ["valid"]
        keys.private_key_stem(key).with_suffix(".pin").write_text(f"{changed}\n")
        finished_by_itself(letters, worker)


def change_pin(box: Box, old: str, new: str) -> None:
    """By another process, as an officer with the vendor's program would."""
    subprocess.run(
        [sys.executable, "-c", CHANGE_PIN, box.module, old, new],
        check=True,
        env=dict(os.environ),
        capture_output=True,
    )
