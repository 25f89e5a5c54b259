"""Numbers, frozen inputs, and what is refused before a number is taken."""

import json
import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from audit import selectors as audit
from letters import services
from letters.errors import CannotIssue, NotReserved, UnknownVariable, WrongState
from letters.models import Letter, Series
from letters.services import problems
from notifications.models import OutboxRow
from programs.periods import months_after
from tests.letters.samples import GYEONGGI, INPUTS, KOTRA, MONDAY, reserve

pytestmark = pytest.mark.django_db


@pytest.mark.sqlite
def test_numbers_follow_each_other_by_office_series_and_year(kotra, gyeonggi):
    numbers = [
        reserve(kotra).number,
        reserve(kotra).number,
        reserve(gyeonggi, GYEONGGI).number,
        reserve(kotra, on=date(2027, 1, 4)).number,
        reserve(kotra).number,
    ]
    assert numbers == [
        "KOTRA-2026-000001",
        "KOTRA-2026-000002",
        "경기-2026-0001",
        "KOTRA-2027-000001",
        "KOTRA-2026-000003",
    ]


def test_a_reserved_letter_is_frozen_masked_and_waits_in_the_outbox(kotra, officer):
    subject = uuid.uuid4()
    letter = reserve(kotra, subject=subject)
    letter = Letter.objects.get(pk=letter.pk)
    values = json.loads(letter.inputs)
    assert letter.state == "reserved"
    assert letter.delivered_at is None
    assert letter.specimen
    assert values["candidate_name"] == "TRAN THI MAI LAN"
    assert values["birth_date"] == "1994-03-07"
    assert values["issuer_title_ko"] == "대한무역투자진흥공사 사장"
    assert values["number"] == letter.number
    assert values["verification_url"].endswith(f"/V/{letter.token}")
    assert values["verification_url"] == values["verification_url"].upper()
    assert (letter.masked_name, letter.birth_year) == ("T*** T** M** L**", 1994)
    assert (letter.issue_date, letter.valid_until) == (MONDAY, date(2027, 5, 23))
    row = OutboxRow.objects.get(topic="letters.make", key=str(letter.public_id))
    assert (row.queue, row.payload) == ("letters", {"letter": str(letter.public_id)})
    (event,) = audit.events_for("letter", letter.public_id)
    assert event.name == "letter.reserved"
    assert event.data["subject"] == str(subject)


@pytest.mark.sqlite
def test_a_repeat_for_the_same_case_is_the_same_letter(kotra):
    subject = uuid.uuid4()
    first = reserve(kotra, subject=subject)
    again = reserve(kotra, subject=subject)
    assert again == first
    assert Series.objects.get().last == 1
    assert OutboxRow.objects.filter(topic="letters.make").count() == 1


def test_reserving_needs_the_callers_transaction(kotra, transactional_db):
    with pytest.raises(TransactionManagementError):
        services.reserve(
            kind="recommendation",
            subject=uuid.uuid4(),
            office=kotra,
            programme_slug="x",
            letter_def=KOTRA,
            inputs=INPUTS,
            on=MONDAY,
            actor=None,
        )


@pytest.mark.incident("T2")
def test_a_voided_number_stays_a_gap_and_is_never_used_again(kotra, officer):
    subject = uuid.uuid4()
    reserve(kotra)
    newest = reserve(kotra, subject=subject)
    services.void(letter=newest, actor=officer, reason="결재를 취소함")
    newest.refresh_from_db()
    after = reserve(kotra, subject=subject)
    assert (newest.state, newest.end_reason) == ("void", "결재를 취소함")
    assert (newest.number, after.number) == ("KOTRA-2026-000002", "KOTRA-2026-000003")
    assert set(Letter.objects.values_list("number", "state")) == {
        ("KOTRA-2026-000001", "reserved"),
        ("KOTRA-2026-000002", "void"),
        ("KOTRA-2026-000003", "reserved"),
    }


def test_voiding_twice_is_once_and_needs_a_reason(kotra, officer):
    letter = reserve(kotra)
    with pytest.raises(WrongState):
        services.void(letter=letter, actor=officer, reason="  ")
    services.void(letter=letter, actor=officer, reason="첫째")
    services.void(letter=letter, actor=officer, reason="둘째")
    letter.refresh_from_db()
    assert letter.end_reason == "첫째"
    names = [event.name for event in audit.events_for("letter", letter.public_id)]
    assert names == ["letter.reserved", "letter.void"]


def test_a_delivered_letter_cannot_be_made_void(kotra, officer, issue):
    letter = issue(kotra)
    with pytest.raises(NotReserved):
        services.void(letter=letter, actor=officer, reason="늦음")


def test_a_letter_without_a_file_cannot_become_visible(kotra):
    letter = reserve(kotra)
    with transaction.atomic(), pytest.raises(WrongState):
        services.make_visible(letter=letter)
    letter.refresh_from_db()
    assert letter.state == "reserved"


