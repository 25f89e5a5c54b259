"""The desk's pages for an office's own designs of letters."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole
from applications.stages import Stage
from audit.models import AccessLog
from letters import availability, designs, own_designs
from letters.models import OwnDraft, TemplateVersion
from letters.variables import CATALOGUE
from tests.letters.test_own_designs import drawn_logo
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db
NEW = "새 서식의 문장입니다"


@pytest.fixture
def office(world) -> Office:
    return Office.objects.get(code="kotra")


def at_the_desk(world, login: str) -> Client:
    client = Client()
    client.force_login(world[login])
    return client


def url(name: str, code: str = KOTRA, **more) -> str:
    return reverse(name, kwargs={"office": "kotra", "code": code, **more})


def typed(office, words: str = NEW, **more) -> dict[str, str]:
    html, css = designs.read_source(KOTRA)
    said = {"html": html.replace("</h1>", f"</h1>\r\n<p>{words}</p>", 1), "css": css}
    return {**said, "seen": own_designs.design_of(office, KOTRA).seen, **more}


def test_an_administrator_edits_previews_and_publishes(world, office):
    admin = at_the_desk(world, "kotra.admin")
    listed = admin.get(reverse("desk-designs")).content.decode()
    for code in (KOTRA, designs.NOTICE):
        assert url("letter-design", code) in listed
    editor = admin.get(url("letter-design-edit")).content.decode()
    assert "{{ candidate_name }}" in editor
    for name, one in CATALOGUE.items():
        assert f"<code>{name}</code> {one.ko}" in editor
        assert str(availability.WORDS[availability.WHEN[name]]) in editor
    answer = admin.post(url("letter-design-edit"), typed(office), follow=True)
    assert answer.redirect_chain[0][0] == url("letter-design-preview")
    assert admin.get(url("letter-design-png")).content.startswith(b"\x89PNG")
    assert admin.get(url("letter-design-pdf")).content.startswith(b"%PDF")
    page = admin.get(url("letter-design-publish"))
    assert f"&lt;p&gt;{NEW}&lt;/p&gt;" in page.content.decode()
    seen = OwnDraft.objects.get().content_hash
    said = admin.post(url("letter-design-publish"), {"seen": seen}, follow=True)
    assert said.redirect_chain[0][0] == url("letter-design")
    version = designs.current(KOTRA, office)
    assert (version.office, version.published_by) == (office, world["kotra.admin"])
    page = admin.get(url("letter-design")).content.decode()
    assert version.content_hash in page
    pdf = admin.get(url("desk-design-version", public_id=version.public_id))
    assert pdf.content.startswith(b"%PDF")
    admin.post(url("letter-design-drop"), {"do": "back"})
    assert designs.current(KOTRA, office).office is None


def test_a_logo_is_uploaded_kept_and_taken_away(world, office):
    admin = at_the_desk(world, "kotra.admin")
    editor = admin.get(url("letter-design-edit")).content.decode()
    assert 'name="no_logo"' not in editor
    said = typed(office)
    said["html"] = '<img class="logo" src="letter:logo" alt="KOTRA">\n' + said["html"]
    without = admin.post(url("letter-design-edit"), said).content.decode()
    assert "1번째 줄: 로고 그림을 올리지 않고 로고를 쓸 수 없습니다" in without
    bad = SimpleUploadedFile("logo.png", b"no picture", content_type="image/png")
    refused = admin.post(url("letter-design-edit"), said | {"logo": bad}).content.decode()
    assert "올려 주세요" in refused
    assert NEW in refused
    picture = SimpleUploadedFile("logo.png", drawn_logo(), content_type="image/png")
    admin.post(url("letter-design-edit"), said | {"logo": picture})
    kept = bytes(OwnDraft.objects.get().logo)
    assert kept.startswith(b"\x89PNG")
    again = said | {"seen": own_designs.design_of(office, KOTRA).seen}
    again["html"] = again["html"].replace(NEW, "다시 적은 문장입니다")
    assert 'name="no_logo"' in admin.get(url("letter-design-edit")).content.decode()
    admin.post(url("letter-design-edit"), again)
    assert bytes(OwnDraft.objects.get().logo) == kept
    assert admin.get(url("letter-design-png")).content.startswith(b"\x89PNG")
    assert "로고를 바꿉니다." in admin.get(url("letter-design-publish")).content.decode()
    none = typed(office) | {"no_logo": "on"}
    admin.post(url("letter-design-edit"), none)
    assert bytes(OwnDraft.objects.get().logo) == b""


def test_nothing_typed_is_lost(world, office):
    admin = at_the_desk(world, "kotra.admin")
    wrong = admin.post(url("letter-design-edit"), typed(office, "{{ numbr }}")).content.decode()
    assert "번째 줄: 변수 목록에 없는 이름입니다: numbr" in wrong
    assert "&lt;p&gt;{{ numbr }}&lt;/p&gt;" in wrong
    css = admin.post(url("letter-design-edit"), typed(office, css="p { color: red !important }"))
    assert "1번째 줄: 모양에 쓸 수 없습니다: !important" in css.content.decode()
    assert NEW in css.content.decode()
    late = typed(office, "나중에 적은 것")
    admin.post(url("letter-design-edit"), typed(office))
    refused = admin.post(url("letter-design-edit"), late).content.decode()
    assert "그사이" in refused
    assert "나중에 적은 것" in refused
    assert NEW in OwnDraft.objects.get().html


def test_a_real_case_is_previewed_and_that_is_logged(world, office):
    admin = at_the_desk(world, "kotra.admin")
    story = world.at(Stage.DECISION)
    receipt = story.fresh().receipt_no
    page = admin.get(url("letter-design-preview"))
    assert receipt in page.content.decode()
    assert not AccessLog.objects.filter(what="letter.design_previewed").exists()
    shown = admin.get(url("letter-design-preview"), {"number": f" {receipt.lower()} "})
    assert shown.context["trial"].wrong == []
    assert shown.context["chosen"].inputs["candidate_name"] != ""
    row = AccessLog.objects.get(what="letter.design_previewed")
    assert (row.subject_id, row.user_id) == (story.case.public_id, world["kotra.admin"].pk)
    assert not TemplateVersion.objects.filter(office=office).exists()
    for number in ("KOTRA-0000", world.at(Stage.DECISION, slug=GYEONGGI).fresh().receipt_no):
        other = admin.get(url("letter-design-preview"), {"number": number})
        assert other.context["trial"] is None
        assert "이 기관에 없습니다" in other.content.decode()
    nothing = admin.get(url("letter-design-preview", designs.NOTICE), {"number": receipt})
    assert "쓰는 문서가 없습니다" in nothing.content.decode()


def test_who_sees_it(world, office):
    draft = own_designs.save_draft(
        office=office, code=KOTRA, actor=world["kotra.admin"], **typed(office)
    )
    pages = ["edit", "preview", "pdf", "png", "publish", "drop"]
    addresses = [url("letter-design"), *(url(f"letter-design-{name}") for name in pages)]
    for login, expected in (
        ("gyeonggi.admin", 404),
        ("kotra.lead", 403),
        ("kotra.reviewer", 403),
        ("company", 403),
    ):
        client = at_the_desk(world, login)
        for address in addresses:
            way = client.post if address == url("letter-design-drop") else client.get
            assert way(address).status_code == expected, (login, address)
        client.post(url("letter-design-publish"), {"seen": draft.content_hash})
    assert (
        reverse("desk-designs")
        not in at_the_desk(world, "kotra.lead").get(reverse("desk")).content.decode()
    )
    assert OwnDraft.objects.get() == draft
    StaffMembership.objects.filter(user=world["kotra.admin"], role=StaffRole.ADMINISTRATOR).update(
        programmes=["k-tech-pass"]
    )
    assert at_the_desk(world, "kotra.admin").get(url("letter-design")).status_code == 404


def test_the_list_asks_as_often_for_one_design_as_for_all(
    world, office, django_assert_max_num_queries, monkeypatch
):
    admin = at_the_desk(world, "kotra.admin")
    admin.get(reverse("desk-designs"))
    with django_assert_max_num_queries(12) as all_of_them:
        admin.get(reverse("desk-designs"))
    used_by = own_designs.used_by
    monkeypatch.setattr(own_designs, "used_by", lambda office: {KOTRA: used_by(office)[KOTRA]})
    with django_assert_max_num_queries(12) as one:
        admin.get(reverse("desk-designs"))
    assert len(one) == len(all_of_them)
