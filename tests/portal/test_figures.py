"""The figures of an office: each as a plain count says it, each with just its cases behind it."""

import csv
import re
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from statistics import quantiles
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import StaffMembership
from applications.models import Application, ClockSegment, FigureRow, QueueRow, Settled
from applications.stages import Stage
from audit.models import Event
from portal.charts import burndown
from portal.forecast import Weeks
from portal.outlook import outlook
from portal.selectors import backlog, results
from portal.selectors.business_days import Counted, ages
from portal.selectors.quota import quotas
from portal.selectors.results import Middle
from programs import calendar, goals, quota
from programs.models import Pool, Programme, QuotaGoal
from reviews.permissions import Desk
from reviews.services import signing
from tests.outbox import deliver_letters
from tests.pages import only_reading
from tests.person import Browser
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db

PAGES = ("desk", "desk-levels", "desk-backlog", "desk-results")
MONDAY = date(2026, 10, 12)


def root(slug=GYEONGGI):
    return Pool.objects.get(programme__slug=slug, parent=None)


def settled(world, outcome, *, slug=KOTRA, received=MONDAY - timedelta(days=14), on=MONDAY, job=""):
    """A case with nothing in it but its figures."""
    stage = {"approved": Stage.ISSUED, "refused": Stage.REFUSED, "returned": Stage.RETURNED}
    case = world.bare(stage.get(outcome, Stage.WITHDRAWN), slug)
    case.receipt_no = f"F-{case.pk:06d}"
    case.save(update_fields=["receipt_no"])
    FigureRow.objects.create(
        application=case,
        office=case.office,
        programme=case.programme,
        occupation=job,
        received_on=received,
        settled_on=on,
        outcome=outcome,
    )
    return case


def sign(world, slug=GYEONGGI, lead="gyeonggi.lead"):
    story = world.at(Stage.DECISION, slug).draft()
    signing.sign_off(decision=story.case.decisions.get(), actor=world[lead])
    return story


def links(page):
    """Every figure that leads to its cases, with what it says."""
    return [
        (address.replace("&amp;", "&"), int(number))
        for address, number in re.findall(
            r'href="(/desk/figures/cases/\?[^"]+)">(\d+)<span', page.html
        )
    ]


def numbered(page):
    """How many cases the list says it has, and how many it has on its one page."""
    told = re.search(r'class="h-note num">(\d+)건<', page.html)
    rows = len(re.findall(r'<a class="num" href="/review/cases/|<a class="num" href="', page.html))
    return int(told[1]), rows


# --- who ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("gyeonggi.admin", 200),
        ("gyeonggi.lead", 200),
        ("gyeonggi.reviewer", 403),
        ("company", 403),
        (None, 302),
    ],
)
def test_figures_are_for_leads_and_administrators(world, login, status):
    browser = Browser(world[login] if login else None)
    for name in (*PAGES, "desk-behind", "desk-behind-csv", "desk-behind-xlsx"):
        assert browser.status(reverse(name)) == status, name
    for kind in ("csv", "xlsx"):
        address = reverse(f"desk-figures-{kind}", kwargs={"table": "backlog"})
        assert browser.status(address) == status
    assert browser.status(reverse("desk-pool", args=[root().public_id])) == status


def test_another_offices_figures_are_not_counted_and_not_listed(world):
    other = settled(world, "approved", slug=GYEONGGI)
    world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    sign(world)
    browser = Browser(world["kotra.admin"])
    for name in PAGES:
        assert links(browser.open(reverse(name))) == [], name
    everything = "?what=settled&outcome=decided"
    assert other.receipt_no not in browser.open(reverse("desk-behind") + everything).words
    assert browser.status(reverse("desk-behind") + f"?what=open&programme={GYEONGGI}") == 404
    assert browser.status(reverse("desk-pool", args=[root().public_id])) == 404
    claim = f"?what=claim&claim=held&pool={root().public_id}"
    assert browser.status(reverse("desk-behind") + claim) == 404
    burn = reverse("desk-figures-csv", kwargs={"table": "burndown"})
    assert browser.status(f"{burn}?pool={root().public_id}") == 404


