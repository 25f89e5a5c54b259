"""Letters from before this system: the office's register, row by row, then the books agree."""

from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.stages import Stage
from audit.models import Event
from letters import register_import, sheets
from letters.models import EarlierLetter, Letter, RegisterImport, RegisterState, Series
from letters.register import place_in
from letters.sheets import SheetRefused
from letters.verification import check_number
from programs import quota
from programs.models import LedgerRow, Pool
from tests.letters.workbooks import HEADINGS, HOSTILE, letter, workbook
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


def root(slug=GYEONGGI):
    return Pool.objects.select_related("programme__office").get(programme__slug=slug, parent=None)


def rows(count, first=1):
    return [letter(f"경기-2026-{number:04d}") for number in range(first, first + count)]


def look(world, data, slug=GYEONGGI, actor=None):
    return register_import.look(
        root=root(slug),
        data=data,
        file_name="대장.xlsx",
        actor=actor or world["gyeonggi.admin"],
    )


def apply(world, register, source="총무과 대장 2026-10-01"):
    return register_import.apply(register=register, actor=world["gyeonggi.admin"], source=source)


def problems(world, *said):
    report = register_import.report_of(look(world, workbook(said)))
    return {one.row: one.problems for one in report.wrong}


def assert_books_agree():
    for line in quota.snapshot():
        assert line.ok, line


def test_an_office_that_has_issued_214_letters_starts_at_215(world):
    register = look(world, workbook(rows(214)))
    report = register_import.report_of(register)
    assert (len(report.new), len(report.known), len(report.wrong)) == (214, 0, 0)
    assert [(one.before, one.after) for one in report.openings] == [(0, 214)]
    assert [(one.before, one.after) for one in report.numbers] == [
        ("경기-2026-0001", "경기-2026-0215")
    ]
    assert not EarlierLetter.objects.exists(), "looking registers nothing"
    assert root().issued == 0

    done = apply(world, register)
    assert (done.state, done.new_count, done.rows) == (RegisterState.APPLIED, 214, None)
    assert (root().size, root().held, root().issued) == (630, 0, 214)
    row = LedgerRow.objects.get(kind="opening")
    assert (row.delta_issued, row.actor) == (214, world["gyeonggi.admin"])
    assert "총무과 대장" in row.reason
    assert_books_agree()
    call_command("quota", "check")

    world.at(Stage.APPROVED, slug=GYEONGGI)
    assert Letter.objects.get().number == "경기-2026-0215"
    assert root().held == 1
    events = Event.objects.filter(subject_id=register.public_id).order_by("pk")
    assert [event.name for event in events] == ["register.looked_at", "register.applied"]


def test_the_same_register_again_registers_nothing(world):
    data = workbook(rows(3))
    apply(world, look(world, data))
    again = look(world, data)
    report = register_import.report_of(again)
    assert (len(report.new), len(report.known)) == (0, 3)
    with pytest.raises(register_import.RegisterRefused, match="이미 모두 등록"):
        apply(world, again)
    assert root().issued == 3


def test_a_longer_register_adds_what_is_new(world):
    apply(world, look(world, workbook(rows(3))))
    apply(world, look(world, workbook(rows(5))))
    assert root().issued == 5
    assert Series.objects.get().last == 5
    assert_books_agree()


def test_what_was_opened_by_number_is_explained_not_counted_twice(world):
    quota.opening(pool=root(), issued=4, actor=None, reason="command")
    apply(world, look(world, workbook(rows(3))))
    assert root().issued == 4
    apply(world, look(world, workbook(rows(6))))
    assert root().issued == 6
    assert_books_agree()


def test_a_series_never_goes_back(world):
    Series.objects.create(office=root().programme.office, name=_series(world), year=2026, last=300)
    apply(world, look(world, workbook(rows(3))))
    assert Series.objects.get().last == 300


def _series(world):
    return register_import.reader_for(root()).series


