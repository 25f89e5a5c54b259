"""Designs that a programme's own folder brings: published once, drafted when they change."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import StaffMembership, StaffRole
from letters import catalogue, designs, services
from letters.errors import DesignError, NotAdministrator
from letters.models import TemplateDraft, TemplateVersion
from tests.letters.samples import GYEONGGI, INPUTS, reserve

pytestmark = pytest.mark.django_db

CODE = "invented-province"
HTML = """<h1>{{ letter_title_ko }}</h1>
<p class="number">{{ number }}</p>
<p>{{ candidate_name }} · {{ issue_date }}</p>
<!-- verification -->
<p class="signatory">{{ issuer_title_ko }}<img src="letter:seal" alt="seal"></p>
"""
CSS = "h1 { color: #333 }\n"
OTHER = HTML.replace("<h1>", "<p>다른 서식</p><h1>")


@pytest.fixture
def administrator(gyeonggi, officer):
    StaffMembership.objects.create(office=gyeonggi, user=officer, role=StaffRole.ADMINISTRATOR)
    return officer


def test_a_new_design_is_published_and_makes_letters(gyeonggi, issue):
    assert designs.bring(CODE, HTML, CSS, office=gyeonggi) == "published"
    assert designs.bring(CODE, HTML, CSS, office=gyeonggi) == "unchanged"
    letter = issue(gyeonggi, {**GYEONGGI, "template": CODE})
    assert letter.state == "valid"
    assert letter.template == TemplateVersion.objects.get(code=CODE)
    assert services.read_file(letter).startswith(b"%PDF")


def test_a_changed_design_changes_no_letter_until_it_is_published(gyeonggi, administrator):
    own = {**GYEONGGI, "template": CODE}
    designs.bring(CODE, HTML, CSS, office=gyeonggi)
    before = reserve(gyeonggi, own)
    assert designs.bring(CODE, OTHER, CSS, office=gyeonggi) == "draft"
    assert designs.bring(CODE, OTHER, CSS, office=gyeonggi) == "unchanged"
    assert reserve(gyeonggi, own).template == before.template

    draft = TemplateDraft.objects.get()
    version = designs.publish_draft(code=CODE, content_hash=draft.content_hash, actor=administrator)
    assert (version.version, version.published_by) == (2, administrator)
    assert reserve(gyeonggi, own).template == version
    before.refresh_from_db()
    assert before.template.version == 1
    assert not TemplateDraft.objects.exists()


def test_going_back_to_the_published_design_takes_the_draft_away(gyeonggi):
    designs.bring(CODE, HTML, CSS, office=gyeonggi)
    designs.bring(CODE, OTHER, CSS, office=gyeonggi)
    assert designs.bring(CODE, HTML, CSS, office=gyeonggi) == "unchanged"
    assert not TemplateDraft.objects.exists()


def test_what_the_programme_brings_replaces_the_office_s_own_when_it_is_published(
    gyeonggi, administrator
):
    own = {**GYEONGGI, "template": CODE}
    designs.bring(CODE, HTML, CSS, office=gyeonggi)
    whole, style = designs.assembled(OTHER.replace("다른", "기관의"), CSS)
    mine = TemplateVersion.objects.create(
        code=CODE,
        version=2,
        office=gyeonggi,
        html=whole,
        css=style,
        content_hash=designs.hash_of(whole, style),
        published_at=designs.now(),
        published_by=administrator,
    )
    assert designs.bring(CODE, OTHER, CSS, office=gyeonggi) == "draft"
    assert reserve(gyeonggi, own).template == mine
    seen = TemplateDraft.objects.get().content_hash
    version = designs.publish_draft(code=CODE, content_hash=seen, actor=administrator)
    assert (version.version, version.office) == (3, None)
    assert reserve(gyeonggi, own).template == version
    mine.refresh_from_db()
    assert mine.withdrawn_by == administrator


def test_only_the_office_s_administrators_publish_and_only_what_they_saw(gyeonggi, officer, kotra):
    designs.bring(CODE, HTML, CSS, office=gyeonggi)
    designs.bring(CODE, OTHER, CSS, office=gyeonggi)
    seen = TemplateDraft.objects.get().content_hash
    StaffMembership.objects.create(office=kotra, user=officer, role=StaffRole.ADMINISTRATOR)
    StaffMembership.objects.create(office=gyeonggi, user=officer, role=StaffRole.LEAD)
    with pytest.raises(NotAdministrator):
        designs.publish_draft(code=CODE, content_hash=seen, actor=officer)
    StaffMembership.objects.create(office=gyeonggi, user=officer, role=StaffRole.ADMINISTRATOR)
    designs.bring(CODE, OTHER.replace("다른", "또 다른"), CSS, office=gyeonggi)
    with pytest.raises(DesignError):
        designs.publish_draft(code=CODE, content_hash=seen, actor=officer)
    assert designs.newest_version(CODE).version == 1


def test_the_command_publishes(gyeonggi, administrator, capsys):
    designs.bring(CODE, HTML, CSS, office=gyeonggi)
    with pytest.raises(CommandError):
        call_command("letters", "publish", CODE, "--by", administrator.email)
    designs.bring(CODE, OTHER, CSS, office=gyeonggi)
    call_command("letters", "drafts")
    call_command("letters", "publish", CODE, "--by", administrator.email)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{CODE} ")
    assert said[1].startswith(f"{CODE} 2 ")


@pytest.mark.parametrize(
    ("html", "css", "line", "word"),
    [
        (HTML.replace("{{ number }}", "{{ numbr }}"), CSS, 2, "numbr is not a variable"),
        (HTML.replace("{{ candidate_name }}", "{{# sex }}"), CSS, 3, "sex is never closed"),
        (HTML.replace("<!-- verification -->", ""), CSS, 1, "verification"),
        (HTML.replace("letter:seal", "seal.png"), CSS, 5, "bundled"),
        (HTML.replace(' src="letter:seal"', ""), CSS, 1, 'lacks src="letter:seal"'),
        (HTML + "<script>1</script>", CSS, 6, "<script"),
        (f"<body>{HTML}</body>", CSS, 1, "<body"),
        (HTML + '<img src="https://a.example/x.png">', CSS, 6, "bundled"),
        (HTML + '<img src="letter:other">', CSS, 6, "bundled"),
        (HTML, "p { color: red }\nb { color red }", 1, "letter.css line 2: the style"),
        (HTML, "p { background: url(//a.example) }", 1, "bundled"),
        (HTML, ".page-mark { display: none }", 1, "page-mark"),
        (HTML, "div { display: none ! important }", 1, "important"),
        (HTML, "div { display: none !/**/important }", 1, "important"),
        (HTML, "div { display: none !\\69mportant }", 1, "may not contain"),
        (HTML, "@page { margin: 0 }", 1, "@page"),
    ],
)
def test_what_a_folder_brings_is_refused_with_its_reason(html, css, line, word):
    ((found, sentence),) = catalogue.problems(CODE, html, css)
    assert found == line
    assert word in sentence


def test_a_folder_may_not_take_the_name_of_a_bundled_design():
    for code in ("kotra-recommendation", "gyeonggi-recommendation"):
        assert "comes with the product" in catalogue.problems(code, HTML, CSS)[0][1]
    assert catalogue.problems(CODE, HTML, CSS) == []


def test_a_style_cannot_take_the_mark_away(gyeonggi, tmp_path):
    """A specimen's mark is a picture over the page: it must still be painted."""
    hiding = CSS + (
        "body > div:first-child { display: none; visibility: hidden; opacity: 0; top: 9999mm;"
        " z-index: -1; background: none; width: 0; clip: rect(0,0,0,0); transform: scale(0) }"
    )
    assert catalogue.problems(CODE, HTML, hiding) == []
    plain = designs.sample(*designs.assembled(HTML, CSS))
    hidden = designs.sample(*designs.assembled(HTML, hiding))
    assert picture(plain, tmp_path / "plain.pdf") == picture(hidden, tmp_path / "hidden.pdf")


