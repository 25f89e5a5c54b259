"""A packet judged blind: unmistakable names everywhere, and none wherever an evaluator can look."""

import hashlib
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Company
from applications.stages import Stage
from files.models import TextLayer
from notifications.models import Mail
from portal.demo import samples
from programs import calendar
from programs.models import ProgrammeVersion
from reviews import blinding
from reviews.models import Evaluator, Panel
from reviews.services import declaring, evaluation, evaluator_notices, panel, panels
from tests.outbox import deliver_letters, draw_pages
from tests.person import Browser
from tests.scene import OURS
from tests.world import KOTRA

pytestmark = [pytest.mark.django_db, pytest.mark.incident("T28")]

SURNAME, GIVEN, KOREAN = "ZQXLEAK", "WVYGIVEN QJTWO", "큐쮸견"
FIRM, ENGLISH, HEAD = "주식회사 뷁쉛정밀", "Vweqxfirm Precision Co., Ltd.", "쀍우두"
MAIL, PHONE = "zqxleak@kept.example", "031-987-6543"
MARKERS = (
    *("zqxleak", "wvygiven", "qjtwo", "큐쮸견", "뷁쉛정밀", "vweqxfirm", "쀍우두"),
    *("031-987-6543", "0018100002", "001-81-00002"),
)


def told(**said):
    """The programme says how it evaluates, for new cases."""
    version = ProgrammeVersion.objects.get(programme__slug=KOTRA, label="v1")
    document = version.document | {"evaluation": {"assumed": True, **said}}
    ProgrammeVersion.objects.filter(pk=version.pk).update(
        document=document, text_hash=hashlib.sha256(repr(said).encode()).hexdigest()
    )


def paper(name: str) -> SimpleUploadedFile:
    """A scan whose name and whose own words about itself name everybody."""
    out = BytesIO()
    Image.new("RGB", (200, 280), "white").save(
        out, format="PDF", title=f"{SURNAME} {KOREAN}", author=ENGLISH, subject=HEAD
    )
    return SimpleUploadedFile(
        f"{name} {SURNAME} {FIRM}.pdf", out.getvalue(), content_type="application/pdf"
    )


def marked(world):
    """A case full of names, in external evaluation."""
    Company.objects.filter(memberships__user=world["company"]).update(
        name_ko=FIRM, name_en=ENGLISH, representative=HEAD, phone=PHONE
    )
    story = world.story()
    story.person = {
        **samples.CANDIDATES[0],
        "surname": SURNAME,
        "given_names": GIVEN,
        "name_ko": KOREAN,
        "email": MAIL,
    }
    story.declared = samples.claims(KOTRA)
    story.declared["career"][0] |= {
        "employer": "(주) 뷁쉛정밀",
        "title": f"Engineer of VWEQXFIRM PRECISION, called {GIVEN} {SURNAME}",
    }
    story.declared["degree"][0]["field"] = f"{KOREAN}의 전공, {SURNAME.lower()}"
    story.declared["contract"][0]["title"] = f"뷁쉛 정밀 {HEAD} 직속 개발자"
    story.paper = lambda _case, _code, name, _copy: paper(name)
    return story.reach(Stage.EXTERNAL_EVALUATION)


def invited(story, evaluator):
    return evaluation.invite(application=story.fresh(), actor=story.reviewer, evaluator=evaluator)


def every_address(invitation, story):
    """Every address, with everything of the case that could stand in it."""
    case = story.case
    ids = [invitation.public_id, case.public_id]
    documents = list(case.documents.values_list("public_id", flat=True))
    rest = {
        "claim": case.claims.first().public_id,
        "number": 1,
        "slug": KOTRA,
        "section": "candidate",
        "label": "v1",
        "code": "contract",
        "kind": "degree",
        "office": "kotra",
        "name": "withdraw",
        "token": "no-token",
        "key_id": "no-key",
        "table": "results",
    }
    rest |= dict.fromkeys(("inquiry", "evidence", "item", "ending"), case.public_id)
    for name, arguments in OURS:
        own = ids if name.startswith("reviews:packet") else ids[1:]
        for public_id in own:
            for document in documents if "document" in arguments else [None]:
                known = rest | {"public_id": public_id, "document": document}
                # An argument that has no value here fails: no address is left out.
                kwargs = {argument: known[argument] for argument in arguments}
                yield name, reverse(name, kwargs=kwargs), document is None


