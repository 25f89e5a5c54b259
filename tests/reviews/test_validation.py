"""The gate of validation, and which claim made the difference."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applications.errors import NotNow
from applications.stages import Stage
from programs.models import Evaluation
from reviews.comparing import compared_now, kept_comparison
from reviews.facts import check_of, claims_with_checks
from reviews.models import ClaimCheck, EvidenceFile
from reviews.services import examination, inquiries
from reviews.verifying import needed_unchecked

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return world.at(Stage.VALIDATION)


def check(story, claim, verdict="confirmed", **more):
    return examination.check_claim(
        application=story.case,
        actor=story.reviewer,
        claim=claim,
        verdict=verdict,
        method=more.pop("method", "document"),
        note="" if verdict == "confirmed" else "확인한 내용입니다.",
        **more,
    )


def of(story, kind):
    return story.case.claims.filter(kind=kind).first()


def shorter(claim, days=200):
    first = date.fromisoformat(claim.declared["from"])
    return {**claim.declared, "to": (first + timedelta(days=days)).isoformat()}


def kinds(claims):
    return [claim.kind for claim in claims]


# --- the gate -----------------------------------------------------------------------------------
def test_only_what_the_route_needs_has_to_be_checked(story):
    """The candidate meets the route of five years' work: neither degree nor language is asked."""
    assert kinds(needed_unchecked(story.fresh())) == ["identity", "contract", "career", "employer"]
    for claim in needed_unchecked(story.fresh()):
        check(story, claim)
    story.advance()
    assert story.fresh().stage == Stage.EXTERNAL_EVALUATION
    left = [one.kind for one in claims_with_checks(story.case) if check_of(one) is None]
    assert left == ["degree", "language"]
    kept = Evaluation.objects.filter(subject=story.case.public_id, purpose="verified").last()
    assert kept.verdict == "eligible"


def test_when_the_route_falls_another_one_is_needed(story):
    check(story, of(story, "career"), "corrected", verified_value=shorter(of(story, "career"), 500))
    # Now only the route of a degree and a year's work is left.
    assert "degree" in kinds(needed_unchecked(story.fresh()))


@pytest.mark.parametrize("kind", ["identity", "contract", "career", "employer"])
def test_service_page_and_api_refuse_and_name_the_claim(world, story, kind):
    for claim in needed_unchecked(story.fresh()):
        if claim.kind != kind:
            check(story, claim)
    name = examination.unchecked_claims(story.fresh())
    assert len(name) == 1
    with pytest.raises(NotNow) as refused:
        story.advance()
    assert name[0] in refused.value.sentence
    client = Client()
    client.force_login(story.reviewer)
    step = reverse("reviews:step", kwargs={"public_id": story.case.public_id})
    answer = client.post(step, {"step": "advance", "version": story.fresh().revision}, follow=True)
    assert name[0] in answer.content.decode()
    sent = reverse("api-case-step", kwargs={"public_id": story.case.public_id, "name": "advance"})
    said = client.post(sent, {"revision": story.fresh().revision}, "application/json")
    assert said.status_code == 409
    assert name[0] in said.content.decode()
    assert story.fresh().stage == Stage.VALIDATION
    page = client.get(reverse("reviews:claims", kwargs={"public_id": story.case.public_id}))
    assert "요건에 필요한 것이 1건" in page.content.decode()


def test_a_claim_changed_in_a_supplement_is_needed_again(story):
    for claim in needed_unchecked(story.fresh()):
        check(story, claim)
    assert needed_unchecked(story.fresh()) == []
    career = of(story, "career")
    ClaimCheck.objects.filter(claim=career).delete()
    assert kinds(needed_unchecked(story.fresh())) == ["career"]