def test_a_rolled_back_reservation_leaves_no_gap(kotra):
    class Undone(Exception):
        pass

    def reserve_and_fail():
        with transaction.atomic():
            reserve(kotra)
            raise Undone

    with pytest.raises(Undone):
        reserve_and_fail()
    assert reserve(kotra).number == "KOTRA-2026-000001"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"candidate_name": ""}, "성명(여권 영문)"),
        ({"company_address": " \n "}, "회사 소재지"),
        ({"annual_pay": None}, "연간 보수"),
        ({"candidate_name_ko": "응우옌 \U0001f600"}, "U+1F600"),
        ({"company_name_ko": "شركة"}, "U+0634"),
        ({"candidate_name": "A\u202eB"}, "U+202E"),
        ({"candidate_name": "A\x00B"}, "U+0000"),
        ({"company_name_en": "가" * 201}, "201자"),
    ],
)
def test_what_could_never_be_printed_is_named_and_takes_no_number(kotra, changes, words):
    inputs = {**INPUTS, **changes}
    (problem,) = problems(office=kotra, letter_def=KOTRA, inputs=inputs, on=MONDAY)
    assert words in problem
    with pytest.raises(CannotIssue) as refused:
        reserve(kotra, inputs=inputs)
    assert refused.value.problems == [problem]
    assert not Letter.objects.exists()
    assert not Series.objects.exists()


def test_rare_syllables_hanja_and_passport_latin_can_be_printed(kotra):
    inputs = {**INPUTS, "candidate_name": "Nguyễn Łukasz Ğül", "candidate_name_ko": "뷁햏 金믿음"}
    assert problems(office=kotra, letter_def=KOTRA, inputs=inputs, on=MONDAY) == []


def test_decomposed_hangul_is_composed_before_it_is_judged(kotra):
    inputs = {**INPUTS, "candidate_name_ko": "\u1112\u1161\u11ab"}
    letter = reserve(kotra, inputs=inputs)
    assert json.loads(letter.inputs)["candidate_name_ko"] == "한"


def test_a_block_that_opens_needs_what_it_prints(gyeonggi):
    inputs = {**INPUTS, "in_country": True}
    (problem,) = problems(office=gyeonggi, letter_def=GYEONGGI, inputs=inputs, on=MONDAY)
    assert problem.endswith(": 거주 상세주소")
    assert problems(office=gyeonggi, letter_def=GYEONGGI, inputs=INPUTS, on=MONDAY) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"template": "nowhere"}, "nowhere"),
        ({"template": "../../etc"}, "etc"),
        ({"number_pattern": "X-{number}"}, "X-{number}"),
        ({"number_pattern": "{year}-{number.__class__}"}, "__class__"),
        ({"number_pattern": "{year}-{number:9999999d}"}, "9999999"),
    ],
)
def test_a_definition_that_cannot_number_or_print_is_a_problem(kotra, changes, words):
    (problem,) = problems(office=kotra, letter_def={**KOTRA, **changes}, inputs=INPUTS, on=MONDAY)
    assert words in problem


def test_two_series_that_write_the_same_numbers_are_found_out(kotra):
    reserve(kotra)
    with pytest.raises(CannotIssue, match="KOTRA-2026-000001"):
        reserve(kotra, {**KOTRA, "series": "another"})


def test_without_a_signing_key_nothing_is_reserved(kotra, specimen_key):
    specimen_key.delete()
    with pytest.raises(CannotIssue, match="서명 키"):
        reserve(kotra)


def test_an_unknown_variable_is_the_programmers_mistake(kotra):
    with pytest.raises(UnknownVariable):
        problems(office=kotra, letter_def=KOTRA, inputs={**INPUTS, "shoe_size": "42"}, on=MONDAY)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 11, 23), 6, date(2027, 5, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 11, 23), 0, None),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_or_the_months_last(day, months, last):
    assert months_after(day, months) == last


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "valid"},
        {"state": "void"},
        {"state": "revoked", "end_reason": "까닭"},
        {"delivered_at": "2026-11-23T10:00+09:00"},
        {"voided_at": "2026-11-23T10:00+09:00"},
        {
            "state": "revoked",
            "delivered_at": "2026-11-23T10:00+09:00",
            "ended_at": "2026-11-23T11:00+09:00",
            "end_reason": "혼자서",
        },
    ],
)
def test_the_database_refuses_a_state_without_its_moments(kotra, changes):
    letter = reserve(kotra)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**changes)


def test_the_database_refuses_a_second_live_letter_of_a_case(kotra):
    letter = reserve(kotra)
    other = Letter.objects.get(pk=letter.pk)
    other.pk, other.public_id, other.number, other.token = None, uuid.uuid4(), "A-2026-1", "A" * 26
    with pytest.raises(IntegrityError, match=r"letter_one_|UNIQUE"), transaction.atomic():
        other.save(force_insert=True)
    other.subject = uuid.uuid4()
    other.save(force_insert=True)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "changes",
    [
        {"number": "KOTRA-2026-000777"},
        {"subject": uuid.uuid4()},
        {"valid_until": date(2030, 1, 1)},
        {"specimen": False},
        {"masked_name": "X"},
        {"token": "B" * 26},
    ],
)
def test_what_a_letter_was_reserved_with_is_fixed_for_ever(kotra, changes):
    letter = reserve(kotra)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).delete()
