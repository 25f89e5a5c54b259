"""Who may end a letter, how it goes from state to state, and that the database says so itself."""

import uuid
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from audit import selectors as audit
from letters import ending, selectors, services
from letters.errors import CannotIssue, SamePerson, WrongState
from letters.models import Ending, Letter, LetterState
from letters.verification import check_token
from notifications import outbox
from programs import calendar
from tests.letters.samples import KOTRA, reserve

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NAME = "TRAN THI MAI LANH"


@pytest.fixture
def second(officer):
    return officer.__class__.objects.create_user(email="second@example.kr", name="둘째")


@pytest.fixture
def letter(kotra, issue) -> Letter:
    return issue(kotra)


def propose(letter, actor, reason="허위 서류", **corrections) -> Ending:
    with transaction.atomic():
        if corrections:
            return ending.propose_correction(
                letter=letter, actor=actor, reason=reason, corrections=corrections
            )
        return ending.propose_revocation(letter=letter, actor=actor, reason=reason)


def revoke(proposal, actor) -> Letter:
    with transaction.atomic():
        return ending.confirm_revocation(ending=proposal, actor=actor)


def correct(proposal, actor, on=date(2026, 11, 23)) -> Letter:
    with transaction.atomic():
        return ending.confirm_correction(ending=proposal, actor=actor, letter_def=KOTRA, on=on)


def test_a_revocation_takes_two_people_and_is_true_at_once(letter, officer, second):
    proposal = propose(letter, officer)
    letter.refresh_from_db()
    assert (letter.state, check_token(letter.token).word) == ("valid", "specimen")
    with pytest.raises(SamePerson):
        revoke(proposal, officer)
    revoke(proposal, second)
    letter.refresh_from_db()
    assert letter.state == "revoked"
    assert (letter.ended_by, letter.end_confirmed_by) == (officer, second)
    assert letter.end_reason == "허위 서류"
    assert check_token(letter.token).word == "revoked"
    names = [event.name for event in audit.events_for("letter", letter.public_id)]
    assert names[-3:] == ["letter.ending_proposed", "letter.ending_confirmed", "letter.revoked"]


def test_a_repeat_is_the_same_and_a_third_person_is_told_who_it_was(letter, officer, second):
    proposal = propose(letter, officer)
    revoke(proposal, second)
    assert revoke(proposal, second).pk == letter.pk
    third = officer.__class__.objects.create_user(email="third@example.kr", name="셋째")
    with pytest.raises(WrongState, match="둘째"):
        revoke(proposal, third)
    assert Ending.objects.count() == 1


def test_one_proposal_at_a_time_and_a_declined_one_makes_room(letter, officer, second):
    first = propose(letter, officer)
    with pytest.raises(WrongState, match="확인을 기다리는"):
        propose(letter, second, candidate_name=NAME)
    with transaction.atomic():
        ending.decline(ending=first, actor=officer, because="착오")
    with pytest.raises(WrongState, match="이미 처리"):
        revoke(first, second)
    again = propose(letter, second)
    revoke(again, officer)


@pytest.mark.parametrize("reason", ["", "  \n", "\x00", "가" * 501])
def test_a_reason_is_needed_and_not_too_long(letter, officer, reason):
    with pytest.raises(WrongState, match="사유"):
        propose(letter, officer, reason)


def test_only_a_valid_letter_is_ended(kotra, officer, second, letter):
    with pytest.raises(WrongState):
        propose(reserve(kotra), officer)
    revoke(propose(letter, officer), second)
    letter.refresh_from_db()
    with pytest.raises(WrongState):
        propose(letter, officer)


def test_a_correction_is_a_new_letter_that_says_the_same_but_for_the_slip(letter, officer, second):
    proposal = propose(letter, officer, "영문 성명 오기", candidate_name=NAME)
    with pytest.raises(SamePerson):
        correct(proposal, officer)
    with calendar.frozen(datetime(2026, 12, 1, 10, tzinfo=calendar.SEOUL)):
        successor = correct(proposal, second, on=date(2026, 12, 1))
        letter.refresh_from_db()
        assert letter.state == "valid", "until the other one can be seen"
        assert successor.state == "reserved"
        outbox.drain(topic="letters.make")
        successor.refresh_from_db()
        letter.refresh_from_db()
        assert (letter.state, successor.state) == ("superseded", "valid")
        verdict = check_token(letter.token)
    assert (verdict.word, verdict.facts.successor) == ("superseded", successor.number)
    old, new = services.frozen_values(letter), services.frozen_values(successor)
    assert {name for name in {*old, *new} if old.get(name) != new.get(name)} == {
        "candidate_name",
        "number",
        "issue_date",
        "verification_url",
        "replaces_number",
    }
    assert (new["candidate_name"], new["replaces_number"]) == (NAME, letter.number)
    assert (successor.number, successor.issue_date) == ("KOTRA-2026-000002", date(2026, 12, 1))
    assert successor.valid_until == letter.valid_until
    assert letter.ended_at == successor.delivered_at
    assert selectors.count_for_quota("kotra-recommendation") == {letter.subject: True}


