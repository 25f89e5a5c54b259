"""Views of the queue that are kept under a name: private, shared, ordered, default."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.errors import Invalid, NotAllowed, NotNow
from applications.stages import Stage
from reviews.models import SavedView
from reviews.permissions import Desk
from reviews.selectors import queue
from reviews.services import saved_views
from tests.person import Browser
from tests.test_queries import own

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LIST, VIEWS = reverse("reviews:queue"), reverse("reviews:views")


def keep(browser, name, query="tab=all&stage=validation", **more):
    fields = dict(pair.split("=") for pair in query.split("&"))
    return browser.client.post(VIEWS, {"do": "save", "name": name, **fields, **more})


def names(user):
    return [one.name for one in queue.head(Desk.of(user), user).views]


def test_a_list_is_kept_shared_ordered_opened_first_and_let_go(world):
    reviewer, colleague = world["kotra.reviewer"], world["kotra.reviewer2"]
    mine, theirs = Browser(reviewer), Browser(colleague)
    answer = keep(mine, " 검증  차례 ")
    assert answer.url == f"{LIST}?tab=all&stage=validation"
    keep(mine, "오늘까지", "tab=mine&due=today", shared="1")
    assert names(reviewer) == ["검증 차례", "오늘까지"]
    assert names(colleague) == ["오늘까지"]
    assert names(world["gyeonggi.reviewer"]) == []
    page = mine.open(f"{LIST}?tab=all&stage=validation")
    assert 'href="?tab=all&amp;stage=validation" aria-current="page"' in page.html
    assert "함께 씀" in theirs.open(f"{LIST}?tab=mine").words
    second = SavedView.objects.get(name="오늘까지")
    mine.client.post(VIEWS, {"do": "up", "view": second.public_id})
    assert names(reviewer) == ["오늘까지", "검증 차례"]
    mine.client.post(VIEWS, {"do": "default", "view": second.public_id})
    assert mine.client.get(LIST).url == f"{LIST}?tab=mine&due=today"
    assert theirs.client.get(LIST).status_code == 200
    assert mine.client.get(f"{LIST}?tab=free").status_code == 200
    assert "처음에 열림" in mine.open(VIEWS).words
    mine.client.post(VIEWS, {"do": "default", "view": second.public_id})
    assert mine.client.get(LIST).status_code == 200
    mine.client.post(VIEWS, {"do": "delete", "view": second.public_id})
    assert names(reviewer) == ["검증 차례"]
    assert names(colleague) == []


def test_the_same_name_again_replaces_ones_own_view_and_nobody_elses(world):
    one, other = world["kotra.reviewer"], world["kotra.reviewer2"]
    for user in (one, other):
        saved_views.save(actor=user, name="급한 것", tab="mine", codes={"due": "today"})
    saved_views.save(actor=one, name="급한 것", tab="all", codes={"due": "3"}, default=True)
    assert SavedView.objects.get(owner=one).tab == "all"
    assert SavedView.objects.get(owner=other).tab == "mine"
    saved_views.save(actor=one, name="다른 것", tab="all", codes={}, default=True)
    assert SavedView.objects.get(owner=one, is_default=True).name == "다른 것"
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.filter(owner=one).update(is_default=True)


def test_what_cannot_be_kept_is_said(world, monkeypatch):
    reviewer = Browser(world["kotra.reviewer"])
    keep(reviewer, "  ")
    assert "보기 이름을 적어 주세요." in reviewer.open(f"{LIST}?tab=all").words
    with pytest.raises(Invalid):
        saved_views.save(actor=world["kotra.reviewer"], name="가" * 41, tab="all", codes={})
    office = world["gyeonggi.reviewer"].staff_memberships.get().office_id
    with pytest.raises(NotAllowed):
        saved_views.save(
            actor=world["kotra.reviewer"], name="가", tab="all", codes={}, office=office
        )
    monkeypatch.setattr(saved_views, "MOST", 1)
    keep(reviewer, "하나")
    keep(reviewer, "둘")
    assert names(world["kotra.reviewer"]) == ["하나"]
    # What is no tab and no code narrows nothing; words are not kept at all.
    monkeypatch.undo()
    keep(reviewer, "셋", "tab=x&stage=x&q=NGUYEN")
    view = SavedView.objects.get(name="셋")
    assert (view.tab, view.stage, view.programme, view.due) == ("all", "", "", "")


def test_only_the_owner_and_the_offices_lead_let_go(world):
    mine = saved_views.save(actor=world["kotra.reviewer"], name="나", tab="all", codes={})
    office = world["kotra.reviewer"].staff_memberships.get().office_id
    shared = saved_views.save(
        actor=world["kotra.reviewer"], name="함께", tab="all", codes={}, office=office
    )
    for login in ("kotra.reviewer2", "gyeonggi.lead"):
        for view in (mine, shared):
            with pytest.raises(NotNow):
                saved_views.delete(actor=world[login], view=view.public_id)
            with pytest.raises(NotNow):
                saved_views.make_default(actor=world[login], view=view.public_id)
    with pytest.raises(NotNow):
        saved_views.delete(actor=world["kotra.lead"], view=mine.public_id)
    saved_views.delete(actor=world["kotra.lead"], view=shared.public_id)
    assert list(SavedView.objects.all()) == [mine]
    stranger = Browser(world["kotra.reviewer2"])
    for view in (str(mine.public_id), "x"):
        answer = stranger.client.post(VIEWS, {"do": "delete", "view": view})
        assert answer.status_code == 409
        assert "보기를 찾을 수 없습니다." in answer.content.decode()


def test_views_cost_the_page_no_question(world):
    reviewer = world["kotra.reviewer"]
    browser, asked = Browser(reviewer), []
    world.bare(Stage.DOCUMENT_REVIEW)
    browser.status(LIST)
    for number in range(3):
        with CaptureQueriesContext(connection) as caught:
            assert browser.status(f"{LIST}?tab=all") == 200
        asked.append(len(own(caught)))
        saved_views.save(actor=reviewer, name=f"보기 {number}", tab="all", codes={})
    assert asked == [2, 2, 2]
