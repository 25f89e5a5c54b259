"""What is recognised in the words of documents: days, sums, names, passport zones."""

import time
from datetime import date

import pytest

from reviews.recognition import dates, money, mrz, names

TODAY = date(2026, 10, 12)
# The specimen of ICAO 9303-4, appendix.
FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


# --- passports ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "digit"),
    [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("ZE184226B<<<<<", "1")],
)
def test_check_digits_are_those_of_icao_9303(field, digit):
    assert mrz.check_digit(field) == digit


def test_the_specimen_of_icao_9303_is_read():
    found = mrz.find(f"Utopia\n{FIRST}\n{SECOND}\n", today=TODAY)
    assert found == mrz.Passport(
        number="L898902C3",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        nationality="UTO",
        issuer="UTO",
        birth_date=date(1974, 8, 12),
        sex="F",
        expires_on=date(2012, 4, 15),
        sound=True,
    )


@pytest.mark.parametrize(
    "seen",
    [
        "L898902C36UTO74O8122F12O4159ZE184226B<<<<<10",  # O for 0 among digits
        "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10",  # O for 0 in the number
        "l898902c36uto7408122f1204159ze184226b<<<<<10",
        "L898902C36 UTO 7408122 F1204159 ZE184226B<<<<<10",
    ],
)
def test_what_a_recogniser_takes_for_another_is_put_right_by_its_digit(seen):
    found = mrz.find(f"{FIRST}\n{seen}", today=TODAY)
    assert (found.number, found.birth_date) == ("L898902C3", date(1974, 8, 12))


def test_what_no_digit_confirms_is_not_believed():
    wrong = "L898902D36UTO7408122F1204159ZE184226B<<<<<10"
    found = mrz.find(f"{FIRST}\n{wrong}", today=TODAY)
    assert (found.number, found.sound) == ("", False)
    assert found.birth_date == date(1974, 8, 12)
    # The composite digit alone.
    found = mrz.find(f"{FIRST}\n{SECOND[:-1]}4", today=TODAY)
    assert (found.number, found.sound) == ("L898902C3", False)


def test_two_readings_are_no_reading():
    """8 for B is one that the digit confirms, and another character read otherwise is one too."""
    seen = "LB98902C36UTO7408122F1204159ZE184226B<<<<<10"
    found = mrz.find(f"{FIRST}\n{seen}", today=TODAY)
    assert (found.number, found.sound) == ("", False)


def test_a_zone_whose_lines_run_together_is_found():
    assert mrz.find(FIRST + SECOND, today=TODAY).number == "L898902C3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PASSPORT\nREPUBLIC OF KOREA",
        f"{FIRST}\n",
        SECOND,
        "P<" * 5000,
        "<" * 100_000,
        f"{FIRST}\n{'A' * 44}",
        "PAGE ONE OF THE EMPLOYMENT CONTRACT\nPAGE TWO OF THE EMPLOYMENT CONTRACT",
    ],
)
def test_other_text_is_no_passport(text):
    assert mrz.find(text, today=TODAY) is None


def test_a_birth_year_lies_in_the_past():
    line = SECOND[:13] + "301231" + mrz.check_digit("301231") + SECOND[20:]
    assert mrz.find(f"{FIRST}\n{line}", today=TODAY).birth_date == date(1930, 12, 31)


# --- days -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        "2026년 11월 21일",
        "2026 년 11 월 21 일",
        "2026년11월21일",
        "2026. 11. 21.",
        "2026.11.21",
        "2026-11-21",
        "2026/11/21",
        "20261121",
        "21 Nov 2026",
        "21 November 2026",
        "21st November, 2026",
        "21st day of November, 2026",
        "21-NOV-2026",
        "Nov. 21, 2026",
        "November 21st, 2026",
        "21/11/2026",
        "21.11.2026",
        "11/21/2026",
    ],
)
def test_a_day_is_read_however_it_is_written(written):
    (found,) = dates.days_in(f"발급일: {written} 끝")
    assert (found.day, found.other) == (date(2026, 11, 21), None)


def test_a_day_that_can_be_read_two_ways_says_so():
    (found,) = dates.days_in("03/04/2025")
    assert {found.day, found.other} == {date(2025, 4, 3), date(2025, 3, 4)}
    assert found.may_be(date(2025, 3, 4))


@pytest.mark.parametrize(
    "text",
    [
        "2026년 2월 30일",
        "2026-13-01",
        "제2026-11-21234호",
        "010-2026-1121",
        "1234.11.21",
        "3/4",
        "maybe 2026",
    ],
)
def test_what_is_no_day_is_not_made_one(text):
    assert dates.days_in(text) == []