def test_one_programmes_lead_sees_no_other(world):
    StaffMembership.objects.filter(user=world["kotra.lead"]).update(programmes=["another"])
    settled(world, "approved")
    world.at(Stage.DOCUMENT_REVIEW)
    browser = Browser(world["kotra.lead"])
    for name in PAGES:
        assert links(browser.open(reverse(name))) == [], name


# --- the row of figures -----------------------------------------------------------------------
def row_of(story):
    return FigureRow.objects.values_list("settled_on", "outcome").get(application=story.case)


def test_the_row_follows_the_case(world):
    today = calendar.today()
    story = world.at(Stage.DOCUMENT_REVIEW)
    row = FigureRow.objects.get(application=story.case)
    assert (row.received_on, row.programme.slug, row.office.code) == (today, KOTRA, "kotra")
    assert row.occupation == story.fresh().claims.get(kind="contract").declared["occupation"]
    assert row_of(story) == (None, "")
    story = world.at(Stage.APPROVED)
    assert row_of(story) == (today, "approved")
    signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")
    assert row_of(story) == (None, "")
    refused = world.at(Stage.VALIDATION).draft("refuse", "확인할 수 없습니다.")
    refused.sign_off()
    # Its notice is being made: nobody has been told, and it may still be taken back.
    assert row_of(refused) == (None, "")
    with calendar.frozen(datetime(2026, 10, 13, 0, 10, tzinfo=calendar.SEOUL)):
        deliver_letters()
    assert refused.fresh().stage == Stage.REFUSED
    assert row_of(refused) == (today, "refused")


def test_an_approval_counts_from_its_sign_off_not_from_its_letter(world):
    with calendar.frozen(datetime(2026, 10, 12, 23, 50, tzinfo=calendar.SEOUL)):
        story = world.at(Stage.APPROVED)
    with calendar.frozen(datetime(2026, 10, 13, 0, 10, tzinfo=calendar.SEOUL)):
        deliver_letters()
    assert story.fresh().stage == Stage.ISSUED
    assert row_of(story) == (MONDAY, "approved")


def test_a_full_quota_does_not_hide_an_approval(world):
    quota.resize(pool=root(), size=1, actor=None, reason="test")
    stories = [sign(world) for _ in range(2)]
    assert stories[1].fresh().stage == Stage.WAITING_QUOTA
    assert [row_of(one) for one in stories] == [(MONDAY, "approved")] * 2


def test_the_database_refuses_half_a_settlement(world):
    case = settled(world, "approved")
    row = FigureRow.objects.filter(application=case)
    for wrong in ({"outcome": ""}, {"settled_on": None}, {"settled_on": date(2020, 1, 1)}):
        with pytest.raises(IntegrityError, match="figure_row_settled"), transaction.atomic():
            row.update(**wrong)


def test_every_received_case_has_its_row(world):
    for stage in (Stage.DRAFT, Stage.SUPPLEMENT, Stage.VALIDATION, Stage.DECISION):
        world.at(stage)
    received = Application.objects.exclude(received_at=None)
    assert FigureRow.objects.count() == received.count() == 3
    for row in QueueRow.objects.select_related("application"):
        assert row.since == calendar.in_seoul(row.application.stage_since).date()


# --- business days ----------------------------------------------------------------------------
def test_counting_many_times_is_counting_once():
    table = calendar.shipped()
    days = Counted(table)
    start = date(2026, 9, 1)
    for first in range(0, 60, 3):
        for length in range(0, 40, 7):
            one = start + timedelta(days=first)
            other = one + timedelta(days=length)
            assert days.between(one, other) == calendar.business_days_between(
                one, other, calendar=table
            )