def picture(pdf: bytes, path) -> bytes:
    from tests.letters.test_pdf import run

    path.write_bytes(pdf)
    run("pdftoppm", "-r", "30", "-png", "-singlefile", path, path.with_suffix(""))
    return path.with_suffix(".png").read_bytes()


def test_every_bundled_design_can_be_made_with_the_least(gyeonggi, issue):
    """A programme without occupations, pay or a contract's end still gets its letter."""
    least = {
        name: value
        for name, value in INPUTS.items()
        if name.split("_")[0] in ("candidate", "birth", "nationality", "company", "business")
        or name.startswith("programme_name")
    }
    for code in ("k-tech-pass", "provincial-recommendation"):
        letter = issue(gyeonggi, {**GYEONGGI, "template": code}, least)
        assert letter.state == "valid", code


def test_the_catalogue_asks_this_room(gyeonggi):
    from types import SimpleNamespace

    from programs import registry

    manifest = SimpleNamespace(office=SimpleNamespace(code="gyeonggi"))
    assert registry.template_problems(CODE, HTML, CSS) == []
    assert registry.template_problems(CODE, "<p>", CSS) != []
    for html, said in ((HTML, "published"), (HTML, ""), (OTHER, "draft")):
        lines = registry.bring_template(CODE, html, CSS, manifest)
        assert [said in line for line in lines] == ([True] if said else [])
