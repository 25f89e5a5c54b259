"""The holiday table: what is shipped, what is loaded, what each change leaves behind."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from programs import calendar
from programs.models import CalendarRevision, Holiday

# Holidays on weekdays, as published for each year.
WEEKDAYS = {
    2025: "1/1 1/27 1/28 1/29 1/30 3/3 5/5 5/6 6/3 6/6 8/15 10/3 10/6 10/7 10/8 10/9 12/25",
    2026: "1/1 2/16 2/17 2/18 3/2 5/1 5/5 5/25 6/3 7/17 8/17 9/24 9/25 10/5 10/9 12/25",
    2027: "1/1 2/8 2/9 3/1 5/3 5/5 5/13 7/19 8/16 9/14 9/15 9/16 10/4 10/11 12/27",
}
SATURDAY = 5


def weekday_holidays(table, year):
    return [
        f"{day.month}/{day.day}"
        for day in sorted(table.holidays)
        if day.year == year and day.weekday() < SATURDAY
    ]


@pytest.mark.parametrize("year", WEEKDAYS)
def test_the_shipped_table_is_the_published_one(year):
    assert weekday_holidays(calendar.shipped(), year) == WEEKDAYS[year].split()


def test_labour_day_and_constitution_day_are_holidays_from_2026():
    table = calendar.shipped()
    assert table.is_business_day(date(2025, 5, 1))
    assert table.is_business_day(date(2025, 7, 17))
    assert not table.is_business_day(date(2026, 5, 1))
    assert not table.is_business_day(date(2026, 7, 17))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 9, 23), 0, date(2026, 9, 23)),
        (date(2026, 9, 24), 0, date(2026, 9, 28)),
        (date(2026, 9, 23), 1, date(2026, 9, 28)),
        (date(2026, 9, 26), 1, date(2026, 9, 28)),
        (date(2026, 9, 28), 5, date(2026, 10, 6)),
    ],
)
def test_adding_business_days(day, count, expected):
    assert calendar.add_business_days(day, count, calendar=calendar.shipped()) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 9, 23), date(2026, 9, 23), 0),
        (date(2026, 9, 23), date(2026, 9, 27), 0),
        (date(2026, 9, 23), date(2026, 9, 28), 1),
        (date(2026, 9, 28), date(2026, 10, 6), 5),
        (date(2026, 10, 6), date(2026, 9, 28), -5),
    ],
)
def test_business_days_between(start, end, expected):
    assert calendar.business_days_between(start, end, calendar=calendar.shipped()) == expected


def test_no_guess_outside_the_table():
    for day in (date(2024, 12, 31), date(2028, 1, 1)):
        with pytest.raises(calendar.OutsideTable, match="2025, 2026, 2027"):
            calendar.is_business_day(day, calendar=calendar.shipped())


def test_today_is_the_date_in_seoul():
    with calendar.frozen(datetime(2026, 3, 15, 16, 0, tzinfo=UTC)):
        assert calendar.today() == date(2026, 3, 16)
        assert calendar.now().isoformat() == "2026-03-16T01:00:00+09:00"
    assert calendar.now().utcoffset().total_seconds() == 9 * 3600


def test_frozen_time_thaws_when_the_block_fails():
    before = calendar.now()
    with pytest.raises(ZeroDivisionError), calendar.frozen(datetime(2020, 1, 1, tzinfo=UTC)):
        1 / 0  # noqa: B018
    assert calendar.now() >= before


@pytest.mark.sqlite
@pytest.mark.django_db
class TestTable:
    def test_before_anything_is_loaded_the_shipped_table_is_in_force(self):
        assert calendar.current() == calendar.shipped()

    def test_loading_is_idempotent(self):
        assert calendar.load_holidays() == ["holidays 2025,2026,2027 loaded, revision 1"]
        assert calendar.load_holidays() == ["holidays 2025,2026,2027 unchanged"]
        assert calendar.current().holidays == calendar.shipped().holidays
        assert calendar.current().years == calendar.shipped().years

    def test_loading_leaves_edited_years_alone(self, tmp_path):
        calendar.load_holidays()
        calendar.remove_holiday(day=date(2026, 6, 3), source="test")
        later = tmp_path / "holidays.yaml"
        later.write_text(
            'source: "later"\nyears: [2026, 2028]\nholidays:\n'
            '  - {date: "2026-06-03", ko: "선거", en: "Election", kind: election}\n'
            '  - {date: "2028-01-01", ko: "신정", en: "New Year", kind: statutory}\n',
            encoding="utf-8",
        )
        assert calendar.load_holidays(later) == ["holidays 2028 loaded, revision 3"]
        table = calendar.current()
        assert table.years == {2025, 2026, 2027, 2028}
        assert table.is_business_day(date(2026, 6, 3))
        assert date(2028, 1, 1) in table.holidays

    def test_each_revision_can_be_read_again(self):
        calendar.load_holidays()
        day = date(2026, 8, 14)
        calendar.add_holiday(day=day, name_ko="임시공휴일", name_en="Temporary", source="관보")
        calendar.remove_holiday(day=day, source="정정")
        assert [calendar.as_of(number).is_business_day(day) for number in (1, 2, 3)] == [
            True,
            False,
            True,
        ]
        assert calendar.current().revision == 3
        assert list(CalendarRevision.objects.order_by("number").values_list("source", flat=True))[
            1:
        ] == ["관보", "정정"]

    @pytest.mark.parametrize(
        ("model", "change"),
        [(CalendarRevision, {"years": [2025]}), (Holiday, {"date": date(2026, 5, 4)})],
    )
    def test_what_was_in_force_cannot_be_rewritten(self, model, change):
        calendar.load_holidays()
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=model.objects.first().pk).update(**change)

    def test_a_day_is_closed_once(self):
        calendar.load_holidays()
        with pytest.raises(calendar.CalendarError):
            calendar.add_holiday(day=date(2026, 5, 1), name_ko="다시", name_en="Again", source="x")
        with pytest.raises(calendar.CalendarError):
            calendar.remove_holiday(day=date(2026, 5, 4), source="x")
        with pytest.raises(calendar.OutsideTable):
            calendar.add_holiday(day=date(2030, 1, 1), name_ko="신정", name_en="NY", source="x")
        assert CalendarRevision.objects.count() == 1
        assert Holiday.objects.filter(date=date(2026, 5, 1)).count() == 1
