"""An office's own design: written as a draft, tried out, published for its own letters only."""

import io
import random
import re

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from accounts.models import StaffMembership, StaffRole
from audit.models import Event
from files import services as files
from letters import (
    design_samples,
    design_trial,
    designs,
    keys,
    logo,
    own_designs,
    registry,
    services,
)
from letters.errors import DesignError, NotAdministrator, NotPublishable, StaleDesign
from letters.models import OwnDraft, TemplateVersion
from letters.registry import Use
from notifications import outbox
from programs.calendar import today
from tests.letters.samples import GYEONGGI, KOTRA, drawn_logo, reserve
from tests.letters.test_pdf import run, squeezed
from tests.letters.verapdf import complaints

pytestmark = pytest.mark.django_db
CODE = "kotra-recommendation"
NEW = "새 서식의 문장입니다"


@pytest.fixture(autouse=True)
def _uses(monkeypatch):
    """Two offices that write with the same bundled design."""

    def uses(office):
        return [Use(CODE, "고용추천서", "Employment", "recommendation", KOTRA)]

    monkeypatch.setattr(registry, "_uses", [uses])


@pytest.fixture
def administrator(kotra, officer):
    StaffMembership.objects.create(office=kotra, user=officer, role=StaffRole.ADMINISTRATOR)
    return officer


def changed(words: str = NEW) -> tuple[str, str]:
    html, css = designs.read_source(CODE)
    return html.replace("</h1>", f"</h1>\n<p>{words}</p>", 1), css


def save(office, actor, words: str = NEW, seen: str = "") -> OwnDraft:
    html, css = changed(words)
    design = own_designs.design_of(office, CODE)
    return own_designs.save_draft(
        office=office, code=CODE, html=html, css=css, seen=seen or design.seen, actor=actor
    )


def publish(office, actor, words: str = NEW) -> TemplateVersion:
    draft = save(office, actor, words)
    return own_designs.publish_own(office=office, code=CODE, seen=draft.content_hash, actor=actor)


def test_a_draft_changes_nothing_until_it_is_published_and_then_this_office_only(
    kotra, gyeonggi, administrator
):
    before = reserve(kotra)
    draft = save(kotra, administrator)
    assert reserve(kotra).template == before.template
    version = own_designs.publish_own(
        office=kotra, code=CODE, seen=draft.content_hash, actor=administrator
    )
    assert (version.office, version.version, version.published_by) == (kotra, 2, administrator)
    assert reserve(kotra).template == version
    assert reserve(gyeonggi, {**KOTRA, "number_pattern": "G-{year}-{number}"}).template == (
        before.template
    )
    before.refresh_from_db()
    assert before.template.version == 1
    assert not OwnDraft.objects.exists()
    said = Event.objects.filter(name="letter.design_published").get()
    assert said.actor_id == administrator.pk
    assert said.data["sha256"] == version.content_hash


def test_letters_that_wait_are_made_with_the_design_of_their_sign_off(
    kotra, administrator, tmp_path
):
    from letters import services

    waiting = [reserve(kotra), reserve(kotra)]
    publish(kotra, administrator)
    after = reserve(kotra)
    outbox.drain(topic="letters.make")
    for letter, new in [*((one, False) for one in waiting), (after, True)]:
        letter.refresh_from_db()
        path = tmp_path / "letter.pdf"
        path.write_bytes(services.read_file(letter))
        assert (squeezed(NEW) in squeezed(run("pdftotext", path, "-"))) is new


def test_going_back_keeps_the_history_and_another_change_begins_anew(kotra, administrator):
    version = publish(kotra, administrator)
    assert own_designs.go_back(office=kotra, code=CODE, actor=administrator)
    assert not own_designs.go_back(office=kotra, code=CODE, actor=administrator)
    assert designs.current(CODE, kotra).office is None
    version.refresh_from_db()
    assert version.withdrawn_by == administrator
    listed = list(own_designs.history(kotra, CODE))
    assert [one.version for one in listed] == [2, 1]
    assert publish(kotra, administrator).version == 3


