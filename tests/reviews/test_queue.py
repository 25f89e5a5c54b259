"""The queue: tabs, filters, search, counts with a lid."""

import pytest
from django.urls import reverse

from accounts.models import StaffMembership
from applications.models import QueueRow
from applications.stages import Stage
from programs import calendar
from reviews.filters import Filters
from reviews.models import Evaluator
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.selectors.queue import TabName
from reviews.services import evaluation
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db

LIST = reverse("reviews:queue")


def numbers(page, *cases):
    """Which of the cases are on the page."""
    return [case.receipt_no for case in cases if case.receipt_no in page.words]


def due(case, days):
    from datetime import timedelta

    QueueRow.objects.filter(pk=case.pk).update(due_on=calendar.today() + timedelta(days=days))


def test_what_is_over_is_in_its_own_tab_latest_first(world):
    open_case = world.at(Stage.DOCUMENT_REVIEW).fresh()
    refused = world.at(Stage.VALIDATION).draft("refuse", "확인할 수 없습니다.")
    refused.sign_off()
    other = world.at(Stage.VALIDATION, GYEONGGI).draft("refuse", "확인할 수 없습니다.")
    other.sign_off()
    deliver_letters()
    over = refused.fresh()
    page = Browser(world["kotra.reviewer"]).open(LIST + "?tab=done")
    assert numbers(page, over, open_case, other.fresh()) == [over.receipt_no]
    assert "종결일" in page.words
    assert "불허" in page.words
    assert (
        numbers(Browser(world["kotra.reviewer"]).open(LIST + "?tab=done&stage=issued"), over) == []
    )


def test_the_tab_of_what_is_over_is_paged_by_key(world, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 1)
    cases = [world.bare(Stage.REFUSED) for _ in range(3)]
    reviewer = Browser(world["kotra.reviewer"])
    address, seen = LIST + "?tab=done", []
    from reviews.selectors import received

    desk = Desk.of(world["kotra.reviewer"])
    after = None
    while True:
        page = received.page(received.done(desk, Filters()), query="tab=done", after=after)
        seen += [entry.receipt_no for entry in page.entries]
        if not page.older:
            break
        assert numbers(reviewer.open(LIST + page.older)) == []
        after = page.entries[-1].public_id
    assert seen == [case.receipt_no for case in reversed(cases)]
    assert reviewer.status(address + "&after=x&before=y") == 200


def test_filters_and_words_narrow_the_list(world):
    first = world.at(Stage.DOCUMENT_REVIEW)
    second = world.at(Stage.VALIDATION)
    second.case.candidate.surname, second.case.candidate.given_names = "ZHANG", "WEI"
    second.case.candidate.save(update_fields=["surname", "given_names"])
    one, two = first.fresh(), second.fresh()
    due(one, -1)
    due(two, 5)
    reviewer = Browser(world["kotra.reviewer"])

    def found(query):
        return numbers(reviewer.open(f"{LIST}?tab=all{query}"), one, two)

    assert found("") == [one.receipt_no, two.receipt_no]
    assert found("&stage=validation") == [two.receipt_no]
    assert found("&due=overdue") == [one.receipt_no]
    assert found("&due=7") == [two.receipt_no]
    assert found("&due=3") == []
    assert found("&due=today") == []
    assert found(f"&q={one.receipt_no}") == [one.receipt_no]
    assert found("&q=wei+zhang") == [two.receipt_no]
    assert found("&q=zhang+nobody") == []
    assert found(f"&q={one.company.name_ko[:4]}") == [one.receipt_no, two.receipt_no]
    # What is no choice narrows nothing, and breaks nothing.
    assert found("&stage=x&due=x&programme=x") == [one.receipt_no, two.receipt_no]
    assert found("&q=%00") == [one.receipt_no, two.receipt_no]
    page = reviewer.open(f"{LIST}?tab=all&q=nobody")
    assert "조건에 맞는 신청이 없습니다." in page.words
    assert "조건 모두 지우기" in page.words


def test_words_find_nothing_of_another_office(world):
    ours = world.at(Stage.DOCUMENT_REVIEW).fresh()
    theirs = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).fresh()
    for tab in ("all", "free", "mine", "overdue", "waiting", "done"):
        page = Browser(world["gyeonggi.reviewer"]).open(f"{LIST}?tab={tab}&q={ours.receipt_no}")
        assert "조건에 맞는 신청이 없습니다." in page.words, tab
    page = Browser(world["gyeonggi.reviewer"]).open(f"{LIST}?tab=all&q={theirs.receipt_no}")
    assert theirs.receipt_no in page.words


def test_a_programme_can_be_chosen_only_by_who_works_for_several(world):
    world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    office = world["kotra.reviewer"].staff_memberships.get().office
    assert 'name="programme"' not in Browser(world["gyeonggi.reviewer"]).open(LIST).html
    StaffMembership.objects.create(office=office, user=world["gyeonggi.reviewer"], role="reviewer")
    both = world.at(Stage.DOCUMENT_REVIEW).fresh()
    page = Browser(world["gyeonggi.reviewer"]).open(f"{LIST}?tab=all&programme={KOTRA}")
    assert 'name="programme"' in page.html
    assert both.receipt_no in page.words
    assert "경기-" not in page.words


