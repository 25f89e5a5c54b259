"""From claims to the facts that rules are evaluated on.

The same assembly serves declared facts (here) and verified ones (the reviewing side passes the
verified values), so the two can only differ in what was found, never in how it is read.
"""

from collections.abc import Iterable
from typing import Any

from applications.models import Application
from applications.models.declared import ClaimKind
from programs import facts as vocabulary

IDENTITY_FACTS = ("birth_date", "nationality", "in_korea", "status")

Facts = dict[str, Any]


def assemble(values: Iterable[tuple[str, dict[str, Any]]]) -> Facts:
    """Facts from `(claim kind, value)` pairs. A list without entries is known to be empty; a single
    kind that is missing is unknown, and so is every key that is absent."""
    facts: Facts = {
        name: []
        for name in vocabulary.CLAIM_KINDS.values()
        if vocabulary.VOCABULARY.by_name[name].many
    }
    for kind, value in values:
        if kind == ClaimKind.IDENTITY:
            facts["candidate"] = {
                key: item
                for key, item in value.items()
                if key in IDENTITY_FACTS and item not in (None, "")
            }
            continue
        group = vocabulary.item_group(kind)
        if group.many:
            facts[group.name].append(dict(value))
        else:
            facts[group.name] = dict(value)
    return facts


def item_problems(kind: str, item: dict[str, Any]) -> dict[str, str]:
    """What is wrong with one claim's value, by field: not whether it is complete."""
    group = vocabulary.item_group(kind)
    problems = vocabulary.validate({group.name: [item] if group.many else item})
    return {problem.path.rpartition(".")[2]: problem.sentence for problem in problems}


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
}


def missing_from_item(kind: str, item: dict[str, Any]) -> list[str]:
    """The names of the fields that a claim of this kind still needs."""
    group = vocabulary.item_group(kind)
    return [
        name
        for name in NEEDED[ClaimKind(kind)]
        if name not in item or (item[name] is None and not group.by_name[name].nullable)
    ]


def label_of(kind: str, name: str) -> str:
    return str(vocabulary.item_group(kind).by_name[name].label)


def is_choice(kind: str, name: str) -> bool:
    """Whether the fact is asked for with radio buttons."""
    known = vocabulary.item_group(kind).by_name.get(name)
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


def declared(application: Application) -> Facts:
    """What the applicant says, whether or not it has been submitted yet."""
    pairs: list[tuple[str, dict[str, Any]]] = [
        (claim.kind, claim.declared)
        for claim in application.claims.all()
        if claim.kind != ClaimKind.IDENTITY
    ]
    identity = (ClaimKind.IDENTITY, identity_of(application))
    if not pairs and application.submitted_at is None:
        # Nothing has been said yet: that is not the same as having nothing.
        return {"candidate": assemble([identity])["candidate"]}
    return assemble([identity, *pairs])
