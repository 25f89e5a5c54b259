"""Which facts a programme wants to know: those its rules, documents and quota ask about.

Read off the rules themselves, part by part, so that a new kind of rule or measure needs nothing
here: whatever it is made of, the facts in it are named by path, or as facts of a list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from programs.facts import Fact, Group, Vocabulary
from programs.manifest import Manifest, QuotaNode
from programs.rules.judge import DERIVED_FROM
from programs.rules.nodes import FigureOperand, Listed, Node, Where

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
# What makes up a period of work.
PERIOD = ("from", "to", "share")
# Parts of a rule that name no fact.
WORDS = frozenset({"text", "names", "sourced"})
# Facts whose codes a form offers when the rules name some.
NAMED_CODES = frozenset(
    {
        ("licences", "code"),
        ("trainings", "code"),
        ("recommendations", "by"),
        ("careers", "certified_by"),
        ("degrees", "ranking"),
    }
)


def asked(manifest: Manifest, *, rules_only: bool = False) -> Asked:
    """Names of the stated facts that are asked about, by group. `rules_only`: without those that
    only decide on documents and quota."""
    requirements = manifest.requirements
    rules: list[object] = [requirements.root, requirements.points, requirements.not_needed]
    if not rules_only:
        rules += [document.required for document in manifest.documents]
        rules += _limits(manifest.quota)
    found: Asked = {}
    for group, name in _named(rules, "", manifest.vocabulary):
        for path in DERIVED_FROM.get(f"{group}.{name}", (f"{group}.{name}",)):
            stated_in, _dot, fact = path.partition(".")
            found.setdefault(stated_in, set()).add(fact)
    return found


def _limits(quota: QuotaNode | None) -> Iterator[Node]:
    if quota is None:
        return
    if quota.applies is not None:
        yield quota.applies
    for child in quota.children:
        yield from _limits(child)


def _named(part: object, group: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """`(group, fact)` for every fact that a part of the rules names, whatever kind of part it is.
    `group` is the one in which a fact without a path is meant."""
    if isinstance(part, str):
        if vocabulary.fact(part) is not None:
            yield part.partition(".")[0], part.partition(".")[2]
    elif isinstance(part, Fact):
        yield group, part.name
    elif isinstance(part, (list, tuple)):
        for one in part:
            yield from _named(one, group, vocabulary)
    elif is_dataclass(part):
        inside = _group_of(part) or group
        yield from _unsaid(part, vocabulary)
        for each in fields(part):
            if each.init and each.name not in WORDS:
                yield from _named(getattr(part, each.name), inside, vocabulary)


def _group_of(part: object) -> str:
    where = getattr(part, "where", part)
    if isinstance(where, Where):
        return where.group
    return str(getattr(part, "path", "")).partition(".")[0]


def _unsaid(part: object, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """What is asked without being named: a period, the days of a contract, any item of a list."""
    if hasattr(part, "within_days"):
        periods = part.where.group
        yield from ((periods, name) for name in PERIOD if vocabulary.by_name[periods].fact(name))
        if getattr(part, "after", None) is not None:
            yield "degrees", "awarded_on"
    elif isinstance(part, FigureOperand) and part.during_job:
        yield from (("job", "from"), ("job", "to"))
    elif isinstance(part, Where) and not part.conditions and not part.options:
        quiet = QUIET.get(part.group, set())
        for fact in vocabulary.by_name[part.group].stated:
            if fact.name not in quiet:
                yield part.group, fact.name


def asked_codes(manifest: Manifest, group: str, name: str = "code") -> dict[str, str]:
    """The codes that the rules name for a fact of a list's items: a licence, who recommends. Each
    in the words of the programme's list, or of the rule that names it."""
    requirements = manifest.requirements
    rules: list[object] = [requirements.root, requirements.points, requirements.not_needed]
    rules += [document.required for document in manifest.documents]
    found: dict[str, str] = {}
    for code, words in _codes_in(rules, "", group, name):
        found.setdefault(code, words)
    return found


def _codes_in(part: object, words: str, group: str, name: str) -> Iterator[tuple[str, str]]:
    words = str(getattr(part, "text", "") or words)
    if isinstance(part, (list, tuple)):
        for one in part:
            yield from _codes_in(one, words, group, name)
    elif isinstance(part, Where) and part.group == group:
        for condition in part.conditions:
            if condition.fact.name == name and condition.operator != "starts_with":
                yield from _codes_of(condition.operand, words)
        yield from _codes_in(part.options, words, group, name)
    elif is_dataclass(part) and not isinstance(part, Fact):
        for each in fields(part):
            if each.init and each.name not in WORDS:
                yield from _codes_in(getattr(part, each.name), words, group, name)


def _codes_of(operand: object, words: str) -> Iterator[tuple[str, str]]:
    if isinstance(operand, Listed):
        for code in sorted(operand.codes):
            yield code, str(operand.names.get(code, code))
    elif isinstance(operand, tuple):
        yield from ((str(code), words) for code in operand)
    elif isinstance(operand, str):
        yield operand, words


def names_to_ask(group: Group, found: Asked, *, also: Iterable[str] = ()) -> list[str]:
    """The group's facts for a full form: all but the quiet ones nobody asks about or has stated."""
    quiet = QUIET.get(group.name, set()) - found.get(group.name, set()) - set(also)
    return [
        fact.name
        for fact in group.stated
        if fact.name not in quiet and fact.name != "occupation_edition"
    ]
