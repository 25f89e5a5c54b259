"""An explained tree of rules on a page: the mark and the words of each node.

Works on the stored JSON of `programs.rules.engine`; the values' words are the rules' own
(`programs.rules.words`).
"""

from typing import Any

from django import template
from django.template import Context
from django.utils.translation import pgettext

from programs.facts.vocabulary import VOCABULARY, Vocabulary
from programs.manifest import Manifest
from programs.rules import words

register = template.Library()

Node = dict[str, Any]
# How a node is to be read, given what stands above it: as a requirement; as a circumstance that
# either holds or does not (below `not`, and the condition of `when`); as one that does not apply.
REQUIREMENT, CIRCUMSTANCE, MOOT = "", "circumstance", "moot"


@register.simple_tag
def rule_mark(node: Node, reading: str = REQUIREMENT) -> dict[str, str]:
    """The node's answer as a CSS class and a word. `met` below a `not` is no success."""
    verdict = node["verdict"]
    if reading == MOOT or node.get("applies") == "no":
        return {"css": "moot", "word": pgettext("rule", "해당 없음")}
    if verdict == "unknown":
        return {"css": "unknown", "word": pgettext("rule", "확인 필요")}
    if reading == CIRCUMSTANCE:
        word = {"met": pgettext("rule", "해당함"), "not_met": pgettext("rule", "해당하지 않음")}
        return {"css": "circumstance", "word": word[verdict]}
    word = {"met": pgettext("rule", "충족"), "not_met": pgettext("rule", "미충족")}
    return {"css": verdict, "word": word[verdict]}


@register.simple_tag
def rule_children(node: Node, reading: str = REQUIREMENT) -> list[tuple[Node, str]]:
    """The rules a node is made of, each with how it is to be read."""
    found = []
    for index, child in enumerate(node["children"]):
        below = reading
        if node["kind"] == "when" and index == 1 and node.get("applies") == "no":
            below = MOOT
        elif node["kind"] == "not" or (node["kind"] == "when" and index == 0):
            below = below or CIRCUMSTANCE
        found.append((child, below))
    return found


@register.simple_tag(takes_context=True)
def rule_observed(context: Context, node: Node) -> str:
    return words.observed_words(node, vocabulary=_vocabulary(context))


@register.simple_tag(takes_context=True)
def rule_required(context: Context, node: Node) -> str:
    return words.required_words(node, vocabulary=_vocabulary(context))


@register.simple_tag(takes_context=True)
def rule_missing(context: Context, node: Node) -> str:
    """The facts that would settle an unknown rule, by name."""
    known = _vocabulary(context)
    return ", ".join(words.fact_words(path, vocabulary=known) for path in node["missing"])


def _vocabulary(context: Context) -> Vocabulary:
    """That of the page's programme, with its own questions, where the page has one."""
    manifest = context.get("manifest")
    return manifest.vocabulary if isinstance(manifest, Manifest) else VOCABULARY


@register.filter
def sources(node: Node) -> list[str]:
    return [words.source_words(source) for source in node["source"]]
