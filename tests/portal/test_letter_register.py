"""The register of letters, one letter's page with its download log, and many letters at once."""

import csv
import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Office
from applications.stages import Stage
from audit.models import AccessLog
from files import services as files
from files.models import StoredFile
from letters import bundles
from letters.errors import WrongState
from letters.models import Bundle, Letter
from letters.verification import check_bytes
from notifications import outbox
from notifications.models import OutboxRow
from programs import calendar
from reviews.models import Conflict
from reviews.permissions import Desk
from reviews.services import conflicts, letter_ends
from reviews.services.batch_sign_off import chosen, sign
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(world):
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    return story


def letter_of(story) -> Letter:
    return Letter.objects.get(subject=story.case.public_id)


def listed(browser, query="") -> str:
    return browser.open(reverse("desk-letters") + query).words


def test_it_is_found_by_number_receipt_and_state(world, issued):
    letter, lead = letter_of(issued), Browser(world["gyeonggi.lead"])
    receipt = issued.fresh().receipt_no
    assert letter.number in listed(lead, f"?q={receipt.lower()}")
    assert letter.number not in listed(lead, "?q=nothing-like-it")
    assert letter.number in listed(lead, "?state=valid")
    assert letter.number not in listed(lead, "?state=expired")
    with calendar.frozen(MONDAY + timedelta(days=400)):
        assert letter.number in listed(lead, "?state=expired")
        assert letter.number not in listed(lead, "?state=valid")


def test_who_has_downloaded_it_and_when(world, issued):
    letter = letter_of(issued)
    Browser(issued.member).client.get(reverse("case-letter", args=[issued.case.public_id]))
    address = reverse("desk-letter", args=[letter.public_id])
    lead = Browser(world["gyeonggi.lead"])
    assert lead.client.get(reverse("desk-letter-file", args=[letter.public_id])).content.startswith(
        b"%PDF-"
    )
    page = lead.open(address)
    assert str(issued.member) in page.words
    assert str(world["gyeonggi.lead"]) in page.words
    assert "발급 대장에서" in page.words
    for stranger in ("kotra.lead", "kotra.admin", "company", "company2"):
        browser = Browser(world[stranger])
        for name in ("desk-letter", "desk-letter-file"):
            status = browser.client.get(reverse(name, args=[letter.public_id])).status_code
            assert status in {403, 404}, (stranger, name)
    other = world.second_lead("gyeonggi")
    conflicts.declare_for_case(
        actor=other, application=issued.fresh(), kind=Conflict.Kind.FAMILY, note="친족"
    )
    assert Browser(other).client.get(address).status_code == 403


def test_a_letter_that_cannot_be_made_says_why_on_both_pages(world, settings, tmp_path):
    story = world.at(Stage.DECISION, slug=GYEONGGI).draft()
    letter = story.sign_off().letter
    whole = settings.STORAGES
    (tmp_path / "no-folder").write_text("a file where a folder should be")
    settings.STORAGES = {
        **whole,
        "sealed": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "no-folder"},
        },
    }
    outbox.drain(topic="letters.make")
    lead = Browser(world["gyeonggi.lead"])
    reason = OutboxRow.objects.get(topic="letters.make", key=str(letter.public_id)).last_error
    assert reason
    assert "저장소를 쓸 수 없습니다." in listed(lead)
    page = lead.open(reverse("desk-letter", args=[letter.public_id]))
    case = reverse("reviews:case", args=[story.case.public_id])
    for shown in (page, lead.open(case), Browser(story.reviewer).open(case)):
        assert "추천서를 아직 만들지 못했습니다." in shown.words
        assert "저장소를 쓸 수 없습니다. 1번 시도했습니다." in shown.words
        assert "원인이 없어지면 스스로 마칩니다." in shown.words
        assert reason[:20] in shown.words
    own = Browser(story.member).open(reverse("case", args=[story.case.public_id])).words
    assert "만들지 못했습니다" not in own
    assert "저장소" not in own
    settings.STORAGES = whole
    OutboxRow.objects.filter(key=str(letter.public_id)).update(due_at=timezone.now())
    deliver_letters()
    letter.refresh_from_db()
    assert letter.state == "valid"
    for path in (page.path, case):
        assert "만들지 못했습니다" not in lead.open(path).words


