"""The API: the same services and permissions as the pages, and a contract that is kept."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from applications.models import Application
from applications.stages import Stage
from applications.workflow import TRANSITIONS
from letters.models import Letter
from portal.api.steps import STEPS
from portal.demo import samples
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db

OPENAPI = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def client_of(user=None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_login(user)
    return client


def step(client, case, name, **sent):
    address = reverse("api-case-step", kwargs={"public_id": case.public_id, "name": name})
    return client.post(address, sent, format="json")


def test_the_contract_checked_in_is_the_contract_served():
    """`make openapi` writes it anew."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    assert yaml.safe_load(OPENAPI.read_text("utf-8")) == yaml.safe_load(
        yaml.safe_dump(to_plain(schema))
    )


def to_plain(value):
    if isinstance(value, dict):
        return {str(key): to_plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(inner) for inner in value]
    return value if isinstance(value, bool | int | float | type(None)) else str(value)


def test_every_row_of_the_table_can_be_named():
    assert set(STEPS) == set(TRANSITIONS)


def test_a_company_takes_a_case_from_nothing_to_submission(world):
    member = world["company"]
    client = client_of(member)
    company = member.company_memberships.get().company
    begun = client.post(
        reverse("api-cases"),
        {"programme": GYEONGGI, "company": str(company.public_id)},
        format="json",
    )
    assert begun.status_code == 201, begun.json()
    case = Application.objects.get(public_id=begun.json()["public_id"])
    where = {"public_id": case.public_id}

    person = {**samples.CANDIDATES[0], "birth_date": "1994-03-17"}
    put = client.put(reverse("api-case-candidate", kwargs=where), person, format="json")
    assert put.status_code == 200, put.json()
    assert put.json()["person"]["passport_no"] == "Z00****01"
    for kind, items in samples.claims(GYEONGGI).items():
        address = reverse("api-case-claims", kwargs={**where, "kind": kind})
        put = client.put(address, {"items": items}, format="json")
        assert put.status_code == 200, put.json()

    early = step(client, case, "submit")
    assert early.status_code == 409
    assert early.json()["code"] == "not_now"
    from applications.completeness import needed_documents

    for code, name in needed_documents(case):
        sent = client.post(
            reverse("api-case-documents", kwargs=where),
            {"code": code, "file": samples.paper(name)},
            format="multipart",
        )
        assert sent.status_code == 201, sent.json()
    done = step(client, case, "submit")
    assert done.status_code == 200, done.json()
    assert done.json()["receipt_no"]
    assert done.json()["stage"] == Stage.DOCUMENT_REVIEW
    again = step(client, case, "submit")
    assert again.json()["receipt_no"] == done.json()["receipt_no"]


def test_the_offices_side_goes_through_the_same_door(world):
    story = world.at(Stage.DECISION, slug=GYEONGGI).draft()
    lead = client_of(story.lead)
    own = step(client_of(story.reviewer), story.case, "approve")
    assert (own.status_code, own.json()["code"]) == (403, "not_allowed")
    signed = step(lead, story.case, "approve")
    assert signed.status_code == 200, signed.json()
    assert signed.json()["stage"] == Stage.APPROVED
    letter = reverse("api-case-letter", kwargs={"public_id": story.case.public_id})
    company = client_of(story.member)
    assert company.get(letter).status_code == 404, "not there before it is visible"
    assert lead.get(letter).json()["status"] == "reserved"
    deliver_letters()
    seen = company.get(letter).json()
    assert (seen["status"], seen["specimen"]) == ("valid", True)
    assert seen["number"] == Letter.objects.get().number


def test_the_person_comes_from_the_session_never_from_the_body(world):
    story = world.at(Stage.DECISION, slug=GYEONGGI).draft()
    answer = step(
        client_of(story.reviewer),
        story.case,
        "approve",
        actor=str(story.lead.public_id),
        user=story.lead.email,
    )
    assert answer.status_code == 403


def test_a_stale_revision_is_noticed(world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    seen = story.fresh().revision
    story.check_documents()
    answer = step(client_of(story.member), story.case, "withdraw", revision=seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


def test_the_system_alone_issues(world):
    story = world.at(Stage.APPROVED)
    answer = step(client_of(story.lead), story.case, "issue")
    assert answer.status_code == 403


def test_the_pre_check_needs_no_login_and_keeps_nothing(world):
    from programs.models import Evaluation

    address = reverse("api-pre-check", kwargs={"slug": KOTRA})
    facts = {"degrees": samples.claims(KOTRA)["degree"]}
    answer = client_of().post(address, {"facts": facts}, format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["verdict"] == "undecided"
    assert answer.json()["needs"]
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"facts": []},
        {"facts": {"nonsense": 1}},
        {"facts": {"degrees": [{"level": "wizard"}]}},
        {"facts": {"job": {"annual_pay": -1}}},
        {"facts": {"job": {"from": "2026-02-30"}}},
        {"facts": {"job": {"title": "\x00"}}},
    ],
)
def test_bad_facts_get_a_sentence(world, sent):
    answer = client_of().post(reverse("api-pre-check", kwargs={"slug": KOTRA}), sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert answer.json()["errors"]


def test_an_unknown_programme_is_404(world):
    assert client_of().get(reverse("api-programme", kwargs={"slug": "nobody"})).status_code == 404


def test_a_stranger_is_asked_to_sign_in(world):
    answer = client_of().get(reverse("api-cases"))
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(world, django_assert_max_num_queries, count):
    for _ in range(count):
        world.bare(Stage.DOCUMENT_REVIEW)
    client = client_of(world["company"])
    # Session, person, their offices and companies, the cases, and the steps they are told by.
    with django_assert_max_num_queries(6):
        assert len(client.get(reverse("api-cases")).json()["results"]) == count


@pytest.mark.parametrize(
    ("name", "stage"),
    [("reopen_documents", Stage.DOCUMENT_REVIEW), ("reopen_validation", Stage.VALIDATION)],
)
def test_a_lead_takes_a_case_back_to_a_stage_with_a_reason(world, name, stage):
    case = world.at(Stage.EXTERNAL_EVALUATION).case
    reviewer, lead = client_of(world["kotra.reviewer"]), client_of(world["kotra.lead"])
    assert step(reviewer, case, name, reason="서류를 빠뜨렸습니다.").status_code == 403
    assert step(lead, case, name, reason=" ").status_code == 400
    case.refresh_from_db()
    assert case.stage == Stage.EXTERNAL_EVALUATION
    assert step(lead, case, name, reason="서류를 빠뜨렸습니다.").status_code == 200
    case.refresh_from_db()
    assert case.stage == stage
    assert case.changes.last().reason == "서류를 빠뜨렸습니다."