def test_how_many_evaluations_are_in_is_seen_from_the_list(world):
    story = world.at(Stage.EXTERNAL_EVALUATION)
    case = story.fresh()
    for login in ("evaluator1", "evaluator2", "evaluator3"):
        evaluation.invite(
            application=case,
            actor=story.reviewer,
            evaluator=Evaluator.objects.get(user=world[login]),
        )
    page = Browser(world["kotra.reviewer"]).open(LIST + "?tab=all")
    assert "평가 3건 중 0건" in page.words
    for login in ("evaluator1", "evaluator2"):
        invitation = case.invitations.get(evaluator__user=world[login])
        story.answer_invitation(invitation, 85)
    page = Browser(world["kotra.reviewer"]).open(LIST + "?tab=all")
    assert "평가 3건 중 2건" in page.words


def test_counting_stops_at_its_lid(world, monkeypatch):
    for _case in range(3):
        case = world.bare(Stage.DOCUMENT_REVIEW)
        QueueRow.objects.create(
            application=case,
            office=case.office,
            programme=case.programme,
            stage=case.stage,
            due_on=case.due_on,
        )
        world.bare(Stage.REFUSED)
    user = world["kotra.reviewer"]
    counts = queue.counts(Desk.of(user), user)
    assert (counts["all"], counts["done"], counts["mine"]) == ("3", "3", "0")
    monkeypatch.setattr(queue, "MOST_COUNTED", 2)
    counts = queue.counts(Desk.of(user), user)
    assert (counts["all"], counts["done"], counts["mine"]) == ("2+", "2+", "0")


@pytest.mark.parametrize("tab", TabName)
def test_an_empty_tab_says_what_to_do_next(world, tab):
    page = Browser(world["kotra.reviewer"]).open(f"{LIST}?tab={tab}")
    from reviews.views.queue import ADVICE, EMPTY

    assert str(EMPTY[tab]) in page.words
    assert str(ADVICE[tab]) in page.words


@pytest.mark.parametrize("query", ["", "&stage=document_review&q=NGUYEN&due=7"])
@pytest.mark.parametrize("tab", ["all", "done", "waiting"])
def test_the_page_asks_two_questions_however_long_the_list(world, tab, query):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.test_queries import own

    reviewer = Browser(world["kotra.reviewer"])
    asked = []
    for more in (1, 2):
        for _case in range(more):
            world.at(Stage.DOCUMENT_REVIEW)
            world.at(Stage.SUPPLEMENT)
            world.bare(Stage.REFUSED)
        reviewer.status(LIST)
        with CaptureQueriesContext(connection) as caught:
            assert reviewer.status(f"{LIST}?tab={tab}{query}") == 200
        asked.append(len(own(caught)))
    assert asked == [2, 2]


@pytest.mark.incident("T21")
def test_the_queue_asks_as_often_with_many_cases_as_with_few(world):
    """The same questions of the same shape: `make bench` measures them at a million."""
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.test_queries import own

    lead = Browser(world["kotra.lead"])
    queries = [f"tab={tab}" for tab in queue.tabs_for(Desk.of(world["kotra.lead"]))]
    queries += ["tab=all&stage=validation&due=7", "tab=all&q=민수", "tab=done&stage=refused"]
    asked = []
    for cases in (60, 1500):
        call_command("seed", cases=cases, office="kotra")
        lead.status(LIST)
        numbers = {}
        for query in queries:
            with CaptureQueriesContext(connection) as caught:
                assert lead.status(f"{LIST}?{query}") == 200
            numbers[query] = len(own(caught))
        asked.append(numbers)
    assert asked[0] == asked[1] == dict.fromkeys(queries, 2)
    # Each page is a beginning: as long as any other, whatever lies behind it.
    assert (
        len(queue.page(TabName.ALL, Desk.of(world["kotra.lead"]), world["kotra.lead"]).entries)
        == queue.PAGE
    )


def test_pages_meet_without_gap_or_repeat_across_ranks_and_programmes(world, monkeypatch):
    """Every tab, forwards and back, over several programmes, gives the whole list once."""
    from django.core.management import call_command

    from accounts.models import Office

    call_command("seed", cases=120)
    user = world["kotra.reviewer"]
    for office in Office.objects.exclude(code="kotra"):
        StaffMembership.objects.get_or_create(office=office, user=user, role="lead")
    QueueRow.objects.filter(pk__in=list(QueueRow.objects.values_list("pk", flat=True)[::7])).update(
        urgency=2
    )
    desk = Desk.of(user)
    assert len(desk.scope()) > 2
    monkeypatch.setattr(queue, "PAGE", 9)
    for tab in (TabName.ALL, TabName.FREE, TabName.OVERDUE, TabName.WAITING):
        for filters in (Filters(), Filters(stage="validation"), Filters(due="7")):
            _count, rows = queue.everything(tab, desk, user, filters)
            whole = [row.receipt_no for row in rows]
            pages, after = [], None
            while True:
                page = queue.page(tab, desk, user, filters=filters, after=after)
                pages += [row.receipt_no for row in page.entries]
                if not page.older:
                    break
                after = queue.Key.read(page.older.split("after=")[1])
            assert pages == whole, (tab, filters)
            back = queue.page(tab, desk, user, filters=filters, before=after)
            if after is not None:
                assert [row.receipt_no for row in back.entries] != []
