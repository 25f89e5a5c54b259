"""The candidate's career as the case page draws it: verified values where there are any, else
declared ones."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Application
from applications.models.declared import ClaimKind
from programs import calendar
from programs.rules.experience import years_and_months
from reviews.facts import check_of, claims_with_checks
from reviews.models import ClaimCheck
from reviews.timeline import DAY, Award, Drawing, Job, Stage, counted, draw, gaps, overlaps


@dataclass(frozen=True)
class Career:
    """`related` are days of related work in all, `years` and `months` the same in years as the
    programme counts them."""

    jobs: tuple[Job, ...]
    awards: tuple[Award, ...]
    overlaps: tuple[Stage, ...]
    gaps: tuple[Stage, ...]
    drawing: Drawing | None
    related: int
    days_in_a_year: int

    @property
    def worked(self) -> tuple[int, int]:
        return years_and_months(self.related, days_in_a_year=self.days_in_a_year)

    @property
    def after(self) -> list[tuple[Award, int, int]]:
        return [
            (one, *years_and_months(one.days_after, days_in_a_year=self.days_in_a_year))
            for one in self.awards
        ]


def career_of(case: Application) -> Career | None:
    """No query for a case loaded with its claims. None without a career."""
    today = calendar.today()
    jobs, degrees = [], []
    for claim in claims_with_checks(case):
        check = check_of(claim)
        if check is not None and check.verdict == ClaimCheck.Verdict.REJECTED:
            continue
        value = check.verified if check is not None and check.verified else claim.declared
        if claim.kind == ClaimKind.CAREER and (job := _job(value, today)):
            jobs.append(job)
        if claim.kind == ClaimKind.DEGREE and (day := _day(value.get("awarded_on"))):
            degrees.append((str(value.get("institution") or _("학위")), day))
    if not jobs:
        return None
    begin = min(job.first for job in jobs)
    awards = tuple(
        # As the rules do: work counts from the day after the degree.
        Award(name, day, counted(jobs, since=day + DAY, until=today))
        for name, day in sorted(degrees, key=lambda one: one[1])
    )
    return Career(
        jobs=tuple(sorted(jobs, key=lambda job: (job.first, job.last, job.name))),
        awards=awards,
        overlaps=tuple(overlaps(jobs)),
        gaps=tuple(gaps(jobs)),
        drawing=draw(jobs, awards),
        related=counted(jobs, since=begin, until=today),
        days_in_a_year=case.manifest.requirements.days_in_a_year,
    )


def _job(value: dict[str, Any], today: date) -> Job | None:
    first = _day(value.get("from"))
    last = _day(value.get("to"))
    if first is None or first > today:
        return None
    end = min(last, today) if last else today
    if end < first:
        return None
    share = value.get("share")
    return Job(
        name=str(value.get("employer") or _("이름 없는 곳")),
        first=first,
        last=end,
        share=share if isinstance(share, int) and 0 < share <= 100 else 100,
        related=value.get("related") is True,
        open=last is None,
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