def body(response) -> str:
    whole = b"".join(response.streaming_content) if response.streaming else response.content
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    return (headers + whole.decode("utf-8", "replace") + whole.decode("utf-16", "replace")).lower()


def leaks(text: str) -> list[str]:
    return [marker for marker in MARKERS if marker in text]


# A demonstration's mailbox shows every mail to everybody, by design.
OPEN_TO_ALL = "mailbox"


def look_everywhere(browser, invitation, story) -> tuple[int, dict[str, list[str]]]:
    """How many answers there were, and where a name was found."""
    found, count = {}, 0
    paper = story.case.documents.first().public_id
    for name, path, page in every_address(invitation, story):
        if name.startswith(OPEN_TO_ALL):
            continue
        for query in ("", f"?q={KOREAN[:1]}&paper={paper}") if page else ("",):
            response = browser.client.get(path + query)
            count += response.status_code == 200
            if leaked := leaks(body(response)):
                found[f"{name} {path}{query}"] = leaked
        # What is said about bad input.
        if name.startswith(("reviews:packet", "api-case")):
            for sent in ({}, {"do": "save", "points_expertise": "99"}):
                if leaked := leaks(body(browser.client.post(path, sent))):
                    found[f"post {name} {path} {sent}"] = leaked
    return count, found


@pytest.fixture
def blind(world):
    told(blind=True, documents={"necessity": "blind"})
    story = marked(world)
    for document in story.case.documents.all():
        draw_pages(document.stored)
        TextLayer.objects.update_or_create(
            source=document.stored,
            number=1,
            defaults={"text": f"읽을 글: {GIVEN} {SURNAME}, {FIRM}"},
        )
    return story


def test_names_are_nowhere_an_evaluator_can_look(world, blind):
    invitation = invited(blind, Evaluator.objects.get(user=world["evaluator1"]))
    deliver_letters()
    person = Browser(world["evaluator1"])
    assert look_everywhere(person, invitation, blind)[1] == {}
    page = person.open(reverse("reviews:packet", kwargs={"public_id": invitation.public_id}))
    page = page.do("declare", ties="none")
    assert "이름을 가린 평가입니다" in page.words
    assert blinding.HIDDEN in page.words
    assert "외국인 활용계획서" in page.words
    assert f"읽을 글: {blinding.HIDDEN}" in page.words
    count, found = look_everywhere(person, invitation, blind)
    assert found == {}
    assert count > 20
    codes = [criterion["code"] for criterion in invitation.rubric["criteria"]]
    page = page.do("check", **{f"points_{code}": "8" for code in codes})
    assert leaks(page.html.lower()) == []
    page = page.do("submit")
    assert leaks(page.html.lower()) == []
    assert look_everywhere(person, invitation, blind)[1] == {}


def test_nor_by_a_link_nor_in_any_mail(world, blind):
    expert = panels.add_member(
        panel=Panel.objects.get(programme__slug=KOTRA),
        actor=world["kotra.admin"],
        email="expert@institute.example",
        name="한전문",
        institution="바깥연구원",
    ).evaluator
    invitation = invited(blind, expert)
    deliver_letters()
    panel.remind(invitation=invitation, actor=blind.reviewer)
    more = calendar.add_business_days(invitation.due_on, 2)
    panel.extend(invitation=invitation, actor=blind.reviewer, due_on=more)
    deliver_letters()
    text = Mail.objects.filter(to=expert.user.email).order_by("-pk").first().text
    person = Browser()
    page = person.open(re.search(r"/reviews/evaluations/link/[\w-]+/", text)[0]).do("open")
    page.do("declare", ties="none")
    assert look_everywhere(person, invitation, blind)[1] == {}
    declaring.abstain(invitation=invitation, actor=expert.user, reason="글")
    again = invited(blind, Evaluator.objects.get(user=world["evaluator2"]))
    deliver_letters()
    evaluation.revoke(invitation=again, actor=blind.reviewer)
    deliver_letters()
    people = Evaluator.objects.values("user__email")
    mails = Mail.objects.filter(to__in=people)
    occasions = {mail.key.split(":")[1] for mail in mails}
    assert occasions == evaluator_notices.OCCASIONS
    for mail in mails:
        assert leaks(f"{mail.subject} {mail.text} {mail.html}".lower()) == [], mail.subject


