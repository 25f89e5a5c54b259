"""Which facts a programme wants to know: those its rules, documents and quota ask about.

Found by judging no facts at all: the explained answer then names everything that is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from programs import calendar, figures
from programs.facts import Group, Vocabulary
from programs.manifest import Manifest, QuotaNode
from programs.rules import evaluate, words
from programs.rules.nodes import Node

# Of use only to a programme that asks; elsewhere one field less to wonder about.
QUIET = {
    "candidate": {"region", "current_employer_since", "tax_arrears", "illegal_stay_days"},
    "job": {
        "occupation_edition",
        "technology_field",
        "pay_basis",
        "region",
        "employer_recommends",
    },
    "employer": {
        "business_no",
        "sector",
        "region",
        "capital_area",
        "population_decline",
        "root_industry",
        "returned_firm",
        "e74_workers",
        "annual_works",
        "care_code",
    },
    "degrees": {"institution_rank", "ranking"},
    "careers": {
        "kind",
        "region",
        "population_decline",
        "current",
        "world_class",
        "world_class_institute",
        "group_company",
        "certified_by",
    },
    "licences": {"code"},
    "trainings": {"code"},
}
# A licence or training that no rule of the programme names.
OTHER = "other"
# The job first, then the person's past, then the company: as people tell it.
ORDER = (
    "job",
    "degrees",
    "careers",
    "languages",
    "licences",
    "trainings",
    "statuses",
    "incomes",
    "achievements",
    "recommendations",
    "penalties",
    "candidate",
    "employer",
    "headcounts",
    "foreigners",
    "own",
)

Asked = dict[str, set[str]]


def asked(manifest: Manifest, *, rules_only: bool = False) -> Asked:
    """Names of the facts that are asked about, by group. `rules_only`: without those that only
    decide on documents and quota."""
    nodes: list[Node] = [manifest.requirements.root]
    if not rules_only:
        nodes += [
            document.required
            for document in manifest.documents
            if not isinstance(document.required, bool)
        ]
        nodes += _limits(manifest.quota)
    found: Asked = {}
    today, known = calendar.today(), figures.current()
    for node in nodes:
        requirements = replace(manifest.requirements, root=node)
        tree = evaluate(requirements, {}, on=today, figures=known).tree
        for group, name in _facts_in(tree, manifest.vocabulary):
            found.setdefault(group, set()).add(name)
    return found


def _limits(quota: QuotaNode | None) -> Iterator[Node]:
    if quota is None:
        return
    if quota.applies is not None:
        yield quota.applies
    for child in quota.children:
        yield from _limits(child)


def _facts_in(tree: dict[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Stated facts that a tree judged on nothing names: derived ones are named by their sources."""
    if group_name := tree.get("group"):
        for part in (tree["required"].get("where"), tree["required"].get("after")):
            yield from ((_list_of(tree, part), name) for name in part or {})
        if tree["kind"] == "experience":
            yield from ((group_name, name) for name in ("from", "to", "share"))
    else:
        for path in tree["missing"]:
            fact = vocabulary.fact(path)
            if fact is not None and not fact.derived:
                group, _dot, name = path.partition(".")
                yield group, name
    if tree["kind"] == "experience" and "after" in tree["required"]:
        yield "degrees", "awarded_on"
    for child in tree["children"]:
        yield from _facts_in(child, vocabulary)


def _list_of(tree: dict[str, Any], part: Any) -> str:
    """Experience may count only after a degree: what is asked of that degree is of its list."""
    return "degrees" if part is tree["required"].get("after") else str(tree["group"])


def asked_codes(manifest: Manifest, group: str) -> dict[str, str]:
    """The codes of licences or trainings that the rules name, each in the rule's own words."""
    tree = evaluate(manifest.requirements, {}, on=calendar.today()).tree
    return dict(_codes_in(tree, group))


def _codes_in(tree: dict[str, Any], group: str) -> Iterator[tuple[str, str]]:
    if tree.get("group") == group:
        for wanted in tree["required"].get("where", {}).get("code", {}).values():
            for code in wanted if isinstance(wanted, list) else [wanted]:
                yield code, words.in_language(tree["text"])
    for child in tree["children"]:
        yield from _codes_in(child, group)


def names_to_ask(group: Group, found: Asked, *, also: Iterable[str] = ()) -> list[str]:
    """The group's facts for a full form: all but the quiet ones nobody asks about or has stated."""
    quiet = QUIET.get(group.name, set()) - found.get(group.name, set()) - set(also)
    return [
        fact.name
        for fact in group.stated
        if fact.name not in quiet and fact.name != "occupation_edition"
    ]
