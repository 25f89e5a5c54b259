"""What a demonstration's offices have set up for themselves: who reads what, who is away."""

from datetime import date, timedelta

from accounts.models import Office, User
from portal.demo import people
from programs import calendar
from reviews.services import deputies, profiles, returning, saved_views


def _person(login: str) -> User:
    return User.objects.get(email=f"{login}@{people.DOMAIN}")


def furnish() -> None:
    """Once, into an empty demonstration."""
    today = calendar.today()
    _profiles()
    # One is away now, and hands over; another is next week.
    returning.enter_absence(
        actor=_person("gyeonggi.reviewer"),
        user=_person("gyeonggi.reviewer"),
        from_on=today,
        until_on=today + timedelta(days=3),
        deputy=_person("gyeonggi.reviewer2"),
    )
    monday = _monday_after(today)
    returning.enter_absence(
        actor=_person("kotra.reviewer2"),
        user=_person("kotra.reviewer2"),
        from_on=monday,
        until_on=monday + timedelta(days=4),
        deputy=_person("kotra.reviewer"),
    )
    deputies.run()
    _views()


def _profiles() -> None:
    for login, languages, capacity in (
        ("kotra.reviewer", ["vi"], 20),
        ("kotra.reviewer2", ["id", "uz"], 15),
    ):
        profiles.change_profile(
            actor=_person("kotra.admin"),
            person=_person(login),
            languages=languages,
            occupations=[],
            capacity=capacity,
        )


def _views() -> None:
    kotra = Office.objects.get(code="kotra")
    saved_views.save(
        actor=_person("kotra.lead"),
        name="이번 주 기한",
        tab="all",
        codes={"due": "7"},
        office=kotra.pk,
    )
    saved_views.save(
        actor=_person("kotra.reviewer"),
        name="검증 중인 것",
        tab="mine",
        codes={"stage": "validation"},
    )


def _monday_after(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())