def test_the_same_search_finds_names_where_they_are_not_hidden(world):
    """Without this the tests above could pass on pages that show nothing."""
    story = marked(world)
    invitation = invited(story, Evaluator.objects.get(user=world["evaluator1"]))
    person = Browser(world["evaluator1"])
    page = person.open(reverse("reviews:packet", kwargs={"public_id": invitation.public_id}))
    page = page.do("declare", ties="none")
    found = {
        marker
        for leaked in look_everywhere(person, invitation, story)[1].values()
        for marker in leaked
    }
    assert {"zqxleak", "wvygiven", "뷁쉛정밀", "큐쮸견"} <= found


def test_a_blind_packet_holds_the_papers_that_the_programme_calls_blind(world, blind):
    invitation = invited(blind, Evaluator.objects.get(user=world["evaluator1"]))
    evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    person = Browser(world["evaluator1"])
    status = {}
    for document in blind.case.documents.all():
        given = {"public_id": invitation.public_id, "document": document.public_id}
        status[document.code] = (
            person.status(reverse("reviews:packet_page", kwargs={**given, "number": 1})),
            person.status(reverse("reviews:packet_document", kwargs=given)),
        )
    assert status.pop("necessity") == (200, 404)
    assert set(status.values()) == {(404, 404)}


def test_a_level_takes_a_fact_or_a_paper_out_of_any_packet(world):
    told(
        documents={"contract": "office", "passport_copy": "evaluator"},
        facts={"careers": "office", "degrees.institution": "office"},
    )
    story = marked(world)
    invitation = invited(story, Evaluator.objects.get(user=world["evaluator1"]))
    page = Browser(world["evaluator1"]).open(
        reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
    )
    page = page.do("declare", ties="none")
    assert "여권 사본" in page.words
    assert "고용계약서 사본" not in page.words
    assert "Sample University of Technology" not in page.words
    assert "컴퓨터공학" not in page.words  # the field was overwritten with the names
    assert KOREAN in page.words
    assert "VWEQXFIRM" not in page.words


@pytest.mark.parametrize(("outcome", "shown"), [(True, True), (False, False)])
def test_the_outcome_is_told_afterwards_where_the_programme_says_so(world, outcome, shown):
    told(outcome=outcome)
    story = world.at(Stage.EXTERNAL_EVALUATION)
    people = [Evaluator.objects.get(user=world[f"evaluator{n}"]) for n in (1, 2)]
    story.score(people).draft("refuse", "확인할 수 없습니다.")
    invitation = story.case.invitations.get(evaluator=people[0])
    address = reverse("reviews:packet", kwargs={"public_id": invitation.public_id})
    person = Browser(world["evaluator1"])
    before = person.open(address)
    assert "결정 결과" not in before.words
    assert ("이곳에서 보실 수 있습니다." in before.words) is shown
    story.sign_off()
    deliver_letters()
    assert ("결정 결과 불허" in person.open(address).words) is shown


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("zqxleak wvygiven", "○○○"),
        ("Zqxleak, Wvygiven Qjtwo", "○○○"),
        ("뷁쉛정밀에서", "○○○에서"),
        ("뷁쉛 정밀 주식회사", "○○○ 주식회사"),
        ("ZQXLEAKING", "ZQXLEAKING"),
        ("", ""),
    ],
)
def test_what_is_hidden_in_words(world, text, hidden):
    from applications.models import Application, Candidate

    company = Company(name_ko="(주)뷁쉛정밀", name_en="", representative="")
    case = Application(company=company)
    case.candidate = Candidate(surname=SURNAME, given_names=GIVEN)
    said = blinding.Blind(case)(text)
    assert re.sub(r"(○○○[\s,]*)+(?=○○○)", "", said) == hidden