def test_several_days_keep_their_order():
    text = "재직기간: 2017. 3. 1. ~ 2023. 2. 28. (발급일 2026년 9월 1일)"
    assert [one.day for one in dates.days_in(text)] == [
        date(2017, 3, 1),
        date(2023, 2, 28),
        date(2026, 9, 1),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("생년월일 1990. 1. 1.\n발급일자 : 2026. 7. 1.", date(2026, 7, 1)),
        ("발 급 일: 2026년 7월 1일", date(2026, 7, 1)),
        ("Date of issue: 1 July 2026", date(2026, 7, 1)),
        ("Issued on July 1, 2026", date(2026, 7, 1)),
        ("발급번호 2026-0701\n2026. 7. 1.", None),
        ("발급일 03/04/2026", None),
        ("2026. 7. 1.", None),
        ("", None),
    ],
)
def test_the_day_of_issue_stands_behind_its_word(text, day):
    assert dates.issued_on(text) == day


# --- sums -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "won"),
    [
        ("연봉 52,000,000원", 52_000_000),
        ("연봉 금52000000원정", 52_000_000),
        ("연 5,200만원", 52_000_000),
        ("연 5,200만 원", 52_000_000),
        ("월 4백만원", 4_000_000),
        ("월 433만 3,333원", 4_333_333),
        ("1억 2,000만원", 120_000_000),
        ("₩52,000,000 per year", 52_000_000),
        ("KRW 52,000,000", 52_000_000),
        ("52,000,000 won a year", 52_000_000),
        ("3.5백만원", 3_500_000),
    ],
)
def test_a_sum_is_read_however_it_is_written(text, won):
    assert [sum_ for sum_, _place in money.sums_in(text)] == [won]


@pytest.mark.parametrize(
    "text", ["52,000,000", "직원 12명", "5.2", "USD 52,000", "원", "0원", "9" * 40 + "원"]
)
def test_what_is_no_sum_of_won_is_not_made_one(text):
    assert list(money.sums_in(text)) == []


# --- names ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        "NGUYEN VAN AN",
        "Nguyen Van An",
        "Van An NGUYEN",
        "NGUYEN, Van-An",
        "Nguyễn Văn An",
        "VANAN NGUYEN",
        "Mr. Nguyen Van An",
        "ＮＧＵＹＥＮ ＶＡＮ ＡＮ",
    ],
)
def test_a_person_is_found_however_they_are_written(written):
    page = names.plain_text(f"This is to certify that {written} graduated.")
    assert names.person_in(page, surname="NGUYEN", given_names="VAN AN")


def test_another_person_is_not_the_same():
    page = names.plain_text(
        "This is to certify that Nguyen Van Anh Tuan graduated; An is a village."
    )
    assert not names.person_in(page, surname="TRAN", given_names="VAN AN")
    page = names.plain_text("An Nguyen, son of Van Binh")
    assert not names.person_in(page, surname="NGUYEN", given_names="VAN AN")
    assert names.person_nearly_in(page, surname="NGUYEN", given_names="VAN AN")


def test_people_with_one_name_exist():
    assert names.person_in(names.plain_text("Mr Suharto"), surname="SUHARTO", given_names="")


def test_hangul_names_are_found_composed_or_not():
    import unicodedata

    page = names.plain_text(unicodedata.normalize("NFD", "성명: 응우옌 반 안"))
    assert names.person_in(page, surname="응우옌", given_names="반안")


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("Sample Systems JSC hereby", "Sample Systems"),
        ("SAMPLE SYSTEMS CO., LTD.", "Sample Systems JSC"),
        ("주식회사 한빛전자 대표이사", "한빛전자(주)"),
        ("㈜한빛전자", "한빛전자 주식회사"),
        ("Đại học Bách khoa Hà Nội", "Đại học Bách Khoa Hà Nội"),
    ],
)
def test_a_firm_is_found_whatever_it_calls_its_form(page, name):
    assert names.body_in(names.plain_text(page), name)


def test_a_firm_that_is_only_its_form_is_not_found_everywhere():
    assert not names.body_in(names.plain_text("The Company Limited agrees"), "주식회사")
    assert not names.body_in(names.plain_text("한빛전기 주식회사"), "한빛전자")


# --- hostile text -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "1" * 20_000,
        "1," * 10_000,
        "2026." * 4_000,
        "발급" * 10_000,
        "21 " * 6_000,
        "<" * 20_000,
        "만1" * 9_000,
    ],
)
def test_a_page_of_nonsense_takes_no_time(text):
    started = time.process_time()
    dates.days_in(text), dates.issued_on(text), list(money.sums_in(text))
    mrz.find(text, today=TODAY)
    names.plain_text(text)
    assert time.process_time() - started < 2
