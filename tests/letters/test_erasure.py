"""A person's data is gone, and every way of verifying still answers."""

from datetime import date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit.models import EventNote
from files.models import StoredFile
from letters import bundles, ending, erasure, services
from letters.errors import WrongState
from letters.models import Ending, Letter, LetterFile
from notifications import outbox
from programs import calendar
from tests.letters.ending import end
from tests.letters.samples import INPUTS, KOTRA, reserve
from tests.letters.test_codes import printed_code

pytestmark = [pytest.mark.django_db, pytest.mark.incident("T24")]

BORN = date(1994, 3, 7)
NAME = "TRAN THI MAI LANH"
LATER = datetime(2028, 1, 3, 10, tzinfo=calendar.SEOUL)


@pytest.fixture
def second(officer):
    return officer.__class__.objects.create_user(email="second@example.kr", name="둘째")


@pytest.fixture
def corrected(kotra, issue, officer, second) -> tuple[Letter, Letter]:
    """A letter, and the one in its place."""
    old = issue(kotra)
    with transaction.atomic():
        asked = ending.propose_correction(
            letter=old, actor=officer, reason="오기", corrections={"candidate_name": NAME}
        )
        new = ending.confirm_correction(
            ending=asked, actor=second, letter_def=KOTRA, on=old.issue_date
        )
    outbox.drain(topic="letters.make")
    old.refresh_from_db()
    new.refresh_from_db()
    return old, new


def erase(letter: Letter, actor) -> int:
    with transaction.atomic():
        return erasure.erase(subject=letter.subject, actor=actor, reason="보존기간이 지남")


def words_of_everything() -> str:
    """All that the room's rows say in the clear."""
    said = [letter.inputs or "" for letter in Letter.objects.all()]
    said += [str(one.corrections) for one in Ending.objects.all()]
    return " ".join(said)


def test_every_way_of_verifying_answers_afterwards(
    corrected, officer, tmp_path, capsys, django_capture_on_commit_callbacks
):
    old, new = corrected
    copies = {letter: services.read_file(letter) for letter in corrected}
    codes = {letter: printed_code(letter, tmp_path) for letter in corrected}
    assert NAME in words_of_everything()
    with calendar.frozen(LATER):
        with django_capture_on_commit_callbacks(execute=True):
            assert erase(new, officer) == 2
        assert NAME not in words_of_everything()
        assert INPUTS["candidate_name"] not in words_of_everything()
        assert not StoredFile.objects.filter(name__contains=new.number).exists()
        assert not list((tmp_path / "files").rglob("*.pdf"))
        assert not EventNote.objects.filter(text="오기").exists()
        for letter, word, page in (
            (old, "superseded", "새 추천서로 대체되었습니다"),
            (new, "expired", "유효기간이 지난"),
        ):
            letter.refresh_from_db()
            asked = Client()
            by_link = asked.get(reverse("letters:status", args=[letter.token]))
            typed = asked.post(
                reverse("letters:verify"), {"number": letter.number, "birth_date": BORN}
            )
            file = LetterFile.objects.get(letter=letter)
            hashed = asked.post(reverse("letters:verify"), {"sha256": file.sha256})
            code = asked.post(reverse("letters:verify"), {"code": codes[letter]})
            for answer in (by_link, typed, hashed, code):
                assert page in answer.content.decode()
            for data in (copies[letter], codes[letter].encode()):
                path = tmp_path / "asked"
                path.write_bytes(data)
                with pytest.raises(SystemExit) as ended:
                    call_command("letters", "verify", str(path))
                assert ended.value.code == 3
                assert capsys.readouterr().out.splitlines()[0] == word
            wrong = asked.post(
                reverse("letters:verify"), {"number": letter.number, "birth_date": "1994-03-08"}
            )
            assert page not in wrong.content.decode()
            with pytest.raises(WrongState):
                services.read_file(letter)
        assert erase(new, officer) == 0


def test_what_may_still_be_used_is_not_erased(kotra, issue, officer):
    letter = issue(kotra)
    for one in (letter, reserve(kotra)):
        with pytest.raises(WrongState, match="파기할 수 없습니다"):
            erase(one, officer)
    letter.refresh_from_db()
    assert letter.inputs is not None
    assert services.read_file(letter)


def test_a_correction_that_waits_ends_with_the_data(kotra, issue, officer, second):
    letter = issue(kotra)
    with transaction.atomic():
        asked = ending.propose_correction(
            letter=letter, actor=officer, reason="오기", corrections={"candidate_name": NAME}
        )
    with calendar.frozen(LATER):
        erase(letter, officer)
        asked.refresh_from_db()
        assert (asked.state, asked.corrections, asked.closed_by) == ("lapsed", None, None)
        with transaction.atomic(), pytest.raises(WrongState, match="파기되었습니다"):
            ending.confirm_correction(
                ending=asked, actor=second, letter_def=KOTRA, on=letter.issue_date
            )


def test_a_bundle_leaves_out_what_was_erased(kotra, issue, officer):
    gone, kept = issue(kotra), issue(kotra)
    with transaction.atomic():
        made = bundles.ask(letters=[gone, kept], office=kotra, actor=officer)
    with calendar.frozen(LATER):
        erase(gone, officer)
    outbox.drain(topic=bundles.TOPIC)
    made.refresh_from_db()
    assert (made.state, made.left_out) == ("ready", [str(gone.public_id)])


def test_the_command_changes_nothing_until_it_is_told_to(kotra, issue, officer, second, capsys):
    letter = end(issue(kotra), "revoked", officer, second)
    asked = ["letters", "erase", letter.number, "--by", officer.email, "--why", "요청"]
    call_command(*asked)
    assert capsys.readouterr().out == "would erase 1\n"
    letter.refresh_from_db()
    assert letter.inputs is not None
    call_command(*asked, "--really")
    assert capsys.readouterr().out == "erased 1\n"
    letter.refresh_from_db()
    assert letter.inputs is None
    with pytest.raises(CommandError, match="no letter"):
        call_command("letters", "erase", "x", "--by", officer.email, "--why", "y")