def test_each_row_says_what_is_wrong_and_what_to_do(world):
    found = problems(
        world,
        letter("경기-2026-0001"),
        letter(""),
        letter("경기-2026-0001"),
        letter("경기-2026-0003", issued="어제"),
        letter("경기-2026-0004", issued=date(2027, 1, 5)),
        letter("경기-2026-0005", issued=date(2024, 1, 5)),
        letter("경기-2026-0006", name=""),
        letter("경기-2026-0007", name="{=1+1}"),
        letter("경기-2026-0008", name="=cmd|'/c calc'!A1"),
        letter("경기-2026-0009", born="모름"),
        letter("가" * 61),
        letter("경기-2026-0010", company="+82 회사"),
    )
    assert {row: len(said) for row, said in found.items()} == dict.fromkeys(range(3, 14), 1)
    said = {row: sentences[0] for row, sentences in found.items()}
    assert "비어 있습니다" in said[3]
    assert "2행과 같은 발급번호" in said[4]
    assert "2026-01-31처럼" in said[5]
    assert "오늘보다 뒤" in said[6]
    assert "쿼터 기간" in said[7]
    assert "성명 칸이 비어" in said[8]
    assert "수식이 있습니다" in said[9]
    assert "수식으로 읽힐 수 있는" in said[10]
    assert "생년월일을 읽을 수 없습니다" in said[11]
    assert "너무 깁니다" in said[12]
    assert "수식으로 읽힐 수 있는" in said[13]


def test_one_wrong_row_keeps_all_out(world):
    register = look(world, workbook([*rows(2), letter("경기-2026-0009", name="")]))
    with pytest.raises(register_import.RegisterRefused, match="고쳐야 할 행"):
        apply(world, register)
    assert not EarlierLetter.objects.exists()
    assert root().issued == 0


def test_a_number_that_is_taken(world):
    world.at(Stage.APPROVED, slug=GYEONGGI)
    ours = Letter.objects.get().number
    apply(world, look(world, workbook([letter("옛-1")])))
    found = problems(world, letter(ours), letter("옛-1", issued=date(2026, 4, 1)))
    assert "이 시스템이 발급한 번호" in found[2][0]
    assert "이미 다른 내용으로 등록된" in found[3][0]


def test_more_than_there_is_room_for(world):
    quota.resize(pool=root(), size=2, actor=None, reason="test")
    register = look(world, workbook(rows(3)))
    assert "남은 쿼터가 2건" in register_import.report_of(register).problems[0]
    with pytest.raises(register_import.RegisterRefused):
        apply(world, register)


def test_letters_of_parts_count_in_their_part(world):
    office = Office.objects.get(code="ulsan")
    admin = User.objects.create_user("ulsan@example.test", name="울산")
    StaffMembership.objects.create(user=admin, office=office, role=StaffRole.ADMINISTRATOR)
    data = workbook(
        [
            letter("울-1", occupation="7430"),
            letter("울-2", occupation="7430"),
            letter("울-3", occupation="76212"),
            letter("울-4", occupation="9999"),
        ]
    )
    report = register_import.report_of(look(world, data, "ulsan", admin))
    assert [one.row for one in report.wrong] == [5]
    assert "total/paint" in report.wrong[0].problems[0]
    data = workbook(
        [
            letter("울-1", occupation="7430"),
            letter("울-2", occupation="7430"),
            letter("울-3", occupation="76212"),
            (*letter("울-4", occupation=""), "paint"),
        ],
        headings=(*HEADINGS, "쿼터"),
    )
    register = look(world, data, "ulsan", admin)
    register_import.apply(register=register, actor=admin, source="대장")
    issued = dict(Pool.objects.filter(programme__slug="ulsan").values_list("path", "issued"))
    assert issued == {"total": 4, "total/welding": 2, "total/electric": 1, "total/paint": 1}
    assert_books_agree()


# --- what the public is told --------------------------------------------------------------------


def test_an_earlier_letter_is_answered_for_and_not_vouched_for(world, capsys):
    apply(world, look(world, workbook(rows(1))))
    verdict = check_number("경기-2026-0001", date(1994, 5, 17))
    assert (verdict.word, verdict.exit_code) == ("earlier", 3)
    assert (verdict.facts.name, verdict.facts.birth_year) == ("N***** V** A**", 1994)
    assert check_number("경기-2026-0001", date(1994, 5, 18)).word == "unknown"
    page = Client().post(
        reverse("letters:verify"), {"number": "경기-2026-0001", "birth_date": "1994-05-17"}
    )
    said = page.content.decode()
    assert "이 시스템 이전에 발급된 추천서입니다" in said
    assert "전자서명이 없어" in said
    assert "NGUYEN" not in said
    with pytest.raises(SystemExit) as ended:
        call_command("letters", "number", "경기-2026-0001", "1994-05-17")
    assert ended.value.code == 3
    assert capsys.readouterr().out.splitlines()[0] == "earlier"


