"""Many cases at once: shown first, then done one by one, a result for each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import StaffMembership
from applications.models import QueueRow
from applications.stages import Stage
from audit.models import Event
from programs import calendar
from reviews.models import Assignment, Conflict, ReviewerProfile
from reviews.permissions import Desk
from reviews.services import assignment, bulk
from reviews.services.bulk import Action
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db
BULK = reverse("reviews:bulk")


@pytest.fixture
def cases(world):
    """Two cases of each reviewer, and a free one."""
    found = [world.story().fill().submit().fresh() for _ in range(5)]
    for case, login in zip(found, ("reviewer", "reviewer", "reviewer2", "reviewer2"), strict=False):
        assignment.take(application=case, actor=world[f"kotra.{login}"])
    return [type(case).objects.get(pk=case.pk) for case in found]


def post(person, cases, action, seen=True, **more):
    """As the forms send it."""
    data = {"action": action, "case": [str(one.public_id) for one in cases], **more}
    if seen:
        data["seen"] = [f"{one.public_id}:{one.revision}" for one in cases]
    return Browser(person).client.post(BULK, data).content.decode()


def holders(cases):
    rows = dict(QueueRow.objects.values_list("pk", "assignee__name"))
    return [rows[case.pk] for case in cases]


def test_looking_changes_nothing_and_says_what_would_happen(world, cases):
    before, events = holders(cases), Event.objects.count()
    html = post(world["kotra.lead"], cases, "reassign", seen=False)
    assert holders(cases) == before
    assert Event.objects.count() == events
    assert "아직 아무것도 바꾸지 않았습니다." in html
    assert html.count("담당</span>") == 0
    for case in cases:
        assert case.receipt_no in html
    # Given one after the other: the two reviewers in turn, none back to who has it.
    desk = Desk.of(world["kotra.lead"])
    rows = bulk.look(
        cases=bulk.chosen(world["kotra.lead"], desk, [one.public_id for one in cases]),
        actor=world["kotra.lead"],
        desk=desk,
        action=Action.REASSIGN,
        to=None,
    )
    one, two = world["kotra.reviewer"].name, world["kotra.reviewer2"].name
    assert [row.to for row in rows[:4]] == [two, two, one, one]
    assert not any(row.refusal for row in rows)


def test_each_case_has_its_own_result(world, cases):
    """One has moved on, one is with the person already, one is in conflict: the others go."""
    lead, to = world["kotra.lead"], world["kotra.reviewer2"]
    Conflict.objects.create(
        user=to, kind="family", application=cases[0], declared_by=to, declared_at=calendar.now()
    )
    over = world.bare(Stage.REFUSED)
    html = post(lead, [*cases, over], "reassign", do="look", to=str(to.public_id))
    assert "이해관계가 있어 맡을 수 없는 사람입니다." in html
    assert html.count("이미 이 사람이 맡고 있는 신청입니다.") == 2
    assert "이미 끝난 신청입니다." in html
    assert "2건 처리하기" in html
    assignment.release(application=cases[1], actor=lead, reason="그사이")
    html = post(lead, [*cases, over], "reassign", do="apply", to=str(to.public_id), reason="휴가")
    assert "1건을 처리했습니다." in html
    assert "그사이 다른 사람이 이 신청을 변경했습니다." in html
    assert holders(cases) == ["박심사", None, to.name, to.name, to.name]
    given = cases[4].assignments.get()
    assert (given.why, given.why_data) == ("reassigned", {"reason": "휴가"})


def test_another_person_than_the_one_looked_at_is_shown_first(world, cases):
    lead, to = world["kotra.lead"], world["kotra.reviewer2"]
    before = holders(cases)
    chosen = {"to": str(to.public_id), "reason": "휴가"}
    html = post(lead, cases, "reassign", do="apply", looked="", **chosen)
    assert "담당자를 바꾸어 미리 보기를 다시 했습니다." in html
    assert f'name="looked" value="{to.public_id}"' in html
    assert html.count(f"{to.name} 담당") == 3
    assert holders(cases) == before
    html = post(lead, cases, "reassign", do="apply", looked=str(to.public_id), **chosen)
    assert "3건을 처리했습니다." in html


def test_a_reason_is_asked_before_anything_is_done(world, cases):
    before = holders(cases)
    html = post(world["kotra.lead"], cases, "reassign", do="apply")
    assert "필수" in html
    assert holders(cases) == before
    html = post(world["kotra.lead"], cases, "release", do="apply", reason="다시 나눕니다.")
    assert "4건을 처리했습니다." in html
    assert "담당자가 없는 신청입니다." in html
    assert holders(cases) == [None] * 5
    assert set(Assignment.objects.values_list("ended_how", flat=True)) == {"released"}


def test_by_rule_says_why_and_stays_where_nobody_else_can(world, cases):
    lead = world["kotra.lead"]
    ReviewerProfile.objects.create(user=world["kotra.reviewer2"], capacity=0)
    html = post(lead, cases[:2], "reassign", do="look")
    assert html.count("맡을 수 있는 다른 심사자가 없습니다.") == 2
    assert "맡을 수 있는 0건을 채움" in html
    html = post(lead, cases[2:4], "reassign", do="apply", reason="나눕니다.")
    assert "2건을 처리했습니다." in html
    given = cases[2].assignments.get(ended_at=None)
    assert (given.why, given.why_data["load"]) == ("least_loaded", 2)
    assert given.why_data["reason"] == "나눕니다."


def test_whose_cases_may_be_moved(world, cases):
    """A reviewer lets go of their own only; another office's cases do not exist."""
    reviewer = world["kotra.reviewer"]
    html = post(reviewer, cases, "release", do="apply", reason="x")
    assert "2건을 처리했습니다." in html
    other = world["kotra.reviewer2"].name
    assert holders(cases) == [None, None, other, other, None]
    html = post(reviewer, cases, "reassign", do="apply", reason="x")
    assert "0건을 처리했습니다." in html
    theirs = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).fresh()
    html = post(world["kotra.lead"], [theirs], "release", do="apply", reason="x")
    assert theirs.receipt_no not in html
    assert "고른 신청이 없습니다." in html
    for login in ("company", "evaluator1", "kotra.admin"):
        assert Browser(world[login]).client.post(BULK, {"action": "release"}).status_code == 403
    # A lead of one programme moves nothing of another.
    post_of = StaffMembership.objects.get(user=world["kotra.lead"])
    post_of.programmes = ["another"]
    post_of.save()
    assert "고른 신청이 없습니다." in post(world["kotra.lead"], cases, "reassign", seen=False)