def test_a_correction_of_a_correction_points_on(letter, officer, second):
    for name in ("TRAN THI A", "TRAN THI B"):
        held = Letter.objects.get(state="valid")
        correct(propose(held, officer, candidate_name=name), second)
        outbox.drain(topic="letters.make")
    states = list(Letter.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["superseded", "superseded", "valid"]


@pytest.mark.parametrize(
    ("corrections", "said"),
    [
        ({"annual_pay": 1}, "정정할 수 없는"),
        ({"nationality": "CHN"}, "정정할 수 없는"),
        ({"candidate_name": "TRAN THI MAI LAN"}, "바뀐 내용이 없습니다"),
        ({"candidate_name": " TRAN  THI MAI LAN "}, "바뀐 내용이 없습니다"),
    ],
)
def test_what_rules_have_judged_is_no_slip_of_the_pen(letter, officer, corrections, said):
    with pytest.raises(WrongState, match=said):
        propose(letter, officer, **corrections)


def test_a_correction_that_cannot_be_printed_is_refused(letter, officer, second):
    proposal = propose(letter, officer, candidate_name="\U0001f600")
    with pytest.raises(CannotIssue, match="글꼴에 없는"):
        correct(proposal, second)
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    assert Letter.objects.count() == 1


def test_an_expired_letter_is_revoked_but_not_corrected(letter, officer, second):
    with calendar.frozen(datetime(2027, 6, 1, 10, tzinfo=calendar.SEOUL)):
        with pytest.raises(WrongState, match="유효기간"):
            propose(letter, officer, candidate_name=NAME)
        revoke(propose(letter, officer), second)


def test_a_revocation_gives_up_what_was_being_made_in_its_place(letter, officer, second):
    successor = correct(propose(letter, officer, candidate_name=NAME), second)
    with pytest.raises(WrongState, match="이미 만들고"):
        propose(letter, officer, candidate_name="ANOTHER")
    revoke(propose(letter, officer), second)
    outbox.drain(topic="letters.make")
    successor.refresh_from_db()
    letter.refresh_from_db()
    assert (letter.state, successor.state) == ("revoked", "void")
    assert "취소" in successor.end_reason


# --- the database ----------------------------------------------------------------------------
NOW = datetime(2026, 11, 23, 12, tzinfo=calendar.SEOUL)


def refused(letter, **changes) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**changes)


def test_the_database_refuses_an_end_without_two_peoples_word(letter, officer, second):
    ended = {
        "state": "revoked",
        "ended_at": NOW,
        "ended_by": officer,
        "end_confirmed_by": second,
        "end_reason": "x",
    }
    refused(letter, **ended)
    proposal = propose(letter, officer)
    refused(letter, **ended)
    now = {"state": "confirmed", "closed_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ending.objects.filter(pk=proposal.pk).update(closed_by=officer, **now)
    Ending.objects.filter(pk=proposal.pk).update(closed_by=second, **now)
    third = officer.__class__.objects.create_user(email="third@example.kr", name="셋째")
    refused(letter, **{**ended, "end_confirmed_by": third})
    refused(letter, **{**ended, "state": "superseded"})
    Letter.objects.filter(pk=letter.pk).update(**ended)


def test_no_letter_is_ever_again_what_it_was(letter, officer, second, kotra):
    refused(letter, state="reserved", delivered_at=None)
    refused(letter, state="void", delivered_at=None, voided_at=NOW, end_reason="x")
    revoke(propose(letter, officer), second)
    refused(letter, state="valid", ended_at=None)
    gap = reserve(kotra)
    services.void(letter=gap, actor=officer, reason="착오")
    refused(gap, state="valid", voided_at=None, delivered_at=NOW)
    refused(gap, state="reserved", voided_at=None)


def test_a_letter_begins_reserved(kotra, letter):
    other = Letter.objects.get(pk=letter.pk)
    other.pk, other.public_id, other.number, other.token = None, uuid.uuid4(), "A-2026-1", "A" * 26
    other.subject = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save(force_insert=True)


def test_what_was_decided_stays_decided(letter, officer, second):
    proposal = propose(letter, officer)
    with transaction.atomic():
        ending.decline(ending=proposal, actor=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ending.objects.filter(pk=proposal.pk).update(state="confirmed", closed_because="")
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal.delete()


def test_nothing_stands_in_the_place_of_another_cases_letter(kotra, letter, issue):
    other = reserve(kotra)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=other.pk).update(supersedes=letter)


def test_the_old_letter_is_over_before_the_new_one_counts(letter, officer, second):
    successor = correct(propose(letter, officer, candidate_name=NAME), second)
    refused(successor, state="valid", delivered_at=NOW)
    assert Letter.objects.get(pk=letter.pk).state == LetterState.VALID


def test_what_was_asked_of_a_letter_that_gives_way_meanwhile_ends_by_itself(
    letter, officer, second
):
    successor = correct(propose(letter, officer, candidate_name=NAME), second)
    asked = propose(letter, officer, "위조")
    outbox.drain(topic="letters.make")
    letter.refresh_from_db()
    asked.refresh_from_db()
    assert (letter.state, asked.state, asked.closed_by) == ("superseded", "lapsed", None)
    assert successor.number in asked.closed_because
    with pytest.raises(WrongState, match=successor.number):
        revoke(asked, second)
    with pytest.raises(WrongState, match=successor.number), transaction.atomic():
        ending.decline(ending=asked, actor=officer)
    successor.refresh_from_db()
    assert successor.state == "valid"
    names = [event.name for event in audit.events_for("letter", letter.public_id)]
    assert names[-2:] == ["letter.ending_lapsed", "letter.superseded"]
    # Of the letter in its place it can be asked anew.
    revoke(propose(successor, officer, "위조"), second)


def test_the_database_leaves_nothing_to_confirm_about_an_ended_letter(letter, officer, second):
    asked = propose(letter, officer)
    said = {"ended_at": calendar.now(), "ended_by": officer, "end_confirmed_by": second}
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(state="revoked", end_reason="x", **said)
    revoke(asked, second)
    row = {"letter": letter, "kind": "revoke", "reason": "x", "proposed_by": officer}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ending.objects.create(**row, proposed_at=calendar.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Ending.objects.create(
            **row,
            proposed_at=calendar.now(),
            state="lapsed",
            closed_at=calendar.now(),
            closed_by=second,
            closed_because="x",
        )
