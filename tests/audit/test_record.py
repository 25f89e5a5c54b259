"""What an event may hold, and what is kept beside it."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from audit import guard, selectors, services
from audit.errors import PersonalData
from audit.models import AccessLog, Event, EventNote
from tests.audit.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
SUBJECT = uuid.UUID("0d7e6a0e-3f5b-4b1c-9e0a-3f2b1c9e0a11")


def record(**changes):
    return services.record(
        **{
            "name": "application.submitted",
            "subject_type": "application",
            "subject_id": SUBJECT,
            **changes,
        }
    )


def test_an_event_says_who_did_what_to_which_subject():
    user = make_user()
    event = record(actor=user, data={"stage": "draft", "version": 3, "on": date(2026, 11, 21)})
    event.refresh_from_db()
    assert (event.actor, event.actor_kind) == (user, "user")
    assert event.data == {"stage": "draft", "version": 3, "on": "2026-11-21"}
    assert list(selectors.events_for("application", SUBJECT)) == [event]


def test_without_an_actor_it_was_the_system_unless_said_otherwise():
    assert record().actor_kind == "system"
    assert record(actor_kind="candidate").actor_kind == "candidate"
    assert record(actor_kind="public").actor_kind == "public"


def test_the_database_refuses_a_user_event_without_a_user():
    with pytest.raises(IntegrityError), transaction.atomic():
        record(actor_kind="user")


def test_events_come_in_order_and_of_one_subject_only():
    first, second = record(), record(name="application.withdrawn")
    record(subject_id=uuid.uuid4())
    record(subject_type="letter")
    assert list(selectors.events_for("application", SUBJECT)) == [first, second]


def test_a_subjects_events_are_read_in_one_query(django_assert_num_queries):
    def read():
        return [(e.actor, getattr(e, "note", None)) for e in selectors.events_for("a", SUBJECT)]

    record(subject_type="a", actor=make_user(), note="말")
    with django_assert_num_queries(1):
        read()
    record(subject_type="a", actor=make_user(), note="말")
    record(subject_type="a", actor=make_user())
    with django_assert_num_queries(1):
        read()


@pytest.mark.parametrize(
    "value",
    [
        "M12345678",
        "m12345678",
        "ref:M12345678",
        "M123A4567",
        "AB1234567",
        "900101-5123456",
        "9001015123456",
        9001015123456,
        "someone@example.com",
        "010-1234-5678",
        "+82-10-1234-5678",
        "홍길동",
        "a reason in words",
        "x" * 201,
        "line\nbreak",
        "nul\x00",
        1.5,
        b"bytes",
        object(),
        {"deeper": "홍길동"},
        ["ok", "M12345678"],
    ],
)
def test_what_looks_like_a_person_stays_out_of_events(value):
    with pytest.raises(PersonalData) as refused:
        record(data={"value": value})
    assert not isinstance(value, str) or value not in str(refused.value)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "key", ["passport", "passport_no", "email", "birth_date", "token", "Name", "이름", "a b", "", 1]
)
def test_keys_that_name_personal_data_are_refused(key):
    with pytest.raises(PersonalData):
        record(data={key: "x"})


@pytest.mark.parametrize(
    "data",
    [
        {"passport_digest": "0" * 64},
        {"number": "KOTRA-2026-000123", "receipt": "KOTRA-R-2026-000123"},
        {"file": uuid.UUID("a1234567-1234-4123-8123-123456789012")},
        {"sha256": "900101" + "5123456" * 8 + "90"},
        {"at": datetime(2026, 11, 21, 9, tzinfo=UTC), "amount": 78_624_000, "flag": True},
        {"path": "requirements.all_of[0].any_of[2]", "empty": "", "none": None},
        {"stages": ["draft", "document_review"], "by": {"pool": {"name_code": "gyeonggi"}}},
        {"short": "a1234567"},
        {"number": guard.Reference("GG2600123")},
    ],
)
def test_codes_references_and_digests_may_be_kept(data):
    event = record(data=data)
    event.refresh_from_db()
    assert event.data == guard.clean(data)


def test_a_vouched_reference_is_still_a_code():
    with pytest.raises(PersonalData):
        record(data={"number": guard.Reference("홍길동")})


@pytest.mark.parametrize("name", ["", "Submitted", "a b", "가", "a..b", "a.b\n"])
def test_a_name_is_dotted_and_lower_case(name):
    with pytest.raises(PersonalData):
        record(name=name)


def test_words_about_people_live_beside_the_event_and_can_be_erased():
    event = record(note=" 홍길동님이 요청함\x00 ")
    assert event.note.text == "홍길동님이 요청함"
    assert "홍길동" not in str(Event.objects.values().get(pk=event.pk))
    assert services.erase_notes(subject_type="application", subject_id=SUBJECT) == 1
    assert not EventNote.objects.exists()
    assert [e.name for e in selectors.events_for("application", SUBJECT)] == [
        "application.submitted",
        "audit.notes_erased",
    ]


def test_erasing_nothing_leaves_no_trace():
    record()
    assert services.erase_notes(subject_type="application", subject_id=SUBJECT) == 0
    assert Event.objects.count() == 1


def test_two_equal_notes_have_different_digests():
    assert record(note="같은 말").note_digest != record(note="같은 말").note_digest


def test_each_look_is_logged_with_who_whence_and_whose():
    user = make_user()
    services.log_access(
        actor=user,
        what="passport.unmasked",
        subject_type="candidate",
        subject_id=SUBJECT,
        address="203.0.113.9",
        detail="application:KOTRA-R-2026-000001",
    )
    row = AccessLog.objects.get()
    assert (row.user, row.what, row.address) == (user, "passport.unmasked", "203.0.113.9")
    assert list(selectors.accesses_to("candidate", SUBJECT)) == [row]


def test_the_access_log_takes_no_personal_data_either():
    with pytest.raises(PersonalData):
        services.log_access(
            actor=None, what="a.b", subject_type="c", subject_id=SUBJECT, detail="M12345678"
        )