def test_days_that_do_not_count_are_left_out_once():
    table = calendar.shipped()
    days = Counted(table)
    start, end = date(2026, 9, 1), date(2026, 10, 20)
    pauses = [
        (date(2026, 9, 7), date(2026, 9, 16)),
        (date(2026, 9, 16), date(2026, 9, 18)),
        (date(2026, 10, 15), None),
    ]
    inside = {
        first + timedelta(days=number)
        for first, last in pauses
        for number in range(((last or end) - first).days + 1)
    }
    expected = sum(
        table.is_business_day(day) and day not in inside
        for day in (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    )
    assert days.outside(start, end, pauses) == expected
    assert days.outside(start, end, []) == days.between(start, end)


def test_every_day_has_one_age():
    table = calendar.shipped()
    for today in (date(2026, 10, 12), date(2026, 10, 10), date(2026, 9, 28)):
        found = ages(backlog.AGES, today=today, table=table)
        for back in range(60):
            since = today - timedelta(days=back)
            inside = [
                one
                for one in found
                if (one.first is None or one.first <= since)
                and (one.last is None or since <= one.last)
            ]
            assert len(inside) == 1, (today, since)
            age = calendar.business_days_between(since, today, calendar=table)
            assert inside[0].low <= age, (today, since)
            assert inside[0].high is None or age <= inside[0].high


# --- open -------------------------------------------------------------------------------------
def aged(world, days, stage=Stage.DOCUMENT_REVIEW, slug=KOTRA):
    case = world.at(stage, slug).fresh()
    QueueRow.objects.filter(pk=case.pk).update(since=MONDAY - timedelta(days=days))
    return case


def test_the_backlog_is_what_a_plain_count_says(world):
    for days in (0, 0, 4, 7, 12, 60):
        aged(world, days)
    aged(world, 20, Stage.SUPPLEMENT)
    desk = Desk.of(world["kotra.admin"])
    [found] = backlog.backlog(desk)
    table = calendar.current()
    for stage in found.stages:
        since = QueueRow.objects.filter(stage=stage.stage).values_list("since", flat=True)
        old = [calendar.business_days_between(day, MONDAY, calendar=table) for day in since]
        assert stage.total == len(old)
        assert stage.ages == [
            sum(low <= one and (high is None or one <= high) for one in old)
            for low, high in backlog.AGES
        ]
    assert found.total == 7
    assert [stage.stage for stage in found.stages] == [Stage.DOCUMENT_REVIEW, Stage.SUPPLEMENT]


def test_each_figure_leads_to_as_many_cases(world):
    for days in (0, 4, 12):
        aged(world, days)
    aged(world, 20, Stage.SUPPLEMENT)
    late = aged(world, 30)
    day = MONDAY - timedelta(days=3)
    QueueRow.objects.filter(pk=late.pk).update(
        due_on=day, assignee=world["kotra.reviewer"], assigned_at=calendar.now()
    )
    for outcome in ("approved", "approved", "refused", "withdrawn"):
        settled(world, outcome, job="2211")
    settled(world, "approved", slug=GYEONGGI)
    people = {"kotra.admin": KOTRA, "gyeonggi.admin": GYEONGGI}
    sign(world)
    for login, slug in people.items():
        browser = Browser(world[login])
        seen = 0
        pages = [browser.open(reverse(name)) for name in PAGES[1:]]
        if slug == GYEONGGI:
            pages.append(browser.open(reverse("desk-pool", args=[root().public_id])))
        for page in pages:
            for address, number in links(page):
                listed = browser.open(address)
                assert numbered(listed) == (number, number), address
                seen += 1
        assert seen > (20 if slug == KOTRA else 3)


def test_deadlines_count_only_what_the_office_has_to_do(world):
    late, soon = aged(world, 0), aged(world, 0)
    asked = aged(world, 0, Stage.SUPPLEMENT)
    QueueRow.objects.filter(pk__in=[late.pk, asked.pk]).update(due_on=MONDAY - timedelta(days=1))
    QueueRow.objects.filter(pk=soon.pk).update(due_on=MONDAY + timedelta(days=2))
    [found] = backlog.backlog(Desk.of(world["kotra.lead"]))
    assert dict(zip(backlog.DUES, found.dues, strict=True)) == {
        "overdue": 1,
        "today": 0,
        "3": 1,
        "7": 1,
    }


def test_load_is_told_against_capacity(world):
    person = world["kotra.reviewer"]
    for stage in (Stage.DOCUMENT_REVIEW, Stage.DOCUMENT_REVIEW, Stage.SUPPLEMENT):
        case = world.at(stage).fresh()
        QueueRow.objects.filter(pk=case.pk).update(assignee=person, assigned_at=calendar.now())
    page = Browser(world["kotra.admin"]).open(reverse("desk-backlog"))
    desk = Desk.of(world["kotra.admin"])
    from portal.selectors import office

    found = {one.name: one for one in backlog.load(desk, office.offices(desk))}
    assert found[person.name].cases == 2
    assert found[person.name].percent == 2 * 100 // found[person.name].capacity
    assert person.name in page.words


def test_a_year_without_holidays_is_said_not_guessed(world):
    world.at(Stage.DOCUMENT_REVIEW)
    with calendar.frozen(datetime(2031, 3, 3, 9, tzinfo=calendar.SEOUL)):
        page = Browser(world["kotra.admin"]).open(reverse("desk-backlog"))
    assert "2031년은 공휴일표에 없습니다" in page.words


# --- settled ----------------------------------------------------------------------------------
def test_results_are_what_a_plain_count_says(world):
    for outcome, back, took in (
        ("approved", 0, 3),
        ("approved", 5, 30),
        ("refused", 20, 9),
        ("returned", 40, 50),
        ("withdrawn", 1, 1),
    ):
        on = MONDAY - timedelta(days=back)
        settled(world, outcome, received=on - timedelta(days=took), on=on)
    settled(world, "approved", on=MONDAY - timedelta(days=200), received=date(2026, 1, 5))
    first, last = MONDAY - timedelta(days=90), MONDAY
    found = results.results(Desk.of(world["kotra.admin"]), first, last)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, COUNT(*) FROM applications_figurerow"
            " WHERE settled_on BETWEEN %s AND %s GROUP BY outcome",
            [first, last],
        )
        assert found.total.settled == dict(cursor.fetchall())
        cursor.execute(
            "SELECT COUNT(*) FROM applications_figurerow WHERE received_on BETWEEN %s AND %s",
            [first, last],
        )
        assert found.total.received == cursor.fetchone()[0]
    assert found.total.decided == 4
    assert sum(month.decided for month in found.months) == 4
    assert sum(month.received for month in found.months) == found.total.received
    rows = FigureRow.objects.filter(settled_on__range=(first, last)).exclude(outcome="withdrawn")
    took = sorted(calendar.business_days_between(row.received_on, row.settled_on) for row in rows)
    assert found.total.whole == Middle(4, took[0], took[1], took[2])
    assert found.total.net == found.total.whole


