"""Every figure of every page beside a plain SQL count, on offices drawn by lot."""

import csv
import re
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from portal.forecast import MOST_WEEKS
from portal.selectors.quota import quotas
from reviews.permissions import Desk
from tests.person import Browser
from tests.portal.drawn import LOGIN, OVERLAPPING, SLUGS, TODAY, ULSAN, Lot, opened
from tests.world import GYEONGGI, KOTRA

SEEDS = (6, 47, 1031)
FIRST = TODAY - timedelta(days=200)
DECIDED = ("approved", "refused", "returned")
OPEN_ORDER = (
    "document_review",
    "supplement",
    "validation",
    "external_evaluation",
    "decision",
    "waiting_quota",
    "approved",
    "notifying",
)

pytestmark = pytest.mark.django_db


def draw(seed):
    """The offices of a seed, and the business days as a table of the database's own."""
    drawn = Lot(opened(), seed)
    sql(
        "CREATE TEMPORARY TABLE workday ON COMMIT DROP AS SELECT day::date AS day"
        " FROM generate_series(DATE '2024-01-01', DATE '2026-12-31', INTERVAL '1 day') AS day"
        " WHERE EXTRACT(isodow FROM day) < 6 AND NOT EXISTS (SELECT 1 FROM programs_holiday AS h"
        " WHERE h.date = day::date AND h.removed_in_id IS NULL)",
        rows=False,
    )
    cache.clear()
    return drawn


def sql(statement, *values, rows=True):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if rows else None


def one(statement, *values):
    [row] = sql(statement, *values)
    return row[0] if len(row) == 1 else row


def programme(slug):
    return one("SELECT id FROM programs_programme WHERE slug = %s", slug)


def name_of(slug):
    return one("SELECT COALESCE(names->>'ko', slug) FROM programs_programme WHERE slug = %s", slug)