def test_an_own_design_stays_when_the_bundled_one_changes_and_says_so(
    kotra, administrator, monkeypatch
):
    version = publish(kotra, administrator)
    assert not own_designs.design_of(kotra, CODE).base_changed
    html, css = designs.read(CODE)
    monkeypatch.setattr(designs, "read", lambda code: (html + "<!-- newer -->", css))
    designs.load(CODE)
    found = own_designs.design_of(kotra, CODE)
    assert found.base_changed
    assert found.in_force == version
    assert own_designs.all_of(kotra)[0].in_force == version


def test_the_second_of_two_who_save_is_told_and_changes_nothing(kotra, administrator):
    seen = own_designs.design_of(kotra, CODE).seen
    first = save(kotra, administrator, "먼저", seen)
    with pytest.raises(StaleDesign, match=administrator.name):
        save(kotra, administrator, "나중", seen)
    assert OwnDraft.objects.get().content_hash == first.content_hash
    own_designs.publish_own(office=kotra, code=CODE, seen=first.content_hash, actor=administrator)
    with pytest.raises(StaleDesign):
        save(kotra, administrator, "더 나중", first.content_hash + "x")
    with pytest.raises(StaleDesign):
        own_designs.publish_own(
            office=kotra, code=CODE, seen=first.content_hash, actor=administrator
        )


def test_only_administrators_of_every_programme_that_writes_with_it(
    kotra, gyeonggi, officer, monkeypatch
):
    def uses(office):
        return [
            Use(slug, "보기", "Sample", "recommendation", KOTRA) for slug in (CODE, "k-tech-pass")
        ]

    monkeypatch.setattr(registry, "_uses", [uses])
    seen = own_designs.design_of(kotra, CODE).seen
    for office, role, programmes in (
        (gyeonggi, StaffRole.ADMINISTRATOR, []),
        (kotra, StaffRole.LEAD, []),
        (kotra, StaffRole.ADMINISTRATOR, [CODE]),
    ):
        StaffMembership.objects.all().delete()
        StaffMembership.objects.create(
            office=office, user=officer, role=role, programmes=programmes
        )
        with pytest.raises(NotAdministrator):
            save(kotra, officer, seen=seen)
        with pytest.raises(NotAdministrator):
            own_designs.go_back(office=kotra, code=CODE, actor=officer)
    assert not OwnDraft.objects.exists()


@pytest.mark.parametrize(
    ("where", "added", "line", "part"),
    [
        ("html", "{{ numbr }}", 3, "html"),
        ("html", "{{# sex }}", 3, "html"),
        ("html", '<img src="https://a.example/x.png">', 3, "html"),
        ("html", '<img src="letter:other">', 3, "html"),
        ("html", "<script>1</script>", 3, "html"),
        ("html", "<body>", 3, "html"),
        ("css", "p { color: red !important }", 3, "letter.css"),
        ("css", "p { background: url(//a.example/x.png) }", 3, "letter.css"),
        ("css", "p { color red }", 3, "letter.css"),
        ("css", "@page { margin: 0 }", 3, "letter.css"),
    ],
)
def test_a_mistake_is_named_with_its_own_line(kotra, administrator, where, added, line, part):
    source = dict(zip(("html", "css"), changed(), strict=True))
    lines = source[where].splitlines()
    source[where] = "\n".join([*lines[:2], added, *lines[2:]])
    seen = own_designs.design_of(kotra, CODE).seen
    with pytest.raises(DesignError) as refused:
        own_designs.save_draft(office=kotra, code=CODE, seen=seen, actor=administrator, **source)
    assert (refused.value.line, refused.value.part) == (line, part)
    assert not OwnDraft.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        # Beside the page: the renderer drops it, or draws it where nobody sees it.
        (
            '<p class="signatory">',
            '<p class="signatory" style="position: absolute; top: 900mm">',
            "추천권자 직위",
        ),
        ("<!-- verification -->", '<div style="display: none"><!-- verification --></div>', "QR"),
        ("<td>{{ candidate_name }}", "<td>", "성명"),
        ("</h1>", "</h1><p>\N{SNOWMAN}\N{THAI CHARACTER KO KAI}</p>", "글꼴에 없는"),
        ("</h1>", "</h1><p>" + "긴 글 " * 20_000 + "</p>", "쪽이 너무 많습니다"),
        ("left: ", "left: ", "바뀐 것이 없습니다"),
    ],
)
def test_what_a_letter_must_show_is_looked_for_on_the_page(kotra, administrator, old, new, word):
    html, css = designs.read_source(CODE)
    seen = own_designs.design_of(kotra, CODE).seen
    draft = (
        own_designs.save_draft(
            office=kotra,
            code=CODE,
            html=html.replace(old, new, 1),
            css=css,
            seen=seen,
            actor=administrator,
        )
        if old != "left: "
        else OwnDraft.objects.create(
            office=kotra,
            code=CODE,
            html=html,
            css=css,
            saved_by=administrator,
            content_hash=designs.hash_of(*designs.assembled(html, css)),
            saved_at=own_designs.now(),
        )
    )
    with pytest.raises(NotPublishable) as refused:
        own_designs.publish_own(
            office=kotra, code=CODE, seen=draft.content_hash, actor=administrator
        )
    assert any(word in problem for problem in refused.value.problems), refused.value.problems
    assert TemplateVersion.objects.count() == 1


