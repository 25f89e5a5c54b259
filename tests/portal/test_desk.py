"""The desk: an office's own figures, exactly, and nobody else's."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole
from applications.models import Application, FigureRow, QueueRow, Settled
from applications.stages import Stage
from letters.models import Letter, LetterState
from portal.charts import burndown
from portal.selectors import cases, letters, office, versions
from portal.selectors.quota import quotas
from programs import calendar, quota
from programs.models import Pool, ProgrammeVersion
from programs.quota import nightly
from reviews.permissions import Desk
from reviews.services import signing
from tests.outbox import deliver_letters
from tests.pages import only_reading
from tests.person import Browser
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db

PAGES = ("desk", "desk-cases", "desk-programmes", "desk-letters", "desk-people")


def version_page(slug):
    version = ProgrammeVersion.objects.filter(programme__slug=slug).first()
    return reverse("desk-version", kwargs={"public_id": version.public_id})


def root():
    return Pool.objects.get(programme__slug=GYEONGGI, parent=None)


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("gyeonggi.admin", 200),
        ("gyeonggi.lead", 200),
        ("gyeonggi.reviewer", 403),
        ("company", 403),
        ("evaluator1", 403),
        (None, 302),
    ],
)
def test_it_is_for_leads_and_administrators(world, login, status):
    browser = Browser(world[login] if login else None)
    for name in PAGES:
        assert browser.status(reverse(name)) == status, name
    assert browser.status(version_page(GYEONGGI)) == status


def test_another_offices_figures_never_appear(world):
    other = world.at(Stage.DECISION, GYEONGGI).draft()
    signing.sign_off(decision=other.case.decisions.get(), actor=world["gyeonggi.lead"])
    deliver_letters()
    letter = Letter.objects.get()
    late = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).fresh()
    QueueRow.objects.filter(pk=late.pk).update(due_on=date(2026, 1, 5))
    for login in ("kotra.admin", "kotra.lead"):
        person = Browser(world[login])
        pages = [person.open(reverse(name)) for name in PAGES]
        for page in pages:
            for theirs in (letter.number, late.receipt_no, "gyeonggi.admin@", "광역형"):
                assert theirs not in page.html, f"{login} {page.path} {theirs}"
        assert person.status(version_page(GYEONGGI)) == 404
        assert person.status(version_page(KOTRA)) == 200
        # Their record says how far sealing is, and names nothing.
        assert other.case.receipt_no not in pages[0].html
    ours = Browser(world["gyeonggi.admin"])
    assert letter.number in ours.open(reverse("desk-letters")).words
    assert late.receipt_no in ours.open(reverse("desk")).words


def test_the_quota_is_told_as_the_ledger_has_it(world):
    pool = root()
    quota.opening(pool=pool, issued=214, actor=None, reason="대장 이관")
    issued, held = (world.at(Stage.DECISION, GYEONGGI).draft() for _ in range(2))
    lead = world["gyeonggi.lead"]
    signing.sign_off(decision=issued.case.decisions.get(), actor=lead)
    deliver_letters()
    signing.sign_off(decision=held.case.decisions.get(), actor=lead)
    [view] = quotas(Desk.of(lead))
    bar = view.total.bar
    assert (bar.size, bar.issued, bar.held, bar.free) == (630, 215, 1, 414)
    assert bar.waiting == 0
    chart = view.chart
    assert [(point.day, point.value) for point in chart.points] == [
        (pool.period_from, 630),
        (calendar.today(), 414),
    ]
    page = Browser(lead).open(reverse("desk"))
    assert "정원 630 명 발급 215 명 배정 1 명 대기 0 명 남음 414 명" in page.words
    assert page.html.count("<svg") >= 2
    assert "예상하기에는 기록이 짧습니다." in page.words
    assert "표로 보기" in page.words


def test_who_waits_is_counted_and_the_end_is_foreseen(world):
    quota.resize(pool=root(), size=1, actor=None, reason="test")
    lead = world["gyeonggi.lead"]
    for _case in range(3):
        story = world.at(Stage.DECISION, GYEONGGI).draft()
        signing.sign_off(decision=story.case.decisions.get(), actor=lead)
    [view] = quotas(Desk.of(lead))
    assert (view.total.bar.held, view.total.bar.waiting, view.total.bar.free) == (1, 2, 0)
    page = Browser(lead).open(reverse("desk"))
    assert "대기 2 명 남음 0 명" in page.words


def test_cases_are_counted_by_stage_and_by_how_they_ended(world):
    world.at(Stage.DOCUMENT_REVIEW)
    world.at(Stage.DOCUMENT_REVIEW)
    world.at(Stage.SUPPLEMENT)
    refused = world.bare(Stage.REFUSED)
    FigureRow.objects.create(
        application=refused,
        office=refused.office,
        programme=refused.programme,
        received_on=calendar.today(),
        settled_on=calendar.today(),
        outcome=Settled.REFUSED,
    )
    world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    desk = Desk.of(world["kotra.admin"])
    [backlog] = cases.backlogs(desk)
    assert [(row.stage, row.count) for row in backlog.stages] == [
        (Stage.DOCUMENT_REVIEW, 2),
        (Stage.SUPPLEMENT, 1),
    ]
    assert backlog.total == QueueRow.objects.filter(office__code="kotra").count() == 3
    ended = dict(cases.figures(desk, world["kotra.admin"]).ended)
    assert ended == {
        Settled.APPROVED: "0",
        Settled.REFUSED: "1",
        Settled.RETURNED: "0",
        Settled.WITHDRAWN: "0",
    }


def test_the_tiles_count_what_they_lead_to(world):
    late = world.at(Stage.DOCUMENT_REVIEW).fresh()
    QueueRow.objects.filter(pk=late.pk).update(due_on=date(2026, 10, 9))
    Application.objects.filter(pk=late.pk).update(due_on=date(2026, 10, 9))
    asked = world.at(Stage.SUPPLEMENT).fresh()
    story = world.at(Stage.APPROVED)
    deliver_letters()
    signed = story.fresh()
    waiting = world.bare(Stage.WAITING_QUOTA)
    QueueRow.objects.create(
        application=waiting,
        office=waiting.office,
        programme=waiting.programme,
        stage=waiting.stage,
        due_on=date(2026, 10, 1),
        parked=True,
    )
    world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    person = world["kotra.admin"]
    figures = cases.figures(Desk.of(person), person)
    assert (figures.open, figures.overdue, figures.supplement) == ("3", "1", "1")
    assert (figures.waiting_quota, figures.decided) == ("1", "1")
    browser = Browser(person)
    page = browser.open(reverse("desk"))
    listed = reverse("desk-cases")
    expected = {
        "open=yes": {late, asked, waiting},
        "due=overdue": {late},
        "stage=supplement": {asked},
        "stage=waiting_quota": {waiting},
    }
    everyone = {late, asked, waiting, signed}
    for query, found in expected.items():
        assert f'href="{listed}?{query}"' in page.html
        words = browser.open(f"{listed}?{query}").words
        assert {case for case in everyone if case.receipt_no in words} == found, query
    words = browser.open(f"{listed}?open=no").words
    assert {case for case in everyone if case.receipt_no in words} == {signed}
    # Each stage of the backlog leads to its own cases too.
    assert f"{listed}?programme={KOTRA}&amp;stage=document_review" in page.html


def test_a_sign_off_of_last_month_is_not_of_this_one(world):
    """By Asia/Seoul: a minute lies between the two."""
    person = world["kotra.admin"]
    for moment, decided in (
        (datetime(2026, 9, 30, 23, 59, tzinfo=calendar.SEOUL), "0"),
        (datetime(2026, 10, 1, 0, 0, tzinfo=calendar.SEOUL), "1"),
    ):
        with calendar.frozen(moment):
            world.at(Stage.DECISION).draft().sign_off()
        assert cases.figures(Desk.of(person), person).decided == decided


def test_the_nearest_deadlines_come_first(world):
    days = {"past": -2, "near": 5, "far": 30}
    found = {}
    for name, ahead in days.items():
        found[name] = world.at(Stage.DOCUMENT_REVIEW).fresh()
        QueueRow.objects.filter(pk=found[name].pk).update(
            due_on=calendar.today() + timedelta(days=ahead)
        )
    words = Browser(world["kotra.lead"]).open(reverse("desk")).words
    assert found["past"].receipt_no in words
    assert found["near"].receipt_no in words
    assert words.index(found["past"].receipt_no) < words.index(found["near"].receipt_no)
    assert found["far"].receipt_no not in words


def test_the_desk_of_one_programme_shows_no_other(world):
    """A lead for one programme only is told nothing of the office's others."""
    StaffMembership.objects.filter(user=world["kotra.lead"]).update(programmes=["another"])
    case = world.at(Stage.DOCUMENT_REVIEW).fresh()
    browser = Browser(world["kotra.lead"])
    for name in ("desk", "desk-cases", "desk-programmes", "desk-letters"):
        page = browser.open(reverse(name))
        assert page.status == 200
        assert case.receipt_no not in page.words
        assert "KOTRA 고용추천서" not in page.words
    assert browser.status(version_page(KOTRA)) == 404


