"""What it takes to read a case: kept on its queue row, so that the next fit case is one read."""

from functools import cache

from babel.core import get_global
from babel.languages import get_official_languages

from applications.models import Application, Candidate

# What everybody at an office reads.
READ_BY_ALL = {"ko", "en"}


def needs_of(case: Application) -> dict[str, str]:
    """The language of the candidate's papers and the occupation's code, "" where unknown."""
    nationality = (
        Candidate.objects.filter(application=case).values_list("nationality", flat=True).first()
    )
    job = case.claims.filter(kind="contract").values_list("declared", flat=True).first() or {}
    occupation = job.get("occupation")
    return {
        "language": papers_language(nationality or ""),
        "occupation": occupation[:16] if isinstance(occupation, str) else "",
    }


@cache
def papers_language(nationality: str) -> str:
    """ISO 639 code of the language that a country's papers are written in: its first official
    one (CLDR). "" for no country, and where Korean or English is official, which all here read.
    That the papers follow the nationality is assumed."""
    alpha_2 = next(iter(get_global("territory_aliases").get(nationality, ())), "")
    official = get_official_languages(alpha_2, de_facto=True) if alpha_2 else ()
    if not official or READ_BY_ALL & {code.split("_")[0] for code in official}:
        return ""
    return official[0].split("_")[0][:8]
