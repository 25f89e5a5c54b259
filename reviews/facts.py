"""Verified facts: what validation found, in the shape the rules read."""

from typing import Any

from applications import facts
from applications.models import Application, Claim
from reviews.models import ClaimCheck


def verified(application: Application) -> facts.Facts:
    """The facts a letter may rest on. A rejected or unchecked claim counts as not made."""
    return facts.assemble(
        (claim.kind, check.verified)
        for claim in claims_with_checks(application)
        if (check := check_of(claim)) is not None and check.verified is not None
    )


def claims_with_checks(application: Application) -> list[Claim]:
    """All claims of the case, each with its check if there is one: one query."""
    return list(application.claims.select_related("check_result__checked_by").all())


def check_of(claim: Claim) -> ClaimCheck | None:
    try:
        return claim.check_result  # type: ignore[no-any-return,attr-defined]
    except ClaimCheck.DoesNotExist:
        return None


def verified_value(application: Application, kind: str) -> dict[str, Any]:
    """The verified value of a single kind (identity, contract, employer), or an empty dict."""
    check = ClaimCheck.objects.filter(claim__application=application, claim__kind=kind).first()
    return (check.verified or {}) if check else {}