# --- the difference -----------------------------------------------------------------------------
def test_the_claim_that_changed_the_verdict_is_named_and_kept(story):
    career = of(story, "career")
    check(story, of(story, "identity"))
    check(story, of(story, "contract"))
    check(story, of(story, "degree"))
    check(story, of(story, "employer"))
    assert compared_now(story.fresh()) is None
    check(story, career, "corrected", verified_value=shorter(career))
    found = compared_now(story.fresh())
    assert (found.before, found.after) == ("eligible", "not_eligible")
    assert [cause.titles for cause in found.causes] == [
        (f"경력 · {career.declared['employer']} · {career.declared['title']}",)
    ]
    worked = [turn for turn in found.turns if turn.before["kind"] == "experience"]
    assert worked[0].after["observed"]["days"] == 201
    for claim in needed_unchecked(story.fresh()):
        check(story, claim)
    story.advance()
    kept = Evaluation.objects.filter(subject=story.case.public_id, purpose="verified").last()
    assert kept_comparison(kept) == found


def test_what_was_kept_outlives_the_claim(story):
    career = of(story, "career")
    check(story, career, "rejected")
    for claim in needed_unchecked(story.fresh()):
        check(story, claim)
    story.advance()
    kept = Evaluation.objects.filter(subject=story.case.public_id, purpose="verified").last()
    title = kept_comparison(kept).causes[0].titles
    ClaimCheck.objects.filter(claim=career).delete()
    story.case.claims.filter(pk=career.pk).delete()
    assert kept_comparison(kept).causes[0].titles == title


def test_a_correction_that_changes_nothing_says_so(story):
    contract = of(story, "contract")
    paid = {**contract.declared, "annual_pay": contract.declared["annual_pay"] + 1}
    check(story, contract, "corrected", verified_value=paid)
    found = compared_now(story.fresh())
    assert not found.verdict_differs
    assert found.causes == ()


# --- the pages ----------------------------------------------------------------------------------


def claim_url(story, claim):
    return reverse(
        "reviews:claim", kwargs={"public_id": story.case.public_id, "claim": claim.public_id}
    )


def test_a_reply_without_its_day_is_said_at_the_field_and_nothing_is_lost(story):
    client = Client()
    client.force_login(story.reviewer)
    claim = of(story, "degree")
    answer = client.post(
        claim_url(story, claim),
        {
            "do": "check",
            "version": story.fresh().revision,
            "verdict": "confirmed",
            "method": "issuer",
            "asked": "학적을 물어보았습니다.",
            "note": "기록과 같습니다.",
        },
    )
    page = answer.content.decode()
    assert "회신을 받은 날을 적어 주세요." in page
    assert "학적을 물어보았습니다." in page
    assert not ClaimCheck.objects.filter(claim=claim).exists()


def test_a_file_of_the_office_becomes_the_evidence_and_stays_inside(world, story):
    from portal.demo import samples

    client = Client()
    client.force_login(story.reviewer)
    claim = of(story, "degree")
    answer = client.post(
        claim_url(story, claim),
        {
            "do": "check",
            "version": story.fresh().revision,
            "verdict": "confirmed",
            "method": "issuer",
            "answered_on": "2026-10-12",
            "file": samples.paper("회신"),
        },
    )
    assert answer.status_code == 302
    kept = EvidenceFile.objects.get()
    assert ClaimCheck.objects.get(claim=claim).evidence_file == kept
    assert not kept.shown_to_company
    url = reverse(
        "reviews:evidence",
        kwargs={"public_id": story.case.public_id, "evidence": kept.public_id},
    )
    assert client.get(url).status_code == 200
    for login, status in {"company": 404, "gyeonggi.reviewer": 404, "kotra.admin": 403}.items():
        stranger = Client()
        stranger.force_login(world[login])
        assert stranger.get(url).status_code in (status, 403), login