def test_many_points_are_a_line_and_one_mark():
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    left = [(start + timedelta(days=day), 200 - day) for day in range(100)]
    chart = burndown(size=200, start=start, end=end, left=left, today=left[-1][0])
    assert len(chart.points) == 100
    assert chart.marks == chart.points[-1:]


def test_the_register_is_narrowed_by_state_and_kind(world):
    gap, held = (world.at(Stage.APPROVED) for _ in range(2))
    signing.take_back(application=gap.fresh(), actor=gap.lead, reason="착오")
    void, reserved = (Letter.objects.get(subject=story.case.public_id) for story in (gap, held))
    admin, listed = Browser(world["kotra.admin"]), reverse("desk-letters")

    def found(query):
        words = admin.open(listed + query).words
        return [letter for letter in (void, reserved) if letter.number in words]

    assert found("") == [void, reserved]
    assert found("?state=void") == [void]
    assert found("?state=reserved") == [reserved]
    assert found("?specimen=yes") == [void, reserved]
    assert found("?specimen=no") == []
    assert found(f"?q={reserved.number[-4:]}") == [reserved]
    assert found("?state=x&specimen=x") == [void, reserved]
    assert "조건에 맞는 추천서가 없습니다." in admin.open(listed + "?q=nothing").words


def test_a_version_is_told_in_words(world):
    page = Browser(world["kotra.admin"]).open(version_page(KOTRA))
    manifest = ProgrammeVersion.objects.get(programme__slug=KOTRA).manifest()
    for stage in manifest.stages:
        assert str(stage.names) in page.words
    for document in manifest.documents:
        assert str(document.names) in page.words
    for criterion in manifest.rubric.criteria:
        assert str(criterion.names) in page.words
    assert "처리기간 가정" in page.words
    assert versions.period_words("24h") == "24시간"
    page = Browser(world["gyeonggi.admin"]).open(version_page(GYEONGGI))
    assert "630명" in page.words


