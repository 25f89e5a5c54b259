"""Lists as files: nothing in them calculates, nothing in them is anybody else's (T20, T18)."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl.utils.escape import unescape

from accounts.models import Company
from applications import sheets
from applications.models import Application, Candidate
from applications.stages import Stage
from audit.models import Event, EventNote
from letters.models import Letter
from programs import calendar
from reviews.services import signing
from tests.exported import read_csv, read_xlsx
from tests.scene import OURS
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db

# Each list: its two addresses, who of KOTRA reads it, who of elsewhere has one of their own.
LISTS = {
    "company": ("applications:list", "company", "company2"),
    "queue": ("reviews:queue", "kotra.reviewer", "gyeonggi.reviewer"),
    "desk": ("desk-cases", "kotra.admin", "gyeonggi.admin"),
    "figure": ("desk-behind", "kotra.admin", "gyeonggi.admin"),
}
# What asks for all of a list, where it would show fewer by itself.
ALL = {"reviews:queue": "?tab=all", "desk-behind": "?what=open"}
FORMULAS = (
    '=HYPERLINK("http://127.0.0.1/?x="&A1,"click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
)
READERS = {"csv": read_csv, "xlsx": read_xlsx}


def opened(world, login, name, kind, query="", language="ko"):
    client = Client()
    client.force_login(world[login])
    client.cookies["django_language"] = language
    address = reverse(f"{name}{'-' if name.startswith('desk') else '_'}{kind}")
    return READERS[kind](client.get(address + (query or ALL.get(name, ""))))


def named(case: Application, text: str) -> None:
    """Put the text wherever a person or a company may write one."""
    Candidate.objects.filter(application=case).update(surname=text, given_names=text)


@pytest.fixture
def cases(world):
    """One case of KOTRA for each formula, all of one company whose name is one too."""
    Company.objects.filter(memberships__user=world["company"]).update(
        name_ko=FORMULAS[0], name_en=FORMULAS[0]
    )
    found = []
    for text in FORMULAS:
        story = world.at(Stage.DOCUMENT_REVIEW)
        named(story.case, text)
        found.append(story.fresh())
    return found


def test_every_list_that_is_handed_out_is_looked_at_here():
    files = {name for name, _arguments in OURS if name.endswith(("csv", "xlsx"))}
    # The figures' own are in tests/portal/test_figures.py.
    known = {"desk-letters-csv", "desk-letters-xlsx", "desk-figures-csv", "desk-figures-xlsx"} | {
        f"{name}{'-' if name.startswith('desk') else '_'}{kind}"
        for name, _login, _other in LISTS.values()
        for kind in READERS
    }
    assert files == known


def texts_of(table, row):
    return [row[heading] for heading in table.headings if isinstance(row[heading], str)]


@pytest.mark.incident("T20")
@pytest.mark.parametrize("which", LISTS)
def test_a_formula_in_a_name_opens_as_text(world, cases, which):
    name, login, _other = LISTS[which]

    table = opened(world, login, name, "csv")
    assert len(table.rows) == len(cases)
    for row in table.rows:
        for text in row.values():
            assert not sheets.is_calculated(text), text
    names = {row["외국인"] for row in table.rows}
    assert names == {f"'{text} {text}" for text in FORMULAS}

    table = opened(world, login, name, "xlsx")
    assert len(table.rows) == len(cases)
    assert {row["외국인"] for row in table.rows} == {f"{text} {text}" for text in FORMULAS}
    for cell in table.cells:
        assert cell.data_type in {"s", "d", "n"}, cell.value  # "f" would be a formula
        assert cell.hyperlink is None
        if isinstance(cell.value, str):
            assert cell.data_type == "s"
            assert cell.quotePrefix is sheets.is_calculated(unescape(cell.value)), cell.value


@pytest.mark.incident("T20")
def test_what_calculates_is_known_by_its_beginning():
    for text in FORMULAS:
        assert sheets.is_calculated(text), text
    for text in ("", "NGUYEN", "1", "주식회사 =", "a@b", "2026-10-12"):
        assert not sheets.is_calculated(text), text


@pytest.mark.parametrize("which", LISTS)
def test_days_and_numbers_keep_their_kind_and_headings_speak_the_readers_language(world, which):
    name, login, _other = LISTS[which]
    case = world.at(Stage.DOCUMENT_REVIEW).fresh()
    table = opened(world, login, name, "xlsx")
    (row,) = [row for row in table.rows if row["접수번호"] == case.receipt_no]
    received = calendar.in_seoul(case.received_at).replace(tzinfo=None)
    assert row["처리 기한"] == datetime.combine(case.due_on, datetime.min.time())
    assert abs(row["접수일시"] - received).total_seconds() < 1
    assert row["단계" if which != "company" else "진행 단계"]
    (line,) = opened(world, login, name, "csv").rows
    assert line["처리 기한"] == case.due_on.isoformat()
    assert line["접수일시"] == f"{received:%Y-%m-%d %H:%M}"
    if which != "company":
        assert row["남은 일수"] == (case.due_on - calendar.today()).days


@pytest.mark.incident("T18")
@pytest.mark.parametrize("which", LISTS)
@pytest.mark.parametrize("kind", READERS)
def test_nobody_gets_a_line_of_anothers_cases(world, which, kind):
    name, login, other = LISTS[which]
    ours = world.at(Stage.DOCUMENT_REVIEW, KOTRA, "company").fresh()
    theirs = world.at(Stage.DOCUMENT_REVIEW, GYEONGGI, "company2").fresh()

    def numbers(who):
        return [row["접수번호"] for row in opened(world, who, name, kind).rows]

    assert numbers(login) == [ours.receipt_no]
    assert numbers(other) == [theirs.receipt_no]


@pytest.mark.incident("T18")
@pytest.mark.parametrize("which", LISTS)
def test_nobody_else_gets_the_file(world, which):
    name, login, _other = LISTS[which]
    strangers = {"evaluator1": 403, None: 302}
    if login != "company":
        strangers["company"] = 403
    if name.startswith("desk"):
        strangers["kotra.reviewer"] = 403
    world.at(Stage.DOCUMENT_REVIEW)
    for kind, read in READERS.items():
        address = reverse(f"{name}{'-' if name.startswith('desk') else '_'}{kind}")
        for stranger, status in strangers.items():
            client = Client()
            if stranger:
                client.force_login(world[stranger])
            answer = client.get(address)
            if which == "company" and stranger:
                assert read(answer).rows == []
            else:
                assert answer.status_code == status, stranger
    assert not Event.objects.filter(name="list.exported").exclude(data__rows=0).exists()


@pytest.mark.incident("T20")
@pytest.mark.incident("T18")
@pytest.mark.parametrize("kind", READERS)
def test_the_register_of_letters_is_handed_out_the_same_way(world, kind):
    story = world.at(Stage.APPROVED)
    reason = FORMULAS[0]
    signing.take_back(application=story.fresh(), actor=story.lead, reason=reason)
    letter = Letter.objects.get()
    other = world.at(Stage.APPROVED, GYEONGGI)
    theirs = Letter.objects.get(subject=other.case.public_id)
    table = opened(world, "kotra.admin", "desk-letters", kind)
    (row,) = table.rows
    assert row["발급번호"] == letter.number
    assert row["상태"] == "결번"
    day = letter.issue_date
    if kind == "csv":
        assert row["사유"] == f"'{reason}"
        assert row["발급일"] == day.isoformat()
    else:
        assert row["사유"] == reason
        assert row["발급일"] == datetime.combine(day, datetime.min.time())
        assert all(cell.data_type != "f" for cell in table.cells)
    assert opened(world, "kotra.admin", "desk-letters", kind, "?state=valid").rows == []
    (row,) = opened(world, "gyeonggi.lead", "desk-letters", kind).rows
    assert row["발급번호"] == theirs.number
    client = Client()
    client.force_login(world["kotra.reviewer"])
    assert client.get(reverse(f"desk-letters-{kind}")).status_code == 403


def test_who_took_what_is_on_record_and_names_nobody(world):
    world.at(Stage.DOCUMENT_REVIEW)
    opened(world, "kotra.reviewer", "reviews:queue", "csv", "?tab=all&stage=decision&q=NGUYEN")
    event = Event.objects.get(name="list.exported")
    assert event.actor_id == world["kotra.reviewer"].pk
    assert event.data == {
        "list": "reviews.queue",
        "format": "csv",
        "rows": 0,
        "filters": {"tab": "all", "stage": "decision"},
    }
    assert EventNote.objects.get(event=event).text == "NGUYEN"


def test_the_file_has_the_whole_list_and_only_what_the_filters_leave(world, monkeypatch):
    from reviews.selectors import queue

    monkeypatch.setattr(queue, "PAGE", 1)
    monkeypatch.setattr(sheets, "CHUNK", 2)
    kept = [world.at(Stage.DOCUMENT_REVIEW).fresh() for _ in range(3)]
    world.at(Stage.VALIDATION)
    for kind in READERS:
        table = opened(
            world, "kotra.reviewer", "reviews:queue", kind, "?tab=all&stage=document_review"
        )
        assert {row["접수번호"] for row in table.rows} == {case.receipt_no for case in kept}


def test_the_companys_file_has_what_its_filters_leave(world):
    kept = world.at(Stage.DOCUMENT_REVIEW, KOTRA).fresh()
    world.at(Stage.DOCUMENT_REVIEW, GYEONGGI)
    for kind in READERS:
        query = f"?programme={KOTRA}&q=NGUYEN"
        (row,) = opened(world, "company", "applications:list", kind, query).rows
        assert row["접수번호"] == kept.receipt_no
    for event in Event.objects.filter(name="list.exported"):
        assert event.data["filters"] == {"programme": KOTRA}
        assert event.data["rows"] == 1
        assert EventNote.objects.get(event=event).text == "NGUYEN"


def test_the_list_links_to_its_file_with_its_filters(world):
    world.at(Stage.DOCUMENT_REVIEW)
    client = Client()
    client.force_login(world["kotra.reviewer"])
    page = client.get(reverse("reviews:queue") + "?tab=all&stage=document_review&after=x")
    wanted = f"{reverse('reviews:queue_xlsx')}?tab=all&amp;stage=document_review"
    assert f'href="{wanted}"' in page.content.decode()


def test_dates_without_a_value_leave_an_empty_cell(world):
    case = world.bare(Stage.WITHDRAWN)
    Application.objects.filter(pk=case.pk).update(due_on=date(2026, 10, 30))
    (row,) = opened(world, "company", "applications:list", "xlsx").rows
    assert row["처리 기한"] is None
    assert row["외국인"] in (None, "")
