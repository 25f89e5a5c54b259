"""The rules' answer about a case, kept, with the rules' refusals in the case's own words."""

from accounts.models import User
from applications.errors import Invalid
from applications.facts import Facts
from applications.models import Application
from programs import calendar
from programs import services as programs
from programs.models import Evaluation


def judge(case: Application, *, facts: Facts, purpose: str, actor: User | None) -> Evaluation:
    """Run the pinned rules on the facts as of today and store facts, figures and answer.

    Raises Invalid with a sentence when the facts are not well-formed.
    """
    try:
        return programs.evaluate(
            version=case.version,
            facts=facts,
            on=calendar.today(),
            purpose=purpose,
            subject=case.public_id,
            actor=actor,
        )
    except programs.ProgrammesRefused as refused:
        raise Invalid(str(refused)) from refused