def test_a_correction_that_cannot_be_made_says_why_on_the_case(world, issued, settings, tmp_path):
    asked = letter_ends.propose_correction(
        application=issued.fresh(),
        actor=issued.reviewer,
        reason="오기",
        corrections={"candidate_name_ko": "바른이름"},
    )
    letter_ends.confirm(ending=asked, actor=issued.lead)
    (tmp_path / "no-folder").write_text("a file where a folder should be")
    settings.STORAGES = {
        **settings.STORAGES,
        "sealed": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "no-folder"},
        },
    }
    outbox.drain(topic="letters.make")
    page = Browser(issued.lead).open(reverse("reviews:letter", args=[issued.case.public_id]))
    assert "정정한 추천서를 만들고 있습니다." in page.words
    assert "저장소를 쓸 수 없습니다. 1번 시도했습니다." in page.words


@pytest.mark.incident("T20")
def test_its_file_opens_as_text(world, issued):
    ending = letter_ends.propose_revocation(
        application=issued.fresh(), actor=issued.reviewer, reason='=HYPERLINK("http://x")'
    )
    letter_ends.confirm(ending=ending, actor=issued.lead)
    client = Client()
    client.force_login(world["gyeonggi.lead"])
    answer = client.get(reverse("desk-letters-csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert row["사유"] == '\'=HYPERLINK("http://x")'
    assert row["효력이 끝난 때"]


# --- many letters ----------------------------------------------------------------------------
@pytest.fixture
def three(world):
    """Three approvals signed in one batch; nothing is made yet."""
    stories = [world.at(Stage.DECISION, slug=GYEONGGI).draft() for _ in range(3)]
    lead = world["gyeonggi.lead"]
    held = chosen(lead, Desk.of(lead), [one.case.decisions.get().public_id for one in stories])
    revisions = {one.public_id: one.application.revision for one in held}
    done = sign(decisions=held, revisions=revisions, actor=lead)
    assert all(row.result is not None for row in done)
    return stories


def bundle_of(world, browser) -> Bundle:
    numbers = [str(one) for one in Letter.objects.values_list("public_id", flat=True)]
    browser.send(reverse("desk-bundle-new"), {"letter": numbers})
    return Bundle.objects.get()


def test_a_batch_becomes_one_print_file_and_a_zip_of_originals(world, three):
    lead = Browser(world["gyeonggi.lead"])
    bundle = bundle_of(world, lead)
    address = reverse("desk-bundle", args=[bundle.public_id])
    outbox.drain(topic=bundles.TOPIC)
    page = lead.open(address)
    assert "아직 만드는 추천서가 3건 있습니다." in page.words
    assert lead.client.get(reverse("desk-bundle-print", args=[bundle.public_id])).status_code == 302
    outbox.drain(topic="letters.make")
    OutboxRow.objects.filter(topic=bundles.TOPIC).update(due_at=timezone.now())
    outbox.drain(topic=bundles.TOPIC)
    assert "인쇄할 파일 (PDF)" in lead.open(address).words
    before = AccessLog.objects.filter(what="letter.downloaded").count()
    paper = lead.client.get(reverse("desk-bundle-print", args=[bundle.public_id])).content
    archive = lead.client.get(reverse("desk-bundle-zip", args=[bundle.public_id])).content
    assert AccessLog.objects.filter(what="letter.downloaded").count() == before + 6
    letters = list(Letter.objects.order_by("number"))
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        names = [name for name in zipped.namelist() if name.endswith(".pdf")]
        assert names == [f"{letter.number}.pdf" for letter in letters]
        sums = zipped.read("SHA256SUMS.txt").decode()
        pages = 0
        for name, letter in zip(names, letters, strict=True):
            data = zipped.read(name)
            assert check_bytes(data, trust=None, offline=False).facts.number == letter.number
            assert f"{hashlib.sha256(data).hexdigest()}  {name}" in sums
            pages += len(pypdfium2.PdfDocument(data))
    document = pypdfium2.PdfDocument(paper)
    text = [page.get_textpage().get_text_range() for page in document]
    assert len(text) == pages
    assert [letter.number in " ".join(text) for letter in letters] == [True] * 3


def test_only_who_asked_takes_it_and_not_for_ever(world, three):
    bundle = bundle_of(world, Browser(world["gyeonggi.lead"]))
    outbox.drain(topic="letters.make")
    outbox.drain(topic=bundles.TOPIC)
    bundle.refresh_from_db()
    kept = [bundle.print_file_id, bundle.archive_id]
    for login in ("gyeonggi.admin", "kotra.lead"):
        for name in ("desk-bundle", "desk-bundle-print", "desk-bundle-zip"):
            path = reverse(name, args=[bundle.public_id])
            assert Browser(world[login]).client.get(path).status_code == 404, (login, name)
    assert bundles.purge() == 0
    Bundle.objects.update(expires_at=timezone.now())
    assert bundles.purge() == 1
    bundle.refresh_from_db()
    assert (bundle.state, bundle.print_file) == ("gone", None)
    assert not StoredFile.objects.filter(pk__in=kept).exists()
    page = Browser(world["gyeonggi.lead"]).open(reverse("desk-bundle", args=[bundle.public_id]))
    assert "보관 기간이 지나 지웠습니다." in page.words


def test_what_a_killed_worker_left_is_destroyed_and_nothing_else(world, three, monkeypatch):
    bundle = bundle_of(world, Browser(world["gyeonggi.lead"]))
    outbox.drain(topic="letters.make")
    outbox.drain(topic=bundles.TOPIC)
    bundle.refresh_from_db()
    left = files.put(
        data=b"x", name=f"{bundles.PREFIX}{bundle.public_id}.zip", content_type="application/zip"
    )
    bundles.purge()
    assert StoredFile.objects.filter(pk=left.pk).exists(), "a worker may be at it now"
    before = StoredFile.objects.count()
    monkeypatch.setattr(bundles, "ABANDONED_AFTER", timedelta(0))
    bundles.purge()
    assert not StoredFile.objects.filter(pk=left.pk).exists()
    assert StoredFile.objects.count() == before - 1


def test_what_is_no_letter_any_more_is_left_out_and_named(world, three):
    deliver_letters()
    story = three[1]
    ending = letter_ends.propose_revocation(
        application=story.fresh(), actor=story.reviewer, reason="위조"
    )
    lead = Browser(world["gyeonggi.lead"])
    wanted = list(Letter.objects.order_by("number"))
    bundle = bundles.ask(letters=wanted, office=wanted[0].office, actor=world["gyeonggi.lead"])
    letter_ends.confirm(ending=ending, actor=story.lead)
    outbox.drain(topic=bundles.TOPIC)
    bundle.refresh_from_db()
    revoked = letter_of(story)
    assert bundle.left_out == [str(revoked.public_id)]
    page = lead.open(reverse("desk-bundle", args=[bundle.public_id]))
    assert "묶지 않은 추천서" in page.words
    assert revoked.number in page.words


def test_storage_that_fails_leaves_the_bundle_waiting_and_nothing_behind(world, three, settings):
    deliver_letters()
    wanted = list(Letter.objects.order_by("number"))
    bundle = bundles.ask(letters=wanted, office=wanted[0].office, actor=world["gyeonggi.lead"])
    place = Path(files.storage().path(wanted[0].current_file().stored.path))
    away = place.with_suffix(".away")
    place.rename(away)
    before = StoredFile.objects.count()
    outbox.drain(topic=bundles.TOPIC)
    bundle.refresh_from_db()
    assert (bundle.state, StoredFile.objects.count()) == ("waiting", before)
    assert OutboxRow.objects.get(topic=bundles.TOPIC).last_error
    away.rename(place)
    OutboxRow.objects.filter(topic=bundles.TOPIC).update(due_at=timezone.now())
    outbox.drain(topic=bundles.TOPIC)
    bundle.refresh_from_db()
    assert bundle.state == "ready"


def test_no_more_than_two_hundred_and_only_of_one_office(world, issued):
    letter, actor = letter_of(issued), world["gyeonggi.lead"]
    many = [Letter(office=letter.office) for _ in range(bundles.MOST + 1)]
    with pytest.raises(WrongState, match="200건까지"):
        bundles.ask(letters=many, office=letter.office, actor=actor)
    with pytest.raises(WrongState, match="고른 추천서가 없습니다"):
        bundles.ask(letters=[], office=letter.office, actor=actor)
    elsewhere = Letter(office=Office.objects.get(code="kotra"))
    with pytest.raises(WrongState, match="한 기관의"):
        bundles.ask(letters=[letter, elsewhere], office=letter.office, actor=actor)
    first = bundles.ask(letters=[letter], office=letter.office, actor=actor)
    assert bundles.ask(letters=[letter], office=letter.office, actor=actor) == first
