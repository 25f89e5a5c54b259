"""The pre-check, one question at a time: only what still matters, and nothing kept."""

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import Company, CompanyMembership, User
from applications.models import Application, Claim
from programs.models import Evaluation
from tests.pages import fields, hurt, only_reading, text
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db
URL = f"/check/{KOTRA}/questions/"
SAID = {
    "technology": {"job-technology_field": "it"},
    "occupation": {"job-occupation": "2223@moj-2026"},
    "degrees": {
        "degrees-0-level": "bachelor",
        "degrees-0-country": "VNM",
        "degrees-0-awarded_on": "2016-08-31",
        "degrees-0-related": "true",
    },
    "careers": {
        "careers-0-from": "2017-03-01",
        "careers-0-to": "2023-02-28",
        "careers-0-share": "100",
        "careers-0-related": "true",
    },
    "pay": {"job-annual_pay": "52,000,000", "job-monthly_pay": "4333000", "job-weekly_hours": "40"},
    "period": {"job-from": "2027-01-20", "job-to_never": "on"},
    "standing": {"employer-tax_arrears": "false", "employer-restricted": "false"},
}


@pytest.fixture
def anyone(world):
    return Client()


def sent(page, **more) -> dict:
    """Everything the page would send; `trail` is a list."""
    return fields(page) | {"trail": page.context["trail"]} | more


def key(page) -> str:
    return page.context["asking"].key if "asking" in page.context else ""


def answer(client, page, said=SAID, until=""):
    """Answer what is asked until there is an answer, or another question comes."""
    asked = []
    while (now := key(page)) and now != until:
        assert now not in asked, "asked twice"
        asked.append(now)
        wanted = {name: value for name, value in said[now].items() if name in fields(page)}
        page = client.post(URL, sent(page) | wanted | {"next": ""})
    return page, asked


def test_who_qualifies_is_asked_only_what_matters(anyone):
    page, asked = answer(anyone, anyone.get(URL))
    assert page.context["answer"].verdict == "eligible"
    assert asked[:4] == ["technology", "occupation", "degrees", "careers"]
    assert set(asked) <= set(SAID)
    assert "추천 요건을 충족합니다." in text(page)
    assert "52,000,000원" in text(page)


def test_a_master_s_degree_makes_careers_of_no_matter(anyone):
    said = SAID | {"degrees": SAID["degrees"] | {"degrees-0-level": "master"}}
    page, asked = answer(anyone, anyone.get(URL), said)
    assert page.context["answer"].verdict == "eligible"
    assert "careers" not in asked


def test_a_certain_no_ends_the_questions_and_says_what_would_change_it(anyone):
    page = anyone.get(URL)
    page = anyone.post(URL, sent(page, **{"job-technology_field": "it", "next": ""}))
    assert key(page) == "occupation"
    page = anyone.post(URL, sent(page, **{"job-occupation": "2351@moj-2026", "next": ""}))
    assert page.context["answer"].verdict == "not_eligible"
    assert "추천 제도는 폐지되었습니다" in text(page)


def test_one_question_is_on_the_page_and_the_rest_travels_unseen(anyone):
    page, _asked = answer(anyone, anyone.get(URL), until="pay")
    shown = [cell[0].name for cell in page.context["cells"]]
    assert set(shown) <= {"annual_pay", "monthly_pay", "weekly_hours"}
    hidden = dict(page.context["hidden"])
    assert hidden["job-occupation"] == "2223@moj-2026"
    assert hidden["degrees-0-level"] == "bachelor"
    assert not [name for name in hidden if name.startswith("job-annual")]


def test_what_is_skipped_is_not_asked_again(anyone):
    page, seen = anyone.get(URL), []
    while now := key(page):
        assert now not in seen
        seen.append(now)
        page = anyone.post(URL, sent(page, skip=""))
    assert page.context["answer"].verdict == "undecided"
    assert len(seen) >= 7
    assert "모름" in text(page)


