"""A refusal is a letter of its own: numbered, signed, effective when it can be seen."""

import io
import json

import pikepdf
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.formats import date_format

from applications.errors import AlreadyDone, Incomplete, NotNow
from applications.models import StageChange
from applications.stages import Stage
from audit import triggers
from letters import services as letters
from letters.errors import WrongState
from letters.models import Letter, LetterKind, LetterState
from letters.verification import check_bytes, check_number
from notifications.models import Mail
from programs import calendar, clock, quota
from programs.document import manifest_of, rules_hash, text_hash
from programs.models import ProgrammeVersion
from reviews.grounds import OTHER
from reviews.models import Decision
from reviews.services import decision, signing
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db

REASON = "학위를 확인할 수 없습니다.\n발급기관이 그런 학위를 준 적이 없다고 답했습니다."


@pytest.fixture
def signed(world):
    """A refusal that is signed off, and whose notice is not made yet."""
    story = world.at(Stage.VALIDATION).draft("refuse", REASON)
    story.sign_off()
    return story


def text_of(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_nobody_hears_of_a_refusal_before_its_notice_is_there(signed):
    case = signed.fresh()
    notice = Letter.objects.get()
    assert (case.stage, notice.kind, notice.state) == (
        Stage.NOTIFYING,
        LetterKind.REFUSAL,
        LetterState.RESERVED,
    )
    assert Decision.objects.get(application=case).delivered_at is None
    page = Browser(signed.member).open(reverse("case", args=[case.public_id]))
    assert "학력과 경력을 확인하고 있습니다" in page.words  # the examination, ended early
    assert "불허" not in page.words
    assert REASON.splitlines()[0] not in page.words
    notice_address = reverse("case-notice", args=[case.public_id])
    assert Browser(signed.member).client.get(notice_address).status_code == 404
    assert not Mail.objects.filter(key__contains=":refused").exists()


def test_its_arrival_is_the_refusal_and_starts_the_objection_period(signed):
    later = MONDAY.replace(day=14)
    with calendar.frozen(later):
        deliver_letters()
        case = signed.fresh()
        held = Decision.objects.get(application=case)
        notice = Letter.objects.get()
        assert case.stage == Stage.REFUSED
        assert held.delivered_at == notice.delivered_at == later
        until = date_format(clock.objection_until(later.date()), "DATE_FORMAT")
        page = Browser(signed.member).open(reverse("case", args=[case.public_id]))
        assert f"{until}까지 이의를 신청할 수 있습니다." in page.words
        change = StageChange.objects.get(application=case, transition="refuse")
        assert (change.actor, change.reason) == (None, REASON)


def test_the_notice_says_why_and_what_can_be_done(signed):
    deliver_letters()
    notice = Letter.objects.get()
    data = letters.read_file(notice)
    words = text_of(data)
    for line in (
        *REASON.splitlines(),
        "추천 불허 통지서",
        "1. 그 밖의 사유",
        "60일 이내",
        "2026. 12. 11.",
        "행정심판",
        "추천서가 아닙니다",
        notice.number,
    ):
        assert line in words, line
    assert notice.number == "KOTRA-N-2026-000001"
    with pikepdf.open(io.BytesIO(data)) as pdf:
        said = json.loads(pdf.attachments["recommendation.json"].get_file().read_bytes())
    assert said["kind"] == "refusal"


def test_a_notice_takes_no_unit_and_no_number_of_the_letters(world):
    before = [(line.pool.path, line.pool.held, line.pool.issued) for line in quota.snapshot()]
    story = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).draft("return", "보완하지 않았습니다.")
    story.sign_off()
    deliver_letters()
    assert story.fresh().stage == Stage.RETURNED
    notice = Letter.objects.get()
    assert (notice.kind, notice.number) == (LetterKind.RETURN, "경기-N-2026-0001")
    lines = quota.snapshot()
    assert [(one.pool.path, one.pool.held, one.pool.issued) for one in lines] == before
    assert all(one.ok for one in lines)
    issued = world.at(Stage.APPROVED, GYEONGGI)
    assert Letter.objects.get(subject=issued.case.public_id).number == "경기-2026-0001"


def test_the_numbers_of_notices_are_the_programmes_to_say(world):
    for version in ProgrammeVersion.objects.filter(programme__slug=GYEONGGI):
        assert version.manifest().notice_numbers.assumed
        said = {"series": "gyeonggi-answers", "pattern": "경기불허-{year}-{number:03d}"}
        before = rules_hash(version.document)
        version.document = {**version.document, "notices": {"number": {**said, "assumed": True}}}
        assert rules_hash(version.document) == before
        version.text_hash = text_hash(version.document)
        version.save(update_fields=["document", "text_hash"])
    story = world.at(Stage.DECISION, GYEONGGI).draft("refuse", REASON)
    story.sign_off()
    assert Letter.objects.get().number == "경기불허-2026-001"
    shown = Browser(world["gyeonggi.admin"]).open(
        reverse("desk-version", args=[story.case.version.public_id])
    )
    assert "불허·반려 통지서의 번호 예시" in shown.words
    assert "경기불허-2026-001" in shown.words
    assert "담당 심사자" in shown.words


