"""The demonstration's cases: each its own person with its own papers, which say what was declared,
but for the differences that are meant to be seen."""

from collections import Counter
from datetime import date

import pypdfium2
import pytest

from applications.models import Application, Candidate, Document
from applications.stages import CLOSED, Stage
from portal.demo import cases, papers
from portal.demo.cast import ACTORS
from programs import calendar
from reviews.models import Absence, Conflict, Inquiry
from reviews.recognition import compare, mrz
from reviews.recognition.extract import extract
from tests.world import MONDAY

COMPANY = {
    "name": "주식회사 시연",
    "english": "Demo Co., Ltd.",
    "number": "0018100002",
    "representative": "정하늘",
    "address": "경기도 성남시 분당구 시연로 1",
}


def words_of(data: bytes) -> dict[int, str]:
    document = pypdfium2.PdfDocument(data)
    return {
        number: page.get_textpage().get_text_range().replace("\r\n", "\n")
        for number, page in enumerate(document, 1)
    }


@pytest.mark.parametrize("actor", ACTORS, ids=lambda one: f"{one.surname}-{one.nationality}")
def test_papers_say_what_their_case_declares(actor):
    with calendar.frozen(MONDAY):
        about = papers.About(actor.person(), actor.claims("kotra-recommendation"), COMPANY)
        drawn = {code: papers.draw(code, code, about).read() for code in papers.PAPERS}
    found = {
        code: extract(words_of(data), total=1, today=MONDAY.date()) for code, data in drawn.items()
    }
    for kind, code in (("degree", "degree_cert"), ("career", "career_cert"), ("contract",) * 2):
        for item in about.claims[kind]:
            states = {one.fact: one.state for one in compare.claim(found[code], kind, item)}
            assert states
            assert set(states.values()) == {compare.FOUND}, (code, states)
    passport, _page = found["passport_copy"].passport
    assert passport.sound
    assert passport.number == about.person["passport_no"]
    for code in ("passport_copy", "degree_cert", "career_cert", "contract"):
        named = compare.person(
            found[code], surname=actor.surname, given_names=actor.given_names, name_ko=""
        )
        assert named.state == compare.FOUND, code


def test_no_two_are_the_same_person():
    people = [actor.person() for actor in ACTORS]
    for key in ("passport_no", "email", "birth_date"):
        assert len({person[key] for person in people}) == len(people), key
    assert len({(one.surname, one.given_names) for one in ACTORS}) == len(ACTORS)


def test_a_zone_of_the_standards_own_specimen():
    """ICAO Doc 9303-4, appendix A: the numbers of its specimen give the same check digits."""
    person = {
        "surname": "ERIKSSON",
        "given_names": "ANNA MARIA",
        "nationality": "UTO",
        "passport_no": "L898902C3",
        "birth_date": date(1974, 8, 12),
        "sex": "F",
    }
    first, second = papers.zone(person, date(2012, 4, 15))
    assert first == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert second[:28] == "L898902C36UTO7408122F1204159"
    assert mrz.find(f"{first}\n{second}", today=MONDAY.date()).sound


@pytest.fixture
def told(world):
    return cases.seed()


@pytest.mark.django_db
def test_what_a_reviewer_finds(told, world):
    assert len(told) == len(cases.CASES)
    assert cases.seed() == []
    found = Application.objects.exclude(stage__in=CLOSED).select_related("candidate", "company")
    assert {one.stage for one in found} == {
        Stage.DRAFT, Stage.DOCUMENT_REVIEW, Stage.SUPPLEMENT, Stage.VALIDATION,
        Stage.EXTERNAL_EVALUATION, Stage.DECISION,
    }  # fmt: skip
    digests = Candidate.objects.values_list("passport_digest", flat=True)
    assert len(set(digests)) == len(cases.CASES)
    # One file is in two cases: the borrowed diploma.
    files = Counter(
        sha for sha, _case in set(Document.objects.values_list("stored__sha256", "application"))
    )
    (twice,) = [sha for sha, count in files.items() if count > 1]
    assert set(Document.objects.filter(stored__sha256=twice).values_list("code", flat=True)) == {
        "degree_cert"
    }
    kotra = found.filter(office__code="kotra")
    waiting = [one.supplements.get(closed_at=None) for one in kotra.filter(stage=Stage.SUPPLEMENT)]
    assert sorted(one.is_overdue for one in waiting) == [False, False, True]
    assert sorted(one.items.exclude(sent_at=None).count() for one in waiting) == [0, 0, 1]
    assert [one.extensions.count() for one in waiting].count(1) == 1
    assert kotra.filter(due_on__lt=calendar.today()).exists()
    assert kotra.filter(queue_row__assignee=None, stage=Stage.DOCUMENT_REVIEW).count() == 1
    assert sorted(Inquiry.objects.values_list("state", flat=True)) == ["answered", "sent"]
    assert Conflict.objects.count() == 1
    assert Absence.objects.filter(deputy=world["gyeonggi.reviewer2"]).exists()