class Tables(HTMLParser):
    """The tables of a page as `(caption, rows)`, every row its cells' words; and the links of the
    whole page. What is only for screen readers is left out."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.links, self.quiet, self.cell, self.link = [], [], 0, None, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if self.quiet or ("sr-only" in (given.get("class") or "") and tag == "span"):
            self.quiet += tag == "span"
        if tag == "table":
            self.tables.append(["", []])
        elif tag == "caption":
            self.cell = []
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("td", "th"):
            self.cell = []
        elif tag == "a":
            self.link = [given.get("href", ""), []]

    def handle_endtag(self, tag):
        if tag == "span" and self.quiet:
            self.quiet -= 1
        elif tag == "caption":
            self.tables[-1][0], self.cell = self.said(), None
        elif tag in ("td", "th"):
            self.tables[-1][1][-1].append(self.said())
            self.cell = None
        elif tag == "a" and self.link:
            self.links.append((self.link[0], " ".join(" ".join(self.link[1]).split())))
            self.link = None

    def handle_data(self, data):
        if self.quiet:
            return
        if self.cell is not None:
            self.cell.append(data)
        if self.link is not None:
            self.link[1].append(data)

    def said(self):
        return " ".join(" ".join(self.cell).split())


def read(address, login=LOGIN, world=None):
    page = Browser(world[login] if world else None).open(address)
    assert page.status == 200, address
    return page, Tables(page.html)


def table(tables, caption):
    [found] = [rows for said, rows in tables.tables if said == caption]
    return found[1:]


def words(rows):
    return [[str(cell) for cell in row] for row in rows]


# --- what is drawn is worth counting ------------------------------------------------------------
def the_lot_has_something_of_everything(lot):
    mine = [programme(slug) for slug in SLUGS]
    assert one("SELECT COUNT(*) FROM applications_application WHERE received_at IS NULL")
    assert one("SELECT COUNT(*) FROM applications_queuerow WHERE programme_id <> ALL(%s)", mine), (
        "another office has cases"
    )
    states = dict(sql("SELECT state, COUNT(*) FROM programs_poolclaim GROUP BY state"))
    assert {"waiting", "held", "issued", "returned"} <= set(states), states
    assert one("SELECT COUNT(*) FROM programs_poolclaim WHERE also <> ''")
    assert one("SELECT COUNT(*) FROM programs_holiday WHERE removed_in_id IS NULL") > 20
    assert one("SELECT COUNT(*) FROM applications_clocksegment") > 20
    assert one("SELECT COUNT(*) FROM programs_quotagoal WHERE due_on < %s", TODAY)


# --- quota --------------------------------------------------------------------------------------
INSIDE = """(SELECT COUNT(*) FROM programs_poolclaim AS c WHERE c.state = ANY(%s) AND EXISTS (
    SELECT 1 FROM programs_pool AS leaf WHERE (leaf.id = c.leaf_id OR c.also LIKE
        '%%,' || leaf.id || ',%%') AND leaf.programme_id = pool.programme_id
    AND leaf.period_code = pool.period_code
    AND (leaf.path = pool.path OR leaf.path LIKE pool.path || '/%%')))"""
LEVELS = f"""SELECT pool.id, pool.name_ko, pool.path, SUM(entry.delta_size),
    SUM(entry.delta_issued), SUM(entry.delta_held),
    SUM(entry.delta_size - entry.delta_issued - entry.delta_held),
    {INSIDE}, {INSIDE}, {INSIDE},
    COALESCE(SUM(entry.delta_issued) FILTER (WHERE entry.claim_id IS NULL), 0)
    FROM programs_pool AS pool JOIN programs_ledgerrow AS entry ON entry.pool_id = pool.id
    WHERE pool.programme_id = %s AND pool.period_from <= %s AND pool.period_to >= %s
    GROUP BY pool.id ORDER BY pool.path"""


def levels_of(slug):
    return sql(LEVELS, ["waiting"], ["issued"], ["held", "offered"], programme(slug), TODAY, TODAY)


def every_level_of_every_quota_is_what_the_ledger_says(lot):
    _page, shown = read(reverse("desk-levels"), world=lot.world)
    for slug in (GYEONGGI, ULSAN, OVERLAPPING):
        expected = []
        for _pk, name, _path, size, issued, held, free, waiting, cases, taken, opening in levels_of(
            slug
        ):
            assert held == taken
            assert issued == cases + opening
            said = f"{issued} 신청 {cases}" if cases or opening else str(issued)
            said += f" · 기초 발급 {opening}" if opening else ""
            expected.append([name, str(size), said, str(held), str(free), str(waiting)])
        found = [row[:6] for row in table(shown, name_of(slug))]
        assert found == expected, slug
        assert len(found) >= (3 if slug != GYEONGGI else 1)


def the_dashboards_quota_is_what_the_ledger_says(lot):
    page, _shown = read(reverse("desk"), world=lot.world)
    for slug in (GYEONGGI, ULSAN, OVERLAPPING):
        _pk, _name, _path, size, issued, held, free, waiting, *_more = levels_of(slug)[0]
        said = f"정원 {size} 명 발급 {issued} 명 배정 {held} 명 대기 {waiting} 명 남음 {free} 명"
        assert said in page.words, slug


def what_was_left_on_which_day_is_the_ledgers_sum(lot):
    for slug in (GYEONGGI, ULSAN, OVERLAPPING):
        for pk, *_rest in levels_of(slug):
            public_id, begins = one(
                "SELECT public_id, period_from FROM programs_pool WHERE id = %s", pk
            )
            _page, shown = read(reverse("desk-pool", args=[public_id]), world=lot.world)
            # The day on which the period begins stands for all before.
            expected = sql(
                "SELECT day, size, SUM(size - used) OVER (ORDER BY day) FROM ("
                " SELECT (at AT TIME ZONE 'Asia/Seoul')::date AS day, SUM(delta_size) AS size,"
                " SUM(delta_held + delta_issued) AS used FROM programs_ledgerrow"
                " WHERE pool_id = %s GROUP BY 1) AS days ORDER BY day",
                pk,
            )
            left = {day: number for day, _size, number in expected if day > begins}
            told = {}
            for row in table(shown, "쿼터 소진 추이"):
                year, month, day = (int(part) for part in re.findall(r"\d+", row[0])[:3])
                if row[2] != "–":
                    told[TODAY.replace(year, month, day)] = int(row[2])
            last = expected[-1][2]
            assert told.pop(TODAY) == last
            left.pop(TODAY, None)
            told.pop(begins)
            assert told == {day: number for day, number in left.items() if day <= TODAY}


def the_forecast_rests_on_the_ledgers_weeks(lot):
    for view in quotas(Desk.of(lot.world[LOGIN])):
        for level in view.levels:
            begins = one(
                "SELECT GREATEST(pool.period_from, MIN((entry.at AT TIME ZONE 'Asia/Seoul')::date))"
                " FROM programs_pool AS pool JOIN programs_ledgerrow AS entry"
                " ON entry.pool_id = pool.id WHERE pool.id = %s GROUP BY pool.id",
                level.pool.pk,
            )
            number = min(((TODAY - begins).days + 1) // 7, MOST_WEEKS)
            weeks = dict(
                sql(
                    "SELECT (%s - (at AT TIME ZONE 'Asia/Seoul')::date) / 7 AS back,"
                    " SUM(delta_held + delta_issued) FROM programs_ledgerrow"
                    " WHERE pool_id = %s AND claim_id IS NOT NULL GROUP BY back",
                    TODAY,
                    level.pool.pk,
                )
            )
            expected = [weeks.get(back, 0) for back in range(number)][::-1]
            assert list(level.chart.behind.taken) == expected, level.pool
            if level.depth == 0:
                assert sum(expected), level.pool


def goals_are_told_as_the_ledger_has_them(lot):
    page, _shown = read(reverse("desk-levels"), world=lot.world)
    goals = sql(
        "SELECT pool.name_ko, goal.number, goal.due_on, (SELECT SUM(delta_held + delta_issued)"
        " FROM programs_ledgerrow AS entry WHERE entry.pool_id = pool.id"
        " AND (entry.at AT TIME ZONE 'Asia/Seoul')::date <= LEAST(goal.due_on, %s))"
        " FROM programs_quotagoal AS goal JOIN programs_pool AS pool ON pool.id = goal.pool_id"
        " WHERE goal.ended_at IS NULL ORDER BY goal.id",
        TODAY,
    )
    assert len(goals) > 3
    for name, number, due, taken in goals:
        day = re.escape(f"{due.year}. {due.month}. {due.day}.")
        told = re.search(
            rf"{name}\s*: {day}까지 {number}명 (\S[^\d]*?) (?:지금|목표일까지) (\d+)명", page.words
        )
        assert told, (name, number, day)
        assert int(told[2]) == taken
        if taken >= number:
            assert told[1] == "이루었습니다"
        elif due < TODAY:
            assert told[1] == "기한까지 이루지 못했습니다"


# --- what is open -------------------------------------------------------------------------------
AGE = "(SELECT COUNT(*) FROM workday WHERE day > entry.since AND day <= %s)"


def the_backlog_by_stage_and_age_is_the_queues(lot):
    page, shown = read(reverse("desk-backlog"), world=lot.world)
    everything = 0
    for slug in SLUGS:
        counted = sql(
            "SELECT stage, COUNT(*) FILTER (WHERE age BETWEEN 0 AND 2), COUNT(*) FILTER (WHERE age"
            " BETWEEN 3 AND 5), COUNT(*) FILTER (WHERE age BETWEEN 6 AND 10), COUNT(*) FILTER"
            " (WHERE age BETWEEN 11 AND 20), COUNT(*) FILTER (WHERE age > 20), COUNT(*)"
            f" FROM (SELECT entry.stage, {AGE} AS age FROM applications_queuerow AS entry"
            " WHERE entry.programme_id = %s) AS aged GROUP BY stage",
            TODAY,
            programme(slug),
        )
        numbers = {stage: row for stage, *row in counted}
        expected = [numbers[stage] for stage in OPEN_ORDER if stage in numbers]
        expected.append([sum(column) for column in zip(*expected, strict=True)])
        found = [row[1:] for row in table(shown, name_of(slug))]
        assert found == words(expected), slug
        everything += expected[-1][-1]
    dashboard, _shown = read(reverse("desk"), world=lot.world)
    assert f"진행 중 {everything} 건" in dashboard.words
    assert name_of("daegu") not in page.words


def deadlines_at_risk_are_the_queues(lot):
    _page, shown = read(reverse("desk-backlog"), world=lot.world)
    expected = {
        name_of(slug): words(
            sql(
                "SELECT COUNT(*) FILTER (WHERE due_on < %s), COUNT(*) FILTER (WHERE due_on = %s),"
                " COUNT(*) FILTER (WHERE due_on BETWEEN %s AND %s),"
                " COUNT(*) FILTER (WHERE due_on BETWEEN %s AND %s)"
                " FROM applications_queuerow WHERE NOT parked AND programme_id = %s",
                TODAY,
                TODAY,
                TODAY,
                TODAY + timedelta(days=3),
                TODAY,
                TODAY + timedelta(days=7),
                programme(slug),
            )
        )[0]
        for slug in SLUGS
    }
    assert {row[0]: row[1:] for row in table(shown, "기한이 위태로운 신청")} == expected
    overdue = sum(int(row[0]) for row in expected.values())
    dashboard, _shown = read(reverse("desk"), world=lot.world)
    assert f"기한 지남 {overdue} 건" in dashboard.words


def the_dashboards_stages_are_the_queues(lot):
    dashboard, shown = read(reverse("desk"), world=lot.world)
    mine = [programme(slug) for slug in SLUGS]
    for label, stage in (("신청인 보완 대기", "supplement"), ("쿼터 대기", "waiting_quota")):
        number = one(
            "SELECT COUNT(*) FROM applications_queuerow"
            " WHERE stage = %s AND programme_id = ANY(%s)",
            stage,
            mine,
        )
        assert f"{label} {number} 건" in dashboard.words
    counted = sql(
        "SELECT programme.slug, entry.stage, COUNT(*) FROM applications_queuerow AS entry JOIN"
        " programs_programme AS programme ON programme.id = entry.programme_id"
        " WHERE entry.programme_id = ANY(%s) GROUP BY 1, 2",
        mine,
    )
    bars = {
        (found[1], found[2]): int(re.search(r"(\d+)건", said)[1])
        for address, said in shown.links
        if (found := re.search(r"/desk/cases/\?programme=([^&]+)&stage=(\w+)$", address))
    }
    assert bars == {(slug, stage): number for slug, stage, number in counted}


def the_load_is_the_queues(lot):
    _page, shown = read(reverse("desk-backlog"), world=lot.world)
    found = {row[0].split()[0]: row for row in table(shown, "심사자별 부하")}
    posts = sql(
        "SELECT person.id, person.name, MAX(COALESCE(profile.capacity, rule.capacity))"
        " FROM accounts_staffmembership AS post JOIN accounts_user AS person"
        " ON person.id = post.user_id LEFT JOIN reviews_reviewerprofile AS profile"
        " ON profile.user_id = person.id LEFT JOIN reviews_assignmentrule AS rule"
        " ON rule.office_id = post.office_id JOIN accounts_office AS office"
        " ON office.id = post.office_id"
        " WHERE post.role IN ('reviewer', 'lead') AND person.is_active AND office.id IN"
        " (SELECT office_id FROM programs_programme WHERE slug = ANY(%s)) GROUP BY person.id",
        list(SLUGS),
    )
    assert set(found) == {name for _pk, name, _most in posts}
    busy = 0
    for pk, name, most in posts:
        cases, overdue = one(
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE due_on < %s) FROM applications_queuerow"
            " WHERE NOT parked AND assignee_id = %s AND programme_id = ANY(%s)",
            TODAY,
            pk,
            [programme(slug) for slug in SLUGS],
        )
        row = found[name]
        assert row[2:4] == [str(cases), str(overdue)], name
        capacity = int(row[4])
        if most is not None:
            assert capacity == most
        assert row[5] == f"{cases * 100 // capacity}%"
        busy += cases
    assert busy


# --- what was settled ---------------------------------------------------------------------------
TOOK = """SELECT figure.*, (SELECT COUNT(*) FROM workday AS w WHERE w.day > figure.received_on
    AND w.day <= figure.settled_on) AS days, (SELECT COUNT(*) FROM workday AS w WHERE
    w.day > figure.received_on AND w.day <= figure.settled_on AND NOT EXISTS (
    SELECT 1 FROM applications_clocksegment AS pause WHERE pause.application_id =
    figure.application_id AND w.day BETWEEN pause.from_on AND COALESCE(pause.until_on,
    figure.settled_on))) AS net FROM applications_figurerow AS figure
    WHERE outcome IN ('approved', 'refused', 'returned')"""
MIDDLES = """percentile_disc(ARRAY[0.5, 0.25, 0.75]) WITHIN GROUP (ORDER BY days),
    percentile_disc(ARRAY[0.5, 0.25, 0.75]) WITHIN GROUP (ORDER BY net)"""
# Years before these are in no holiday table.
KNOWN = "received_on >= DATE '2024-01-01'"


def middle(numbers):
    return f"{numbers[0]} ({numbers[1]} ~ {numbers[2]})" if numbers else "–"


def settled_row(first, last, mine):
    received = one(
        "SELECT COUNT(*) FROM applications_figurerow WHERE received_on BETWEEN %s AND %s"
        " AND programme_id = ANY(%s)",
        first,
        last,
        mine,
    )
    outcomes = dict(
        sql(
            "SELECT outcome, COUNT(*) FROM applications_figurerow WHERE settled_on BETWEEN %s"
            " AND %s AND programme_id = ANY(%s) GROUP BY outcome",
            first,
            last,
            mine,
        )
    )
    whole, net = one(
        f"SELECT {MIDDLES} FROM ({TOOK}) AS took WHERE settled_on BETWEEN %s AND %s"
        f" AND programme_id = ANY(%s) AND {KNOWN}",
        first,
        last,
        mine,
    )
    numbers = [outcomes.get(code, 0) for code in (*DECIDED, "withdrawn")]
    return words([[received, sum(numbers[:3]), *numbers]])[0] + [middle(whole), middle(net)]


def throughput_and_medians_are_the_rows(lot, slug=""):
    address = f"{reverse('desk-results')}?first={FIRST}&last={TODAY}&programme={slug}"
    page, shown = read(address, world=lot.world)
    mine = [programme(one) for one in ([slug] if slug else SLUGS)]
    rows = table(shown, "접수와 결정")
    months = sql(
        "SELECT GREATEST(month, %s)::date, LEAST(month + INTERVAL '1 month' - INTERVAL '1 day',"
        " %s)::date FROM generate_series(DATE_TRUNC('month', %s::date), %s, INTERVAL '1 month')"
        " AS month ORDER BY month DESC",
        FIRST,
        TODAY,
        FIRST,
        TODAY,
    )
    assert [row[1:] for row in rows[:-1]] == [settled_row(*month, mine) for month in months]
    assert rows[-1][1:] == settled_row(FIRST, TODAY, mine)
    unknown = one(
        "SELECT COUNT(*) FROM applications_figurerow WHERE settled_on BETWEEN %s AND %s"
        f" AND outcome <> 'withdrawn' AND programme_id = ANY(%s) AND NOT {KNOWN}",
        FIRST,
        TODAY,
        mine,
    )
    assert (f"{unknown}건은 걸린 날을 셀 수 없어" in page.words) is bool(unknown)


def the_dashboards_endings_are_the_rows(lot):
    page, _shown = read(reverse("desk"), world=lot.world)
    mine = [programme(slug) for slug in SLUGS]
    decided = one(
        "SELECT COUNT(*) FROM applications_figurerow WHERE settled_on >= %s AND outcome <>"
        " 'withdrawn' AND programme_id = ANY(%s)",
        TODAY.replace(day=1),
        mine,
    )
    assert f"이번 달 결정 {decided} 건" in page.words
    year = settled_row(TODAY.replace(month=1, day=1), TODAY, mine)
    said = f"승인 {year[2]} 건 불허 {year[3]} 건 반려 {year[4]} 건 취하 {year[5]} 건"
    assert said in page.words


def approval_rates_are_the_rows(lot):
    address = f"{reverse('desk-results')}?first={FIRST}&last={TODAY}"
    _page, shown = read(address, world=lot.world)
    counted = sql(
        "SELECT programme.slug, entry.occupation, COUNT(*), COUNT(*) FILTER (WHERE outcome ="
        " 'approved'), COUNT(*) FILTER (WHERE outcome = 'refused'), COUNT(*) FILTER (WHERE outcome"
        " = 'returned'), CASE WHEN COUNT(*) >= (SELECT (version.document->'published'->>'fewest')"
        "::int FROM programs_programmeversion AS version WHERE version.programme_id = programme.id"
        " AND version.status = 'in_force' ORDER BY effective_from DESC LIMIT 1) THEN"
        " ROUND(100.0 * COUNT(*) FILTER (WHERE outcome = 'approved') / COUNT(*)) END"
        " FROM applications_figurerow AS entry JOIN programs_programme AS programme"
        " ON programme.id = entry.programme_id WHERE settled_on BETWEEN %s AND %s"
        " AND outcome <> 'withdrawn' AND programme.slug = ANY(%s) GROUP BY 1, 2, programme.id"
        " ORDER BY 1, 3 DESC, 2",
        FIRST,
        TODAY,
        list(SLUGS),
    )
    expected = [
        [name_of(slug), *words([numbers])[0], "건수가 적음" if rate is None else f"{rate}%"]
        for slug, _code, *numbers, rate in counted
    ]
    found = table(shown, "직종별 승인율")
    assert [row[1:] for row in found] == expected
    said = [row[0].split()[0] if row[0] != "적지 않음" else "" for row in found]
    assert said == [code for _slug, code, *_numbers in counted]


# --- the public page ----------------------------------------------------------------------------
def the_public_page_is_the_ledger_and_the_rows(lot, slug):
    page, shown = read(reverse("programme-figures", kwargs={"slug": slug}))
    levels = levels_of(slug)
    if levels:
        parts = levels if slug == ULSAN else levels[:1]
        expected = words([[row[1], row[3], row[6]] for row in parts])
        assert table(shown, "남은 추천 인원") == expected
    else:
        assert "추천 인원을 따로 정하지 않았습니다" in page.words
    last, fewest = one(
        "SELECT (document->'published'->>'last_decided')::int,"
        " (document->'published'->>'fewest')::int FROM programs_programmeversion WHERE"
        " programme_id = %s AND status = 'in_force' ORDER BY effective_from DESC LIMIT 1",
        programme(slug),
    )
    cases, whole, net = one(
        f"SELECT COUNT(*), {MIDDLES} FROM (SELECT * FROM ({TOOK} AND programme_id = %s) AS all_of"
        f" ORDER BY settled_on DESC, application_id DESC LIMIT %s) AS took WHERE {KNOWN}",
        programme(slug),
        last,
    )
    if cases < fewest:
        assert f"{fewest}건이 되지 않아" in page.words
        return
    for numbers in (whole, net):
        said = f"{numbers[0]}영업일 가운데 절반은 {numbers[1]}영업일에서 {numbers[2]}영업일"
        assert said in page.words
    assert f"최근 {cases}건에서" in page.words


# --- all of it ----------------------------------------------------------------------------------
CHECKS = (
    the_lot_has_something_of_everything,
    every_level_of_every_quota_is_what_the_ledger_says,
    the_dashboards_quota_is_what_the_ledger_says,
    what_was_left_on_which_day_is_the_ledgers_sum,
    the_forecast_rests_on_the_ledgers_weeks,
    goals_are_told_as_the_ledger_has_them,
    the_backlog_by_stage_and_age_is_the_queues,
    deadlines_at_risk_are_the_queues,
    the_dashboards_stages_are_the_queues,
    the_load_is_the_queues,
    the_dashboards_endings_are_the_rows,
    approval_rates_are_the_rows,
    throughput_and_medians_are_the_rows,
    partial(throughput_and_medians_are_the_rows, slug=KOTRA),
    *(
        partial(the_public_page_is_the_ledger_and_the_rows, slug=slug)
        for slug in (KOTRA, GYEONGGI, ULSAN)
    ),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_what_a_plain_count_says(monday, seed):
    """One draw is looked at by every check: drawing costs more than looking."""
    lot = draw(seed)
    for check in CHECKS:
        check(lot)


# --- behind each figure -------------------------------------------------------------------------
LISTS = ("/desk/figures/cases/", "/desk/cases/")


def test_every_figure_leads_to_as_many_cases(monday):
    lot = draw(SEEDS[0])
    browser = Browser(lot.world[LOGIN])
    pools = [
        row[0]
        for row in sql(
            "SELECT public_id FROM programs_pool WHERE programme_id = ANY(%s) ORDER BY id",
            [programme(slug) for slug in SLUGS],
        )
    ]
    pages = [reverse(name) for name in ("desk", "desk-levels", "desk-backlog")]
    pages.append(f"{reverse('desk-results')}?first={FIRST}&last={TODAY}")
    pages += [reverse("desk-pool", args=[pool]) for pool in pools]
    asked, told = {}, 0
    for address in pages:
        for link, said in Tables(browser.open(address).html).links:
            number = re.findall(r"\d+", said)
            if not link.startswith(LISTS) or not number:
                continue
            told += 1
            if link not in asked:
                asked[link] = listed(browser, link)
            assert asked[link] == int(number[-1]), (address, link)
    assert told > 60


def listed(browser, link):
    """How many cases the file of the list has, beside what its page says."""
    path, _mark, query = link.partition("?")
    file = reverse("desk-behind-csv" if path == LISTS[0] else "desk-cases-csv")
    response = browser.client.get(f"{file}?{query}")
    assert response.status_code == 200, link
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))[1:]
    if path == LISTS[0]:
        page = browser.open(link)
        assert f"수치에 든 신청 {len(rows)}건" in page.words, link
    return len(rows)
