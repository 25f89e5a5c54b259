"""Finding cases by words: Hangul of two syllables, parts of Latin names, numbers, on both
databases."""

import pytest

from accounts.services import companies
from applications import search
from applications.models import Application, SearchRow
from applications.services import drafting
from applications.services.search import rebuild
from applications.stages import Stage
from audit.crypto import digest
from tests.world import GYEONGGI

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

FINDS = [
    "민수", "김민", "김민수", "김", "한빛", "빛정", "정밀", "정", "한빛정밀", "(주)한빛",
    "주식회사 한빛정밀", "nguyen", "NGUYEN", "guye", "Nguyễn", "van an", "vanan", "n",
    "an nguyen", "hanbit", "PRECI", "co.", "한빛 민수 nguyen",
    "ｈａｎｂｉｔ",  # full width
    "\u1112\u1161\u11ab\u1107\u1175\u11be",  # 한빛 in its parts, as some systems write it
    ]  # fmt: skip
FINDS_NOT = [
    "수민",
    "민",
    "빛",
    "guyn",
    "한빛 철수",
    "밀한",
    "정밀hanbit",
    "%%",
    "__",
    "-",
    "",
    "주식회사",
    "u",
]


@pytest.fixture
def case(world):
    """A received case of 김민수 (KIM Min-Su) at ㈜ 한빛 정밀 / Hanbit Precision."""
    found = world.bare(Stage.DOCUMENT_REVIEW)
    company = found.company
    company.name_ko, company.name_en = "㈜ 한빛 정밀", "Hanbit Precision Co., Ltd."
    company.save()
    named(found, "NGUYỄN", "VAN AN", "김민수")
    return found


def named(case, surname, given, korean):
    person = case.candidate
    person.surname, person.given_names, person.name_ko = surname, given, korean
    person.save(update_fields=["surname", "given_names", "name_ko"])


def found(question, *programmes):
    cases = Application.objects.filter(search.hits(question, programmes)).order_by("pk")
    return list(cases.values_list("pk", flat=True))


def test_what_finds_a_case_and_what_does_not(case):
    for question in FINDS:
        assert found(question, case.programme_id) == [case.pk], question
    for question in FINDS_NOT:
        assert found(question, case.programme_id) == [], question


def test_numbers_in_whole_and_in_part(case):
    business = case.company.business_no
    Application.objects.filter(pk=case.pk).update(receipt_no="KOTRA-2026-000417")
    case.candidate.save()
    dashed = case.company.business_no_dashed
    for question in ("KOTRA-2026-000417", "kotra2026000417", "0417", "000417", business, dashed):
        assert found(question, case.programme_id) == [case.pk], question
    for question in ("KOTRA-2026-000418", "7140", "417", business[::-1]):
        assert found(question, case.programme_id) == [], question


def test_personal_numbers_only_whole_and_kept_as_digests(case, world):
    story = world.story()
    drafting.save_candidate(
        application=story.case,
        actor=world["company"],
        fields={"passport_no": "M1234-5678", "registration_no": "900101-5123456"},
    )
    row = story.reach(Stage.DOCUMENT_REVIEW).fresh()
    # What the journey typed is replaced by numbers of our own.
    person = row.candidate
    person.passport_no, person.passport_digest = "", digest("M12345678", purpose="passport")
    person.save()
    assert found("m1234 5678", row.programme_id) == []
    assert found("M1234-5678", row.programme_id) == [row.pk]
    assert found("m12345678", row.programme_id) == [row.pk]
    assert found("M1234567", row.programme_id) == []
    assert "1234" not in " ".join(SearchRow.objects.get(pk=row.pk).terms)


def test_another_programmes_case_is_not_found(case, world):
    theirs = world.bare(Stage.DOCUMENT_REVIEW, GYEONGGI)
    assert found("한빛", theirs.programme_id) == [theirs.pk]
    assert found("한빛", case.programme_id) == [case.pk]
    assert found("한빛", case.programme_id, theirs.programme_id) == [case.pk, theirs.pk]
    assert found("한빛") == []


def test_a_draft_is_found_by_nobody_and_a_submitted_case_at_once(world):
    story = world.story()
    assert not SearchRow.objects.exists()
    case = story.reach(Stage.DOCUMENT_REVIEW).fresh()
    assert found(case.receipt_no, case.programme_id) == [case.pk]


def test_a_company_that_is_renamed_is_found_by_its_new_name(case, world):
    about = {name: getattr(case.company, name) for name in companies.CHANGEABLE}
    companies.change(
        company=case.company, actor=world["company"], about=about | {"name_ko": "새벽테크"}
    )
    assert found("새벽", case.programme_id) == [case.pk]
    assert found("한빛", case.programme_id) == []


def test_rebuilding_says_the_same_and_repairs(case):
    before = SearchRow.objects.get(pk=case.pk)
    SearchRow.objects.update(text="", terms=[])
    assert found("민수", case.programme_id) == []
    assert rebuild() == 1
    after = SearchRow.objects.get(pk=case.pk)
    assert (after.text, after.terms) == (before.text, before.terms)


def test_a_page_stops_at_its_lid_and_a_file_does_not(case, world, monkeypatch):
    more = world.bare(Stage.DOCUMENT_REVIEW)
    both = [case.programme_id]
    assert Application.objects.filter(search.hits("한빛", both, most=1)).count() == 1
    assert Application.objects.filter(search.hits("한빛", both, most=None)).count() == 2
    assert more.pk in found("한빛", case.programme_id)


def test_a_legal_form_alone_tells_nothing_apart():
    assert search.says_nothing("주식회사")
    assert not search.says_nothing("주식회사 한빛")
    assert not search.says_nothing("--")
