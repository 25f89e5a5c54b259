"""Judging facts by a version's rules, and keeping what was said."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from programs import calendar, figures
from programs.facts import Problem, validate
from programs.models import Evaluation, ProgrammeVersion, Purpose, VersionStatus
from programs.rules import Outcome
from programs.rules import evaluate as judge


class ProgrammesRefused(Exception):
    """Something the programmes room will not do; the message is for people."""


class BrokenFacts(ProgrammesRefused):
    """Facts that are not well-formed; `problems` says what and where."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


class NeverJudges(ProgrammesRefused):
    """A version that is only announced was asked to judge."""


def explain(*, version: ProgrammeVersion, facts: dict[str, Any], on: date) -> Outcome:
    """What the version's rules say about the facts as of a day; nothing is stored.

    Raises BrokenFacts, NeverJudges.
    """
    if version.status == VersionStatus.ANNOUNCED:
        raise NeverJudges(_("발표만 된 판으로는 자격을 판단하지 않습니다."))
    manifest = version.manifest()
    if problems := validate(facts, vocabulary=manifest.vocabulary, on=on):
        raise BrokenFacts(problems)
    return judge(manifest.requirements, facts, on=on, figures=figures.current())


def evaluate(
    *,
    version: ProgrammeVersion,
    facts: dict[str, Any],
    on: date,
    purpose: Purpose | str,
    subject: UUID | None = None,
    actor: User | None = None,
) -> Evaluation:
    """`explain`, stored with its facts, figures and version. Rows are never changed.

    Raises BrokenFacts, NeverJudges.
    """
    outcome = explain(version=version, facts=facts, on=on)
    return Evaluation.objects.create(
        version=version,
        subject=subject,
        purpose=Purpose(purpose),
        facts=facts,
        on=on,
        figures=outcome.figures,
        figures_hash=figures.used_hash(outcome.figures),
        verdict=outcome.verdict,
        tree=outcome.tree,
        at=calendar.now(),
        actor=actor,
    )