def test_a_file_that_does_not_say_has_an_n_before_the_year(world):
    for version in ProgrammeVersion.objects.all():
        document = {key: said for key, said in version.document.items() if key != "notices"}
        plain = manifest_of(document).notice_numbers
        assert plain.assumed
        assert "-N-{year}-" in plain.pattern
        if version.manifest().letter:
            assert plain == version.manifest().notice_numbers


@pytest.mark.incident("T10")
def test_a_refusal_is_taken_back_until_its_notice_can_be_seen(signed):
    signing.take_back(application=signed.fresh(), actor=signed.lead, reason="착오")
    deliver_letters()
    notice = Letter.objects.get()
    assert (notice.state, notice.delivered_at) == (LetterState.VOID, None)
    assert signed.fresh().stage == Stage.DECISION
    page = Browser(signed.member).open(reverse("case", args=[signed.case.public_id]))
    assert "결정을 다시 준비" not in page.words
    signed.draft("refuse", REASON).sign_off()
    deliver_letters()
    second = Letter.objects.get(state=LetterState.VALID)
    assert second.number == "KOTRA-N-2026-000002"
    with pytest.raises(AlreadyDone):
        signing.take_back(application=signed.fresh(), actor=signed.lead, reason="착오")


def test_verification_never_calls_a_notice_a_recommendation(signed, client, tmp_path, capsys):
    deliver_letters()
    notice = Letter.objects.get()
    data = letters.read_file(notice)
    verdict = check_bytes(data, trust=None, offline=False)
    assert (verdict.word, verdict.facts.kind) == ("specimen", "refusal")
    page = client.get(f"/v/{notice.token}", follow=True)
    said = page.content.decode()
    assert "추천서가 아닙니다" in said
    assert "유효한 추천서" not in said
    file = tmp_path / "notice.pdf"
    file.write_bytes(data)
    call_command("letters", "verify", str(file))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "specimen"
    assert "kind: refusal" in lines
    born = signed.fresh().candidate.birth_date
    with triggers.suspended(connection):
        Letter.objects.update(specimen=False)
    assert check_number(notice.number, born).word == "valid"


def test_what_no_letter_can_print_is_refused_when_it_is_drafted(world):
    story = world.at(Stage.VALIDATION)
    with pytest.raises(Incomplete, match="글꼴에 없는"):
        story.draft("refuse", "학위 확인 불가 \U0001f6ab")
    assert not Decision.objects.filter(application=story.case).exists()


def test_the_signer_sees_the_notice_and_signs_it(world):
    story = world.at(Stage.VALIDATION).draft("refuse", REASON)
    held = decision.live_decision(story.fresh())
    lead = Browser(story.lead)
    page = lead.open(reverse("reviews:sign_off", args=[held.public_id]))
    assert "통지서 초안" in page.words
    draft = lead.client.get(reverse("reviews:draft_pdf", args=[held.public_id]))
    assert "추천 불허 통지서" in text_of(draft.content)
    page = page.do("sign")
    assert "통지서를 만들고 있습니다: KOTRA-N-2026-000001" in page.words
    assert story.fresh().stage == Stage.NOTIFYING


def test_only_the_company_downloads_its_notice(world, signed):
    deliver_letters()
    address = reverse("case-notice", args=[signed.case.public_id])
    answer = Browser(signed.member).client.get(address)
    assert answer.content.startswith(b"%PDF-")
    assert Browser(world["company2"]).client.get(address).status_code == 404


def test_only_a_notice_can_be_lifted_by_one_person(world):
    story = world.at(Stage.APPROVED)
    deliver_letters()
    letter = Letter.objects.get(subject=story.case.public_id)
    with pytest.raises(WrongState), transaction.atomic():
        letters.lift_notice(letter=letter, actor=story.lead, reason="x")
    ended = {"state": "revoked", "ended_at": MONDAY, "ended_by": story.lead, "end_reason": "x"}
    by_one = r"letter_end_four_eyes|notbytwo"
    with pytest.raises(IntegrityError, match=by_one), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**ended)


def test_a_refusal_without_a_ground_is_refused_by_service_and_database(world):
    story = world.at(Stage.VALIDATION)
    ask = {"application": story.case, "actor": story.reviewer, "outcome": "refuse"}
    with pytest.raises(NotNow, match="근거가 하나 이상"):
        decision.draft(**ask, reason=REASON)
    with pytest.raises(NotNow, match="확인되지 않은 근거"):
        decision.draft(**ask, reason=REASON, grounds=["rule:nothing"])
    with pytest.raises(NotNow, match="4,000자"):
        decision.draft(**ask, reason="가" * 4001, grounds=[OTHER])
    held = decision.draft(**ask, reason=REASON, grounds=[OTHER])
    with pytest.raises(IntegrityError, match="refusal_has_grounds"), transaction.atomic():
        Decision.objects.filter(pk=held.pk).update(grounds=[])