def test_the_middle_is_the_databases_own(world):
    """Nearest rank: PostgreSQL's percentile_disc."""
    if connection.vendor != "postgresql":
        pytest.skip("percentile_disc is PostgreSQL's")
    numbers = [3, 9, 9, 12, 1, 40, 7, 7, 22]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY n)"
            " FROM unnest(%s) AS n",
            [numbers],
        )
        [expected] = cursor.fetchone()
    days = {number: numbers.count(number) for number in numbers}
    found = Middle.of(days)
    assert [found.low, found.middle, found.high] == expected
    assert quantiles(numbers, n=2)[0] == found.middle


def test_supplement_time_is_left_out_of_one_number_only(world):
    begun, ended = date(2026, 9, 1), date(2026, 9, 18)
    case = settled(world, "approved", received=begun, on=ended)
    ClockSegment.objects.create(
        application=case,
        reason="supplement",
        from_on=date(2026, 9, 7),
        until_on=date(2026, 9, 9),
    )
    found = results.results(Desk.of(world["kotra.admin"]), date(2026, 9, 1), MONDAY).total
    whole = calendar.business_days_between(begun, ended)
    assert (found.whole.middle, found.net.middle) == (whole, whole - 3)
    page = Browser(world["kotra.admin"]).open(reverse("desk-results"))
    assert "보완 기간처럼 처리기간에 넣지 않는 날을 뺀 것" in page.words


