"""Which programmes fit: one person, every programme, ranked after each answer."""

import pytest
from django.test import Client

from portal import which
from programs import calendar
from programs.models import Evaluation, ProgrammeVersion, SharedAnswer
from programs.selectors import open_programmes
from tests.pages import fields, only_reading, text
from tests.portal.test_interview import SAID, key
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db
URL = "/check/which/"
ANSWERS = SAID | {
    "place": {"job-region": "gyeonggi/suwon"},
    "employer": {"employer-insured_nationals": "50", "employer-foreign_workers": "0"},
}


@pytest.fixture
def anyone(world):
    return Client()


def sent(page, **more) -> dict:
    return fields(page) | {"trail": page.context["trail"]} | more


def answer(client, answers=ANSWERS, most=40):
    """Answer what is known and skip the rest, until the questions end."""
    page, asked = client.get(URL), []
    while now := key(page):
        assert now not in asked, "asked twice"
        asked.append(now)
        assert len(asked) < most
        known = {n: v for n, v in answers.get(now, {}).items() if n in fields(page)}
        page = client.post(URL, sent(page) | known | ({"next": ""} if known else {"skip": ""}))
    return page, asked


def verdicts(rows) -> dict[str, str]:
    return {one.programme.slug: one.verdict for one in rows}


def test_the_first_question_matters_to_most_programmes(anyone):
    page = anyone.get(URL)
    ranked = page.context["ranking"]
    assert {one.programme.slug for one in ranked} == {
        one.slug for one in open_programmes(calendar.today())
    }
    asking = key(page)
    of_each = [one for one in ranked if asking in one.keys]
    for other in {name for one in ranked for name in one.keys}:
        assert len([one for one in ranked if other in one.keys]) <= len(of_each)
    assert "지금까지의 순위" in text(page)


def test_those_that_fit_come_first(anyone):
    page, asked = answer(anyone)
    rows = [go.ranked for go in page.context["onward"]]
    found = verdicts(rows)
    assert found[KOTRA] == "eligible"
    assert rows[0].verdict == "eligible"
    order = [which.ORDER.index(one.verdict) for one in rows]
    assert order == sorted(order)
    assert "own" not in asked
    # A place in Gyeonggi is none in Daegu.
    if "daegu" in found:
        assert found["daegu"] == "not_eligible"


def test_those_with_fewer_questions_left_come_before_those_with_more(anyone):
    page = anyone.get(URL)
    rows = [one for one in page.context["ranking"] if one.verdict == "undecided"]
    left = [one.left for one in rows]
    assert left == sorted(left)
    assert f"질문 {left[0]}개 남음" in text(page)


def test_each_goes_on_to_its_own_check_with_what_was_said(anyone):
    page, _asked = answer(anyone)
    kotra = next(go for go in page.context["onward"] if go.ranked.programme.slug == KOTRA)
    assert kotra.action == f"/check/{KOTRA}/questions/"
    own = anyone.post(kotra.action, dict(kotra.fields) | {"trail": kotra.trail})
    assert own.context["answer"].verdict == "eligible"
    # Another programme is not told of a field of technology that it does not have.
    gyeonggi = next(go for go in page.context["onward"] if go.ranked.programme.slug == GYEONGGI)
    page = anyone.post(gyeonggi.action, dict(gyeonggi.fields) | {"trail": gyeonggi.trail})
    assert page.status_code == 200, "nothing in it was misunderstood"


def test_every_programme_takes_what_it_is_sent(anyone):
    page, _asked = answer(anyone)
    for go in page.context["onward"]:
        answered = anyone.post(go.action, dict(go.fields) | {"trail": go.trail})
        assert answered.status_code == 200, go.ranked.programme.slug
        assert not answered.context["mistakes"], go.ranked.programme.slug


def test_the_ranking_says_the_same_as_the_programme_s_own_check(anyone):
    """Or the programme asks again for what it has no option for: an occupation it does not know."""
    page, _asked = answer(anyone)
    for go in page.context["onward"]:
        if go.ranked.verdict == "undecided" or "/plan/" in go.action:
            continue
        own = anyone.post(go.action, dict(go.fields) | {"trail": go.trail, "show": ""})
        said = own.context["answer"].verdict
        left_out = "job-occupation" not in dict(go.fields)
        assert said == go.ranked.verdict or (said == "undecided" and left_out)


