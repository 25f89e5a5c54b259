"""What a decision rests on, and what a sign-off would do to the quota."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Application
from letters import services as letters
from letters.models import Letter
from programs import calendar, quota
from programs.manifest import Manifest
from programs.models import ClaimState, Pool, PoolClaim
from programs.rules import words
from reviews.checklist import point_names
from reviews.facts import verified
from reviews.models import ChecklistMark, Decision
from reviews.selectors.examination import Judged
from reviews.services.letter_inputs import letter_inputs
from reviews.standing import Standing


@dataclass(frozen=True)
class PoolChange:
    """A pool before and after one more unit is taken from it."""

    name: str
    size: int
    issued: int
    held: int
    free: int
    free_after: int

    @property
    def used_after(self) -> int:
        """Which of the pool's units this one would be, were they counted as they are taken."""
        return self.size - self.free_after


@dataclass(frozen=True)
class QuotaEffect:
    """What an approval would do: take a unit of each pool, or join the waiting list at `place`."""

    pools: list[PoolChange]
    place: int | None

    @property
    def waits(self) -> bool:
        return self.place is not None

    @property
    def whole(self) -> PoolChange:
        """The outermost pool: every letter of the programme takes a unit of it."""
        return self.pools[0]


def quota_effect(case: Application, claim: PoolClaim | None) -> QuotaEffect | None:
    """None when the programme has no quota, or the case has a place in it already (`claim`)."""
    if claim is not None:
        return None
    try:
        path = quota.pools_for(version=case.version, facts=verified(case))
    except quota.QuotaError:
        return None
    if not path:
        return None
    waiting = waiting_before(path)
    full = any(pool.free <= 0 for pool in path)
    place = waiting + 1 if full or waiting else None
    return QuotaEffect(
        [
            PoolChange(
                name=name_of(pool),
                size=pool.size,
                issued=pool.issued,
                held=pool.held,
                free=pool.free,
                free_after=pool.free if place else pool.free - 1,
            )
            for pool in path
        ],
        place,
    )


def name_of(pool: Pool) -> str:
    english = (get_language() or "ko").startswith("en")
    return pool.name_en if english and pool.name_en else pool.name_ko


def waiting_before(path: list[Pool]) -> int:
    """How many wait already in the tree of these pools."""
    root = path[0]
    return PoolClaim.objects.filter(
        leaf__programme_id=root.programme_id,
        leaf__period_code=root.period_code,
        state=ClaimState.WAITING,
    ).count()


def draft_letter(case: Application) -> bytes:
    """The letter as it would be, marked as a draft. Raises letters.errors.CannotIssue."""
    definition = case.manifest.letter
    if definition is None:
        raise ValueError("This programme issues no letter.")
    return letters.draft_pdf(
        office=case.office,
        letter_def=definition.as_dict(),
        inputs=letter_inputs(case),
        on=calendar.today(),
    )


def possible_grounds(
    case: Application,
    judged: Judged,
    marks: dict[str, ChecklistMark],
    standing: Standing | None,
) -> list[tuple[str, str]]:
    """`(code, words)` of what the examination found against the application."""
    found = _rule_grounds(judged.tree, case.manifest)
    names = point_names(case.manifest)
    for code, mark in marks.items():
        if mark.finding == ChecklistMark.Finding.MISSING and code in names:
            found.append((f"checklist:{code}", _("점검: %(what)s") % {"what": names[code]}))
    if standing is not None and standing.answered and not standing.passed:
        found.append(("rubric:average", _("외부 평가: 평균이 기준에 미치지 못합니다.")))
    return list(dict(found).items())


def ground_words(case: Application, decision: Decision, tree: dict[str, Any] | None) -> list[str]:
    """The decision's grounds in words; a code nobody knows any more stays a code."""
    said = dict(_rule_grounds(tree, case.manifest))
    said |= {
        f"checklist:{code}": _("점검: %(what)s") % {"what": name}
        for code, name in point_names(case.manifest).items()
    }
    said["rubric:average"] = _("외부 평가: 평균이 기준에 미치지 못합니다.")
    return [said.get(code, code) for code in decision.grounds]


def _rule_grounds(tree: dict[str, Any] | None, manifest: Manifest) -> list[tuple[str, str]]:
    """`(code, words)` of the rules that are not met or not known, each once: what stands in the
    way, not every alternative of something that is met another way."""
    if tree is None:
        return []
    found: dict[str, str] = {}
    for node, code in _against(tree, ""):
        found.setdefault(f"rule:{code}", _("요건: %(what)s") % {"what": _reason(node, manifest)})
    return list(found.items())


def _against(node: dict[str, Any], above: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The rules that count against, each with its code or the one of the rule it is part of."""
    if node["verdict"] == "met" or node.get("applies") == "no":
        return
    code = node["code"] or above
    inside = node["children"]
    if node["kind"] == "when":
        inside = inside[1:]
    choice = node["kind"] in ("any_of", "some_of", "not")
    if code and (choice or not inside):
        yield node, code
    if node["kind"] != "not":
        for child in inside:
            # Below a choice only a rule of its own name says more than the choice does.
            yield from _against(child, "" if choice else code)


def _reason(node: dict[str, Any], manifest: Manifest) -> str:
    """A rule's words with what was found and what is asked, where it compares something."""
    text = words.in_language(node["text"])
    if node["children"]:
        return text
    seen = words.observed_words(node, vocabulary=manifest.vocabulary)
    asked = words.required_words(node, vocabulary=manifest.vocabulary)
    if seen and asked:
        return _("%(rule)s — 확인: %(seen)s, 기준: %(asked)s") % {
            "rule": text,
            "seen": seen,
            "asked": asked,
        }
    return text


def claim_of(case: Application) -> PoolClaim | None:
    """The case's place in its programme's quota; nobody is asked where there is none."""
    return quota.live_claim(case.public_id) if case.manifest.quota is not None else None


def letters_of(case: Application) -> list[Letter]:
    """Every letter of the case, the gaps too, oldest first."""
    return list(Letter.objects.filter(subject=case.public_id).order_by("reserved_at", "pk"))
