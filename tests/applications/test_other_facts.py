"""The form of whatever a programme's rules ask: sections, fields and sentences made from the
vocabulary, and what is said in them on its way to the rules."""

import pytest
from django.conf import settings
from django.urls import reverse

from applications import completeness, facts, wording
from applications.forms.questions import asked, asked_codes
from applications.models import Claim
from applications.sections import sections_of
from applications.services import drafting
from programs.facts import VOCABULARY, FactType
from programs.loader import load
from programs.models import ProgrammeVersion
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db

# A programme that asks for every list and for an own fact of every type.
EVERY_TYPE = "\n".join(
    f"    - {{code: x_{kind}, names: {{ko: '{kind} 질문', en: '{kind}'}}, type: {kind}"
    + (
        ", choices: [{code: low, names: {ko: '낮음', en: 'Low'}},"
        " {code: high, names: {ko: '높음', en: 'High'}}]"
        if kind in ("choice", "level")
        else ""
    )
    + (", list: places" if kind == "code" else "")
    + "}"
    for kind in FactType
)
RULE = "    - {text: {ko: '묻기', en: 'Asked'}, %s}"
LISTS = "\n".join(
    RULE % f"number: {{count: {group.name}}}, at_least: 0"
    for group in VOCABULARY.groups
    if group.many
)
OWN = "\n".join(
    RULE % rule
    for rule in (
        "fact: own.x_yes_no, is: true",
        "fact: own.x_number, at_least: 3",
        "fact: own.x_money, at_least: 3",
        "fact: own.x_share, at_least: 3",
        "fact: own.x_date, within: {months: 12}",
        "fact: own.x_choice, is: high",
        "fact: own.x_level, at_least: high",
        "fact: own.x_code, listed: places",
        "fact: own.x_country, is: VNM",
        "fact: own.x_text, is_not: x",
        "fact: candidate.illegal_stay_days, is: 0",
        "has: recommendations, where: {by: [mayor, ministry]}",
    )
)


@pytest.fixture
def case(world, tmp_path):
    """A draft of a programme which asks everything."""
    text = max((settings.CATALOGUE_DIR / GYEONGGI).glob("*.yaml")).read_text("utf-8")
    head, rest = text.split("requirements:\n", 1)
    _rules, documents = rest.split("\n# The notice's own document list", 1)
    head = head.replace("programme: gyeonggi", "programme: all-asked")
    lists = (
        "lists:\n  places:\n    source: opcl\n    items:\n"
        "      - {code: here, names: {ko: '여기', en: 'Here'}}\n"
        "facts:\n  source: opcl\n  items:\n" + EVERY_TYPE + "\n"
    )
    rules = (
        "requirements:\n  text: {ko: '모두', en: 'All'}\n  source: opcl\n  all_of:\n"
        + LISTS
        + "\n"
        + OWN
        + "\n"
    )
    file = tmp_path / "all-asked" / "2026-06-17.yaml"
    file.parent.mkdir()
    file.write_text(head + lists + rules + "\n# Documents" + documents, "utf-8")
    loaded = load([file])
    assert loaded.done, [str(one) for one in loaded.problems] + loaded.refused
    assert ProgrammeVersion.objects.filter(programme__slug="all-asked").exists()
    return world.story("all-asked").fresh()


def test_every_list_and_question_has_its_section(case):
    found = asked(case.manifest)
    assert {group.name for group in VOCABULARY.groups if group.many} <= set(found)
    names = [section.name for section in sections_of(case)]
    assert names == [
        "candidate", "degree", "career", "contract", "employer", "language", "licence", "training",
        "status", "income", "achievement", "recommendation", "penalty", "person", "headcount",
        "foreigner", "own",
    ]  # fmt: skip


def test_another_programme_asks_no_more_than_before(world):
    names = [section.name for section in sections_of(world.story().fresh())]
    assert names == [
        "candidate", "degree", "career", "contract", "employer", "language", "licence",
    ]  # fmt: skip


def test_every_section_opens_and_saves(case):
    member = Browser(case.created_by)
    for section in sections_of(case):
        path = reverse("applications:edit", args=[case.public_id, section.name])
        page = member.open(path)
        assert page.status == 200, section.name
        form = page.form(version="0")
        assert member.client.post(path, form.filled()).status_code in (200, 302), section.name


