"""Several people at once: one company per number, one owner left, one administrator left."""

import threading

import pytest
from django.db import connections

from accounts.errors import NotNow, PeopleError, Registered
from accounts.models import Company, CompanyMembership, CompanyRole, Office, StaffMembership
from accounts.services import companies, offices
from tests.accounts.people import NUMBERS, company_of, joined, someone

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*steps) -> list[BaseException | None]:
    """Run each in a thread of its own, from one starting line; what each was refused with."""
    gate = threading.Barrier(len(steps))
    said: list[BaseException | None] = [None] * len(steps)

    def run(number: int) -> None:
        try:
            gate.wait(10)
            steps[number]()
        except PeopleError as refused:
            said[number] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_of_many_who_register_one_number_one_does_and_the_others_are_told():
    crowd = [someone() for _each in range(6)]
    said = at_once(*[lambda who=who: company_of(who) for who in crowd])
    assert sum(one is None for one in said) == 1
    assert sum(isinstance(one, Registered) for one in said) == 5
    winner = crowd[said.index(None)]
    assert Company.objects.count() == 1
    assert list(CompanyMembership.objects.values_list("user", "role")) == [
        (winner.pk, CompanyRole.OWNER)
    ]


@pytest.mark.parametrize("protected", [False, True])
def test_two_last_owners_do_not_leave_at_once(protected, monkeypatch):
    """Each sees the other still there, unless the company's row is locked first."""
    if not protected:
        meeting = threading.Barrier(2)
        monkeypatch.setattr(companies, "lock", lambda company: company)
        plain = companies.cannot_leave

        def slow(company, membership):
            answer = plain(company, membership)
            meeting.wait(10)
            return answer

        monkeypatch.setattr(companies, "cannot_leave", slow)
    first = someone()
    company = company_of(first, number=NUMBERS[1])
    second = joined(company, CompanyRole.OWNER)
    joined(company)
    said = at_once(
        lambda: companies.leave(company=company, actor=first),
        lambda: companies.leave(company=company, actor=second),
    )
    owners = company.memberships.filter(role=CompanyRole.OWNER).count()
    assert owners == (1 if protected else 0)
    assert sum(isinstance(one, NotNow) for one in said) == (1 if protected else 0)


def test_two_administrators_do_not_end_each_others_role():
    office = Office.objects.create(code="race", name_ko="기관", name_en="Office")
    posts = [
        StaffMembership.objects.create(office=office, user=someone(), role="administrator")
        for _each in range(2)
    ]
    said = at_once(
        *[
            lambda one=one, other=other: offices.end_post(membership=one, actor=other.user)
            for one, other in (posts, reversed(posts))
        ]
    )
    assert office.staff.count() == 1
    assert sum(one is not None for one in said) == 1
