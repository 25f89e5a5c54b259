"""What a machine reads in a file beside what was declared: three answers, and people decide."""

from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Application, Candidate, Document
from applications.stages import Stage
from audit.crypto import digest
from files import services as files
from files.models import TextLayer
from programs import calendar
from reviews import ages
from reviews.models import Recognised
from reviews.permissions import Desk
from reviews.recognition import compare
from reviews.recognition.extract import extract, from_json, to_json
from reviews.selectors.elsewhere import elsewhere
from reviews.services import recognising
from tests.files import samples
from tests.files.test_rendering import hangul
from tests.outbox import draw_pages
from tests.person import Browser
from tests.world import GYEONGGI

TODAY = date(2026, 10, 12)
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
CAREER = """재직증명서
성명: Nguyen Van An
회사: SAMPLE SYSTEMS CO., LTD.
재직기간: 2017. 3. 2. ~ 2023. 2. 28.
발급일: 2026년 9월 1일"""


def found(*texts, total=None):
    return extract(dict(enumerate(texts, 1)), total=total or len(texts), today=TODAY)


# --- pure -----------------------------------------------------------------------------------------
def test_found_different_and_not_found_are_three_things():
    declared = {
        "employer": "Sample Systems JSC",
        "title": "Software engineer",
        "from": "2017-03-01",
        "to": "2023-02-28",
        "share": 100,
    }
    said = {one.fact: one for one in compare.claim(found("표지", CAREER), "career", declared)}
    assert {name: one.state for name, one in said.items()} == {
        "employer": "found",
        "title": "not_found",
        "from": "different",
        "to": "found",
    }
    assert (said["from"].seen, said["from"].page) == (date(2017, 3, 2), 2)


@pytest.mark.parametrize(
    ("text", "state", "seen"),
    [
        ("연봉 52,000,000원", "found", None),
        ("연봉 5,200만원", "found", None),
        ("연봉 48,000,000원", "different", 48_000_000),
        ("식대 100,000원", "not_found", None),
        ("연봉은 협의한다", "not_found", None),
    ],
)
def test_pay_is_compared_as_a_sum(text, state, seen):
    (one,) = compare.claim(found(text), "contract", {"annual_pay": 52_000_000})
    assert (one.state, one.seen) == (state, seen)


@pytest.mark.parametrize(
    ("text", "state", "seen"),
    [
        ("Bachelor of Engineering", "found", None),
        ("공학사 학위를 수여함", "found", None),
        ("전문학사 학위", "different", "associate"),
        ("Master of Science", "different", "master"),
        ("졸업증명서", "not_found", None),
    ],
)
def test_a_degree_is_told_by_its_words(text, state, seen):
    (one,) = compare.claim(found(text), "degree", {"level": "bachelor"})
    assert (one.state, one.seen) == (state, seen)


def test_a_passports_zone_outweighs_the_words_around_it():
    text = f"Name: ERIKSON ANA\n{ZONE}"
    said = compare.person(found(text), surname="ERIKSSON", given_names="ANNA MARIA")
    assert said.state == "found"
    said = compare.person(found(text), surname="ERIKSON", given_names="ANA")
    assert (said.state, said.seen) == ("different", "ERIKSSON ANNA MARIA")
    read = compare.passport(
        found(text), {"birth_date": "1974-12-08", "sex": "F", "nationality": "UTO"}
    )
    assert {one.fact: (one.state, one.seen) for one in read} == {
        "birth_date": ("different", "1974-08-12"),
        "sex": ("found", None),
        "nationality": ("found", None),
    }


def test_what_is_kept_reads_back_the_same():
    made = found(CAREER, "", ZONE, total=5)
    assert from_json(to_json(made)) == made
    assert made.textless == (2, 4, 5)
    assert made.issued_on == (date(2026, 9, 1), 1)
    assert found("", total=2).silent


# --- in a case ------------------------------------------------------------------------------------
def say(document, *texts):
    """The words of a document as if its file had them."""
    draw_pages(document.stored)
    TextLayer.objects.filter(source=document.stored).delete()
    Recognised.objects.filter(stored=document.stored).delete()
    for number, text in enumerate(texts, 1):
        TextLayer.objects.create(source=document.stored, number=number, text=text)
    recognising.recognise(document.stored)


