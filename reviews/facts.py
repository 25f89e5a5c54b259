"""Verified facts: what validation found, in the shape the rules read."""

from typing import Any

from django.db.models import Prefetch

from applications import facts
from applications.models import Application, Claim
from applications.models.declared import ClaimKind
from reviews.models import ClaimCheck
from reviews.read_already import brings

ORDER = [
    ClaimKind.IDENTITY,
    ClaimKind.CONTRACT,
    ClaimKind.DEGREE,
    ClaimKind.CAREER,
    ClaimKind.LANGUAGE,
    ClaimKind.LICENCE,
    ClaimKind.TRAINING,
    ClaimKind.STATUS,
    ClaimKind.INCOME,
    ClaimKind.ACHIEVEMENT,
    ClaimKind.RECOMMENDATION,
    ClaimKind.PENALTY,
    ClaimKind.PERSON,
    ClaimKind.EMPLOYER,
    ClaimKind.HEADCOUNT,
    ClaimKind.FOREIGNER,
    ClaimKind.OWN,
]


def verified(application: Application) -> facts.Facts:
    """The facts a letter may rest on. A rejected or unchecked claim counts as not made."""
    found = (
        (claim.kind, check.verified)
        for claim in claims_with_checks(application)
        if (check := check_of(claim)) is not None and check.verified is not None
    )
    return facts.assemble(found, manifest=application.manifest)


def claims_with_checks(application: Application) -> list[Claim]:
    """All claims of the case, each with its check if there is one: one query, or none when the
    case was loaded `with_claims`.

    In the order in which a person's story is told: who, which job, learnt and done what.
    """
    claims = application.claims.all()
    if not brings(application, "claims"):
        claims = claims.select_related("check_result__checked_by")
    return sorted(claims, key=_place)


def with_claims() -> Prefetch:
    """Loads a case's claims and their checks once for all that a page asks about them."""
    return Prefetch("claims", Claim.objects.select_related("check_result__checked_by"))


def _place(claim: Claim) -> tuple[int, int, int]:
    return ORDER.index(ClaimKind(claim.kind)), claim.position, claim.pk


def check_of(claim: Claim) -> ClaimCheck | None:
    try:
        return claim.check_result
    except ClaimCheck.DoesNotExist:
        return None


def verified_value(application: Application, kind: str) -> dict[str, Any]:
    """The verified value of a single kind (identity, contract, employer), or an empty dict."""
    for claim in claims_with_checks(application):
        if claim.kind == kind and (check := check_of(claim)) is not None:
            return check.verified or {}
    return {}
