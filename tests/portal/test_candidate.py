"""The candidate's own link: who gets in, what they see, and how it ends."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Candidate, CandidateLink
from applications.services import candidates
from applications.stages import Stage
from audit.models import AccessLog, Event
from letters.models import Letter
from notifications.models import Mail
from portal.demo import samples
from programs import calendar
from tests.outbox import deliver_letters
from tests.pages import fields, hurt, only_reading, text

pytestmark = pytest.mark.django_db
PERSON = samples.CANDIDATES[0]
GOOD = {"name": "NGUYEN THI SAMPLE", "birth_date": "1994-03-17"}
WRONG = "이름이나 생년월일이 신청서와 다릅니다. 여권에 적힌 대로 입력해 주세요."


@pytest.fixture
def story(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    deliver_letters()
    # These tests read Korean; the language itself has a test of its own.
    Candidate.objects.update(language="ko")
    return story


def path_in(mail: Mail) -> str:
    found = re.search(r"https?://[^/\s]+(/my/link/[^\s]+)", mail.text)
    assert found, mail.text
    return found.group(1)


@pytest.fixture
def path(story):
    return path_in(Mail.objects.get(to=PERSON["email"]))


def test_the_link_of_the_mail_opens_with_name_and_birth_date(story, path):
    client = Client()
    page = client.get(path)
    assert "본인 확인" in text(page)
    assert "NGUYEN" not in page.content.decode()
    assert client.post(path, GOOD).url == reverse("candidate-case")
    mine = client.get(reverse("candidate-case"))
    assert story.fresh().receipt_no in text(mine)
    assert "서류를 심사하고 있습니다" in text(mine)
    assert Event.objects.filter(name="application.candidate_entered").count() == 1


@pytest.mark.parametrize(
    "name", ["nguyen thi sample", "Thi Sample NGUYEN", "NGUYEN  THI-SAMPLE", "Nguyễn Thị Sample"]
)
def test_names_are_compared_as_people_type_them(path, name):
    assert Client().post(path, GOOD | {"name": name}).status_code == 302


def test_a_birth_date_may_be_typed_in_another_usual_way(path):
    assert Client().post(path, GOOD | {"birth_date": "19940317"}).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "NGUYEN"},
        {"birth_date": "1994-03-18"},
        {"name": "", "birth_date": ""},
        {"birth_date": "17 March"},
        {"birth_date": "0000-00-00"},
        {"name": "x" * 5000},
    ],
)
def test_every_mistake_gets_the_same_sentence(path, wrong):
    client = Client()
    page = client.post(path, GOOD | wrong)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors() == [WRONG]
    assert len(page.context["form"].errors) == 1
    assert client.get(reverse("candidate-case")).status_code == 404


def test_too_many_wrong_answers_close_the_link_for_good(path):
    client = Client()
    for _time in range(candidates.MOST_FAILURES - 1):
        assert client.post(path, GOOD | {"name": "SOMEONE ELSE"}).status_code == 200
    assert client.post(path, GOOD | {"name": "SOMEONE ELSE"}).status_code == 404
    assert client.post(path, GOOD).status_code == 404
    assert client.get(path).status_code == 404


def test_unknown_expired_revoked_and_worn_out_links_look_the_same(path):
    client = Client()
    unknown = client.get(reverse("candidate-enter", args=["A" * 22]))
    pages = [unknown]
    for change in (
        {"expires_at": calendar.now()},
        {"revoked_at": calendar.now()},
        {"failures": candidates.MOST_FAILURES},
    ):
        before = CandidateLink.objects.values("expires_at", "revoked_at", "failures").get()
        CandidateLink.objects.update(**change)
        pages.append(client.get(path))
        CandidateLink.objects.update(**before)
    assert {page.status_code for page in pages} == {404}
    bodies = {re.sub(r'csrf[^"]*"[^"]*"|value="[^"]*"', "", text(page)) for page in pages}
    assert len(bodies) == 1
    assert client.get(path).status_code == 200


def test_a_newer_link_ends_the_session_of_the_older(story, path):
    client = Client()
    client.post(path, GOOD)
    assert client.get(reverse("candidate-case")).status_code == 200
    candidates.send_link(application=story.fresh(), occasion="receipt", key="again")
    assert client.get(reverse("candidate-case")).status_code == 404
    assert client.get(path).status_code == 404


def test_an_opened_session_ends_when_the_link_expires(path):
    client = Client()
    client.post(path, GOOD)
    with calendar.frozen(calendar.now() + timedelta(days=candidates.LINK_DAYS)):
        assert client.get(reverse("candidate-case")).status_code == 404


def test_leaving_forgets_the_link_in_this_browser(path):
    client = Client()
    client.post(path, GOOD)
    assert client.get(reverse("candidate-leave")).status_code == 405
    client.post(reverse("candidate-leave"))
    assert client.get(reverse("candidate-case")).status_code == 404
    assert client.get(path).status_code == 200


def test_what_is_stored_is_shown_masked_and_nothing_internal(story, path):
    client = Client()
    client.post(path, GOOD)
    page = client.get(reverse("candidate-case")).content.decode()
    assert PERSON["passport_no"] not in page
    assert "Z00****01" in page
    assert PERSON["email"] not in page
    assert "c*********@demo.example" in page
    for hidden in ("박심사", "최심사", "김담당", "25명", "52,000,000"):
        assert hidden not in page


def test_the_letter_is_downloaded_by_the_person_it_is_about(world):
    case = world.at(Stage.APPROVED).case
    deliver_letters()
    mail = Mail.objects.filter(to=PERSON["email"], about=case.public_id).latest("id")
    client = Client()
    path = path_in(mail)
    client.post(path, GOOD)
    answer = client.get(reverse("candidate-letter"))
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment;")
    log = AccessLog.objects.get(what="letter.downloaded")
    assert (log.user, log.detail) == (None, "candidate")
    CandidateLink.objects.update(revoked_at=calendar.now())
    assert client.get(reverse("candidate-letter")).status_code == 404
    assert AccessLog.objects.filter(what="letter.downloaded").count() == 1
    assert Letter.objects.get().state == "valid"


def test_where_it_stands_is_said_in_plain_words(story, path):
    client = Client()
    client.post(path, GOOD)
    mine = client.get(reverse("candidate-case"))
    assert "담당 기관이 회사가 낸 서류를 읽고 있습니다." in text(mine)
    due = story.fresh().due_on
    assert f"늦어도 {due.year}. {due.month}. {due.day}.까지" in text(mine)


def test_before_it_is_issued_there_is_no_letter(path):
    client = Client()
    client.post(path, GOOD)
    assert client.get(reverse("candidate-letter")).status_code == 404


def test_pages_speak_the_candidates_language_until_they_choose(story, path):
    Candidate.objects.update(language="en")
    client = Client(headers={"accept-language": "ko"})
    assert '<html lang="en"' in client.get(path).content.decode()
    client.post(path, GOOD)
    assert '<html lang="en"' in client.get(reverse("candidate-case")).content.decode()
    client.cookies["django_language"] = "ko"
    assert '<html lang="ko"' in client.get(reverse("candidate-case")).content.decode()


def test_the_address_is_told_to_nobody_and_kept_nowhere(path):
    client = Client()
    for answer in (client.get(path), client.post(path, GOOD), client.get("/my/")):
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in answer["Cache-Control"]


def test_entering_makes_a_new_session_key(path):
    client = Client()
    session = client.session
    session["known"] = True
    session.save()
    before = client.session.session_key
    client.post(path, GOOD)
    assert client.session.session_key != before


def test_looking_writes_nothing(path):
    client = Client()
    with only_reading():
        client.get(path)
    client.post(path, GOOD)
    with only_reading():
        client.get(reverse("candidate-case"))


def test_naughty_text_is_no_failure(path, monkeypatch):
    monkeypatch.setattr(candidates, "MOST_FAILURES", 10_000)
    hurt(Client(), path)


def test_strange_tokens_are_not_found(world):
    client = Client()
    for token in ("%00", "%ED%A0%80", "x" * 4000, "{{", "..", "a b"):
        assert client.get(f"/my/link/{token}/").status_code == 404


def test_a_session_that_says_something_else_is_nobody(world):
    client = Client()
    for value in ("1", None, -1, 10**30, {"a": 1}):
        session = client.session
        session["candidate_link"] = value
        session.save()
        assert client.get(reverse("candidate-case")).status_code == 404
    assert fields(client.get("/my/")) == {}