def read_page(story, document):
    address = reverse(
        "reviews:read", kwargs={"public_id": story.case.public_id, "document": document.public_id}
    )
    return Browser(story.reviewer).open(address)


@pytest.fixture
def story(world):
    return world.at(Stage.DOCUMENT_REVIEW)


@pytest.mark.django_db
def test_differences_stand_beside_the_field_with_their_page(story):
    document = story.case.documents.get(code="contract")
    declared = story.case.claims.get(kind="contract").declared
    say(document, f"근로계약서 연봉 48,000,000원 월 {declared['monthly_pay']:,}원")
    page = read_page(story, document)
    assert "서류에는 48,000,000원" in page.words
    assert "서류와 같음" in page.words
    assert "서류에서 찾지 못함" in page.words
    assert 'href="#page-1"' in page.html
    assert "기계가 글자를 읽어" in page.words


@pytest.mark.django_db
def test_a_scan_is_called_a_scan_and_nothing_is_said_of_it(story):
    document = story.case.documents.get(code="contract")
    say(document)
    page = read_page(story, document)
    assert "글자 정보가 없는 그림(스캔본)이어서" in page.words
    assert "서류에서 찾지 못함" not in page.words


@pytest.mark.django_db
def test_before_the_pages_are_drawn_nothing_is_compared(story):
    page = read_page(story, story.case.documents.get(code="contract"))
    assert "쪽을 그린 뒤에" in page.words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("L898902C3", "판독 영역의 번호와 같습니다."),
        ("L898902C4", "판독 영역의 번호가 신고한 번호와 다릅니다."),
    ],
)
def test_the_passport_number_is_compared_by_digest_and_never_shown(story, number, words):
    Candidate.objects.filter(application=story.case).update(
        passport_digest=digest(number, purpose="passport")
    )
    document = story.case.documents.get(code="passport_copy")
    say(document, ZONE)
    page = read_page(story, document)
    assert words in page.words
    assert "L898902" not in page.html.split('class="panel"')[1]
    assert "여권의 유효기간이 끝났습니다" in page.words


@pytest.mark.django_db
def test_words_of_a_drawn_file_are_kept_sealed_and_read_once(story, django_assert_num_queries):
    from django.db import connection

    stored = files.accept(
        upload=SimpleUploadedFile("a.pdf", hangul("고용계약서")), actor=story.member
    )
    Document.objects.create(
        application=story.case,
        code="contract",
        part=9,
        stored=stored,
        uploaded_by=story.member,
        uploaded_at=calendar.now(),
    )
    draw_pages(stored)
    row = Recognised.objects.get(stored=stored)
    assert row.found["pages"][0]["plain"] == "고용계약서"
    with connection.cursor() as cursor:
        cursor.execute("SELECT found FROM reviews_recognised WHERE id = %s", [row.pk])
        assert "고용계약서".encode() not in bytes(cursor.fetchone()[0])
    with django_assert_num_queries(1):
        assert recognising.extract_of(stored).pages[0].plain == "고용계약서"
    recognising.recognise(stored)
    assert Recognised.objects.get(stored=stored).made_at == row.made_at


@pytest.mark.django_db
def test_a_file_that_is_no_document_is_not_read(db):
    stored = files.accept(upload=SimpleUploadedFile("a.pdf", hangul("고용계약서")), actor=None)
    draw_pages(stored)
    assert not Recognised.objects.exists()


@pytest.mark.django_db
def test_a_reader_that_fails_leaves_the_pages(story, monkeypatch, caplog):
    from files import rendering

    def fails(_stored):
        raise ZeroDivisionError

    monkeypatch.setattr(rendering, "_when_drawn", [fails])
    document = story.case.documents.get(code="contract")
    draw_pages(document.stored)
    assert document.stored.rendering.outcome == "drawn"