def test_a_code_too_small_to_be_read_is_no_letter(kotra, administrator):
    html, css = designs.read_source(CODE)
    small = (
        css
        + ".verify .link { width: 9mm; height: 9mm }\n.signatory img { width: 4mm; height: 4mm }\n"
    )
    seen = own_designs.design_of(kotra, CODE).seen
    draft = own_designs.save_draft(
        office=kotra, code=CODE, html=html, css=small, seen=seen, actor=administrator
    )
    with pytest.raises(NotPublishable) as refused:
        own_designs.publish_own(
            office=kotra, code=CODE, seen=draft.content_hash, actor=administrator
        )
    assert len(refused.value.problems) == 2
    assert re.search("QR.*20 mm", refused.value.problems[0])


@pytest.mark.parametrize("what", ["no picture", "lost", "larger than a letter may be"])
def test_the_registered_seal_is_looked_at_too(kotra, administrator, what):
    if what == "no picture":
        data = b"\x89PNG\r\n\x1a\n of nothing"
    else:
        picture = io.BytesIO()
        noise = random.Random(7).randbytes(400 * 400 * 3)
        Image.frombytes("RGB", (400, 400), noise).save(picture, "PNG")
        data = picture.getvalue()
    stored = files.put(data=data, name="seal.png", content_type="image/png", actor=administrator)
    keys.register_seal(office=kotra, image=stored, actor=administrator)
    if what == "lost":
        files.storage().delete(stored.path)
    with pytest.raises(
        NotPublishable, match="너무 큽니다" if what.startswith("larger") else "관인"
    ):
        publish(kotra, administrator)
    assert designs.current(CODE, kotra).office is None


def test_empty_variables_are_named(kotra):
    use = registry.uses_of(kotra)[0]
    html, css = designs.assembled(*changed("{{ representative }}"))
    inputs = design_samples.sample_inputs(use, design_samples.USUAL)
    assert (
        design_trial.try_out(html, css, office=kotra, use=use, inputs=inputs, on=today()).empty
        == []
    )
    del inputs["representative"]
    (said,) = design_trial.try_out(
        html, css, office=kotra, use=use, inputs=inputs, on=today()
    ).empty
    assert "대표자" in said


@pytest.mark.parametrize("code", designs.bundled())
def test_a_bundled_design_can_be_taken_apart_again(code):
    assert designs.disassembled(*designs.read(code)) == designs.read_source(code)


def test_what_changes_is_told_line_by_line(kotra, administrator):
    draft = save(kotra, administrator)
    design = own_designs.design_of(kotra, CODE)
    told = own_designs.difference(design, draft)
    assert ("+", f"<p>{NEW}</p>") in told
    assert not [line for sign, line in told if sign == "-"]


