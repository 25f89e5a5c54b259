"""The guide's example, a province that does not exist, from its file to its letter.

Nothing here knows the programme but its file: what a person types is typed into the forms that the
file makes, and the office works on it through the services that every programme uses.
"""

import io
import subprocess
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole, User
from applications import completeness
from applications.errors import NotNow
from applications.sections import sections_of
from applications.stages import Stage
from letters import services as letters
from letters.models import Letter, TemplateVersion
from portal.demo.story import Story
from programs.models import Evaluation, Pool
from reviews.models.decision import SignedAs
from reviews.services import examination, line
from reviews.services.decision import live_decision
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import World

pytestmark = pytest.mark.django_db

GUIDE = settings.BASE_DIR / "docs" / "programmes.md"
EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "gaon"
SLUG = "gaon"

CLAIMS = {
    "contract": [
        {
            "occupation": "2231",
            "title": "데이터 분석가",
            "annual_pay": 40_000_000,
            "monthly_pay": 3_300_000,
            "weekly_hours": 40,
            "from": "2026-12-01",
            "to": "2028-11-30",
            "region": "gaon/mirinae",
        }
    ],
    "degree": [
        {
            "level": "bachelor",
            "country": "VNM",
            "field": "통계학",
            "institution": "Sample University",
            "awarded_on": "2018-06-30",
            "related": True,
        }
    ],
    "career": [
        {
            "employer": "Sample Data JSC",
            "title": "Analyst",
            "from": "2018-07-01",
            "to": "2019-06-30",
            "share": 100,
            "related": True,
        }
    ],
    "recommendation": [{"by": "gaon-mayor", "name": "미리내군수", "on": "2026-09-20"}],
    "employer": [
        {
            "insured_nationals": 9,
            "foreign_workers": 0,
            "tax_arrears": False,
            "restricted": False,
            "domestic_sales_only": False,
        }
    ],
    "own": [
        {
            "speaking_test": 70,
            "tested_at": "byeolha-centre",
            "tested_on": "2024-10-13",
            "settles": False,
            "housing": "company",
        }
    ],
}


# The same answers, as they are typed into the pre-check.
PRECHECK = {
    "job-occupation": "2231@moj-2026",
    "job-region": "gaon/mirinae",
    "job-annual_pay": "40,000,000",
    "degrees-0-level": "bachelor",
    "degrees-0-awarded_on": "2018-06-30",
    "degrees-0-related": "true",
    "careers-0-from": "2018-07-01",
    "careers-0-to": "2019-06-30",
    "careers-0-share": "100",
    "careers-0-related": "true",
    "recommendations-0-by": "gaon-mayor",
    "employer-insured_nationals": "9",
    "employer-foreign_workers": "0",
    "penalties-none": "on",
    **{f"own-{name}": str(value) for name, value in CLAIMS["own"][0].items()},
    "own-settles": "false",
}


@pytest.fixture
def gaon(world: World) -> World:
    """The example loaded beside the shipped programmes, with people in its office."""
    assert told("programs", "check", str(EXAMPLE)).startswith("ok ")
    said = told("programs", "load", str(EXAMPLE))
    assert "gaon v1 2026-09-01 loaded" in said
    assert "gaon letter design published" in said
    office = Office.objects.get(code="gaon")
    for role in (StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.ADMINISTRATOR):
        user = User.objects.create_user(email=f"gaon.{role}@demo.example", name=f"가온 {role}")
        StaffMembership.objects.create(office=office, user=user, role=role)
    return world


