"""What a case's pages ask the database: within the budget in every state, and no more for three
papers or claims than for one. Who is asking and what belongs in the menu is asked on every page
and not counted."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Claim, Document
from applications.stages import Stage
from programs import calendar
from reviews.models import ChecklistMark, DocumentCheck, Evaluator
from reviews.services import evaluation
from tests.person import Browser

pytestmark = pytest.mark.django_db

MOST = 12
SECTIONS = ("case", "claims", "rules", "supplement", "people", "history")
EVERY_PAGE = re.compile(
    r'"django_session"|FROM "accounts_user" WHERE "accounts_user"."id" =|"role_word"'
    r"|^(RELEASE )?SAVEPOINT"
)


def pages(case):
    key = {"public_id": case.public_id}
    found = {name: reverse(f"reviews:{name}", kwargs=key) for name in SECTIONS}
    claim, document = case.claims.order_by("pk").first(), case.documents.order_by("pk").first()
    found["claim"] = reverse("reviews:claim", kwargs={**key, "claim": claim.public_id})
    found["read"] = reverse("reviews:read", kwargs={**key, "document": document.public_id})
    return found


def asked(browser, path) -> list[str]:
    """The page's own questions, when it has been opened before."""
    assert browser.status(path) == 200
    with CaptureQueriesContext(connection) as caught:
        browser.status(path)
    return [one["sql"] for one in caught if not EVERY_PAGE.search(one["sql"])]


@pytest.mark.parametrize(
    "stage",
    [
        Stage.DOCUMENT_REVIEW,
        Stage.SUPPLEMENT,
        Stage.VALIDATION,
        Stage.EXTERNAL_EVALUATION,
        Stage.DECISION,
        Stage.APPROVED,
    ],
)
@pytest.mark.parametrize("login", ["kotra.reviewer", "kotra.lead"])
def test_no_page_of_a_case_asks_more_than_its_budget(world, stage, login):
    story = world.at(stage)
    case, person = story.case, Browser(world[login])
    if stage == Stage.EXTERNAL_EVALUATION:
        for evaluator in Evaluator.objects.all()[:2]:
            evaluation.invite(application=case, actor=story.reviewer, evaluator=evaluator)
    over = {
        name: queries
        for name, path in pages(case).items()
        if len(queries := asked(person, path)) > MOST
    }
    assert {name: len(queries) for name, queries in over.items()} == {}, over


def test_a_case_asks_as_much_with_three_papers_and_claims_as_with_one(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    case, reviewer = story.case, Browser(story.reviewer)
    once = {name: len(asked(reviewer, path)) for name, path in pages(case).items()}
    paper = case.documents.get(code="contract", replaced_at=None)
    claim = case.claims.get(kind="degree")
    for number in (1, 2):
        more = Document.objects.create(
            application=case,
            code=paper.code,
            part=paper.part + number,
            stored=paper.stored,
            uploaded_by=story.member,
            uploaded_at=calendar.now(),
        )
        DocumentCheck.objects.create(
            document=more,
            finding="fine",
            checked_by=story.reviewer,
            checked_at=calendar.now(),
        )
        Claim.objects.create(
            application=case, kind="degree", position=number, declared=claim.declared
        )
        ChecklistMark.objects.create(
            application=case,
            code=case.manifest.checklist[number].code,
            finding="missing",
            note="없음",
            marked_by=story.lead,
            marked_at=calendar.now(),
        )
    thrice = {name: len(asked(reviewer, path)) for name, path in pages(case).items()}
    assert thrice == once
