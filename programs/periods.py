"""Periods of whole months, as the Civil Act counts them."""

from datetime import date


def months_after(day: date, months: int) -> date | None:
    """The last day of a period of whole months whose first day is not counted (Civil Act
    §160): the same day of the month, or that month's last. None for no period."""
    if not months:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError  # every month has a 28th