def test_one_can_go_back_and_change_an_answer_with_everything_still_there(anyone):
    page, _asked = answer(anyone, anyone.get(URL), until="careers")
    page = anyone.post(URL, sent(page, back=""))
    assert key(page) == "degrees"
    assert fields(page)["degrees-0-level"] == "bachelor"
    page = anyone.post(URL, sent(page, **{"degrees-0-level": "master", "next": ""}))
    page, _asked = answer(anyone, page)
    page = anyone.post(URL, sent(page, change="occupation"))
    assert key(page) == "occupation"
    assert fields(page)["job-occupation"] == "2223@moj-2026"
    assert dict(page.context["hidden"])["degrees-0-level"] == "master"


def test_a_mistake_stays_on_its_question(anyone):
    page, _asked = answer(anyone, anyone.get(URL), until="period")
    page = anyone.post(URL, sent(page, **{"job-from": "내년", "next": ""}))
    assert key(page) == "period"
    assert fields(page)["job-from"] == "내년"
    assert "<title>오류:" in page.content.decode()


def test_further_rows_need_no_javascript(anyone):
    page, _asked = answer(anyone, anyone.get(URL), until="degrees")
    page = anyone.post(URL, sent(page, **{"degrees-0-level": "master", "add": "degrees"}))
    assert fields(page)["degrees-0-level"] == "master"
    assert fields(page)["degrees-1-level"] == ""
    assert dict(page.context["hidden"])["job-technology_field"] == "it"


def test_asking_keeps_nothing(anyone):
    with only_reading():
        answer(anyone, anyone.get(URL))
    assert not Evaluation.objects.exists()
    assert not Session.objects.exists()


def test_the_answers_of_a_link_are_shown_at_once(anyone):
    page, _asked = answer(anyone, anyone.get(URL))
    again = Client().post(URL, dict(page.context["hidden"]) | {"show": ""})
    assert again.context["answer"].verdict == "eligible"
    assert Client().post(URL, {"show": "", "job-annual_pay": "many"}).url == URL


def test_what_was_said_is_carried_through_signing_up(anyone, world):
    page, _asked = answer(anyone, anyone.get(URL))
    start = anyone.post(URL, sent(page, start=""))
    assert start.url == reverse("applications:new") + f"?programme={KOTRA}"
    signup = reverse("account_signup")
    form = fields(anyone.get(signup))
    typed = {name: "eine-lange-Losung-7" for name in form if name.startswith("password")}
    typed |= {name: "새사람" for name in form if name == "name"}
    anyone.post(signup, form | typed | {"email": "new@demo.example"})
    mail = EmailAddress.objects.get(email="new@demo.example")
    confirm = reverse("account_confirm_email", args=[EmailConfirmationHMAC(mail).key])
    anyone.post(confirm)
    login = reverse("account_login")
    anyone.post(login, {"login": "new@demo.example", "password": "eine-lange-Losung-7"})
    user = User.objects.get(email="new@demo.example")
    CompanyMembership.objects.create(user=user, company=Company.objects.first())
    page = anyone.get(start.url)
    assert "자격 확인에서 입력한 내용을 이 신청서에 옮겨 적습니다" in text(page)
    anyone.post(start.url, fields(page))
    case = Application.objects.get()
    said = {one.kind: one.declared for one in Claim.objects.filter(application=case)}
    assert said["contract"]["annual_pay"] == 52_000_000
    assert said["degree"]["level"] == "bachelor"


@pytest.mark.parametrize("slug", [KOTRA, GYEONGGI])
def test_naughty_text_is_no_failure(anyone, slug):
    url = f"/check/{slug}/questions/"
    for step in ("technology", "degrees", "employer", "nothing", ""):
        hurt(anyone, url, also={"step": step, "trail": "pay", "next": "", "job-from": ""})
    for word in ("back", "change", "skip", "show", "start", "add", "remove"):
        assert anyone.post(url, {word: "\x00", "step": "degrees"}).status_code < 500


def test_an_unknown_programme_has_no_questions(anyone):
    assert anyone.get("/check/nothing/questions/").status_code == 404