def test_few_decisions_are_not_a_rate(world):
    fewest = Programme.objects.get(slug=KOTRA).versions.first().manifest().published.fewest
    for number in range(fewest):
        settled(world, "approved" if number % 4 else "refused", job="2211")
    for _number in range(3):
        settled(world, "refused", job="")
    found = results.occupations(Desk.of(world["kotra.admin"]), MONDAY, MONDAY)
    many, few = found
    assert (many.decided, many.approved, many.percent) == (fewest, 15, 75)
    assert (few.decided, few.percent) == (3, None)
    page = Browser(world["kotra.admin"]).open(reverse("desk-results"))
    assert "건수가 적음" in page.words
    assert "75%" in page.words
    assert "0%" not in page.words.replace("100%", "").replace("75%", "")


def test_the_period_is_as_asked_and_no_longer_than_a_year(world):
    settled(
        world, "approved", on=MONDAY - timedelta(days=100), received=MONDAY - timedelta(days=120)
    )
    browser, listed = Browser(world["kotra.admin"]), reverse("desk-results")
    assert links(browser.open(listed)) == []
    early = (MONDAY - timedelta(days=110)).isoformat()
    assert links(browser.open(f"{listed}?first={early}&last={MONDAY}"))
    page = browser.open(f"{listed}?first=2020-01-01&last={MONDAY}")
    assert "한 번에 볼 수 있는 기간은 1년입니다." in page.words
    assert (
        "시작일은 종료일보다 늦을 수 없습니다."
        in browser.open(f"{listed}?first={MONDAY}&last=2026-01-01").words
    )
    for query in (
        "?first=x",
        "?programme=nothing",
        "?last=%00",
        "?first=9999-12-31&last=0001-01-01",
    ):
        assert browser.status(listed + query) == 200


# --- quota ------------------------------------------------------------------------------------
def before(days):
    """The calendar, so many days earlier."""
    morning = datetime.combine(MONDAY - timedelta(days=days), time(9), tzinfo=calendar.SEOUL)
    return calendar.frozen(morning)


def chart(taken, *, left=60, size=100, days=200):
    start, end = MONDAY - timedelta(days=100), MONDAY + timedelta(days=days)
    return burndown(
        size=size,
        start=start,
        end=end,
        left=[(start, size), (MONDAY, left)],
        today=MONDAY,
        behind=Weeks(taken, MONDAY),
    )


def bar_of(left):
    from portal.charts import quota_bar

    return quota_bar(size=100, issued=100 - left, held=0)


def test_what_to_expect_is_said_in_words_and_with_its_uncertainty():
    few = outlook(bar_of(60), chart((1, 1)))
    assert few.kind == "info"
    assert "기록이 짧습니다" in few.sentence
    assert "2주 동안 2명" in few.sentence
    slow = outlook(bar_of(60), chart((1,) * 10, days=70))
    assert slow.kind == "info"
    assert "남을 것으로 봅니다" in slow.sentence
    fast = outlook(bar_of(20), chart((6, 4, 5, 5, 7, 3, 5), left=20))
    assert fast.kind == "warning"
    assert "사이에 모두 쓰일 것으로 봅니다" in fast.sentence
    maybe = outlook(bar_of(20), chart((1, 0, 3, 0, 4, 0, 2, 0), left=20, days=120))
    assert "이르면" in maybe.sentence
    assert "%입니다" in maybe.sentence
    assert outlook(bar_of(0), chart((9,) * 9, left=0)).kind == "error"


def test_the_picture_and_its_table_say_the_same():
    drawn = chart((2, 1, 3, 2, 2, 1, 3))
    told = drawn.foretold
    assert [one.day for one in told.ahead][-1] == drawn.end
    for one in told.ahead:
        assert 0 <= one.low <= one.middle <= one.high <= 60
    # Each row is a corner of the fan, twice, and a point of the line.
    assert told.fan.count("L") == 2 * len(told.ahead)
    assert told.line.count("L") == len(told.ahead)
    assert drawn.plans[0] == 100
    assert told.ahead[-1].plan == 0


def test_units_issued_before_are_no_pace(world):
    quota.opening(pool=root(), issued=214, actor=None, reason="대장 이관")
    story = sign(world)
    deliver_letters()
    [view] = quotas(Desk.of(world["gyeonggi.lead"]))
    total = view.total
    assert (total.bar.issued, total.opening, total.issued_cases) == (215, 214, 1)
    assert total.chart.behind.units == 0 or total.chart.behind.number == 0
    page = Browser(world["gyeonggi.admin"]).open(reverse("desk-levels"))
    assert "기초 발급 214" in page.words
    [(address, number)] = [one for one in links(page) if "claim=issued" in one[0]]
    assert number == 1
    assert story.fresh().receipt_no in Browser(world["gyeonggi.admin"]).open(address).words