def test_a_known_institution_is_one_click_away(world, story):
    degree = of(story, "degree")
    first = inquiries.draft(
        application=story.fresh(),
        actor=story.reviewer,
        claim=degree,
        method="issuer",
        name=degree.declared["institution"],
        kind="school",
        to="registrar@school.example",
        language="en",
    )
    inquiries.close(inquiry=first, actor=story.reviewer, why="다시 씁니다.")
    client = Client()
    client.force_login(story.reviewer)
    answer = client.post(claim_url(story, degree), {"do": "ask", "version": story.fresh().revision})
    again = story.case.inquiries.exclude(pk=first.pk).get()
    assert str(again.public_id) in answer["Location"]
    assert again.to == "registrar@school.example"
    # Of somebody unknown the address has to be said first.
    answer = client.post(
        claim_url(story, of(story, "career")), {"do": "ask", "version": story.fresh().revision}
    )
    assert answer["Location"].endswith("/inquiry/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_what_is_awaited_asks_three_questions_at_most(world, story, count):
    from tests.person import Browser
    from tests.reviews.test_case_queries import asked

    for index in range(count):
        inquiry = inquiries.draft(
            application=story.fresh(),
            actor=story.reviewer,
            claim=of(story, "degree"),
            method="issuer",
            name=f"School {index}",
            kind="school",
            to="registrar@school.example",
            language="ko",
        )
        inquiries.send(
            inquiry=inquiry,
            actor=story.reviewer,
            to=inquiry.to,
            subject=inquiry.subject,
            text=inquiry.text,
        )
    queries = asked(Browser(story.reviewer), reverse("reviews:inquiries"))
    assert len(queries) <= 3, queries


def test_overdue_replies_come_first_and_pages_follow_the_key(world, story, monkeypatch):
    from reviews.models import Inquiry
    from reviews.permissions import Desk
    from reviews.selectors import inquiries as seen

    monkeypatch.setattr(seen, "ROWS", 2)
    made = []
    for index, days in enumerate((5, -3, 0, 9, -1)):
        inquiry = inquiries.draft(
            application=story.fresh(),
            actor=story.reviewer,
            claim=of(story, "degree"),
            method="issuer",
            name=f"School {index}",
            kind="school",
            to="registrar@school.example",
            language="ko",
        )
        inquiry = inquiries.send(
            inquiry=inquiry,
            actor=story.reviewer,
            to=inquiry.to,
            subject=inquiry.subject,
            text=inquiry.text,
        )
        Inquiry.objects.filter(pk=inquiry.pk).update(
            due_on=date(2026, 10, 12) + timedelta(days=days)
        )
        made.append((days, inquiry.pk))
    desk = Desk.of(story.reviewer)
    found, key = [], None
    while True:
        page = seen.awaited(desk, story.reviewer, mine=False, after=key)
        found += [one.inquiry.pk for one in page.rows]
        if not page.older:
            break
        last = page.rows[-1].inquiry
        key = (last.due_on, last.pk)
    assert found == [pk for _days, pk in sorted(made)]
    assert seen.awaited(desk, story.reviewer, mine=False, after=key, back=True).rows
    stranger = Desk.of(world["gyeonggi.reviewer"])
    assert not seen.awaited(stranger, world["gyeonggi.reviewer"], mine=False, after=None).rows


@pytest.mark.parametrize("key", ["", "x", "2026-13-01.4", "2026-10-12.", "2026-10-12." + "9" * 30])
def test_a_broken_key_is_no_key(key):
    from reviews.selectors.inquiries import key_from

    assert key_from(key) is None


def test_the_company_sees_a_file_of_the_office_only_where_that_was_chosen(world, story):
    from portal.demo import samples
    from reviews.services import evidence

    kept = evidence.add_evidence(
        application=story.fresh(), actor=story.reviewer, upload=samples.paper("회신")
    )
    company, other = Client(), Client()
    company.force_login(world["company"])
    other.force_login(world["company2"])
    page = reverse("case", kwargs={"public_id": story.case.public_id})
    url = reverse(
        "case-evidence", kwargs={"public_id": story.case.public_id, "evidence": kept.public_id}
    )
    assert company.get(url).status_code == 404
    assert url not in company.get(page).content.decode()
    evidence.show_evidence(evidence=kept, actor=story.reviewer, shown=True)
    assert company.get(url).status_code == 200
    assert url in company.get(page).content.decode()
    assert other.get(url).status_code == 404
