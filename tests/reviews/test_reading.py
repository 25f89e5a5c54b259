"""The split page: a file's pages as pictures, and beside them all that it is read for."""

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image, ImageChops

from applications.models import Application, Document
from applications.stages import Stage
from audit.models import AccessLog
from files.models import PageImage, Rendering, ScanState, StoredFile
from programs import calendar
from reviews import checklist
from reviews.models import ChecklistMark, ClaimCheck, DocumentCheck
from reviews.selectors.viewer import MOST_TRIES
from tests.outbox import draw_pages
from tests.person import Browser

pytestmark = pytest.mark.django_db


def url(name, case, **more):
    return reverse(f"reviews:{name}", kwargs={"public_id": case.public_id, **more})


def read(case, code="contract"):
    return url("read", case, document=paper(case, code).public_id)


def paper(case, code="contract") -> Document:
    return case.documents.filter(code=code, replaced_at=None).first()


def fresh(case):
    return Application.objects.get(pk=case.pk)


# --- the viewer --------------------------------------------------------------------------------
def test_a_page_that_is_not_drawn_yet_says_so_and_asks_again_for_a_while(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    reviewer = Browser(world.story().reviewer)
    page = reviewer.open(read(case))
    assert "쪽을 그림으로 만들고 있습니다." in page.words
    assert not PageImage.objects.exists()
    poll = re.search(r'hx-get="([^"]+)"', page.html)[1].replace("&amp;", "&")
    assert "tries=1" in poll
    part = reviewer.open(poll)
    assert "<html" not in part.html
    assert "tries=2" in part.html

    last = reviewer.open(re.sub(r"tries=\d+", f"tries={MOST_TRIES}", poll))
    assert "hx-get" not in last.html
    assert "오래 걸리고 있습니다." in last.words

    draw_pages(paper(case).stored)
    part = reviewer.open(poll)
    assert "hx-get" not in part.html
    assert url("document_page", case, document=paper(case).public_id, number=1) in part.html


def test_what_was_shown_already_is_not_sent_again(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    answer = Browser(world.story().reviewer).open(
        url("document_pages", case, document=paper(case).public_id) + "?after=1"
    )
    assert "<figure" not in answer.html


def test_a_picture_is_for_those_who_may_read_the_document(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    picture = url("document_page", case, document=paper(case).public_id, number=1)
    pages = url("document_pages", case, document=paper(case).public_id)
    answer = Browser(world["kotra.reviewer"]).client.get(picture)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content[8:12] == b"WEBP"
    for login, status in {
        "kotra.lead": 200,
        "kotra.admin": 403,
        "gyeonggi.reviewer": 404,
        "company": 404,
        "evaluator1": 404,
    }.items():
        person = Browser(world[login])
        for path in (picture, pages, read(case)):
            assert person.status(path) == status, (login, path)
    assert Browser().status(picture) == 302
    other = world.at(Stage.DOCUMENT_REVIEW).case
    elsewhere = url("document_page", other, document=paper(case).public_id, number=1)
    assert Browser(world["kotra.reviewer"]).status(elsewhere) == 404
    missing = url("document_page", case, document=paper(case).public_id, number=2)
    assert Browser(world["kotra.reviewer"]).status(missing) == 404


def test_each_opening_is_logged_once_and_no_picture_is(world, monday):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    reviewer, lead = Browser(world["kotra.reviewer"]), Browser(world["kotra.lead"])
    page = reviewer.open(read(case))
    reviewer.open(read(case) + "?zoom=150&turn=90")
    reviewer.status(url("document_page", case, document=paper(case).public_id, number=1))
    reviewer.status(url("document_pages", case, document=paper(case).public_id))
    page.do("save", document_finding="fine")
    row = AccessLog.objects.get(what="document.viewed")
    assert (row.user, row.subject_id) == (world["kotra.reviewer"], case.public_id)
    assert row.detail == str(paper(case).public_id)
    lead.open(read(case))
    reviewer.open(read(case, "passport_copy"))
    assert AccessLog.objects.filter(what="document.viewed").count() == 3


def test_a_storm_of_reloads_is_one_opening(world, monkeypatch):
    """All of them find nothing written yet, and one writes."""
    from django.db.models import QuerySet

    case = world.at(Stage.DOCUMENT_REVIEW).case
    reviewer = Browser(world["kotra.reviewer"])
    monkeypatch.setattr(QuerySet, "exists", lambda rows: rows.model is not AccessLog and bool(rows))
    for _again in range(3):
        reviewer.open(read(case))
    assert AccessLog.objects.filter(what="document.viewed").count() == 1


def test_a_picture_fetched_by_itself_is_logged_too(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    reviewer = Browser(world["kotra.reviewer"])
    picture = url("document_page", case, document=paper(case).public_id, number=1)
    assert reviewer.status(picture) == reviewer.status(picture) == 200
    assert AccessLog.objects.get(what="document.viewed").detail == str(paper(case).public_id)


def test_a_picture_says_in_its_pixels_who_looks(world):
    """Not the stored one: what goes out differs from reader to reader, and so does a copy of it."""
    from files import services
    from files.selectors import page_image

    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    picture = url("document_page", case, document=paper(case).public_id, number=1)
    bodies = {
        login: Browser(world[login]).client.get(picture).content
        for login in ("kotra.reviewer", "kotra.lead")
    }
    stored = services.read(page_image(paper(case).stored, 1))
    assert len({stored, *bodies.values()}) == 3
    plain = Image.open(io.BytesIO(stored)).convert("RGB")
    seen = Image.open(io.BytesIO(bodies["kotra.lead"])).convert("RGB")
    assert plain.size == seen.size
    # In every ninth of the page, so that a part of it says so too.
    wide, high = seen.width // 3, seen.height // 3
    for place in range(9):
        x, y = place % 3 * wide, place // 3 * high
        box = (x, y, x + wide, y + high)
        assert ImageChops.difference(plain.crop(box), seen.crop(box)).getbbox()


def test_another_opening_later_is_another_line(world, monkeypatch):
    from reviews.views import viewer

    case = world.at(Stage.DOCUMENT_REVIEW).case
    reviewer = Browser(world["kotra.reviewer"])
    reviewer.open(read(case))
    monkeypatch.setattr(viewer, "SAME_OPENING", timedelta(0))
    reviewer.open(read(case))
    assert AccessLog.objects.filter(what="document.viewed").count() == 2


def test_size_and_turn_need_no_script(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    reviewer = Browser(world["kotra.reviewer"])
    page = reviewer.open(read(case))
    assert 'data-zoom="100"' in page.html
    assert "<svg class" not in page.html
    page = reviewer.open(read(case) + "?zoom=150&turn=90")
    assert 'data-zoom="150"' in page.html
    drawn = PageImage.objects.get(source=paper(case).stored)
    assert f'viewBox="0 0 {drawn.height} {drawn.width}"' in page.html
    assert "zoom=200" in page.html
    assert "turn=180" in page.html
    for odd in ("zoom=7", "turn=45", "zoom=x&turn=-1&after=²&tries=99999999", "zoom=%00"):
        assert reviewer.status(f"{read(case)}?{odd}") == 200


@pytest.mark.parametrize("outcome", ["failed", "partly"])
def test_what_cannot_be_drawn_says_so_and_offers_the_file(world, outcome):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    stored = paper(case).stored
    PageImage.objects.create(source=stored, number=1)
    if outcome == "partly":
        image = StoredFile.objects.exclude(pk=stored.pk).first()
        PageImage.objects.create(source=stored, number=2, image=image, width=10, height=10)
    Rendering.objects.create(source=stored, outcome=outcome)
    page = Browser(world["kotra.reviewer"]).open(read(case))
    assert "이 쪽은 그림으로 만들 수 없습니다." in page.words
    assert ("보여 드릴 수 없습니다." in page.words) is (outcome == "failed")
    assert url("document", case, document=paper(case).public_id) in page.html


def test_an_infected_file_has_neither_pages_nor_a_way_to_the_original(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    draw_pages(paper(case).stored)
    StoredFile.objects.filter(pk=paper(case).stored_id).update(scan_state=ScanState.INFECTED)
    reviewer = Browser(world["kotra.reviewer"])
    page = reviewer.open(read(case))
    assert "악성코드가 발견되어" in page.words
    picture = url("document_page", case, document=paper(case).public_id, number=1)
    assert picture not in page.html
    assert f'href="{url("document", case, document=paper(case).public_id)}"' not in page.html
    assert reviewer.status(picture) == 404


# --- what is said beside it -----------------------------------------------------------------------
def test_a_case_is_read_paper_by_paper(world):
    """Finding, claims and checklist in one go; then the next paper nobody has read."""
    case = world.at(Stage.DOCUMENT_REVIEW).case
    reviewer = Browser(world["kotra.reviewer"])
    current = case.documents.filter(replaced_at=None)
    page = reviewer.open(read(case))
    total = current.count()
    assert f"서류 {total}건 중 0건 확인" in page.words
    claim = case.claims.get(kind="contract")
    page = page.do(
        "next",
        document_finding="fine",
        finding_contract="fulfilled",
        **{f"confirm_{claim.public_id.hex}": "on"},
    )
    assert "저장했습니다" in page.words
    assert page.path != read(case)
    assert f"서류 {total}건 중 1건 확인" in page.words
    checked = ClaimCheck.objects.get()
    assert (checked.claim, checked.verdict, checked.evidence) == (claim, "confirmed", paper(case))
    assert ChecklistMark.objects.get().finding == "fulfilled"

    seen = {read(case)}
    while page.path not in seen and page.path != url("case", case):
        seen.add(page.path)
        page = page.do("next", document_finding="fine")
    assert page.path == url("case", case)
    assert DocumentCheck.objects.count() == len(seen) == total


def test_a_paper_that_will_not_do_needs_a_reason_and_holds_the_case(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    case = story.case
    reviewer = Browser(story.reviewer)
    page = reviewer.open(read(case)).do("save", document_finding="wanting")
    assert "무엇을 보완해야 하는지 적어 주세요." in page.words
    assert not DocumentCheck.objects.exists()
    page = page.do("save", document_note="서명이 없습니다.")
    assert DocumentCheck.objects.get().note == "서명이 없습니다."
    for other in case.documents.exclude(pk=paper(case).pk):
        DocumentCheck.objects.create(
            document=other,
            finding="fine",
            checked_by=story.reviewer,
            checked_at=calendar.now(),
        )
    for point in checklist.points_of(fresh(case)):
        if not point.by_files:
            ChecklistMark.objects.create(
                application=case,
                code=point.code,
                finding="fulfilled",
                marked_by=story.reviewer,
                marked_at=calendar.now(),
            )
    page = reviewer.open(url("history", case))
    assert "보완이 필요하다고 표시한 서류가 1건 있습니다" in page.words
    assert not page.has_form(step="advance")
    # A newer file for the same purpose is what was asked for.
    held = paper(case)
    newer = Document.objects.create(
        application=case,
        code=held.code,
        part=2,
        stored=held.stored,
        uploaded_by=story.member,
        uploaded_at=calendar.now() + timedelta(hours=1),
    )
    page = reviewer.open(url("history", case))
    assert "확인되지 않은 항목이 있습니다: 고용계약서 사본" in page.words
    DocumentCheck.objects.create(
        document=newer,
        finding="fine",
        checked_by=story.reviewer,
        checked_at=calendar.now() + timedelta(hours=2),
    )
    assert reviewer.open(url("history", case)).has_form(step="advance")


def test_nothing_of_a_form_is_stored_when_one_part_is_wrong(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    page = Browser(world["kotra.reviewer"]).open(read(case))
    page = page.do("save", document_finding="fine", finding_identity="missing")
    assert "무엇을 보완해야 하는지 적어 주세요." in page.words
    assert not DocumentCheck.objects.exists()
    assert page.form(version=str(fresh(case).revision)).values["document_finding"] == ["fine"]


def test_what_another_did_meanwhile_is_shown_and_what_was_typed_stays(world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    one, other = Browser(world["kotra.reviewer"]), Browser(world["kotra.lead"])
    mine, theirs = one.open(read(case)), other.open(read(case, "passport_copy"))
    mine.do("save", document_finding="fine")
    page = theirs.do("save", document_finding="wanting", document_note="흐립니다.")
    assert page.status == 409
    assert "그사이 다른 사람이" in page.words
    assert page.form(version=str(fresh(case).revision)).values["document_note"] == ["흐립니다."]
    page.do("save")
    assert DocumentCheck.objects.count() == 2


def test_a_replaced_paper_can_be_seen_and_not_judged(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    case, held = story.case, paper(story.case)
    Document.objects.filter(pk=held.pk).update(replaced_at=calendar.now())
    reviewer = Browser(story.reviewer)
    page = reviewer.open(url("read", case, document=held.public_id))
    assert "기록으로만 남아 있습니다." in page.words
    forged = {"do": "save", "version": fresh(case).revision, "document_finding": "fine"}
    reviewer.client.post(url("read", case, document=held.public_id), forged)
    assert not DocumentCheck.objects.exists()


def test_outside_the_examination_a_paper_is_only_shown(world):
    case = world.at(Stage.DECISION).case
    reviewer = Browser(world["kotra.reviewer"])
    page = reviewer.open(read(case))
    assert not page.has_form(do="save")
    forged = {"do": "save", "version": fresh(case).revision}
    forged |= {"document_finding": "wanting", "document_note": "서명이 없습니다."}
    assert reviewer.client.post(read(case), forged).status_code == 409
    assert not DocumentCheck.objects.filter(finding="wanting").exists()


# --- one claim beside its paper -----------------------------------------------------------------
def claim_url(case, kind):
    return url("claim", case, claim=case.claims.get(kind=kind).public_id)


def test_a_claim_is_checked_beside_the_paper_that_proves_it(world):
    story = world.at(Stage.VALIDATION)
    case, reviewer = story.case, Browser(story.reviewer)
    draw_pages(paper(case).stored)
    page = reviewer.open(claim_url(case, "contract"))
    picture = url("document_page", case, document=paper(case).public_id, number=1)
    assert picture in page.html
    form = page.form(do="check")
    assert form.values["evidence"] == [str(paper(case).public_id)]
    row = AccessLog.objects.get(what="document.viewed")
    assert row.detail == str(paper(case).public_id)
    # Another paper beside the same claim.
    other = paper(case, "passport_copy")
    page = reviewer.open(f"{claim_url(case, 'contract')}?paper={other.public_id}")
    assert picture not in page.html
    assert AccessLog.objects.filter(detail=str(other.public_id)).count() == 1


def test_from_one_claim_to_the_next_that_nobody_has_checked(world):
    story = world.at(Stage.VALIDATION)
    case, reviewer = story.case, Browser(story.reviewer)
    page = reviewer.open(url("claims", case))
    total = case.claims.count()
    assert "다음 미확인: 인적사항" in page.words
    seen = []
    page = reviewer.open(claim_url(case, "identity"))
    while page.has_form(do="check") and "사실 확인 진행률" in page.html:
        seen.append(page.path)
        assert f"사실 {total}건 중 {len(seen) - 1}건 확인" in page.words
        page = page.do("check", verdict="confirmed")
    assert len(set(seen)) == len(seen) == total
    assert page.path == url("claims", case)


def test_who_may_not_read_papers_sees_the_claim_without_them(world):
    case = world.at(Stage.VALIDATION).case
    page = Browser(world["kotra.admin"]).open(claim_url(case, "contract"))
    assert page.status == 200
    assert "52,000,000" in page.words
    assert "data-viewer" not in page.html
    assert not AccessLog.objects.exists()
