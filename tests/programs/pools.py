"""Programmes with a quota, for tests: a tree of sizes, and facts that lead to a leaf."""

import uuid
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from accounts.models import Office, User
from programs import quota
from programs.facts.vocabulary import VOCABULARY
from programs.manifest import NOTHING, Period, QuotaNode, Sourced, Text
from programs.models import Pool, PoolClaim, Programme, ProgrammeVersion
from programs.rules.nodes import Compare, Condition, Requirements
from programs.rules.reading import NO_NODE

FIELD = "job.technology_field"
MANIFESTS = {}


def node(code, size, **inside):
    """A pool and those inside it: a case belongs to "robot" when that is its technology field,
    and to a pool around it when it belongs to one inside."""
    return code, size, inside


def built(code, size, inside, *, root=True):
    children = tuple(
        built(name, *(entry if isinstance(entry, tuple) else (entry, {})), root=False)
        for name, entry in inside.items()
    )
    applies = None
    if not root:
        leaves = tuple(leaves_of(code, inside))
        fact = VOCABULARY.fact(FIELD)
        applies = Compare(
            NOTHING, Sourced(), "", path=FIELD, conditions=(Condition(fact, "in", leaves),)
        )
    return QuotaNode(code, Text(code, code), size, applies=applies, children=children)


def leaves_of(code, inside):
    yield code
    for name, entry in inside.items():
        yield from leaves_of(name, entry[1] if isinstance(entry, tuple) else {})


@dataclass
class Opened:
    """A programme whose pools are open."""

    programme: Programme
    version: ProgrammeVersion
    lines: list[str]

    def pool(self, path="total"):
        return Pool.objects.get(programme=self.programme, path=path)

    def counters(self, path="total"):
        pool = self.pool(path)
        return pool.size, pool.held, pool.issued

    def take(self, field=None, subject=None, **more):
        return quota.take(
            version=self.version,
            facts={"job": {"technology_field": field}} if field else {},
            subject=subject or uuid.uuid4(),
            actor=None,
            **more,
        )

    def state(self, claim):
        return PoolClaim.objects.get(pk=claim.pk).state


def manifest(size, inside, *, gives_back=("void",), code="2026", label="v1", year=2026):
    return SimpleNamespace(
        label=label,
        quota=built("total", size, inside) if size is not None else None,
        period=Period(code, date(year, 1, 1), date(year, 12, 31)),
        gives_back=tuple(gives_back),
        requirements=Requirements(NO_NODE, VOCABULARY),
    )


def opened(size=2, *, slug="test", gives_back=("void",), **inside):
    office, _new = Office.objects.get_or_create(
        code="test", defaults={"name_ko": "시험", "name_en": "Test"}
    )
    programme = Programme.objects.create(slug=slug, kind="letter", office=office)
    version = ProgrammeVersion.objects.create(
        programme=programme,
        label="v1",
        effective_from=date(2026, 1, 1),
        status="in_force",
        document={},
        rules_hash="0" * 64,
        text_hash="0" * 64,
    )
    said = manifest(size, inside, gives_back=gives_back)
    MANIFESTS[version.pk] = said
    lines = quota.ensure_pools(programme=programme, manifest=said)
    return Opened(programme, version, lines)


def person(mail="lead@example.test"):
    return User.objects.create_user(mail, name="결재자")