def test_a_history_long_enough_is_foretold(world):
    pool = root()
    with before(50):
        sign(world)
    sign(world)
    [view] = quotas(Desk.of(world["gyeonggi.lead"]))
    # The day on which it began lies in no whole week.
    assert (view.chart.behind.number, view.chart.behind.units) == (7, 1)
    with before(55):
        for _case in range(4):
            sign(world)
    [view] = quotas(Desk.of(world["gyeonggi.lead"]))
    assert (view.chart.behind.number, view.chart.behind.units) == (8, 6)
    assert view.chart.foretold is not None
    page = Browser(world["gyeonggi.admin"]).open(reverse("desk-pool", args=[pool.public_id]))
    assert "예상한 방법" in page.words
    assert "음이항 분포" in page.words
    assert "열 번에 여덟 번" in page.words
    again = Browser(world["gyeonggi.admin"]).open(reverse("desk-pool", args=[pool.public_id]))
    assert again.words == page.words


def test_the_quotas_numbers_are_the_ledgers(world):
    quota.opening(pool=root(), issued=10, actor=None, reason="대장 이관")
    for _case in range(2):
        sign(world)
    deliver_letters()
    sign(world)
    [view] = quotas(Desk.of(world["gyeonggi.lead"]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT SUM(delta_size), SUM(delta_held), SUM(delta_issued)"
            " FROM programs_ledgerrow WHERE pool_id = %s",
            [root().pk],
        )
        size, held, issued = cursor.fetchone()
    bar = view.total.bar
    assert (bar.size, bar.held, bar.issued) == (size, held, issued) == (630, 1, 12)


# --- goals ------------------------------------------------------------------------------------
def test_an_administrator_sets_and_ends_a_goal(world):
    pool = root()
    address = reverse("desk-pool", args=[pool.public_id])
    admin = Browser(world["gyeonggi.admin"])
    due = MONDAY + timedelta(days=60)
    said = {"do": "set", "number": "300", "due_on": due.isoformat()}
    response = admin.client.post(address, said)
    assert response.status_code == 302
    goal = QuotaGoal.objects.get()
    assert (goal.number, goal.due_on, goal.set_by) == (300, due, world["gyeonggi.admin"])
    assert Event.objects.filter(name="quota_goal.set").exists()
    page = admin.open(address)
    assert "300명" in page.words
    assert "예상하기에는 기록이 짧습니다" in page.words
    assert "300명" in admin.open(reverse("desk-levels")).words
    other = admin.client.post(address, {**said, "number": "200"})
    assert other.status_code == 400
    assert "이 날짜의 목표가 이미 있습니다." in other.content.decode()
    assert 'value="200"' in other.content.decode()
    assert admin.client.post(address, {"do": "end", "goal": str(goal.public_id)}).status_code == 302
    goal.refresh_from_db()
    assert goal.ended_by == world["gyeonggi.admin"]
    assert QuotaGoal.objects.filter(ended_at=None).count() == 0
    assert admin.client.post(address, {"do": "end", "goal": "x"}).status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        {"number": "0", "due_on": "2026-12-01"},
        {"number": "631", "due_on": "2026-12-01"},
        {"number": "5", "due_on": "2026-10-11"},
        {"number": "5", "due_on": "2099-01-01"},
        {"number": "x", "due_on": ""},
    ],
)
def test_a_goal_that_cannot_be_is_told_at_its_field(world, said):
    address = reverse("desk-pool", args=[root().public_id])
    response = Browser(world["gyeonggi.admin"]).client.post(address, {"do": "set", **said})
    assert response.status_code == 400
    assert not QuotaGoal.objects.exists()
    if said["number"] != "x":
        assert f'value="{said["number"]}"' in response.content.decode()


