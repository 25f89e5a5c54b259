"""Facts of people who just qualify, to be changed one thing at a time. No database needed."""

from copy import deepcopy
from datetime import date, timedelta
from functools import cache

from django.conf import settings

from programs.catalogue_files import read_catalogue, shipped_figures
from programs.rules import evaluate

ON = date(2026, 11, 23)
GONE = object()

KOTRA = {
    "candidate": {"birth_date": "1994-03-02", "nationality": "VNM", "in_korea": False},
    "job": {
        "occupation": "2223",
        "technology_field": "it",
        "annual_pay": 31_120_000,
        "monthly_pay": 2_593_334,
        "weekly_hours": 40,
        "from": "2026-12-01",
        "to": "2027-11-30",
    },
    "employer": {"tax_arrears": False, "restricted": False},
    "degrees": [],
    "careers": [],
}

GYEONGGI = {
    **KOTRA,
    "job": {
        "occupation": "2223",
        "region": "gyeonggi/suwon",
        "annual_pay": 31_120_000,
        "monthly_pay": 2_593_334,
        "weekly_hours": 40,
        "from": "2026-12-01",
        "to": "2027-11-30",
    },
    "languages": [],
    "licences": [],
}

CARE_WORKER = {
    **GYEONGGI,
    "job": {
        **GYEONGGI["job"],
        "occupation": "42111",
        "annual_pay": 26_835_600,
        "monthly_pay": 2_236_300,
    },
    "employer": {
        "tax_arrears": False,
        "restricted": False,
        "insured_nationals": 5,
        "foreign_workers": 0,
        "domestic_sales_only": True,
        "registered_on": "2026-08-23",
        "care_code": "1-41110-00001",
    },
    "degrees": [
        {"level": "associate", "country": "KOR", "related": False, "awarded_on": "2026-02-20"}
    ],
    "languages": [{"test": "topik", "level": 3}],
    "licences": [{"code": "care-worker"}],
}


def changed(facts, **changes):
    """A copy of the facts with some changed: `job={"annual_pay": 1}` changes one key of the
    job, a list replaces a list, GONE takes away."""
    copy = deepcopy(facts)
    for group, change in changes.items():
        if change is GONE:
            copy.pop(group, None)
        elif isinstance(change, dict):
            inner = {**copy.get(group, {}), **change}
            copy[group] = {name: value for name, value in inner.items() if value is not GONE}
        else:
            copy[group] = change
    return copy


def degree(level="bachelor", country="VNM", *, related=True, awarded_on="2020-06-30"):
    return {"level": level, "country": country, "related": related, "awarded_on": awarded_on}


def career(first, last=None, *, days=None, share=100, related=True):
    """A period by its two days, or by its first day and its length."""
    if days is not None:
        last = (date.fromisoformat(first) + timedelta(days=days - 1)).isoformat()
    return {"from": first, "to": last, "share": share, "related": related}


@cache
def catalogue():
    found = read_catalogue([settings.CATALOGUE_DIR])
    assert not found.problems
    return found


@cache
def shipped(slug, label=None):
    """The manifest of a shipped version of a programme; of the newest one without a label."""
    manifests = [
        one.manifest
        for one in catalogue().versions
        if one.manifest.slug == slug and label in (None, one.manifest.label)
    ]
    return max(manifests, key=lambda manifest: manifest.effective_from)


@cache
def figures():
    return shipped_figures()


def judged(slug, facts, *, on=ON, label=None):
    return evaluate(shipped(slug, label).requirements, facts, on=on, figures=figures())


def leaf(tree, code):
    """The node of a code, wherever it is."""
    if tree["code"] == code:
        return tree
    found = (leaf(child, code) for child in tree["children"])
    return next((node for node in found if node is not None), None)
