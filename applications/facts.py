"""From claims to the facts that rules are evaluated on.

The same assembly serves declared facts (here) and verified ones (the reviewing side passes the
verified values), so the two can only differ in what was found, never in how it is read.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from applications.forms.questions import asked
from applications.models import Application
from applications.models.declared import ClaimKind
from programs import facts as vocabulary
from programs.facts import Vocabulary
from programs.manifest import Manifest

IDENTITY_FACTS = ("birth_date", "nationality", "in_korea", "status")
# Every form asks for these lists: one that stays empty says that there is none.
ALWAYS_ASKED = frozenset({"degrees", "careers", "languages", "licences", "trainings"})
# The company may give its headcount as a number instead: an empty list says nothing.
COUNTS = frozenset({"headcounts", "foreigners"})

Facts = dict[str, Any]


def assemble(values: Iterable[tuple[str, dict[str, Any]]], *, manifest: Manifest) -> Facts:
    """Facts from `(claim kind, value)` pairs, in the words of this version of the programme.

    A list that was asked for and has no entries is known to be empty; a single kind that is missing
    is unknown, and so is every key that is absent.
    """
    words = manifest.vocabulary
    wanted = ALWAYS_ASKED | (asked(manifest).keys() - COUNTS)
    facts: Facts = {group.name: [] for group in words.groups if group.many and group.name in wanted}
    for kind, value in values:
        if kind == ClaimKind.IDENTITY:
            known = {
                key: item
                for key, item in value.items()
                if key in IDENTITY_FACTS and item not in (None, "")
            }
            facts["candidate"] = {**facts.get("candidate", {}), **known}
            continue
        group = vocabulary.item_group(kind, words)
        # Another version may have asked for more.
        stated = {name: item for name, item in value.items() if name in group.by_name}
        if group.many:
            facts.setdefault(group.name, []).append(stated)
        elif stated:
            facts[group.name] = {**facts.get(group.name, {}), **stated}
    return facts


def item_problems(kind: str, item: dict[str, Any], words: Vocabulary) -> dict[str, str]:
    """What is wrong with one claim's value, by field: not whether it is complete."""
    group = vocabulary.item_group(kind, words)
    unknown = {name: item[name] for name in item if name not in group.by_name}
    known = {name: item[name] for name in item if name not in unknown}
    given: Facts = {group.name: [known] if group.many else known} if group.facts else {}
    problems = vocabulary.validate(given, vocabulary=words)
    return {
        **{str(name): _("알 수 없는 항목입니다.") for name in unknown},
        **{problem.path.rpartition(".")[2]: problem.sentence for problem in problems},
    }


# Without these a claim says too little for anyone to check it.
NEEDED = {
    ClaimKind.DEGREE: ("level", "country", "field", "institution", "awarded_on", "related"),
    ClaimKind.CAREER: ("employer", "title", "from", "to", "share", "related"),
    ClaimKind.CONTRACT: (
        "occupation",
        "title",
        "annual_pay",
        "monthly_pay",
        "weekly_hours",
        "from",
        "to",
    ),
    ClaimKind.EMPLOYER: (
        "insured_nationals",
        "foreign_workers",
        "tax_arrears",
        "restricted",
        "domestic_sales_only",
    ),
    ClaimKind.LANGUAGE: ("test",),
    ClaimKind.LICENCE: ("name",),
    ClaimKind.TRAINING: ("name",),
    # What a programme's rules ask of a single kind is needed besides (`applications.completeness`).
    ClaimKind.PERSON: (),
    ClaimKind.OWN: (),
    ClaimKind.STATUS: ("code", "from", "to"),
    ClaimKind.INCOME: ("year", "amount"),
    ClaimKind.PENALTY: ("kind", "on"),
    ClaimKind.ACHIEVEMENT: ("kind", "title"),
    ClaimKind.RECOMMENDATION: ("by",),
    ClaimKind.HEADCOUNT: ("on",),
    ClaimKind.FOREIGNER: ("status", "people"),
}
# What a list tells as well, so that the company need not state it besides.
TOLD_BY = {
    "insured_nationals": ClaimKind.HEADCOUNT,
    "regular_workers": ClaimKind.HEADCOUNT,
    "foreign_workers": ClaimKind.FOREIGNER,
}


def missing_from_item(kind: str, item: dict[str, Any], *, claimed: Iterable[str] = ()) -> list[str]:
    """The names of the fields that a claim of this kind still needs, beside claims of the kinds
    `claimed`."""
    group = vocabulary.item_group(kind)
    return [
        name
        for name in NEEDED[ClaimKind(kind)]
        if (name not in item or (item[name] is None and not group.by_name[name].nullable))
        and not (kind == ClaimKind.EMPLOYER and TOLD_BY.get(name) in claimed)
    ]


def label_of(kind: str, name: str, words: Vocabulary) -> str:
    fact = vocabulary.item_group(kind, words).by_name.get(name)
    return str(fact.label) if fact else name


def is_choice(kind: str, name: str, words: Vocabulary) -> bool:
    """Whether the fact is asked for with radio buttons."""
    known = vocabulary.item_group(kind, words).by_name.get(name)
    return known is not None and known.type is vocabulary.FactType.YES_NO


def identity_of(application: Application) -> dict[str, Any]:
    """The candidate's identity as declared, in the shape of an identity claim."""
    candidate = application.candidate
    return {
        "surname": candidate.surname,
        "given_names": candidate.given_names,
        "birth_date": candidate.birth_date.isoformat() if candidate.birth_date else None,
        "nationality": candidate.nationality,
        "sex": candidate.sex,
        "in_korea": candidate.in_korea,
        "status": candidate.status_of_stay,
    }


def declared(application: Application, manifest: Manifest | None = None) -> Facts:
    """What the applicant says, whether or not it has been submitted yet; for the case's own version
    of the programme, or for another one."""
    manifest = manifest or application.manifest
    pairs: list[tuple[str, dict[str, Any]]] = [
        (claim.kind, claim.declared)
        for claim in application.claims.all()
        if claim.kind != ClaimKind.IDENTITY
    ]
    identity = (ClaimKind.IDENTITY, identity_of(application))
    if not pairs and application.submitted_at is None:
        # Nothing has been said yet: that is not the same as having nothing.
        return {"candidate": assemble([identity], manifest=manifest)["candidate"]}
    return assemble([identity, *pairs], manifest=manifest)