def test_what_is_not_as_the_forms_send_it_breaks_nothing(world, cases):
    lead = Browser(world["kotra.lead"]).client
    before = holders(cases)
    assert lead.post(BULK).status_code == 302
    assert lead.post(BULK, {"action": "burn"}).status_code == 302
    for data in (
        {"case": ["x", "\x00", ""], "seen": ["x:y", ":", "a" * 300]},
        {"case": str(cases[0].public_id), "seen": f"{cases[0].public_id}:-1", "do": "apply"},
        {"case": str(cases[0].public_id), "to": "nobody", "do": "apply", "reason": "x"},
        {"case": str(cases[0].public_id), "do": "apply", "reason": "x"},
    ):
        assert lead.post(BULK, {"action": "reassign", **data}).status_code == 200
    assert holders(cases) == before


@pytest.mark.parametrize("action", ["reassign", "release"])
def test_looking_asks_as_much_for_many_as_for_one(world, cases, action):
    from tests.test_queries import own

    counted = []
    for few in (cases[:1], cases[:3]):
        client = Browser(world["kotra.lead"]).client
        sent = {"action": action, "case": [str(one.public_id) for one in few]}
        client.post(BULK, sent)
        with CaptureQueriesContext(connection) as caught:
            client.post(BULK, sent)
        counted.append(len(own(caught)))
    assert counted[0] == counted[1] <= 12
