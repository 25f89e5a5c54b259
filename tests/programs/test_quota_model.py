"""Random movements against a model of a few lines, on both databases.

The model knows no SQL: where PostgreSQL and SQLite both agree with it, they agree.
"""

import itertools
import uuid
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from programs import quota
from programs.models import LedgerRow, Pool, PoolClaim
from programs.quota import checking
from programs.quota.effects import Wanted
from tests.programs.pools import CONSENT, administrator, opened

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LEAVES = {
    "arc": "total/weld/arc",
    "gas": "total/weld/gas",
    "paint": "total/paint",
    None: "total",
}
LONG_AFTER = date(2099, 12, 31)
slugs = (f"model-{number}" for number in itertools.count())


@pytest.fixture(autouse=True)
def _register(monkeypatch):
    monkeypatch.setattr(checking, "_letter_counter", letters_of_issued_units)


def letters_of_issued_units(slug):
    issued = PoolClaim.objects.filter(state="issued", leaf__programme__slug=slug)
    return dict.fromkeys(issued.values_list("subject", flat=True), True)


class Model:
    """Sizes by path, and claims in the order in which they were made."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.claims = {}

    def used(self, path, states):
        return sum(
            state in states and f"{leaf}/".startswith(f"{path}/")
            for leaf, state in self.claims.values()
        )

    def counters(self, path):
        return (
            self.sizes[path],
            self.used(path, {"offered", "held"}),
            self.used(path, {"issued"}),
        )

    def room(self, leaf):
        steps = leaf.split("/")
        return all(
            sum(self.counters(path)[1:]) < self.sizes[path]
            for path in ("/".join(steps[: depth + 1]) for depth in range(len(steps)))
        )

    def take(self, subject, leaf):
        ahead = any(claim == (leaf, "waiting") for claim in self.claims.values())
        self.claims[subject] = (leaf, "held" if self.room(leaf) and not ahead else "waiting")

    def put(self, subject, state):
        self.claims[subject] = (self.claims[subject][0], state)

    def offer(self):
        offered = []
        for subject, (leaf, state) in self.claims.items():
            if state == "waiting" and self.room(leaf):
                self.put(subject, "offered")
                offered.append(subject)
        return offered


MOVEMENTS = ["issue", "accept", "decline", "back", "void", "size", "transfer", "lapse"]
movements = st.lists(
    st.tuples(
        st.sampled_from(["take"] * 6 + MOVEMENTS),
        st.integers(0, 10_000),
    ),
    min_size=5,
    max_size=40,
)


@settings(
    max_examples=25,
    deadline=None,
    # Each step is several queries: a long failing example is better than minutes of shrinking.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=movements)
def test_every_movement_does_what_the_model_does(moves):
    more = {"transfers": CONSENT, "offer": {"days": 5, "assumed": True}}
    world = opened(5, slug=next(slugs), more=more, weld=(3, {"arc": 2, "gas": 2}), paint=3)
    people = [administrator(f"{world.programme.slug}-{name}") for name in ("one", "two")]
    pools = {pool.path: pool for pool in Pool.objects.filter(programme=world.programme)}
    model = Model({path: pool.size for path, pool in pools.items()})
    for name, number in moves:
        if name == "transfer":
            transfer(number, model, pools, people)
        elif name == "lapse":
            lapse(number, model)
        else:
            step(name, number, world, model, pools)
        stored = PoolClaim.objects.filter(leaf__programme=world.programme)
        assert {
            (claim.subject, claim.leaf.path, claim.state)
            for claim in stored.exclude(state="returned").select_related("leaf")
        } == {(subject, *claim) for subject, claim in model.claims.items()}
        for path in pools:
            assert world.counters(path) == model.counters(path)
    lines = [line for line in quota.snapshot() if line.pool.programme == world.programme]
    assert [line.wrong for line in lines] == [()] * len(pools)
    keys = LedgerRow.objects.filter(pool__programme=world.programme).values_list("key", flat=True)
    assert len(keys) == len(set(keys))


def transfer(number, model, pools, people):
    """As two administrators do it, between the two parts of the whole."""
    source, target = "total/weld", "total/paint"
    if number % 2:
        source, target = target, source
    units = 1 + number // 2 % 2
    size = model.sizes[source] - units
    inner = sum(model.sizes[path] for path in pools if path.startswith(f"{source}/"))
    fits = sum(model.counters(source)[1:]) <= size and inner <= size
    wanted = Wanted("transfer", pools[target], pools[source], units=units)
    said = {"reason": "test", "consent_reference": "test"}
    if not fits:
        with pytest.raises(quota.QuotaError):
            quota.propose_change(wanted=wanted, actor=people[0], **said)
        return
    change = quota.propose_change(wanted=wanted, actor=people[0], **said)
    quota.approve_change(change=change, actor=people[1])
    model.sizes[source] -= units
    model.sizes[target] += units
    model.offer()


def lapse(number, model):
    """The offer goes on where somebody else can take it; who was late waits at the end."""
    offered = [subject for subject, (_leaf, state) in model.claims.items() if state == "offered"]
    if not offered:
        return
    subject = offered[number % len(offered)]
    before = dict(model.claims)
    leaf, _state = model.claims.pop(subject)
    gone_to = model.offer()
    lapsed = quota.lapse(subject=subject, on=LONG_AFTER)
    if gone_to:
        model.claims[subject] = (leaf, "waiting")
        assert lapsed.subjects == gone_to
    else:
        model.claims = before
        assert lapsed is None


def step(name, number, world, model, pools):
    def pick(*states):
        fitting = [subject for subject, (_leaf, state) in model.claims.items() if state in states]
        return fitting[number % len(fitting)] if fitting else None

    def gone(subject):
        """As a service does it: the claim ends, and whoever is next has the unit."""
        del model.claims[subject]
        return model.offer()

    if name == "take":
        field = list(LEAVES)[number % len(LEAVES)]
        subject = uuid.uuid4()
        model.take(subject, LEAVES[field])
        assert world.take(field, subject).state == model.claims[subject][1]
    elif name == "size":
        path = list(pools)[number % len(pools)]
        size = sum(model.counters(path)[1:]) + number % 3
        model.sizes[path] = size
        assert quota.resize(pool=pools[path], size=size, actor=None, reason="test") == model.offer()
    elif name == "issue" and (subject := pick("held")):
        quota.issue(subject=subject, actor=None)
        model.put(subject, "issued")
    elif name == "accept" and (subject := pick("offered")):
        quota.accept(subject=subject, actor=None)
        model.put(subject, "held")
    elif name == "decline" and (subject := pick("offered")):
        assert quota.decline(subject=subject, actor=None) == gone(subject)
    elif name == "back" and (subject := pick("held", "waiting", "offered")):
        assert quota.give_back(
            subject=subject, actor=None, reason="test", event="withdrawn"
        ) == gone(subject)
    elif name == "void" and (subject := pick("issued", "held")):
        assert quota.give_back(subject=subject, actor=None, reason="test", event="void") == gone(
            subject
        )