def test_a_lead_reads_goals_and_sets_none(world):
    pool = root()
    address = reverse("desk-pool", args=[pool.public_id])
    lead = Browser(world["gyeonggi.lead"])
    assert "목표 정하기" not in lead.open(address).words
    said = {"do": "set", "number": "5", "due_on": "2026-12-01"}
    assert lead.client.post(address, said).status_code == 404
    with pytest.raises(goals.GoalError):
        goals.set_goal(pool=pool, number=5, due_on=date(2026, 12, 1), actor=world["gyeonggi.lead"])
    with pytest.raises(goals.GoalError):
        goals.set_goal(pool=pool, number=5, due_on=date(2026, 12, 1), actor=world["kotra.admin"])


def test_how_a_goal_stands(world):
    pool, admin = root(), world["gyeonggi.admin"]
    for days in (55, 48, 41, 34, 27, 20):
        with before(days):
            sign(world)

    def aim(number, days):
        return goals.set_goal(
            pool=pool, number=number, due_on=MONDAY + timedelta(days=days), actor=admin
        )

    for number, days in ((6, 1), (8, 70), (500, 20)):
        aim(number, days)
    past = aim(50, 30)
    QuotaGoal.objects.filter(pk=past.pk).update(due_on=MONDAY - timedelta(days=60))
    late = aim(5, 40)
    # The first was taken 55 days ago: three days earlier, nobody had been.
    QuotaGoal.objects.filter(pk=late.pk).update(due_on=MONDAY - timedelta(days=58))
    [view] = quotas(Desk.of(world["gyeonggi.lead"]))
    states = {one.goal.number: one.state for one in view.total.goals}
    assert states == {6: "reached", 8: "likely", 500: "unlikely", 50: "missed", 5: "missed"}