def test_an_occupation_that_one_programme_refuses_and_another_wants_is_offered_once(anyone):
    manifests = [one.version.manifest() for one in open_programmes(calendar.today())]
    union = which.together(manifests)
    codes = [(one.code, one.edition) for one in union.occupations]
    assert len(codes) == len(set(codes))
    assert set(codes) == {(o.code, o.edition) for m in manifests for o in m.occupations}
    assert not {(o.code, o.edition) for o in union.refused_occupations} & set(codes)
    assert {f.code for f in union.fields} == {f.code for m in manifests for f in m.fields}


def test_a_field_of_another_programme_is_unknown_and_no_refusal(anyone):
    kotra = next(one for one in open_programmes(calendar.today()) if one.slug == KOTRA)
    manifest = kotra.version.manifest()
    said = {"job": {"technology_field": "no-field-of-kotra", "annual_pay": 1}}
    assert which.facts_for(manifest, said) == {"job": {"annual_pay": 1}}
    own = {"job": {"technology_field": "it"}}
    assert which.facts_for(manifest, own) == own


def test_who_says_nothing_is_told_that_all_is_open(anyone):
    page = anyone.post(URL, sent(anyone.get(URL), show=""))
    rows = [go.ranked for go in page.context["onward"]]
    assert {one.verdict for one in rows} == {"undecided"}
    assert page.context["unanswered"]


def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(anyone):
    said = {"job-occupation": "2223@moj-2026", "trail": ["occupation"], "step": "pay"}
    page = anyone.post(URL, said | {"job-annual_pay": "-1", "next": ""})
    assert key(page) == "pay"
    assert fields(page)["job-annual_pay"] == "-1"
    assert 'href="#id_job-annual_pay"' in page.content.decode()
    assert "<title>오류:" in page.content.decode()
    assert dict(page.context["hidden"])["job-occupation"] == "2223@moj-2026"


def test_an_answer_can_be_changed(anyone):
    page, _asked = answer(anyone)
    page = anyone.post(
        URL, dict(page.context["hidden"]) | {"trail": page.context["trail"], "change": "occupation"}
    )
    assert key(page) == "occupation"
    assert fields(page)["job-occupation"] == "2223@moj-2026"


def test_nothing_is_kept(anyone):
    with only_reading():
        answer(anyone)
    assert not Evaluation.objects.exists()
    assert not SharedAnswer.objects.exists()


def test_it_is_cheap(anyone, django_assert_max_num_queries):
    page = anyone.get(URL)
    with django_assert_max_num_queries(12):
        page = anyone.get(URL)
    with django_assert_max_num_queries(12):
        anyone.post(URL, sent(page, show=""))


def test_without_programmes_it_says_so(anyone):
    ProgrammeVersion.objects.update(status="announced")
    assert "지금 신청을 받는 프로그램이 없습니다." in text(anyone.get(URL))


def test_a_contradiction_is_asked_again_and_not_lost(anyone):
    """Work before one was born: the question is asked again, with all that was typed."""
    said = {
        "careers-TOTAL_FORMS": "1",
        "careers-INITIAL_FORMS": "0",
        "careers-0-from": "1990-01-01",
        "careers-0-to": "1991-01-01",
        "candidate-birth_date": "2000-01-01",
        "trail": ["careers", "candidate"],
        "job-annual_pay": "30000000",
    }
    page = anyone.post(URL, said | {"show": ""})
    assert page.context["asking"].key == "careers"
    assert page.context["mistakes"]
    assert fields(page)["careers-0-from"] == "1990-01-01"
    assert "태어나기 전의 날짜입니다." in text(page)
    assert dict(page.context["hidden"])["job-annual_pay"] == "30000000"
    assert dict(page.context["hidden"])["candidate-birth_date"] == "2000-01-01"