def test_own_questions_of_every_type_are_answered_and_said(case):
    member = Browser(case.created_by)
    path = reverse("applications:edit", args=[case.public_id, "own"])
    form = member.open(path).form(version="0")
    typed = {
        "x_text": "글",
        "x_code": "here",
        "x_date": "2026. 3. 5.",
        "x_number": "1,234",
        "x_money": "30,000,000원",
        "x_share": "50",
        "x_yes_no": "false",
        "x_choice": "high",
        "x_level": "low",
        "x_country": "VNM",
    }
    member.client.post(path, form.filled(**typed))
    own = Claim.objects.get(application=case, kind="own").declared
    assert own == {
        "x_text": "글",
        "x_code": "here",
        "x_date": "2026-03-05",
        "x_number": 1234,
        "x_money": 30_000_000,
        "x_share": 50,
        "x_yes_no": False,
        "x_choice": "high",
        "x_level": "low",
        "x_country": "VNM",
    }
    assert facts.declared(case)["own"] == own
    said = {one["label"]: one["value"] for one in wording.pairs("own", own, case.manifest)}
    words = {str(label): value for label, value in said.items()}
    assert words["code 질문"] == "여기"
    assert words["choice 질문"] == "높음"
    assert words["yes_no 질문"] == "아니요"
    assert words["country 질문"] == "베트남"


def test_a_wrong_answer_gets_its_sentence_at_the_field(case):
    member = Browser(case.created_by)
    path = reverse("applications:edit", args=[case.public_id, "own"])
    form = member.open(path).form(version="0")
    page = member.client.post(path, form.filled(x_date="2026-02-30", x_number="많음")).context
    errors = page["form"].errors
    assert set(errors) == {"x_date", "x_number"}


def test_who_recommends_is_chosen_from_the_codes_the_rules_name(case):
    assert set(asked_codes(case.manifest, "recommendations", "by")) == {"mayor", "ministry"}
    page = Browser(case.created_by).open(
        reverse("applications:edit", args=[case.public_id, "recommendation"])
    )
    assert 'value="mayor"' in page.html
    assert 'value="other"' in page.html


def test_an_empty_list_is_known_to_be_none_but_a_count_is_not(case):
    drafting.save_claims(
        application=case, actor=case.created_by, kind="own", items=[{"x_yes_no": True}]
    )
    declared = facts.declared(case)
    assert declared["penalties"] == declared["incomes"] == declared["statuses"] == []
    assert "headcounts" not in declared
    assert "foreigners" not in declared


def test_counted_people_need_not_be_stated_again_and_must_not_contradict(case):
    save = {"application": case, "actor": case.created_by}
    stated = {"insured_nationals": 9, "tax_arrears": False, "restricted": False}
    drafting.save_claims(**save, kind="employer", items=[{**stated, "domestic_sales_only": False}])
    lacking = {lack.anchor for lack in completeness.problems(case) if lack.section == "employer"}
    assert lacking == {"id_foreign_workers"}
    drafting.save_claims(**save, kind="foreigner", items=[{"status": "E-7-1", "people": 2}])
    lacks = [one for one in completeness.problems(case) if one.section == "employer"]
    assert lacks == []
    drafting.save_claims(
        **save,
        kind="headcount",
        items=[{"on": "2026-09-30", "nationals": 8, "regular": 8}],
    )
    (lack,) = [one for one in completeness.problems(case) if one.section == "employer"]
    assert lack.anchor == "id_insured_nationals"
    assert "명부에서 센 인원(8명)과 다릅니다." in lack.sentence


def test_contradictions_between_sections_are_said_at_the_field(case):
    save = {"application": case, "actor": case.created_by}
    drafting.save_claims(
        **save,
        kind="status",
        items=[
            {"code": "E-9", "from": "2020-01-01", "to": "2022-12-31"},
            {"code": "D-10", "from": "2022-06-01", "to": None},
        ],
    )
    (lack,) = [one for one in completeness.problems(case) if one.section == "status"]
    assert lack.anchor == "id_rows-1-from"
    assert "다른 체류 기간과 겹칩니다." in lack.sentence
