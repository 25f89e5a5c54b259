"""Reads of the catalogue for other rooms and for pages."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from programs.models import Evaluation, Programme, ProgrammeVersion, Purpose, VersionStatus


def version_on(programme: Programme, day: date) -> ProgrammeVersion | None:
    """The version that judges on a day. One that is only announced never does."""
    return _judging(day).filter(programme=programme).select_related("programme__office").first()


def open_programmes(day: date) -> list[Programme]:
    """The programmes that can be applied for on a day, each with its `version` of that day."""
    versions = _judging(day).select_related("programme__office").order_by("programme__slug")
    found = []
    for version in versions:
        programme = version.programme
        programme.version = version
        found.append(programme)
    return found


def programme_by_slug(slug: str) -> Programme | None:
    return Programme.objects.select_related("office").filter(slug=slug).first()


def latest_version(programme: Programme) -> ProgrammeVersion | None:
    """The newest version in force or announced as in force later; None before the first load."""
    return (
        ProgrammeVersion.objects.filter(programme=programme, status=VersionStatus.IN_FORCE)
        .select_related("programme__office")
        .order_by("-effective_from")
        .first()
    )


def versions_of(programme: Programme) -> QuerySet[ProgrammeVersion]:
    """Every version, newest first, announced ones included."""
    return ProgrammeVersion.objects.filter(programme=programme).order_by("-effective_from", "-id")


def evaluations_of(subject: UUID) -> QuerySet[Evaluation]:
    """What the rules have said about a subject, oldest first."""
    return (
        Evaluation.objects.filter(subject=subject)
        .select_related("version__programme", "actor")
        .order_by("id")
    )


def latest_evaluation(subject: UUID, purpose: Purpose | str | None = None) -> Evaluation | None:
    rows = evaluations_of(subject)
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    return rows.last()


def _judging(day: date) -> QuerySet[ProgrammeVersion]:
    return ProgrammeVersion.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=day),
        status=VersionStatus.IN_FORCE,
        effective_from__lte=day,
    ).order_by("-effective_from")
