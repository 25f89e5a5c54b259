"""A link to the pre-check's answer: the reasons, without the person they are about."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from portal.views import precheck
from programs import sharing, tasks
from programs.facts import VOCABULARY
from programs.models import ProgrammeVersion, SharedAnswer
from tests.pages import fields, text
from tests.portal.test_precheck import URL, good
from tests.programs.rulebook import judged
from tests.world import KOTRA

pytestmark = pytest.mark.django_db


@pytest.fixture
def anyone(world):
    cache.clear()
    return Client()


def share(client: Client, **changes: str) -> str:
    """Share what a good candidate typed; the path of the link."""
    answer = client.post(URL, good(client.get(URL)) | changes | {"share": ""})
    assert answer.status_code == 302
    return answer.url


def test_a_link_shows_the_answer_with_the_day_and_the_version(anyone):
    path = share(anyone)
    assert re.fullmatch(r"/check/shared/[\w-]{22}/", path)
    page = Client().get(path)
    said = text(page)
    assert page.context["answer"].verdict == "eligible"
    assert "추천 요건을 충족합니다." in said
    assert "2026. 10. 12.에 v1 기준으로 확인한 결과입니다." in said
    assert "출처" in said
    assert "52,000,000원" in said


def test_what_would_tell_who_it_is_is_not_kept(anyone):
    personal = ("2016-08-31", "2017-03-01", "2023-02-28", "2027-01-20", "VNM", "베트남")
    shown = anyone.post(URL, good(anyone.get(URL))).content.decode()
    assert any(one in shown for one in personal), "the answer itself shows them"
    path = share(anyone)
    kept = str(SharedAnswer.objects.get().content)
    page = Client().get(path).content.decode()
    for one in personal:
        assert one not in kept, one
        assert one not in page, one


def test_a_free_text_a_day_and_a_code_of_one_s_own_are_never_said():
    """Whatever a rule may ask of them one day."""
    for path in (
        "candidate.birth_date",
        "candidate.nationality",
        "candidate.age",
        "candidate.status",
        "employer.business_no",
        "employer.care_code",
        "employer.registered_on",
        "job.title",
        "job.from",
    ):
        assert not sharing.may_be_said(VOCABULARY.fact(path), path), path
        node = {
            **dict.fromkeys(("kind", "code", "text", "source", "assumed", "verdict"), ""),
            "fact": path,
            "observed": "ZQX",
            "name": {"ko": "ZQX", "en": "ZQX"},
            "required": {"not_before": "2020-01-01", "figure": {"value": 1}},
            "missing": [],
            "children": [],
        }
        bare = sharing.without_person(node, vocabulary=VOCABULARY)
        assert "ZQX" not in str(bare)
        assert bare["required"] == {"figure": {"value": 1}}
    for path in ("job.annual_pay", "job.occupation", "employer.tax_arrears"):
        assert sharing.may_be_said(VOCABULARY.fact(path), path), path


def test_items_of_a_list_keep_their_kind_and_lose_the_rest():
    node = {
        "kind": "has",
        "code": "",
        "text": {},
        "source": [],
        "assumed": False,
        "verdict": "met",
        "group": "degrees",
        "observed": [{"verdict": "met", "level": "master", "country": "VNM", "institution": "ZQX"}],
        "required": {"count": 1, "where": {"awarded_on": {"not_after": "2020-01-01"}}},
        "missing": [],
        "children": [],
    }
    bare = sharing.without_person(node, vocabulary=VOCABULARY)
    assert bare["observed"] == [{"verdict": "met", "level": "master"}]
    assert bare["required"] == {"count": 1, "where": {"awarded_on": {}}}


@pytest.mark.parametrize(
    "measure",
    [
        {"days_since": "candidate.birth_date"},
        {"times": 2, "of": {"plus": ["candidate.age", 1]}},
    ],
)
def test_measures_that_tell_a_day_or_an_age_are_left_out(measure):
    facts = {"candidate": {"birth_date": "1996-05-05"}, "employer": {"insured_nationals": 7}}
    for rule in (
        {"number": measure, "at_least": "employer.insured_nationals"},
        {"number": "employer.insured_nationals", "at_least": measure},
    ):
        bare = sharing.without_person(judged(rule, facts).tree, vocabulary=VOCABULARY)
        edges = [bare["observed"]["least"], bare["required"]["at_least"]["least"]]
        assert sorted(edges, key=bool) == [None, 7]
        assert not {"30", "31", "62"} & set(re.findall(r"[0-9]+", str(bare["observed"])))


def test_the_interview_shares_too(anyone):
    path = f"{URL}questions/"
    page = anyone.get(path)
    answer = anyone.post(path, fields(page) | {"job-technology_field": "it", "share": ""})
    assert answer.status_code == 302
    assert Client().get(answer.url).context["answer"].verdict == "undecided"


def test_an_answer_stays_as_it_was_given(anyone):
    """By the version that gave it, though it no longer judges."""
    path = share(anyone)
    ProgrammeVersion.objects.filter(programme__slug=KOTRA).update(
        effective_from="2025-01-01", effective_to="2025-02-01"
    )
    assert anyone.get(URL).status_code == 404
    assert Client().get(path).context["answer"].verdict == "eligible"


def test_an_unknown_or_an_old_link_says_so_kindly(anyone):
    path = share(anyone)
    for wrong in ("/check/shared/nothing/", "/check/shared/" + "A" * 22 + "/"):
        page = anyone.get(wrong)
        assert page.status_code == 404
        assert "열 수 없는 결과입니다" in text(page)
    kept = SharedAnswer.objects.get()
    assert (kept.expires_at - kept.created_at).days == 90
    SharedAnswer.objects.update(
        created_at=kept.created_at - timedelta(days=91),
        expires_at=kept.expires_at - timedelta(days=91),
    )
    assert anyone.get(path).status_code == 404


def test_what_has_expired_is_forgotten(anyone):
    share(anyone)
    share(anyone)
    first = SharedAnswer.objects.first()
    SharedAnswer.objects.filter(pk=first.pk).update(
        created_at=first.created_at - timedelta(days=91),
        expires_at=first.expires_at - timedelta(days=91),
    )
    assert tasks.purge_shared_answers() == 1
    assert not SharedAnswer.objects.filter(pk=first.pk).exists()
    assert SharedAnswer.objects.count() == 1


def test_the_token_is_not_kept(anyone):
    token = share(anyone).split("/")[-2]
    kept = SharedAnswer.objects.get()
    assert token not in str(SharedAnswer.objects.values().get())
    assert len(kept.token_digest) == 64


def test_nobody_fills_the_table(anyone):
    """A GET keeps nothing; too many POSTs are told to wait."""
    anyone.get(URL + "?share=")
    assert not SharedAnswer.objects.exists()
    for _turn in range(precheck.SHARING.times):
        share(anyone)
    answer = anyone.post(URL, good(anyone.get(URL)) | {"share": ""})
    assert answer.status_code == 429
    assert SharedAnswer.objects.count() == precheck.SHARING.times


def test_a_mistake_is_not_shared(anyone):
    sent = good(anyone.get(URL)) | {"job-annual_pay": "-5", "share": ""}
    page = anyone.post(URL, sent)
    assert page.status_code == 200
    assert not SharedAnswer.objects.exists()
    assert fields(page)["job-annual_pay"] == "-5"
