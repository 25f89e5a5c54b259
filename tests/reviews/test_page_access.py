"""Who gets which page of the reviewing side, what a GET may do, and what typing cannot break."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application
from applications.stages import Stage
from programs import quota
from programs.models import Pool
from reviews.models import Evaluator, Objection
from reviews.selectors import queue
from reviews.selectors.queue import Key, TabName
from reviews.services import evaluation
from tests.pages import FORM, NAUGHTY, only_reading, raw
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db

SECTIONS = (
    "case",
    "claims",
    "rules",
    "supplement",
    "evaluation",
    "decision",
    "people",
    "history",
)
STRANGERS = (
    "gyeonggi.reviewer",
    "gyeonggi.lead",
    "gyeonggi.admin",
    "company",
    "company2",
    "evaluator1",
    "evaluator2",
)


def url(name, thing=None, **more):
    kwargs = {"public_id": thing.public_id, **more} if thing is not None else more
    return reverse(f"reviews:{name}", kwargs=kwargs)


@pytest.fixture
def scene(world):
    """One KOTRA case in external evaluation, one drafted, one refused with an objection."""
    story = world.at(Stage.EXTERNAL_EVALUATION)
    invitation = evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )
    drafted = world.at(Stage.DECISION).draft()
    refused = world.at(Stage.VALIDATION).draft("refuse", "확인할 수 없습니다.")
    refused.sign_off()
    objection = Objection.objects.create(
        decision=refused.case.decisions.get(),
        filed_by=refused.member,
        filed_at=story.fresh().received_at,
        text="다시 보아 주세요.",
        due_on=story.case.due_on,
    )
    return {
        "case": story.fresh(),
        "document": story.case.documents.first(),
        "claim": story.case.claims.first(),
        "invitation": invitation,
        "decision": drafted.case.decisions.get(),
        "objection": objection,
    }


def case_pages(scene):
    case = scene["case"]
    return [
        *(url(name, case) for name in SECTIONS),
        url("document", case, document=scene["document"].public_id),
        url("read", case, document=scene["document"].public_id),
        url("document_pages", case, document=scene["document"].public_id),
        url("claim", case, claim=scene["claim"].public_id),
    ]


def papers_of(scene):
    """What shows a document: for those who work on the case."""
    names = ("document", "read", "document_pages")
    return {url(name, scene["case"], document=scene["document"].public_id) for name in names}


def lead_pages(scene):
    return [
        url("sign_off", scene["decision"]),
        url("draft_pdf", scene["decision"]),
        url("draft_png", scene["decision"]),
        url("objection", scene["objection"]),
    ]


def test_another_offices_case_does_not_exist(world, scene):
    for login in STRANGERS:
        person = Browser(world[login])
        for path in [*case_pages(scene), *lead_pages(scene)]:
            assert person.status(path) == 404, f"{login} {path}"
            assert person.client.post(path, {"do": "mark"}).status_code in (404, 405), path
        for name in ("take", "step"):
            assert person.client.post(url(name, scene["case"])).status_code == 404


def test_each_role_of_the_office_gets_its_own_pages(world, scene):
    answers = {
        login: {
            path: Browser(world[login]).status(path)
            for path in [*case_pages(scene), *lead_pages(scene)]
        }
        for login in ("kotra.reviewer", "kotra.lead", "kotra.admin")
    }
    papers = papers_of(scene)
    assert set(answers["kotra.lead"].values()) == {200}
    reviewer = answers["kotra.reviewer"]
    assert {reviewer[path] for path in case_pages(scene)} == {200}
    assert {reviewer[path] for path in lead_pages(scene)} == {403}
    admin = answers["kotra.admin"]
    assert {admin[path] for path in case_pages(scene) if path not in papers} == {200}
    assert {admin[path] for path in [*papers, *lead_pages(scene)]} == {403}


def test_nobody_without_a_session_gets_anything(scene):
    nobody = Browser()
    paths = [url("queue"), url("sign_offs"), url("evaluations"), url("packet", scene["invitation"])]
    for path in [*paths, *case_pages(scene), *lead_pages(scene)]:
        assert nobody.status(path) == 302, path


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("queue", {"kotra.reviewer", "kotra.lead", "kotra.admin", "gyeonggi.lead"}),
        ("sign_offs", {"kotra.lead", "gyeonggi.lead"}),
        ("evaluations", {"evaluator1"}),
    ],
)
def test_lists_are_for_those_whose_work_they_are(world, scene, name, allowed):
    for login in (
        "kotra.reviewer",
        "kotra.lead",
        "kotra.admin",
        "gyeonggi.lead",
        "company",
        "evaluator1",
    ):
        person = Browser(world[login])
        assert person.status(url(name)) == (200 if login in allowed else 403), login
        if login in allowed and login.startswith("gyeonggi"):
            assert scene["case"].receipt_no not in person.open(url(name)).html


def test_an_administrator_can_read_and_do_nothing(world, scene):
    admin = Browser(world["kotra.admin"])
    case = scene["case"]
    for name in SECTIONS:
        page = admin.open(url(name, case))
        ours = [form for form in page.forms if form.action in ("", page.path)]
        assert not [form for form in ours if "do" in form.fields or form.buttons], name
    row = {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "items-0-document_code": "contract"}
    asked = {"invitation": scene["invitation"].public_id}
    for name, sent in [
        ("case", {"do": "mark", "finding_identity": "missing", "note_identity": "x"}),
        ("supplement", {"do": "ask", **row, "items-0-text": "x", "days": 10}),
        ("evaluation", {"do": "invite", "evaluator": world["evaluator2"].public_id}),
        ("evaluation", asked | {"do": "revoke"}),
        ("evaluation", asked | {"do": "extend", "due_on": "2026-10-30"}),
        ("evaluation", asked | {"do": "replace", "instead": world["evaluator2"].public_id}),
        ("evaluation", asked | {"do": "remind"}),
        ("evaluation", {"do": "override", "reason": "x"}),
        ("decision", {"do": "draft", "outcome": "refuse", "reason": "x"}),
        ("people", {"do": "unmask", "reason": "x"}),
        ("people", {"do": "link"}),
        ("people", {"do": "reassign", "to": world["kotra.reviewer2"].public_id, "reason": "x"}),
    ]:
        answer = admin.client.post(url(name, case), {"version": case.revision, **sent})
        assert answer.status_code == 403, sent
    assert Application.objects.get(pk=case.pk).revision == case.revision
    assert admin.client.post(url("take", case)).status_code == 403
    assert admin.client.post(url("next")).status_code == 403


def test_staff_of_one_programme_see_no_other(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    world["kotra.reviewer"].staff_memberships.update(programmes=["another-programme"])
    person = Browser(world["kotra.reviewer"])
    assert person.status(url("case", story.case)) == 404
    assert story.fresh().receipt_no not in person.open(url("queue") + "?tab=all").html


# --- a GET only reads ---------------------------------------------------------------------------
def test_a_get_writes_nothing(world, scene):
    lead = Browser(world["kotra.lead"])
    # Where a document is shown, its opening is written down: that is the one thing a GET does.
    logged = {
        url("document", scene["case"], document=scene["document"].public_id),
        url("read", scene["case"], document=scene["document"].public_id),
        url("claim", scene["case"], claim=scene["claim"].public_id),
    }
    paths = [
        url("queue"),
        url("sign_offs"),
        *(path for path in case_pages(scene) if path not in logged),
        *lead_pages(scene),
    ]
    for path in paths:
        lead.status(path)  # whatever is cached on first use is not what is asked here
    with only_reading():
        for path in paths:
            assert lead.status(path) == 200, path
    evaluator = Browser(world["evaluator1"])
    with only_reading():
        assert evaluator.status(url("evaluations")) == 200
        assert evaluator.status(url("packet", scene["invitation"])) == 200


# --- lists cost the same at any length ------------------------------------------------------------
def own_queries(browser, path):
    """All queries of a page that has been opened before."""
    browser.status(path)
    with CaptureQueriesContext(connection) as caught:
        assert browser.status(path) == 200
    return len(caught)


def test_lists_ask_as_much_for_three_rows_as_for_one(world):
    lead, reviewer = Browser(world["kotra.lead"]), Browser(world["kotra.reviewer"])
    evaluator = Browser(world["evaluator1"])

    def one_more():
        story = world.at(Stage.EXTERNAL_EVALUATION)
        evaluation.invite(
            application=story.case,
            actor=story.reviewer,
            evaluator=Evaluator.objects.get(user=world["evaluator1"]),
        )
        world.at(Stage.DECISION).draft()

    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            one_more()
        asked.append(
            [
                own_queries(reviewer, url("queue") + "?tab=all"),
                own_queries(lead, url("sign_offs")),
                own_queries(evaluator, url("evaluations")),
            ]
        )
    assert asked[0] == asked[1]


def test_the_queue_page_has_three_queries_of_its_own(world, django_assert_num_queries):
    world.at(Stage.DOCUMENT_REVIEW)
    user = world["kotra.reviewer"]
    with django_assert_num_queries(3):
        from reviews.permissions import desk_of

        desk = desk_of(user)
        queue.counts(desk, user)
        queue.page(TabName.ALL, desk, user)


def test_pages_by_key_show_every_case_once(world, monkeypatch):
    cases = [world.bare(Stage.DOCUMENT_REVIEW) for _ in range(5)]
    from applications.models import QueueRow
    from reviews.permissions import desk_of

    for number, case in enumerate(cases):
        QueueRow.objects.create(
            application=case,
            office=case.office,
            programme=case.programme,
            stage=case.stage,
            due_on=case.due_on,
            urgency=number % 2,
        )
    monkeypatch.setattr(queue, "PAGE", 2)
    user = world["kotra.reviewer"]
    desk = desk_of(user)
    seen, after = [], None
    pages = []
    while True:
        page = queue.page(TabName.ALL, desk, user, after=after)
        pages.append([entry.public_id for entry in page.entries])
        seen += pages[-1]
        if not page.older:
            break
        after = Key.read(page.older.rpartition("after=")[2])
    assert len(seen) == len(set(seen)) == 5
    order = [(-(number % 2), case.pk) for number, case in enumerate(cases)]
    assert seen == [
        cases[number].public_id
        for _key, number in sorted((key, number) for number, key in enumerate(order))
    ]
    back = queue.page(TabName.ALL, desk, user, before=Key.read(page.newer.rpartition("=")[2]))
    assert [entry.public_id for entry in back.entries] == pages[-2]


@pytest.mark.parametrize("text", ["", "x", "1_2026-01-01_x", "9" * 50 + "_2026-01-01_x", "_" * 5])
def test_a_broken_key_starts_the_list_again(world, text):
    assert Key.read(text) is None
    assert Browser(world["kotra.reviewer"]).status(f"{url('queue')}?after={text}&tab=x") == 200


# --- what typing cannot break ---------------------------------------------------------------------
def naughty(browser, path, do, **kept):
    """Every text in every field of the form that does `do`; no answer is a failure."""
    page = browser.open(path)
    form = page.form(do=do)
    names = form.fields - {"csrfmiddlewaretoken", "do", "version"} - set(kept)
    for word, text in NAUGHTY.items():
        fixed = {"do": do, "version": form.values.get("version", [""])[0], **kept}
        body = {name: str(value).encode() for name, value in fixed.items()}
        answer = browser.client.post(
            path, raw(body | dict.fromkeys(names, text)), content_type=FORM
        )
        assert answer.status_code < 500, f"{path} {do} {word}"
        assert "<script>alert(1)" not in answer.content.decode()


def test_naughty_texts_in_the_forms_of_the_examination(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    reviewer = Browser(story.reviewer)
    naughty(reviewer, url("case", story.case), "mark")
    naughty(reviewer, url("case", story.case), "mark", finding_identity="missing")
    total = {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 1}
    naughty(reviewer, url("supplement", story.case), "add_row")
    claim = story.case.claims.get(kind="career")
    for verdict in ("confirmed", "corrected", "rejected", "x"):
        naughty(
            reviewer,
            url("claim", story.case, claim=claim.public_id),
            "check",
            verdict=verdict,
            method="document",
        )
    naughty(reviewer, url("people", story.case), "unmask")
    lead = Browser(world["kotra.lead"])
    naughty(lead, url("people", story.case), "reassign")
    # Last: one of these texts is a fair request, and then the case waits for the applicant.
    for word in NAUGHTY:
        page = reviewer.open(url("supplement", story.case))
        if not page.has_form(do="ask"):
            break
        body = {"do": b"ask", "version": page.form(do="ask").values["version"][0].encode()}
        body |= {name: str(value).encode() for name, value in total.items()}
        body |= dict.fromkeys(("items-0-text", "items-0-document_code", "days"), NAUGHTY[word])
        answer = reviewer.client.post(url("supplement", story.case), raw(body), content_type=FORM)
        assert answer.status_code < 500


def test_naughty_texts_in_the_forms_of_evaluation_and_decision(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    reviewer, lead = Browser(story.reviewer), Browser(world["kotra.lead"])
    naughty(reviewer, url("evaluation", story.case), "invite")
    invitation = evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )
    for do in ("extend", "replace", "revoke"):
        kept = {} if do == "revoke" else {"invitation": invitation.public_id}
        naughty(reviewer, url("evaluation", story.case), do, **kept)
    evaluator = Browser(world["evaluator1"])
    naughty(evaluator, url("packet", invitation), "declare", ties="")
    naughty(evaluator, url("packet", invitation), "recuse", because="other", note="")
    evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    naughty(evaluator, url("packet", invitation), "save")
    naughty(evaluator, url("packet", invitation), "check")
    evaluation.override_quorum(
        application=story.fresh(), actor=story.lead, reason="평가를 기다리지 않습니다."
    )
    naughty(reviewer, url("decision", story.case), "draft", outcome="approve")
    naughty(reviewer, url("decision", story.case), "draft", outcome="x")
    drafted = world.at(Stage.DECISION).draft().case.decisions.get()
    for do in ("", "sign", "accept", "take_back", "unknown"):
        for text in NAUGHTY.values():
            body = {"do": do.encode(), "reason": text, "version": text}
            answer = lead.client.post(url("sign_off", drafted), raw(body), content_type=FORM)
            assert answer.status_code < 500


def test_a_quota_of_nothing_is_a_waiting_list(world):
    story = world.at(Stage.DECISION, GYEONGGI).draft()
    held = story.case.decisions.get()
    quota.resize(
        pool=Pool.objects.get(programme__slug=GYEONGGI, parent=None),
        size=0,
        actor=None,
        reason="test",
    )
    page = Browser(world["gyeonggi.lead"]).open(url("sign_off", held))
    assert page.status == 200
    assert "대기 순서 1번" in page.words
