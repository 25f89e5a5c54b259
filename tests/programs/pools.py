"""Programmes with a quota, for tests: a tree of sizes, and facts that lead to a leaf."""

import uuid
from dataclasses import dataclass
from datetime import date

from accounts.models import Office, StaffMembership, StaffRole, User
from programs import quota
from programs.document import manifest_for, manifest_of, rules_hash, text_hash
from programs.manifest import Manifest
from programs.models import Pool, PoolClaim, Programme, ProgrammeVersion


def words(text):
    return {"ko": f"{text} 가", "en": text}


def limit(code, size, inside, *, root=True):
    """A pool of a document. A case belongs to "robot" when that is its technology field, and
    to a pool around it when it belongs to one inside."""
    parts = [limit(name, *tree(entry), root=False) for name, entry in inside.items()]
    # The catalogue lets no parts be larger than their whole; `opened` puts that right again.
    known = {
        "code": code,
        "names": words(code),
        "size": max(size, sum(part["size"] for part in parts)),
    }
    if parts:
        known["parts"] = parts
    if not root:
        known["applies"] = {
            "text": words(code),
            "fact": "job.technology_field",
            "in": codes(code, inside),
        }
    return known


def tree(entry):
    return entry if isinstance(entry, tuple) else (entry, {})


def codes(code, inside):
    return [code, *(deep for name, entry in inside.items() for deep in codes(name, tree(entry)[1]))]


def sizes(path, size, inside):
    yield path, size
    for name, entry in inside.items():
        yield from sizes(f"{path}/{name}", *tree(entry))


def document(size, inside, *, gives_back=("void",), period="2026", year=2026, to="12-31"):
    """The smallest document that has a quota; none with `size` None."""
    assumed = {"assumed": True}
    known = {
        "format": 1,
        "programme": "test",
        "kind": "self_check",
        "names": words("test"),
        "office": {"code": "test", "names": words("test"), **assumed},
        "version": {"label": "v1", "from": f"{year}-01-01", "status": "in_force", **assumed},
        "period": {"code": period, "from": f"{year}-01-01", "to": f"{year}-{to}", **assumed},
        "sources": {"test": {"title": words("test")}},
        "requirements": {
            "text": words("of age"),
            "fact": "candidate.age",
            "at_least": 18,
            **assumed,
        },
        "fields": {
            "items": [{"code": code, "names": words(code)} for code in codes("total", inside)],
            **assumed,
        },
    }
    if size is not None:
        known["quota"] = {
            "gives_back": {"events": list(gives_back)},
            "total": limit("total", size, inside),
            **assumed,
        }
    return known


def manifest(size, inside, **more) -> Manifest:
    return manifest_of(document(size, inside, **more))


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

    def take(self, field=None, subject=None, *, returned=False):
        facts = {"job": {"technology_field": field}} if field else {}
        if returned:
            facts["employer"] = {"returned_firm": True}
        return quota.take(
            version=self.version,
            facts=facts,
            subject=subject or uuid.uuid4(),
            actor=None,
        )

    def state(self, claim):
        return PoolClaim.objects.get(pk=claim.pk).state


def opened(size=2, *, slug="test", gives_back=("void",), more=None, **inside):
    """`more` is what else the quota of the document says, as {"offer": …, "transfers": …}."""
    Office.objects.get_or_create(code="test", defaults={"name_ko": "시험", "name_en": "Test"})
    said = document(size, inside, gives_back=gives_back)
    more = dict(more or {})
    if "transfers" in more:
        said["quota"]["total"]["transfers"] = more.pop("transfers")
    if more:
        said["quota"] |= more
    return opened_by(said, slug, size, inside)


CONSENT = {"consent": {"ko": "법무부와 사전협의 필요", "en": "Consult the ministry first."}}


def administrator(mail, office="test"):
    found = User.objects.create_user(f"{mail}@example.test", name=mail)
    StaffMembership.objects.create(
        user=found, office=Office.objects.get(code=office), role=StaffRole.ADMINISTRATOR
    )
    return found


def overlapping_document(size, inside):
    """Parts by technology field, and beside them the part "returned" of returned firms."""
    said = document(size, inside)
    total = said["quota"]["total"]
    total |= {"size": size, "overlapping": True}
    for part in total["parts"]:
        if part["code"] == "returned":
            part["applies"] = {
                "text": words("returned"),
                "fact": "employer.returned_firm",
                "is": True,
            }
    return said


def overlapping(size, *, slug="test", **inside):
    Office.objects.get_or_create(code="test", defaults={"name_ko": "시험", "name_en": "Test"})
    return opened_by(overlapping_document(size, inside), slug, size, inside)


def opened_by(said, slug, size, inside):
    office = Office.objects.get(code="test")
    programme = Programme.objects.create(slug=slug, kind="letter", office=office)
    version = ProgrammeVersion.objects.create(
        programme=programme,
        label="v1",
        effective_from=date(2026, 1, 1),
        status="in_force",
        document=said,
        rules_hash=rules_hash(said),
        text_hash=text_hash(said),
    )
    lines = quota.ensure_pools(
        programme=programme, manifest=manifest_for(said, text_hash=version.text_hash)
    )
    wanted = dict(sizes("total", size, inside))
    for pool in Pool.objects.filter(programme=programme):
        quota.resize(pool=pool, size=wanted[pool.path], actor=None, reason="test")
    return Opened(programme, version, lines)


def person(mail="lead@example.test"):
    return User.objects.create_user(mail, name="결재자")
