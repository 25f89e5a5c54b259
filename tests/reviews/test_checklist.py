"""The checklist is made from the pinned version for the case at hand, and holds it in its stage."""

import pytest
from django.urls import reverse

from applications.errors import Invalid, NotNow
from applications.models import Application, Claim, Document
from applications.stages import Stage
from programs import calendar
from reviews import checklist
from reviews.models import ChecklistMark
from reviews.selectors.wanted import wanted_by_checklist
from reviews.services import examination
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


def fresh(case):
    return Application.objects.get(pk=case.pk)


def points(case):
    return {point.code: point for point in checklist.points_of(fresh(case))}


def mark(story, code, finding="fulfilled", note=""):
    return examination.mark(
        application=story.case, actor=story.reviewer, code=code, finding=finding, note=note
    )


def read(story, code, finding="fine", note=""):
    for document in story.case.documents.filter(code=code, replaced_at=None):
        examination.check_document(
            application=story.case,
            actor=story.reviewer,
            document=document,
            finding=finding,
            note=note,
        )


def test_its_points_are_the_documents_the_requirements_and_the_programmes_own(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    found = points(case)
    sent = {f"document.{code}" for code in case.documents.values_list("code", flat=True)}
    assert {code for code in found if code.startswith("document.")} == sent
    assert {code for code in found if code.startswith("rule.")} == {
        "rule.technology-field",
        "rule.occupation",
        "rule.qualification",
        "rule.pay",
        "rule.employer",
    }
    own = [code for code, point in found.items() if point.kind == checklist.Kind.OWN]
    assert own == [point.code for point in case.manifest.checklist]


def test_only_the_way_this_person_takes_is_to_be_looked_at(world):
    """KOTRA has four ways; requirements that do not concern the occupation are no points."""
    case = world.at(Stage.DOCUMENT_REVIEW).case
    found = points(case)
    way = found["rule.qualification"].way
    assert any("해외 대학" in words for words in way)
    assert not any("국내 대학" in words for words in way)
    assert "degree_cert" in found["rule.qualification"].evidence
    assert {"rule.returned-firm", "rule.nationals"}.isdisjoint(found)
    # A web developer's firm has the rule on nationals, and its list of insured people.
    claim = Claim.objects.get(application=case, kind="contract")
    claim.declared = {**claim.declared, "occupation": "2224"}
    claim.save()
    found = points(case)
    assert "rule.nationals" in found
    assert found["document.insurance_list"].needed
    assert not found["document.insurance_list"].by_files


def test_another_programme_has_other_points(world):
    kotra = points(world.at(Stage.DOCUMENT_REVIEW).case)
    gyeonggi = points(world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).case)
    assert "rule.region" in gyeonggi
    assert "rule.region" not in kotra
    assert "rule.technology-field" not in gyeonggi


@pytest.mark.parametrize("left", ["document.passport_copy", "rule.pay", "identity"])
def test_no_case_leaves_document_review_with_an_open_point(world, left):
    story = world.at(Stage.DOCUMENT_REVIEW)
    for code, point in points(story.case).items():
        if code == left:
            continue
        if point.by_files:
            read(story, code.removeprefix("document."))
        else:
            mark(story, code)
    assert [point.code for point in checklist.points_of(fresh(story.case)) if point.open] == [left]
    with pytest.raises(NotNow):
        story.advance()
    if left.startswith("document."):
        read(story, left.removeprefix("document."))
    else:
        mark(story, left, "not_applicable")
    assert story.advance().fresh().at == Stage.VALIDATION


def test_a_point_to_be_supplemented_is_open_and_wanted(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    read(story, "passport_copy", "wanting", "여권 사진면이 흐립니다.")
    mark(story, "rule.pay", "missing", "월 급여가 적힌 쪽이 없습니다.")
    mark(story, "company", "missing", "유효기간이 지났습니다.")
    wanted = wanted_by_checklist(fresh(story.case))
    assert [(one.code, one.document_code, one.note) for one in wanted] == [
        ("document.passport_copy", "passport_copy", "여권 사진면이 흐립니다."),
        ("rule.pay", "contract", "월 급여가 적힌 쪽이 없습니다."),
        ("company", "", "유효기간이 지났습니다."),
    ]
    assert all(points(story.case)[one.code].open for one in wanted)


def test_what_must_be_said_must_be_said(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    with pytest.raises(Invalid, match="무엇을 보완해야"):
        mark(story, "rule.pay", "missing")
    # A file's finding is given with the file open, and an absent one is no fulfilled one.
    with pytest.raises(Invalid, match="열어 확인해"):
        mark(story, "document.contract")
    Document.objects.filter(application=story.case, code="contract").delete()
    for finding in ("fulfilled", "not_applicable", "missing"):
        with pytest.raises(Invalid):
            mark(story, "document.contract", finding)
    mark(story, "document.contract", "not_applicable", "행정정보로 확인했습니다.")
    assert not points(story.case)["document.contract"].open
    # Nor is there a point of another way, programme or invention.
    for code in ("rule.returned-firm", "rule.region", "document.photo", "nothing"):
        with pytest.raises(Invalid, match="점검 항목이 아닙니다"):
            mark(story, code)


def test_a_file_without_bearing_is_not_applicable(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    read(story, "career_cert", "not_applicable")
    point = points(story.case)["document.career_cert"]
    assert (point.finding, point.open) == (ChecklistMark.Finding.NOT_APPLICABLE, False)


def test_a_newer_file_opens_its_point_again(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    read(story, "contract")
    held = story.case.documents.get(code="contract")
    held.replaced_at = calendar.now()
    held.save()
    Document.objects.create(
        application=story.case,
        code="contract",
        stored=held.stored,
        uploaded_by=story.member,
        uploaded_at=calendar.now(),
    )
    assert points(story.case)["document.contract"].finding == ""


def test_the_page_says_how_much_is_left(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    reviewer = Browser(story.reviewer)
    address = reverse("reviews:case", kwargs={"public_id": story.case.public_id})
    total = len(points(story.case))
    assert f"{total}개 항목이 남아 있어" in reviewer.open(address).words
    mark(story, "rule.pay")
    page = reviewer.open(address)
    assert f"{total - 1}개 항목이 남아 있어" in page.words
    assert f"1 / {total}" in page.words
    assert "해외 대학의 관련 분야 학사 이상" in page.words
