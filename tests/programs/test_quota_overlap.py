"""Parts of a quota that overlap: one case counted in several, one unit of each and of the whole."""

import uuid

import pytest

from programs import quota
from programs.document import read_document
from programs.models import ClaimState, LedgerRow, Pool, PoolClaim
from programs.quota import checking
from tests.programs.pools import overlapping, overlapping_document

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture(autouse=True)
def _letters(monkeypatch):
    issued = PoolClaim.objects.filter(state=ClaimState.ISSUED)
    monkeypatch.setattr(
        checking,
        "_letter_counter",
        lambda slug: dict.fromkeys(issued.values_list("subject", flat=True), True),
    )


@pytest.fixture(autouse=True)
def offered(monkeypatch):
    told = []
    monkeypatch.setattr("programs.quota.moves.offered_hooks", [told.append])
    return told


def books():
    lines = quota.snapshot()
    assert [line.wrong for line in lines] == [()] * len(lines)
    return {
        line.pool.path.removeprefix("total/"): (line.pool.held, line.pool.issued, line.waiting)
        for line in lines
    }


def give_back(claim):
    return quota.give_back(subject=claim.subject, actor=None, reason="test", event="taken_back")


def test_a_case_in_two_parts_takes_a_unit_of_each_and_one_of_the_whole():
    ulsan = overlapping(5, weld=3, returned=3)
    claim = ulsan.take("weld", returned=True)
    assert {Pool.objects.get(pk=leaf).path for leaf in claim.leaves} == {
        "total/weld",
        "total/returned",
    }
    assert sorted(claim.ledger.values_list("pool__path", "delta_held")) == [
        ("total", 1),
        ("total/returned", 1),
        ("total/weld", 1),
    ]
    assert PoolClaim.objects.get(pk=claim.pk).leaves == claim.leaves
    ulsan.take("weld")
    ulsan.take(returned=True)
    assert books() == {"total": (3, 0, 0), "weld": (2, 0, 0), "returned": (2, 0, 0)}
    quota.issue(subject=claim.subject, actor=None)
    assert books() == {"total": (2, 1, 0), "weld": (1, 1, 0), "returned": (1, 1, 0)}


def test_a_case_waits_when_one_of_its_parts_is_full(offered):
    ulsan = overlapping(9, weld=1, returned=5)
    first = ulsan.take("weld")
    waiting = ulsan.take("weld", returned=True)
    assert (waiting.state, waiting.place) == (ClaimState.WAITING, 1)
    assert books() == {"total": (1, 0, 1), "weld": (1, 0, 1), "returned": (0, 0, 1)}
    # Its other part has room: who needs only that is not kept waiting by it.
    assert ulsan.take(returned=True).state == ClaimState.HELD
    assert give_back(first) == [waiting.subject] == offered
    assert books() == {"total": (2, 0, 0), "weld": (1, 0, 0), "returned": (2, 0, 0)}
    quota.accept(subject=waiting.subject, actor=None)
    quota.issue(subject=waiting.subject, actor=None)
    assert books() == {"total": (1, 1, 0), "weld": (0, 1, 0), "returned": (1, 1, 0)}


def test_who_waits_for_the_same_full_part_stands_in_one_line():
    ulsan = overlapping(9, weld=1, returned=1)
    ulsan.take("weld")
    both, weld = ulsan.take("weld", returned=True), ulsan.take("weld")
    assert (both.place, weld.place) == (1, 2)
    ulsan.take(returned=True)
    late = ulsan.take(returned=True)
    assert [claim.place for claim in (both, weld, late)] == [1, 2, 2]


def test_all_or_nothing_over_every_part():
    ulsan = overlapping(5, weld=5, returned=5)
    Pool.objects.filter(path="total/returned").update(size=0)
    before = list(Pool.objects.order_by("pk").values_list("held", flat=True))
    assert ulsan.take("weld", returned=True).state == ClaimState.WAITING
    assert list(Pool.objects.order_by("pk").values_list("held", flat=True)) == before
    assert LedgerRow.objects.filter(kind="take").count() == 0


def test_units_come_back_to_every_part_once():
    ulsan = overlapping(5, weld=5, returned=5)
    claim = ulsan.take("weld", returned=True)
    assert (give_back(claim), give_back(claim)) == ([], [])
    assert books() == {"total": (0, 0, 0), "weld": (0, 0, 0), "returned": (0, 0, 0)}


def test_a_case_of_no_part_takes_of_the_whole_alone():
    ulsan = overlapping(5, weld=5, returned=5)
    claim = quota.take(version=ulsan.version, facts={}, subject=uuid.uuid4(), actor=None)
    assert (claim.leaf.path, claim.also) == ("total", "")


def test_three_parts_deep_and_beside():
    """A part inside a part, and one beside it: the whole way of both is taken."""
    ulsan = overlapping(9, weld=(4, {"arc": 2}), returned=4)
    claim = ulsan.take("arc", returned=True)
    assert {row.pool.path for row in claim.ledger.all()} == {
        "total",
        "total/weld",
        "total/weld/arc",
        "total/returned",
    }
    assert books() == {
        "total": (1, 0, 0),
        "weld": (1, 0, 0),
        "weld/arc": (1, 0, 0),
        "returned": (1, 0, 0),
    }


def test_the_file_says_that_parts_overlap_or_their_sum_must_fit():
    said = overlapping_document(5, {"weld": 4, "returned": 4})
    assert read_document(said)[1] == []
    del said["quota"]["total"]["overlapping"]
    assert [str(one) for one in read_document(said)[1]] == [
        "quota.total.parts: parts of 8 in a whole of 5, expected them to fit"
    ]
    said["quota"]["total"] |= {"overlapping": True}
    said["quota"]["total"]["parts"][1]["size"] = 6
    assert [str(one) for one in read_document(said)[1]] == [
        "quota.total.parts[1].size: a part of 6 in a whole of 5, expected it to fit"
    ]


def test_who_waits_for_another_part_keeps_nobody_waiting():
    """The first part of both is the same; only the second one is full."""
    ulsan = overlapping(9, weld=5, returned=1)
    ulsan.take(returned=True)
    waiting = ulsan.take("weld", returned=True)
    assert (waiting.state, waiting.leaf.path) == (ClaimState.WAITING, "total/weld")
    assert ulsan.take("weld").state == ClaimState.HELD
    assert ulsan.take("weld", returned=True).place == 2
