"""A letter after its issue: a slip put right, the visa's result told, and at last revoked."""

import pytest
from django.urls import reverse

from applications.stages import Stage
from letters.models import Letter
from notifications.models import OutboxRow
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issued(town):
    story = World().at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    return story


def test_a_slip_is_put_right_and_the_letter_revoked_by_two_people(issued, person):
    case = issued.case.public_id
    old = Letter.objects.get(subject=case)
    page = reverse("reviews:letter", args=[case])
    reviewer = person(issued.reviewer.email.partition("@")[0]).open(page)
    company, lead, anybody = person("company"), person("gyeonggi.lead"), person()

    # A slip.
    reviewer.page.get_by_text("잘못된 글자 바로잡기").click()
    form = reviewer.page.locator("form", has=reviewer.page.locator("#correct_reason"))
    form.locator("#correct_candidate_name_ko").fill("바른이름")
    form.locator("#correct_reason").fill("국문 성명의 오기")
    form.get_by_role("button", name="정정 올리기").click()
    reviewer.reads("자신이 올린 취소나 정정은 다른 사람이 확인해야 합니다.").shot("proposed")
    lead.open(reverse("reviews:sign_offs")).follow(old.number).shot("to-confirm")
    lead.press("정정 재발급 확인").reads("정정한 추천서를 만들고 있습니다.")
    deliver_letters()
    new = Letter.objects.get(subject=case, state="valid")
    company.open(reverse("case", args=[case])).reads(new.number).shot("corrected")
    assert company.download(company.link("추천서 내려받기 (PDF)")).startswith(b"%PDF-")
    anybody.open(f"/v/{old.token}").reads("새 추천서로 대체되었습니다").reads(new.number)

    # The visa's result.
    company.follow("발급 뒤에 할 일과 사증 결과").shot("after")
    company.fill(outcome="granted", decided_on="2026-10-12").press("결과 알리기")
    company.reads("결과를 적었습니다.").shot("told")

    # Revoked.
    reviewer.open(page).page.get_by_text("발급 취소하기").click()
    form = reviewer.page.locator("form", has=reviewer.page.locator("#revoke_reason"))
    form.locator("#revoke_reason").fill("경력증명서가 위조되었습니다.")
    form.get_by_role("button", name="취소 올리기").click()
    reviewer.reads("확인 대기")
    lead.open(page).press("발급 취소 확인").reads("지금 유효한 추천서가 없습니다.").shot("revoked")
    anybody.open(f"/v/{new.token}").reads("발급이 취소된 추천서입니다").shot("verdict")
    anybody.open("/verify/revoked/").reads(new.number).reads(old.number).shot("list")
    company.open(reverse("case", args=[case])).reads("경력증명서가 위조되었습니다.")
    assert company.link("추천서 내려받기 (PDF)").count() == 0


def test_many_letters_as_one_print_file_and_a_zip(town, person):
    world = World()
    for _ in range(2):
        world.at(Stage.DECISION, slug=GYEONGGI).draft()
    lead = person("gyeonggi.lead").open(reverse("reviews:sign_offs"))
    for box in lead.page.locator("main .choose label").all():
        box.click()
    lead.press("고른 결정 미리 보기").press("2건 결재하기")
    lead.press("추천서 2건을 인쇄 파일과 ZIP으로 받기").reads("만들고 있습니다.").shot("waiting")
    deliver_letters()
    OutboxRow.objects.filter(topic="letters.bundle").update(due_at="2026-01-01T00:00+09:00")
    deliver_letters()
    lead.follow("다시 보기").reads("인쇄할 파일 (PDF)").shot("ready")
    assert lead.download(lead.link("인쇄할 파일 (PDF)")).startswith(b"%PDF-")
    assert lead.download(lead.link("서명된 원본 (ZIP)")).startswith(b"PK")