def test_an_office_without_the_design_has_none(kotra):
    assert own_designs.design_of(kotra, "no-such-design") is None
    assert own_designs.design_of(kotra, GYEONGGI["template"]) is None


def with_logo(office, actor, picture: bytes | None, shown: bool = True) -> OwnDraft:
    html, css = designs.read_source(CODE)
    if shown:
        html = '<img class="logo" src="letter:logo" alt="KOTRA">\n' + html
    design = own_designs.design_of(office, CODE)
    taken = None if picture is None else logo.taken(picture)
    return own_designs.save_draft(
        office=office, code=CODE, html=html, css=css, seen=design.seen, actor=actor, logo=taken
    )


def publish_it(office, actor, draft: OwnDraft) -> TemplateVersion:
    return own_designs.publish_own(office=office, code=CODE, seen=draft.content_hash, actor=actor)


@pytest.mark.incident("T8")
def test_a_logo_belongs_to_the_version(kotra, administrator, specimen_key, tmp_path):
    before = reserve(kotra)
    draft = with_logo(kotra, administrator, drawn_logo())
    version = publish_it(kotra, administrator, draft)
    after = reserve(kotra, {**KOTRA, "number_pattern": "L-{year}-{number}"})
    assert after.template == version
    publish_it(kotra, administrator, with_logo(kotra, administrator, drawn_logo((90, 90))))
    outbox.drain()
    files_of = {}
    for letter in (before, after):
        letter.refresh_from_db()
        assert letter.state == "valid"
        path = files_of[letter.pk] = tmp_path / f"{letter.pk}.pdf"
        path.write_bytes(services.read_file(letter))
    listed = {name: run("pdfimages", "-list", path) for name, path in files_of.items()}
    assert not re.search(r" 300 +120 ", listed[before.pk])
    assert re.search(r" 300 +120 ", listed[after.pk])
    assert complaints([files_of[after.pk]]) == []


@pytest.mark.incident("T8")
def test_a_logo_is_looked_at_when_the_design_is_published(kotra, administrator, specimen_key):
    with pytest.raises(DesignError, match="has no logo"):
        with_logo(kotra, administrator, None)
    unused = with_logo(kotra, administrator, drawn_logo(), shown=False)
    with pytest.raises(NotPublishable, match="올린 로고를 서식이 쓰지 않습니다"):
        publish_it(kotra, administrator, unused)
    draft = with_logo(kotra, administrator, drawn_logo())
    design = own_designs.design_of(kotra, CODE)
    draft = own_designs.save_draft(
        office=kotra,
        code=CODE,
        html=draft.html.replace('class="logo"', 'class="away"'),
        css=draft.css + "\n.away { position: absolute; top: 400mm; height: 12mm }\n",
        seen=design.seen,
        actor=administrator,
    )
    with pytest.raises(NotPublishable, match="너무 작습니다: 로고"):
        publish_it(kotra, administrator, draft)
    assert not TemplateVersion.objects.filter(office=kotra).exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"%PDF-1.7 no picture", "손상"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "올려 주세요"),
        (drawn_logo((40, 300)), "크기를 고쳐"),
        (drawn_logo((1300, 300)), "크기를 고쳐"),
        (drawn_logo()[:200], "손상"),
        (b"", "빈 파일"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_sentence(db, given, said):
    with pytest.raises(DesignError, match=said):
        logo.taken(given)


def test_a_logo_that_makes_letters_too_large_is_refused(db):
    noise = Image.frombytes("RGB", (400, 400), random.Random(7).randbytes(400 * 400 * 3))
    out = io.BytesIO()
    noise.save(out, "PNG")
    with pytest.raises(DesignError, match="너무 큽니다"):
        logo.taken(out.getvalue())


def test_a_logo_is_printed_as_png_on_white(db):
    for kind in ("PNG", "JPEG"):
        with Image.open(io.BytesIO(logo.taken(drawn_logo(kind=kind)))) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (300, 120))


def test_the_database_keeps_a_logo_off_what_offices_share(db):
    version = designs.load(CODE)
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(logo=drawn_logo())
