"""T3: the first letters of a new year, taken at once from an empty table."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from letters import designs
from letters.models import Letter, Series
from tests.letters.samples import KOTRA, reserve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """Run `work` in so many threads that all begin together; return results and errors."""
    start = threading.Barrier(count)
    results: list[object] = []

    def run() -> None:
        try:
            start.wait(timeout=10)
            results.append(work())
        except Exception as error:  # noqa: BLE001 - an error is one of the results
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def unprotected(office, meeting: threading.Barrier) -> int:
    """Look, then create: what the one statement of letters.sql replaces."""
    with transaction.atomic():
        series = Series.objects.filter(office=office, name="x", year=2027).first()
        meeting.wait(timeout=10)
        if series is None:
            series = Series.objects.create(office=office, name="x", year=2027, last=0)
        series.last += 1
        series.save()
        return series.last


@pytest.mark.incident("T3")
def test_without_protection_the_first_two_letters_of_a_year_collide(kotra):
    meeting = threading.Barrier(2)
    results = at_once(2, lambda: unprotected(kotra, meeting))
    assert Counter(type(result) for result in results) == {int: 1, IntegrityError: 1}


@pytest.mark.incident("T3")
def test_without_protection_two_later_letters_get_the_same_number(kotra):
    Series.objects.create(office=kotra, name="x", year=2027, last=7)
    meeting = threading.Barrier(2)
    assert at_once(2, lambda: unprotected(kotra, meeting)) == [8, 8]


@pytest.mark.incident("T3")
@pytest.mark.parametrize("published", [True, False])
def test_the_first_letters_of_a_year_get_numbers_one_after_the_other(kotra, published):
    """Also when nobody has published the design yet: both do, and agree."""
    if published:
        designs.load(KOTRA["template"])
    results = at_once(8, lambda: reserve(kotra).number)
    assert sorted(map(str, results)) == [f"KOTRA-2026-{n:06d}" for n in range(1, 9)]
    assert Series.objects.get().last == 8
    assert Letter.objects.values("template").distinct().count() == 1


@pytest.mark.incident("T3")
def test_a_number_rolled_back_is_the_next_ones(kotra):
    class Undone(Exception):
        pass

    turn = iter(range(6))

    def sometimes() -> str:
        undo = next(turn) % 2
        with transaction.atomic():
            number = reserve(kotra).number
            if undo:
                raise Undone
            return number

    results = at_once(6, sometimes)
    numbers = sorted(result for result in results if isinstance(result, str))
    assert numbers == [f"KOTRA-2026-{n:06d}" for n in range(1, 4)]
    assert sum(isinstance(result, Undone) for result in results) == 3
