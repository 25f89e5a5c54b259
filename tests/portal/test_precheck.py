"""The pre-check: what it asks, what it answers, and that it keeps nothing."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from applications.forms.questions import asked
from applications.models import Application, Claim
from portal.demo import samples
from programs.models import Evaluation, Programme
from programs.selectors import open_programmes, version_on
from tests.pages import fields, hurt, only_reading, text
from tests.world import KOTRA, MONDAY

pytestmark = pytest.mark.django_db
URL = f"/check/{KOTRA}/"


@pytest.fixture
def anyone(world):
    return Client()


def good(page) -> dict[str, str]:
    """Answers with which the candidate qualifies by degree and experience."""
    return fields(page) | {
        "job-technology_field": "it",
        "job-occupation": "2223@moj-2026",
        "job-annual_pay": "52,000,000",
        "job-monthly_pay": "4333000",
        "job-weekly_hours": "40",
        "job-from": "2027-01-20",
        "job-to_never": "on",
        "degrees-0-level": "bachelor",
        "degrees-0-country": "VNM",
        "degrees-0-awarded_on": "2016-08-31",
        "degrees-0-related": "true",
        "careers-0-from": "2017-03-01",
        "careers-0-to": "2023-02-28",
        "careers-0-share": "100",
        "careers-0-related": "true",
        "employer-tax_arrears": "false",
        "employer-restricted": "false",
    }


def test_one_programme_is_chosen_of_those_that_are_open(anyone):
    page = anyone.get(reverse("precheck"))
    shown = {one.slug for one in page.context["programmes"]}
    assert shown == {one.slug for one in open_programmes(MONDAY.date())}
    assert {KOTRA, "gyeonggi"} < shown
    assert anyone.get(reverse("precheck") + f"?programme={KOTRA}").url == URL
    assert anyone.get(reverse("precheck") + "?programme=nothing").status_code == 200
    assert anyone.get("/check/nothing/").status_code == 404


@pytest.mark.parametrize("slug", [KOTRA, "gyeonggi"])
def test_it_asks_for_every_fact_the_rules_ask_about_and_for_no_other(anyone, slug):
    version = version_on(Programme.objects.get(slug=slug), MONDAY.date())
    manifest = version.manifest()
    expected = asked(manifest, rules_only=True)
    shown = {}
    for name in fields(anyone.get(f"/check/{slug}/")):
        group, _dash, rest = name.partition("-")
        fact = rest.rpartition("-")[2]
        if fact == "none" or fact.endswith(("_FORMS", "_never")):
            continue
        shown.setdefault(group, set()).add(fact)
    assert shown == expected


def test_nothing_typed_is_undecided_and_says_what_is_needed(anyone):
    page = anyone.post(URL, fields(anyone.get(URL)))
    answer = page.context["answer"]
    assert answer.verdict == "undecided"
    assert {"기술 분야", "직종코드", "학위", "세금 체납"} <= set(answer.needs)
    assert "아직 판단할 수 없습니다." in text(page)


def test_someone_who_qualifies_is_told_so_and_what_was_typed_stays(anyone):
    sent = good(anyone.get(URL))
    page = anyone.post(URL, sent)
    assert page.context["answer"].verdict == "eligible"
    assert "추천 요건을 충족합니다." in text(page)
    assert fields(page) == sent


def test_known_to_be_none_is_not_the_same_as_left_out(anyone):
    sent = good(anyone.get(URL)) | dict.fromkeys(
        ("careers-0-from", "careers-0-to", "careers-0-share", "careers-0-related"), ""
    )
    assert anyone.post(URL, sent).context["answer"].verdict == "undecided"
    page = anyone.post(URL, sent | {"careers-none": "on"})
    assert page.context["answer"].verdict == "not_eligible"
    ways = [[change.text for change in way] for way in page.context["answer"].ways]
    assert ["관련 분야 석사 이상 학위 (경력 불필요)"] in ways


def test_none_and_something_at_once_is_a_mistake(anyone):
    page = anyone.post(URL, good(anyone.get(URL)) | {"careers-none": "on"})
    assert page.context["answer"] is None
    assert "적은 내용이 있습니다." in text(page)
    assert fields(page)["careers-0-from"] == "2017-03-01"


def test_an_abolished_occupation_says_why(anyone):
    page = anyone.post(URL, good(anyone.get(URL)) | {"job-occupation": "2351@moj-2026"})
    assert page.context["answer"].verdict == "not_eligible"
    assert "추천 제도는 폐지되었습니다" in text(page)


def test_a_mistake_is_said_at_its_field_and_everything_else_stays(anyone):
    sent = good(anyone.get(URL)) | {"job-monthly_pay": "이백만", "degrees-0-awarded_on": "작년"}
    page = anyone.post(URL, sent)
    assert page.context["answer"] is None
    assert fields(page) == sent
    shown = page.content.decode()
    assert 'href="#id_job-monthly_pay"' in shown
    assert 'href="#id_degrees-0-awarded_on"' in shown
    assert "<title>오류:" in shown


def test_a_further_degree_needs_no_javascript(anyone):
    sent = good(anyone.get(URL)) | {"add": "degrees", "degrees-none": "on"}
    more = anyone.post(URL, sent)
    shown = fields(more)
    assert shown["degrees-0-level"] == "bachelor"
    assert shown["degrees-1-level"] == ""
    assert shown["job-annual_pay"] == "52,000,000"
    assert shown["degrees-none"] == "on"
    fewer = anyone.post(URL, shown | {"remove": "degrees:0"})
    assert fields(fewer)["degrees-0-level"] == ""


def test_asking_keeps_nothing(anyone):
    page = anyone.get(URL)
    with only_reading():
        anyone.get(URL)
        anyone.post(URL, good(page))
    assert not Evaluation.objects.exists()
    assert not Session.objects.exists()


def test_what_was_typed_is_carried_into_an_application(anyone, world):
    answer = anyone.post(URL, good(anyone.get(URL)) | {"start": ""})
    assert answer.url == reverse("applications:new") + f"?programme={KOTRA}"
    assert anyone.get(answer.url).url.startswith(reverse("account_login"))
    anyone.force_login(world["company"])
    page = anyone.get(answer.url)
    assert "자격 확인에서 입력한 내용을 이 신청서에 옮겨 적습니다" in text(page)
    anyone.post(answer.url, fields(page))
    case = Application.objects.get()
    said = {c.kind: c.declared for c in Claim.objects.filter(application=case)}
    assert said["contract"]["annual_pay"] == 52_000_000
    assert said["contract"]["to"] is None
    assert said["degree"]["awarded_on"] == "2016-08-31"
    assert said["employer"] == {"tax_arrears": False, "restricted": False}
    # Carried over once: the next application begins empty.
    anyone.post(answer.url, fields(anyone.get(answer.url)))
    assert not Claim.objects.exclude(application=case).exists()


def test_facts_of_one_programme_are_not_carried_into_another(anyone, world):
    anyone.post(URL, good(anyone.get(URL)) | {"start": ""})
    anyone.force_login(world["company"])
    url = reverse("applications:new")
    anyone.post(url, fields(anyone.get(url)) | {"programme": "gyeonggi"})
    assert Application.objects.get().programme.slug == "gyeonggi"
    assert not Claim.objects.exists()


def test_mistakes_do_not_start_an_application(anyone):
    page = anyone.post(URL, good(anyone.get(URL)) | {"job-from": "x", "start": ""})
    assert page.status_code == 200
    assert "precheck" not in anyone.session


@pytest.mark.parametrize("slug", [KOTRA, "gyeonggi"])
def test_naughty_text_is_no_failure(anyone, slug):
    hurt(anyone, f"/check/{slug}/")


def test_a_claim_that_meets_the_rules_meets_them_here_too(anyone):
    """The samples qualify when submitted; typed in here they must as well."""
    said = samples.claims(KOTRA)
    sent = fields(anyone.get(URL))
    names = {"contract": "job", "degree": "degrees", "career": "careers", "employer": "employer"}
    for kind, group in names.items():
        for number, item in enumerate(said[kind]):
            for name, value in item.items():
                key = (
                    f"{group}-{name}"
                    if group in ("job", "employer")
                    else f"{group}-{number}-{name}"
                )
                if key in sent:
                    sent[key] = {True: "true", False: "false"}.get(value, value)
    sent["job-occupation"] = "2223@moj-2026"
    assert anyone.post(URL, sent).context["answer"].verdict == "eligible"


def test_answers_that_contradict_one_another_are_said_at_the_field(anyone):
    url = "/check/e-7-4/"
    page = anyone.get(url)
    answers = fields(page) | {
        "candidate-birth_date": "2000-05-05",
        "incomes-0-year": "1999",
        "incomes-0-amount": "1",
        "statuses-0-code": "E-9",
        "statuses-0-from": "2020-01-01",
        "statuses-0-to_never": "on",
    }
    shown = anyone.post(url, answers)
    assert "태어나기 전의 해입니다." in text(shown)
    assert shown.context["answer"] is None
    answers["incomes-0-year"] = "2025"
    assert "태어나기 전의 해입니다." not in text(anyone.post(url, answers))


# --- what the answer tells besides ------------------------------------------------------------
def test_figures_papers_and_what_is_left_are_those_of_these_facts(anyone):
    page = anyone.post(URL, good(anyone.get(URL)))
    answer = page.context["answer"]
    floor = next(one for one in answer.used if "E-7-1" in one.name)
    assert (floor.value, floor.since) == ("31,120,000원", "2026. 2. 1.")
    assert floor.sources
    papers = {one.name for one in answer.papers}
    assert {"학위증", "경력증명서", "여권 사본"} <= papers
    # Nationals are protected only where a web developer is hired.
    assert "고용보험 피보험자격 취득자 명부" not in papers
    assert page.context["pools"] == []
    gyeonggi = "/check/gyeonggi/"
    page = anyone.post(gyeonggi, fields(anyone.get(gyeonggi)))
    assert [part.bar.size for part in page.context["pools"]] == [630]
    assert "630명 중 630명 남음" in text(page)


def test_a_code_that_meant_something_else_is_pointed_out(anyone):
    page = anyone.post(URL, good(anyone.get(URL)) | {"job-occupation": "2224@moj-2026"})
    assert "“데이터 전문가”였습니다. 그 직종이면 지금의 코드를 골라 주세요: 2231." in text(page)
    page = anyone.post(URL, good(anyone.get(URL)))
    assert page.context["answer"].notes == []


def test_work_at_two_places_at_once_is_pointed_out(anyone):
    sent = good(anyone.get(URL))
    sent = fields(anyone.post(URL, sent | {"add": "careers"}))
    second = {"careers-1-from": "2023-02-28", "careers-1-to": "2024-01-31", "careers-1-share": "50"}
    page = anyone.post(URL, sent | second)
    assert "경력 1번과 2번의 기간이 겹칩니다. 겹친 날은 한 번만 셉니다." in text(page)
    page = anyone.post(URL, sent | second | {"careers-1-from": "2023-03-01"})
    assert page.context["answer"].notes == []


def test_what_can_be_changed_now_is_told_apart_from_what_takes_time(anyone):
    page = anyone.post(URL, good(anyone.get(URL)) | {"job-annual_pay": "30000000"})
    answer = page.context["answer"]
    assert [[change.text for change in way] for way in answer.now] == [
        ["연간 임금 총액이 법무부 고시 하한 이상"]
    ]
    assert "지금 바꿀 수 있는 것" in text(page)
    sent = good(anyone.get(URL)) | dict.fromkeys(
        ("careers-0-from", "careers-0-to", "careers-0-share", "careers-0-related"), ""
    )
    answer = anyone.post(URL, sent | {"careers-none": "on"}).context["answer"]
    assert answer.now == []
    assert answer.later
    assert "시간이 걸리는 것" in text(anyone.post(URL, sent | {"careers-none": "on"}))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("degrees-0-awarded_on", "2016-02-30"),
        ("job-annual_pay", "-30000000"),
        ("careers-0-to", "2016-01-01"),
        ("job-to", "2020-01-01"),
        ("job-occupation", "9999@nowhere"),
        ("careers-0-share", "0"),
        ("job-weekly_hours", "900"),
    ],
)
def test_nonsense_is_said_at_its_field_and_nothing_is_lost(anyone, name, typed):
    sent = good(anyone.get(URL)) | {"job-to_never": ""} | {name: typed}
    page = anyone.post(URL, sent)
    assert page.context["answer"] is None
    assert f'href="#id_{name}"' in page.content.decode()
    kept = fields(page)
    lost = {key for key, value in sent.items() if kept.get(key, "") != value}
    assert lost <= {"job-occupation"}, "a choice that is none cannot be shown"


def test_who_needs_no_letter_is_told_with_the_source_and_the_verdict_stays(anyone):
    """Three times the income per head of 52,416,000 won."""
    page = anyone.post(URL, good(anyone.get(URL)) | {"job-annual_pay": "157,248,000"})
    (reason,) = page.context["answer"].not_needed
    assert reason.title == "고소득 전문직"
    assert reason.sources
    assert page.context["answer"].verdict == "eligible"
    assert "추천서가 필요하지 않을 수 있습니다" in text(page)
    page = anyone.post(URL, good(anyone.get(URL)) | {"job-annual_pay": "157,247,999"})
    assert page.context["answer"].not_needed == []