# --- age ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("issued", "months", "until"),
    [
        (date(2026, 7, 12), 3, date(2026, 10, 12)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 10, 1), 12, date(2027, 10, 1)),
    ],
)
def test_months_are_counted_as_civil_act_160_does(issued, months, until):
    assert ages.months_after(issued, months) == until


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("issued", "old"),
    [("2026. 7. 12.", False), ("2026. 7. 11.", True), ("2026년 10월 12일", False)],
)
def test_stay_manual_p3_papers_issued_in_korea_are_good_for_three_months(story, issued, old):
    """Handed in on 2026-10-12: one of 12 July may come on that day, one of 11 July is too old."""
    held = story.case.documents.get(code="contract")
    document = Document.objects.create(
        application=story.case,
        code="tax_national",
        stored=held.stored,
        uploaded_by=story.member,
        uploaded_at=datetime(2026, 10, 12, 23, 30, tzinfo=calendar.SEOUL),
    )
    say(document, f"납세증명서\n발급일: {issued}")
    page = read_page(story, document)
    assert ("발급된 지 오래된 서류입니다" in page.words) is old
    say(document, "납세증명서")
    assert "발급일을 읽지 못했습니다." in read_page(story, document).words
    # A contract may be of any age.
    say(held, f"계약서\n작성일: {issued}")
    assert 'id="age"' not in read_page(story, held).html


# --- elsewhere ------------------------------------------------------------------------------------
def told(story, code="passport_copy"):
    case = Application.objects.select_related("candidate", "version").get(pk=story.case.pk)
    documents = case.documents.filter(code=code).select_related("stored")
    return elsewhere(case, Desk.of(story.reviewer), documents, passport=True)


def share(story, other, code="passport_copy"):
    """The other case has the same bytes, as another row of the store."""
    held = story.case.documents.get(code=code).stored
    again = files.accept(upload=SimpleUploadedFile("b.pdf", files.read(held)), actor=other.member)
    other.case.documents.filter(code=code).update(stored=again)


def alone(*stories):
    """Samples share files and passports: here each case has its own."""
    for number, one in enumerate(stories):
        Candidate.objects.filter(application=one.case).update(passport_digest=f"{number:064d}")
        for place, document in enumerate(one.case.documents.all()):
            document.stored = files.accept(
                upload=SimpleUploadedFile(
                    "c.pdf", samples.pdf() + b"\n" * (50 * number + place + 1)
                ),
                actor=one.member,
            )
            document.save()


@pytest.mark.django_db
def test_the_same_file_and_passport_in_another_case_are_told_with_a_link(story, world):
    other = world.at(Stage.DOCUMENT_REVIEW, member="company2")
    alone(story, other)
    assert told(story) == []
    share(story, other)
    (one,) = told(story)
    assert (one.what, one.receipt_no) == ("file", other.fresh().receipt_no)
    assert str(other.case.public_id) in one.url
    Candidate.objects.filter(application=other.case).update(passport_digest=f"{0:064d}")
    assert [one.what for one in told(story)] == ["file", "passport"]


@pytest.mark.django_db
def test_of_another_offices_case_nothing_is_told_but_that_it_is_there(story, world):
    other = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    alone(story, other)
    share(story, other)
    Candidate.objects.filter(application=other.case).update(passport_digest=f"{0:064d}")
    lines = told(story)
    assert [(one.words, one.receipt_no, one.url) for one in lines] == [
        ("같은 파일이 다른 기관의 신청 1건에 있습니다.", "", ""),
        ("같은 여권이 다른 기관의 신청 1건에 있습니다.", "", ""),
    ]
    page = read_page(story, story.case.documents.get(code="passport_copy"))
    assert "같은 여권이 다른 기관의 신청 1건" in page.words
    assert other.fresh().receipt_no not in page.html
    assert str(other.case.public_id) not in page.html


@pytest.mark.django_db
def test_drafts_and_a_companys_own_papers_are_no_findings(story, world):
    draft = world.story().fill()
    same_company = world.at(Stage.DOCUMENT_REVIEW)
    alone(story, draft, same_company)
    share(story, draft)
    assert told(story) == []
    share(story, same_company, "biz_reg")
    assert told(story, "biz_reg") == []
    share(story, same_company)
    assert len(told(story)) == 1


@pytest.mark.django_db
def test_looking_elsewhere_is_one_query(story, world, django_assert_num_queries):
    others = [world.at(Stage.DOCUMENT_REVIEW, member="company2") for _again in range(2)]
    alone(story, *others)
    case = Application.objects.select_related("candidate", "version").get(pk=story.case.pk)
    case.manifest  # noqa: B018 - read once for all
    documents = list(case.documents.select_related("stored"))
    desk = Desk.of(story.reviewer)
    with django_assert_num_queries(1):
        assert elsewhere(case, desk, documents, passport=True) == []
    for other in others:
        share(story, other)
    with django_assert_num_queries(1):
        assert len(elsewhere(case, desk, documents, passport=True)) == 2