def test_every_open_stage_has_its_place_in_the_backlog(world):
    from applications.stages import RECEIVED_OPEN

    for stage in RECEIVED_OPEN:
        case = world.bare(stage)
        QueueRow.objects.create(
            application=case,
            office=case.office,
            programme=case.programme,
            stage=stage,
            due_on=case.due_on,
        )
    [backlog] = cases.backlogs(Desk.of(world["kotra.admin"]))
    assert {row.stage for row in backlog.stages} == RECEIVED_OPEN


def test_every_assumed_value_is_shown_with_what_was_put_there(world):
    page = Browser(world["kotra.admin"]).open(version_page(KOTRA))
    version = ProgrammeVersion.objects.get(programme__slug=KOTRA)
    assumed = version.manifest().assumed
    assert "deadlines.processing" in assumed
    assert "rubric" in assumed
    for path in assumed:
        assert path in page.words
    assert "10d" in page.words
    assert "KOTRA-{year}-{number:06d}" in page.words
    values = versions.assumed_values(version)
    assert all(one.value for one in values)
    assert "인베스트코리아" in page.words


def test_a_gap_in_the_numbers_is_shown_with_its_reason(world):
    story = world.at(Stage.DECISION).draft()
    held = story.case.decisions.get()
    signing.sign_off(decision=held, actor=world["kotra.lead"])
    signing.take_back(
        application=Application.objects.get(pk=story.case.pk),
        actor=world["kotra.lead"],
        reason="이름의 철자가 다릅니다.",
    )
    letter = Letter.objects.get()
    assert letter.state == LetterState.VOID
    page = Browser(world["kotra.admin"]).open(reverse("desk-letters"))
    assert letter.number in page.words
    assert "결번" in page.words
    assert "이름의 철자가 다릅니다." in page.words