def test_without_a_birth_date_the_number_is_answered_and_nobody_named(world):
    apply(world, look(world, workbook([letter("경기-2026-0001", born="")])))
    verdict = check_number("경기-2026-0001", date(1990, 1, 1))
    assert (verdict.word, verdict.facts.name, verdict.facts.birth_year) == ("earlier", "", None)


# --- what is handed in --------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_files_get_a_sentence(name):
    data, says = HOSTILE[name]
    with pytest.raises(SheetRefused) as refused:
        sheets.read(data)
    assert says in str(refused.value)


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 5)
    with pytest.raises(SheetRefused, match="행이 너무 많습니다"):
        sheets.read(workbook(rows(6)))


def test_headings_are_found_by_their_words(world):
    with pytest.raises(SheetRefused, match="성명"):
        look(world, workbook([("1", date(2026, 3, 2))], headings=("발급번호", "발급일")))
    with pytest.raises(SheetRefused, match="행이 없습니다"):
        look(world, workbook([]))
    said = workbook([("A-1", "2026. 3. 2.", "KIM")], headings=("Number", "Issue date", "Name"))
    assert len(register_import.report_of(look(world, said)).new) == 1


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("경기-2026-0007", (2026, 7)),
        ("경기-2026-12345", (2026, 12345)),
        ("경기-26-7", None),
        ("경기-2026-7호", None),
    ],
)
def test_a_number_of_the_series(number, place):
    assert place_in("경기-{year}-{number:04d}", number) == place


def test_a_newer_look_replaces_the_older_and_forgets_its_rows(world):
    first = look(world, workbook(rows(1)))
    second = look(world, workbook(rows(2)))
    first.refresh_from_db()
    assert (first.state, first.rows) == (RegisterState.DISCARDED, None)
    register_import.discard(register=second, actor=world["gyeonggi.admin"])
    second.refresh_from_db()
    assert (second.state, second.rows) == (RegisterState.DISCARDED, None)
    with pytest.raises(register_import.RegisterRefused):
        apply(world, second)


def test_only_the_offices_administrators(world):
    register = look(world, workbook(rows(1)))
    for login in ("gyeonggi.lead", "kotra.admin", "company"):
        with pytest.raises(register_import.RegisterRefused):
            look(world, workbook(rows(1)), actor=world[login])
        with pytest.raises(register_import.RegisterRefused):
            register_import.apply(register=register, actor=world[login], source="x")


# --- the page -----------------------------------------------------------------------------------


def test_the_desks_page(world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    admin = Client()
    admin.force_login(world["gyeonggi.admin"])
    address = reverse("desk-register", args=[root().public_id])

    def send(data):
        file = SimpleUploadedFile("대장.xlsx", data)
        return admin.post(address, {"do": "look", "file": file}, follow=True)

    assert admin.get(address).status_code == 200
    refused = send(b"nothing of the kind")
    assert refused.status_code == 400
    assert "엑셀 통합 문서(XLSX)가 아닙니다" in refused.content.decode()
    said = send(workbook([*rows(2), letter("경기-2026-0009", name="")])).content.decode()
    assert "성명 칸이 비어 있습니다." in said
    assert 'value="apply"' not in said
    said = send(workbook(rows(2))).content.decode()
    assert "경기-2026-0003" in said
    refused = admin.post(address, {"do": "apply", "source": ""})
    assert refused.status_code == 400
    said = admin.post(address, {"do": "apply", "source": "총무과"}, follow=True).content.decode()
    assert "추천서 2건을 등록" in said
    assert EarlierLetter.objects.count() == 2
    assert RegisterImport.objects.filter(state=RegisterState.LOOKED).count() == 0
    for login in ("gyeonggi.lead", "kotra.admin", "company"):
        stranger = Client()
        stranger.force_login(world[login])
        assert stranger.get(address).status_code in {403, 404}
        assert stranger.post(address, {"do": "apply"}).status_code in {403, 404}
