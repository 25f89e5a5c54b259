"""Passing on what the rules said by a link, without saying who it was said about."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, timedelta
from typing import Any

from programs import calendar
from programs.facts.vocabulary import Fact, FactType, Vocabulary
from programs.models import ProgrammeVersion, SharedAnswer

KEPT_DAYS = 90
TOKEN_BYTES = 16

# What may be said of anybody: a kind, an amount, a yes or no. Days, free text and countries may
# tell who it is, and so may codes, unless a programme gave the code.
SPOKEN = frozenset(
    {
        FactType.YES_NO,
        FactType.CHOICE,
        FactType.LEVEL,
        FactType.NUMBER,
        FactType.MONEY,
        FactType.SHARE,
    }
)
OF_THE_PROGRAMME = frozenset(
    {
        "job.occupation",
        "job.occupation_edition",
        "job.technology_field",
        "job.visa_class",
        "job.region",
        "employer.region",
        "licences.code",
        "trainings.code",
    }
)
UNSPOKEN = frozenset({"candidate.age"})
# Of a judged rule: what it is and what it asks. Anything else is told only as far as it is known
# to name nobody.
KEPT_KEYS = frozenset(
    {
        *("kind", "code", "text", "source", "assumed", "verdict", "missing", "applies"),
        *("fact", "group", "reason", "wanted", "change", "names", "called"),
    }
)
_EDGES = {"least": None, "most": None}
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")


def may_be_said(fact: Fact | None, path: str) -> bool:
    """Whether a value of this fact may stand on a page that anybody may be shown."""
    if fact is None or path in UNSPOKEN:
        return False
    return fact.type in SPOKEN or path in OF_THE_PROGRAMME


def without_person(node: dict[str, Any], *, vocabulary: Vocabulary) -> dict[str, Any]:
    """A judged rule and all below it, with everything left out that could tell whom it is about."""
    kept = {key: value for key, value in node.items() if key in KEPT_KEYS}
    said = "fact" not in node or may_be_said(vocabulary.fact(node["fact"]), node["fact"])
    if said and "name" in node:
        kept["name"] = node["name"]
    kept["observed"] = _observed(node, vocabulary) if said else None
    kept["required"] = _required(node["required"], vocabulary)
    kept["children"] = [without_person(child, vocabulary=vocabulary) for child in node["children"]]
    return kept


def _observed(node: dict[str, Any], vocabulary: Vocabulary) -> Any:
    seen = node["observed"]
    if "fact" in node:
        return seen
    if node["kind"] == "has" and isinstance(seen, list):
        return [_item(item, str(node.get("group", "")), vocabulary) for item in seen]
    return _figures_only(seen, vocabulary)


def _item(item: dict[str, Any], group: str, vocabulary: Vocabulary) -> dict[str, Any]:
    known = vocabulary.by_name.get(group)
    return {
        key: value
        for key, value in item.items()
        if key == "verdict" or may_be_said(known.fact(key) if known else None, f"{group}.{key}")
    }


def _figures_only(value: Any, vocabulary: Vocabulary) -> Any:
    """Numbers and outcomes; words and days are left out, and numbers that tell a day or an age."""
    if isinstance(value, dict):
        hidden = _EDGES if _tells(value, vocabulary) else {}
        return {
            key: one if key == "verdict" else _figures_only(one, vocabulary)
            for key, one in {**value, **hidden}.items()
        }
    if isinstance(value, list):
        return [_figures_only(one, vocabulary) for one in value]
    return None if isinstance(value, str) else value


def _tells(said: dict[str, Any], vocabulary: Vocabulary) -> bool:
    """Whether a measure is, or is made of, a fact that may not stand on the page."""
    path = said.get("fact")
    if isinstance(path, str) and not may_be_said(vocabulary.fact(path), path):
        return True
    inner = [*said.get("parts", ()), *([said["of"]] if "of" in said else [])]
    return any(isinstance(one, dict) and _tells(one, vocabulary) for one in inner)


def _required(asked: Any, vocabulary: Vocabulary) -> Any:
    """What a rule asks, without days: one may be that of a contract or a degree."""
    if isinstance(asked, dict):
        hidden = _EDGES if "kind" in asked and _tells(asked, vocabulary) else {}
        return {
            key: value if key == "figure" else _required(value, vocabulary)
            for key, value in {**asked, **hidden}.items()
            if key == "figure" or not _is_day(value)
        }
    if isinstance(asked, list):
        return [_required(one, vocabulary) for one in asked if not _is_day(one)]
    return asked


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and _DAY.match(value) is not None


def share(
    *, version: ProgrammeVersion, on: date, verdict: str, content: dict[str, Any]
) -> tuple[str, SharedAnswer]:
    """Keep an answer for KEPT_DAYS; the key of its link is told once, here.

    `content` is stored as given: whoever calls has put it through `without_person`.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = calendar.now()
    kept = SharedAnswer.objects.create(
        token_digest=_digest(token),
        version=version,
        verdict=verdict,
        on=on,
        content=content,
        created_at=now,
        expires_at=now + timedelta(days=KEPT_DAYS),
    )
    return token, kept


def shared(token: str) -> SharedAnswer | None:
    """The answer behind a link; None when there is none, or no longer."""
    return (
        SharedAnswer.objects.select_related("version__programme__office")
        .filter(token_digest=_digest(token), expires_at__gt=calendar.now())
        .first()
    )


def purge() -> int:
    """Forget the answers whose time has passed; returns how many."""
    gone, _by_model = SharedAnswer.objects.filter(expires_at__lte=calendar.now()).delete()
    return gone


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
