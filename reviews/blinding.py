"""Names taken out of what an evaluator reads of a case that is judged blind.

What is hidden: the person's and the company's names as the case has them, in any case and spacing,
and whole mail addresses and numbers that lead to them. A paper is a picture and cannot be cleaned:
which papers a blind packet holds, the programme's file says.
"""

import re
from collections.abc import Callable
from functools import cached_property

from applications.models import Application
from reviews.services.exclusion import without_legal_form

HIDDEN = "○○○"
# A shorter name in Latin letters is half of all words.
SHORTEST = 2


class Blind:
    """Hides one case's names."""

    def __init__(self, case: Application) -> None:
        self.case = case

    @cached_property
    def _found(self) -> re.Pattern[str] | None:
        words = sorted({name.strip() for name in self._names()}, key=len, reverse=True)
        patterns = [_pattern(word) for word in words if len(word) >= SHORTEST]
        return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def _names(self) -> list[str]:
        candidate, company = self.case.candidate, self.case.company
        given = candidate.given_names.split()
        return [
            candidate.passport_name,
            f"{candidate.given_names} {candidate.surname}",
            candidate.name_ko,
            candidate.given_names,
            *candidate.surname.split(),
            *given,
            candidate.email,
            company.name_ko,
            company.name_en,
            without_legal_form(company.name_ko),
            without_legal_form(company.name_en),
            company.representative,
            company.business_no,
            company.business_no_dashed,
            company.phone,
            company.address,
        ]

    def __call__(self, text: str) -> str:
        """The text with every name hidden."""
        return self._found.sub(HIDDEN, text) if self._found and text else text


def nothing_hidden(text: str) -> str:
    return text


def of(case: Application) -> Callable[[str], str]:
    """What hides the case's names, where the programme wants them hidden."""
    return Blind(case) if case.manifest.evaluation.blind else nothing_hidden


def _pattern(name: str) -> str:
    """The name however its parts are spaced; in Latin letters only as whole words."""
    parts = [
        re.escape(part) if part.isascii() else r"\s*".join(map(re.escape, part))
        for part in re.split(r"[\s,.]+", name)
        if part
    ]
    joined = r"[\s,.\-_]*".join(parts)
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return f"{before}{joined}{after}"