def test_letters_are_paged_by_key(world, monkeypatch):
    monkeypatch.setattr(letters, "PAGE", 2)
    numbers = []
    for _case in range(3):
        story = world.at(Stage.DECISION).draft()
        signed = signing.sign_off(decision=story.case.decisions.get(), actor=world["kotra.lead"])
        numbers.append(signed.letter.number)
    admin = Browser(world["kotra.admin"])
    first = letters.page(Desk.of(world["kotra.admin"]))
    assert [letter.number for letter in first.letters] == numbers[:0:-1]
    assert (bool(first.newer), bool(first.older)) == (False, True)
    page = admin.open(reverse("desk-letters") + first.older)
    assert numbers[0] in page.words
    assert numbers[1] not in page.words
    assert admin.status(reverse("desk-letters") + "?after=x&before=y") == 200


def test_the_record_tells_its_last_head_and_what_is_not_sealed(world, monkeypatch):
    world.at(Stage.DOCUMENT_REVIEW)
    admin = world["kotra.admin"]
    unsealed = office.record(admin).unsealed
    assert unsealed > 0
    monkeypatch.setattr(office, "MOST_COUNTED", unsealed - 1)
    assert office.record(admin).unsealed_words == f"{unsealed - 1}+"
    assert str(unsealed - 1) in Browser(world["kotra.admin"]).open(reverse("desk")).words


def test_the_last_check_of_the_books_is_told_to_whose_they_are(world):
    admin = Browser(world["gyeonggi.admin"])
    assert "아직 점검하지 않았습니다." in admin.open(reverse("desk")).words
    assert nightly.check()
    assert "수가 모두 같습니다." in admin.open(reverse("desk")).words
    Pool.objects.filter(programme__slug=GYEONGGI).update(held=3)
    assert not nightly.check()
    assert "맞지 않는 수가 있습니다." in admin.open(reverse("desk")).words
    assert "held 3, by ledger 0" in admin.open(reverse("desk")).words
    other = Browser(world["ulsan.admin"]).open(reverse("desk")).words
    assert "held 3" not in other, "another office's books are not theirs"
    assert "수가 모두 같습니다." in other


def test_people_are_listed_with_their_roles(world):
    StaffMembership.objects.create(
        office=Office.objects.get(code="kotra"),
        user=world["kotra.reviewer"],
        role=StaffRole.LEAD,
        programmes=[KOTRA],
    )
    page = Browser(world["kotra.admin"]).open(reverse("desk-people"))
    assert "박심사" in page.words
    assert "결재자" in page.words
    assert KOTRA in page.words
    assert not [form for form in page.forms if form.action == reverse("desk-people")]


def test_pages_cost_the_same_at_any_length_and_write_nothing(world):
    admin = Browser(world["gyeonggi.admin"])
    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            story = world.at(Stage.DECISION, GYEONGGI).draft()
            signing.sign_off(decision=story.case.decisions.get(), actor=world["gyeonggi.lead"])
            late = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI).fresh()
            QueueRow.objects.filter(pk=late.pk).update(due_on=date(2026, 1, 5))
        found = []
        for name in PAGES:
            admin.status(reverse(name))
            with CaptureQueriesContext(connection) as caught, only_reading():
                assert admin.status(reverse(name)) == 200
            found.append(len(caught))
        asked.append(found)
    assert asked[0] == asked[1]
