"""A design is edited, previewed and published while letters wait to be made."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.stages import Stage
from letters import services
from letters.models import Letter, TemplateVersion
from notifications.models import OutboxRow
from tests.letters.test_pdf import run, squeezed
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
CODE = "provincial-recommendation"
NEW = "경기도가 고친 서식의 문장입니다."


def text_of(letter: Letter, folder) -> str:
    letter.refresh_from_db()
    path = folder / "letter.pdf"
    path.write_bytes(services.read_file(letter))
    return squeezed(run("pdftotext", path, "-"))


def test_a_design_is_changed_while_two_letters_wait(town, person, tmp_path):
    world = World()
    waiting = [world.at(Stage.APPROVED, slug=GYEONGGI) for _ in range(2)]
    third = world.at(Stage.DECISION, slug=GYEONGGI)
    reserved = [Letter.objects.get(subject=story.case.public_id) for story in waiting]
    assert {letter.state for letter in reserved} == {"reserved"}
    assert OutboxRow.objects.filter(topic=services.MAKE, done_at=None).count() == 2

    admin = person("gyeonggi.admin").open(reverse("desk-designs")).shot("list")
    admin.follow("광역형 비자").reads("함께 쓰는 서식").shot("design")
    admin.follow("서식 고치기").reads("쓸 수 있는 변수").shot("editor")
    area = admin.fields("html")
    html = area.input_value()
    area.fill(html.replace("</h1>", "</h1><p>{{ no_such_name }}</p>", 1))
    admin.press("초안 저장하고 미리 보기").reads("번째 줄: 변수 목록에 없는 이름입니다").shot(
        "wrong"
    )
    assert "no_such_name" in admin.fields("html").input_value()
    admin.fields("html").fill(html.replace("</h1>", f"</h1><p>{NEW}</p>", 1))
    admin.press("초안 저장하고 미리 보기").reads("저장한 초안입니다.").shot("preview")
    receipt = third.fresh().receipt_no
    admin.fill(number=receipt).press("이 신청으로 그리기")
    expect(admin.page.get_by_role("heading", level=3)).to_have_text(receipt)
    admin.shot("real-case")
    draft = admin.download(admin.link("PDF로 내려받기"))
    (tmp_path / "draft.pdf").write_bytes(draft)
    assert squeezed(NEW) in squeezed(run("pdftotext", tmp_path / "draft.pdf", "-"))
    admin.follow("확인하고 게시").reads(NEW).shot("difference")
    admin.press("이 서식 게시").reads("새 서식을 게시했습니다").shot("published")

    third.draft().sign_off()
    after = Letter.objects.get(subject=third.case.public_id)
    own = TemplateVersion.objects.get(office__code="gyeonggi")
    assert after.template == own
    deliver_letters()
    for letter in reserved:
        assert squeezed(NEW) not in text_of(letter, tmp_path)
        assert letter.template.office is None
    assert squeezed(NEW) in text_of(after, tmp_path)

    admin.open(reverse("letter-design", args=["gyeonggi", CODE]))
    admin.page.locator("summary", has_text="함께 쓰는 서식으로 돌아가기").click()
    admin.press("함께 쓰는 서식으로 돌아가기").reads("함께 쓰는 서식으로 돌아갔습니다").shot("back")