def test_the_database_holds_goals_together(world):
    pool, admin = root(), world["gyeonggi.admin"]
    kept = {"pool": pool, "due_on": MONDAY, "set_by": admin, "set_at": calendar.now()}
    QuotaGoal.objects.create(number=1, **kept)
    for wrong in ({"number": 2}, {"number": 0, "due_on": MONDAY + timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            QuotaGoal.objects.create(**{**kept, **wrong})
    with pytest.raises(ValidationError):
        QuotaGoal(number=0, **kept).full_clean()


# --- files ------------------------------------------------------------------------------------
def read_csv(browser, table, query=""):
    address = reverse("desk-figures-csv", kwargs={"table": table})
    response = browser.client.get(f"{address}?{query}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_every_table_is_a_file_with_the_same_rows(world):
    aged(world, 4)
    settled(world, "approved", job="2211")
    sign(world)
    for login in ("kotra.admin", "gyeonggi.admin"):
        browser = Browser(world[login])
        for table in ("backlog", "deadlines", "load", "results", "occupations", "quota", "goals"):
            rows = read_csv(browser, table)
            assert all(len(row) == len(rows[0]) for row in rows), table
    kotra, gyeonggi = Browser(world["kotra.admin"]), Browser(world["gyeonggi.admin"])
    [_head, stage] = read_csv(kotra, "backlog")
    assert stage[-1] == "1"
    assert [row[3] for row in read_csv(kotra, "occupations")[1:]] == ["1"]
    assert read_csv(kotra, "results")[-1][3] == "1"
    assert read_csv(gyeonggi, "quota")[1][4:9] == ["630", "0", "0", "1", "629"]
    burn = read_csv(gyeonggi, "burndown", f"pool={root().public_id}")
    assert burn[-1][2] == "629"
    for table in ("nothing", "burndown"):
        address = reverse("desk-figures-csv", kwargs={"table": table})
        assert kotra.status(address) == 404


@pytest.mark.incident("T20")
def test_no_cell_of_a_figure_calculates(world):
    person = world["kotra.reviewer"]
    type(person).objects.filter(pk=person.pk).update(name="=2+5")
    rows = read_csv(Browser(world["kotra.admin"]), "load")
    assert [row[0] for row in rows if "2+5" in row[0]] == ["'=2+5"]
    address = reverse("desk-figures-xlsx", kwargs={"table": "load"})
    response = Browser(world["kotra.admin"]).client.get(address)
    book = ZipFile(BytesIO(b"".join(response.streaming_content)))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not [one for one in sheet.iter() if one.tag.endswith("}f")]


def test_the_cases_behind_a_figure_are_a_file_too(world):
    case = settled(world, "approved")
    settled(world, "refused")
    query = "?what=settled&outcome=approved"
    browser = Browser(world["kotra.admin"])
    response = browser.client.get(reverse("desk-behind-csv") + query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(StringIO(text))][1:] == [case.receipt_no]
    event = Event.objects.filter(name="list.exported").latest("pk")
    assert event.data["filters"] == {"what": "settled", "outcome": "approved"}


# --- cost -------------------------------------------------------------------------------------
def test_figures_cost_the_same_at_any_length_and_write_nothing(world):
    admin = Browser(world["gyeonggi.admin"])
    pool = reverse("desk-pool", args=[root().public_id])
    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            sign(world)
            aged(world, 3, slug=GYEONGGI)
            settled(world, "approved", slug=GYEONGGI, job="2211")
        found = {}
        for address in (*map(reverse, PAGES), pool, reverse("desk-behind") + "?what=open"):
            admin.status(address)
            with CaptureQueriesContext(connection) as caught, only_reading():
                assert admin.status(address) == 200
            found[address] = len(caught)
        asked.append(found)
    assert asked[0] == asked[1]
    # What signs the person in is every page's own.
    assert {address: number for address, number in asked[0].items() if number > 12} == {}


def test_a_settled_outcome_has_its_word():
    assert {one.value for one in Settled} == {"approved", "refused", "returned", "withdrawn"}


def test_a_part_in_a_full_quota_is_not_said_to_be_free(world):
    whole = Pool.objects.get(programme__slug="ulsan", parent=None)
    part = whole.children.get(path="total/electric")
    StaffMembership.objects.create(
        office=whole.programme.office, user=world["kotra.admin"], role="administrator"
    )
    quota.opening(
        pool=whole.children.get(path="total/welding"), issued=8, actor=None, reason="대장 이관"
    )
    Pool.objects.filter(pk=whole.pk).update(size=8)
    browser = Browser(world["kotra.admin"])
    assert "위 단계가 모두 찼음" in browser.open(reverse("desk-levels")).words
    said = browser.open(reverse("desk-pool", args=[part.public_id])).words
    assert f"이 부분이 속한 쿼터({whole.name_ko})가 모두 차서 쓸 수 없습니다." in said
    public = Browser().open(reverse("programme-figures", kwargs={"slug": "ulsan"})).words
    assert f"{part.name_ko} {part.size} 0 " in public


def test_before_and_after_its_period_nothing_is_called_too_short(world):
    [view] = quotas(Desk.of(world["gyeonggi.lead"]))
    for day, said in (
        (view.total.pool.period_to, "기간이 끝남"),
        (view.total.pool.period_from - timedelta(days=1), "기간이 시작되지 않음"),
    ):
        with calendar.frozen(datetime.combine(day, time(9), tzinfo=calendar.SEOUL)):
            words = Browser(world["gyeonggi.lead"]).open(reverse("desk-levels")).words
        assert said in words
        assert "기록이 짧음" not in words
    Pool.objects.update(size=0)
    words = Browser(world["gyeonggi.lead"]).open(reverse("desk-levels")).words
    assert "정원이 0명이어서 배정할 자리가 없습니다." in words


def test_a_goal_beyond_what_is_left_says_so(world):
    pool, admin = root(), world["gyeonggi.admin"]
    for days in (55, 48, 41, 34, 27, 20):
        with before(days):
            sign(world)
    quota.resize(pool=pool, size=9, actor=None, reason="test")
    goals.set_goal(pool=pool, number=9, due_on=MONDAY + timedelta(days=60), actor=admin)
    quota.resize(pool=pool, size=8, actor=None, reason="test")
    words = Browser(admin).open(reverse("desk-levels")).words
    assert "목표까지 필요한 인원이 남은 정원보다 많습니다." in words
    [view] = quotas(Desk.of(admin))
    assert [(one.state, one.percent) for one in view.total.goals] == [("unlikely", 0)]
