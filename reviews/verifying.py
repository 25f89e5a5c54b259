"""Claims against the rules: which unchecked ones the answer rests on, and what the checked ones
changed in it.

A claim that nobody has checked is taken as declared here, so that the answer can be seen growing.
What a letter may rest on is stricter: `reviews.facts.verified`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from applications import facts
from applications.models import Application, Claim
from applications.models.declared import SINGLE_KINDS, ClaimKind
from programs import calendar, figures
from programs import services as programs
from programs.facts import CLAIM_KINDS, item_group, validate
from programs.manifest import Manifest, QuotaNode
from programs.rules import Node, Outcome, evaluate
from programs.rules.needing import Part, needed
from programs.rules.turning import Difference, difference
from reviews.facts import check_of, claims_with_checks
from reviews.models import ClaimCheck
from reviews.read_already import brings

# What the letter itself prints, whatever the rules ask.
PRINTED = frozenset({ClaimKind.IDENTITY, ClaimKind.CONTRACT})


def found_value(claim: Claim) -> dict[str, Any] | None:
    """What counts of a claim so far: as verified, as declared while unchecked, None if rejected."""
    check = check_of(claim)
    return claim.declared if check is None else check.verified


def unchecked(case: Application) -> list[Claim]:
    return [claim for claim in claims_with_checks(case) if check_of(claim) is None]


def needed_unchecked(case: Application) -> list[Claim]:
    """The unchecked claims without which the case may not go on: those that the letter prints, and
    those on which the rules' answer and the case's place in the quota rest."""
    left = unchecked(case)
    if not left:
        return []
    if not brings(case, "claims"):
        return _needed_of(case, left)
    # Claims read once for a page: its head, its list and its guard ask about the same ones.
    read = case._prefetched_objects_cache["claims"]  # type: ignore[attr-defined]
    known = case.__dict__.get("_needed_of_read")
    if known is None or known[0] is not read:
        known = case.__dict__["_needed_of_read"] = (read, _needed_of(case, left))
    found: list[Claim] = known[1]
    return found


def _needed_of(case: Application, left: Sequence[Claim]) -> list[Claim]:
    wanted = _rested_on(case, left)
    return [claim for claim in left if claim.kind in PRINTED or claim.pk in wanted]


def _rested_on(case: Application, left: Sequence[Claim]) -> frozenset[Any]:
    manifest = case.manifest
    every = claims_with_checks(case)
    known = facts.assemble(_values(every), manifest=manifest)
    open_ = {claim.pk for claim in left}
    return needed(
        manifest.requirements,
        known,
        [part for part in _parts(every, manifest) if part.key in open_],
        on=calendar.today(),
        figures=figures.current(),
        besides=_limits(manifest.quota),
    )


def _values(claims: Iterable[Claim]) -> list[tuple[str, dict[str, Any]]]:
    return [(claim.kind, value) for claim in claims if (value := found_value(claim)) is not None]


def _parts(claims: Iterable[Claim], manifest: Manifest) -> list[Part]:
    """Which piece of the assembled facts each claim is."""
    found: list[Part] = []
    counted: dict[str, int] = {}
    for claim in claims:
        if found_value(claim) is None:
            continue
        if claim.kind == ClaimKind.IDENTITY:
            found.append(Part(claim.pk, "candidate", names=frozenset(facts.IDENTITY_FACTS)))
            continue
        group = CLAIM_KINDS[claim.kind]
        if claim.kind in SINGLE_KINDS:
            names = frozenset(item_group(claim.kind, manifest.vocabulary).by_name)
            found.append(Part(claim.pk, group, names=names))
            continue
        index = counted[group] = counted.get(group, -1) + 1
        found.append(Part(claim.pk, group, index))
    return found


def _limits(quota: QuotaNode | None) -> list[Node]:
    if quota is None:
        return []
    own = [] if quota.applies is None else [quota.applies]
    return [*own, *(node for child in quota.children for node in _limits(child))]


# --- what validation changed ------------------------------------------------------------------
def exchanged(case: Application) -> list[Claim]:
    """The claims of which something else was found than declared, rejected ones included."""
    return [
        claim
        for claim in claims_with_checks(case)
        if (check := check_of(claim)) is not None
        and (check.verdict == ClaimCheck.Verdict.REJECTED or check.verified != claim.declared)
    ]


def what_changed(case: Application) -> Difference:
    """What the checked claims changed in the rules' answer of today, by the claims' primary keys.
    Raises ProgrammesRefused when the facts cannot be judged."""
    every, manifest = claims_with_checks(case), case.manifest
    on, known_figures = calendar.today(), figures.current()
    keys = [claim.pk for claim in exchanged(case)]

    def assembled(chosen: Iterable[Any]) -> facts.Facts:
        values = [
            (claim.kind, value)
            for claim in every
            if (value := found_value(claim) if claim.pk in chosen else claim.declared) is not None
        ]
        return facts.assemble(values, manifest=manifest)

    def judged(chosen: frozenset[Any]) -> Outcome:
        return evaluate(manifest.requirements, assembled(chosen), on=on, figures=known_figures)

    for chosen in ([], keys):
        if problems := validate(assembled(chosen), vocabulary=manifest.vocabulary, on=on):
            raise programs.BrokenFacts(problems)
    return difference(keys, judged)