def told(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def pools() -> dict[str, tuple[int, int, int]]:
    """(size, held, issued) of each level of the example's quota."""
    found = Pool.objects.filter(programme__slug=SLUG)
    return {pool.path.rpartition("/")[2]: (pool.size, pool.held, pool.issued) for pool in found}


def test_the_guide_shows_the_example_as_it_is():
    guide = GUIDE.read_text("utf-8")
    for file in ("2026-09-01.yaml", "letter.html", "letter.css"):
        assert f"examples/gaon/{file}" in guide
        assert (EXAMPLE / file).read_text("utf-8").strip() in guide


def test_loading_it_again_changes_nothing(gaon):
    said = told("programs", "load", str(EXAMPLE)).splitlines()
    assert "gaon v1 2026-09-01 unchanged" in said
    assert not [line for line in said if "letter" in line]
    assert TemplateVersion.objects.filter(code=SLUG).count() == 1


def test_the_pre_check_asks_its_own_questions_and_answers(gaon):
    page = Browser().open(f"/check/{SLUG}/")
    asked_for = {name for form in page.forms for name in form.fields}
    assert {"own-speaking_test", "own-tested_at", "own-settles", "own-housing"} <= asked_for
    assert "별하 시험장" in page.html  # a choice from the programme's own list
    form = next(form for form in page.forms if "own-settles" in form.fields)
    answer = page.send(form, **PRECHECK)
    assert "추천 요건을 충족합니다." in answer.words
    short = answer.browser.send(answer.path, form.filled(**PRECHECK | {"own-housing": "none"}))
    assert "추천 요건을 충족합니다." not in short.words
    assert "정착할 뜻을 보여 주는 것이 두 가지 이상 있습니다." in short.words


def test_from_the_form_to_the_letter(gaon, tmp_path):
    story = Story.begin(slug=SLUG, member=gaon["company"])
    names = [section.name for section in sections_of(story.fresh())]
    assert {"own", "recommendation", "income", "penalty"} <= set(names)
    assert "training" not in names

    story.fill(CLAIMS)
    assert completeness.problems(story.fresh()) == []
    story.submit().assign()
    assert story.case.receipt_no == "가온-접수-2026-00001"
    kept = Evaluation.objects.get(subject=story.case.public_id, purpose="submission")
    assert kept.verdict == "eligible"
    assert kept.facts["own"]["speaking_test"] == 70

    story.check_documents()
    # The reviewer finds another result of the test: what was declared is not what counts.
    own = story.case.claims.get(kind="own")
    wrong = {**own.declared, "speaking_test": 69}
    check(story, own, wrong)
    for claim in story.case.claims.exclude(pk=own.pk):
        check(story, claim)
    assert examination.evaluate_verified(story.fresh(), actor=None).verdict == "not_eligible"
    check(story, own)
    story.advance()
    assert story.fresh().at == Stage.DECISION
    verified = Evaluation.objects.filter(subject=story.case.public_id, purpose="verified")
    assert verified.latest("pk").verdict == "eligible"

    before = pools()
    assert before["total"] == (60, 0, 0)
    story.draft()
    with pytest.raises(NotNow, match="먼저 거쳐야 하는 단계가 있습니다: 검토"):
        story.sign_off()
    reader = User.objects.create_user(email="gaon.reader@demo.example", name="가온 검토")
    StaffMembership.objects.create(office=story.case.office, user=reader, role=StaffRole.REVIEWER)
    line.pass_step(decision=live_decision(story.fresh()), actor=reader)
    signed = story.sign_off().decision
    assert (signed.signed_as, signed.steps_wanted) == (SignedAs.DELEGATED, 1)
    taken = {code: held for code, (_size, held, _issued) in pools().items()}
    assert taken == {"total": 1, "professional": 1, "data": 1, "skilled": 0, "mirinae": 1}
    deliver_letters()
    assert {code: issued for code, (_size, _held, issued) in pools().items()} == taken

    letter = Letter.objects.get(subject=story.case.public_id)
    assert (letter.state, letter.number) == ("valid", "가온-2026-0001")
    assert letter.template == TemplateVersion.objects.get(code=SLUG)
    assert letter.valid_until == date(2027, 1, 12)
    pdf = tmp_path / "letter.pdf"
    pdf.write_bytes(letters.read_file(letter))
    text = subprocess.run(
        ["pdftotext", "-raw", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "가온도지사 추천서 (꾸며 낸 예시)" in text
    assert "데이터 전문가 (2231)" in text
    assert told("letters", "verify", str(pdf)).splitlines()[0] == "specimen"


def check(story: Story, claim, value: dict | None = None) -> None:
    examination.check_claim(
        application=story.case,
        actor=story.reviewer,
        claim=claim,
        verdict="confirmed" if value is None else "corrected",
        method="document",
        verified_value=value,
        note="" if value is None else "성적표를 확인했습니다.",
    )


@pytest.mark.parametrize(
    ("kind", "change", "missed"),
    [
        ("own", {"tested_on": "2024-10-11"}, "speaking-test"),
        ("own", {"speaking_test": 69}, "speaking-test"),
        ("own", {"housing": "none"}, "roots"),
        ("employer", {"insured_nationals": 9, "foreign_workers": 1}, "cap-ratio"),
        ("employer", {"insured_nationals": 2}, "nationals"),
        ("career", {"to": "2019-06-29"}, "degree"),
        ("contract", {"annual_pay": 31_119_999}, "pay-professional"),
    ],
)
def test_one_step_less_is_refused_with_the_rule_that_was_missed(gaon, kind, change, missed):
    story = Story.begin(slug=SLUG, member=gaon["company"])
    story.fill({**CLAIMS, kind: [{**CLAIMS[kind][0], **change}]}).submit()
    kept = Evaluation.objects.get(subject=story.case.public_id)
    assert kept.verdict == "not_eligible"
    assert missed in set(codes_not_met(kept.tree))


def codes_not_met(tree):
    if tree["verdict"] == "not_met":
        yield tree["code"]
    for child in tree["children"]:
        yield from codes_not_met(child)


def test_the_reviewer_s_pages_show_the_programme_s_own_facts_and_reasons(gaon):
    story = Story.begin(slug=SLUG, member=gaon["company"])
    story.fill({**CLAIMS, "own": [{**CLAIMS["own"][0], "housing": "none"}]}).submit().assign()
    story.check_documents()
    reviewer = Client()
    reviewer.force_login(story.reviewer)
    own = story.case.claims.get(kind="own")
    page = reviewer.get(reverse("reviews:claim", args=[story.case.public_id, own.public_id]))
    shown = page.content.decode()
    assert "가온 말하기 시험 점수" in shown
    assert "별하 시험장" in shown
    story.check_claims()
    page = reviewer.get(reverse("reviews:decision", args=[story.case.public_id]))
    grounds = dict(page.context["form"].fields["grounds"].choices)
    assert "rule:roots" in grounds
    assert "정착할 뜻" in grounds["rule:roots"]


def test_a_person_fills_in_the_generated_form(gaon):
    story = Story.begin(slug=SLUG, member=gaon["company"])
    member = Browser(story.member)
    page = member.open(reverse("applications:edit", args=[story.case.public_id, "own"]))
    assert "가온 말하기 시험 점수 (점)" in page.words
    sent = page.form(version="0").filled(
        speaking_test="101",
        tested_at="nuri-centre",
        tested_on="2026. 3. 5.",
        settles="true",
        housing="own",
    )
    answer = member.client.post(page.path, sent)
    assert "0 이상 100 이하여야 합니다." in answer.content.decode()
    sent["speaking_test"] = ["88"]
    member.client.post(page.path, sent)
    assert story.fresh().claims.get(kind="own").declared == {
        "speaking_test": 88,
        "tested_at": "nuri-centre",
        "tested_on": "2026-03-05",
        "settles": True,
        "housing": "own",
    }


def test_what_the_rules_ask_besides_is_asked_for_before_submission(gaon):
    story = Story.begin(slug=SLUG, member=gaon["company"])
    without = {**CLAIMS["own"][0]}
    del without["housing"]
    contract = {**CLAIMS["contract"][0]}
    del contract["region"]
    story.fill({**CLAIMS, "own": [without], "contract": [contract]})
    lacks = {(lack.section, lack.anchor) for lack in completeness.problems(story.fresh())}
    assert lacks == {("own", "id_housing"), ("contract", "id_region")}
