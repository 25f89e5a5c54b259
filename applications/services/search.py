"""Keeping what cases are found by. Each function writes in the caller's transaction."""

from typing import Any

from django.db import transaction

from accounts.models import Company
from applications import search
from applications.models import Application, Candidate, SearchRow

PIECE = 500
COMPANY = ("business_no", "name_ko", "name_en")
PERSON = ("surname", "given_names", "name_ko", "passport_digest", "registration_digest")
SOURCES = (
    "programme_id",
    "receipt_no",
    *(f"company__{name}" for name in COMPANY),
    *(f"candidate__{name}" for name in PERSON),
)


def row_of(application_id: int, said: dict[str, Any]) -> SearchRow:
    """The row of a case whose SOURCES are `said`."""
    person = (said["candidate__surname"], said["candidate__given_names"])
    names = [
        said["company__name_ko"],
        said["company__name_en"],
        " ".join(filter(None, person)),
        said["candidate__name_ko"],
    ]
    terms = {search.programme_term(said["programme_id"])}
    for name in filter(None, names):
        terms |= search.name_terms(name)
    for number in (said["receipt_no"], said["company__business_no"]):
        terms |= search.number_terms(number or "")
    for keyed in (said["candidate__passport_digest"], said["candidate__registration_digest"]):
        if keyed:
            terms.add(search.identifier_term(keyed))
    lines = "\n".join(search.plain(name) for name in names if name)
    return SearchRow(application_id=application_id, text=lines, terms=sorted(terms))


def keep_received(case: Application, change: object) -> None:
    """Effect of the step that receives a case: drafts are found by nobody."""
    _write([case.pk])


def candidate_saved(
    instance: Candidate, update_fields: frozenset[str] | None = None, **_more: object
) -> None:
    """Follow the names and numbers of the person."""
    if _touches(update_fields, PERSON):
        received = Application.objects.filter(received_at__isnull=False)
        if received.filter(pk=instance.application_id).exists():
            _write([instance.application_id])


def company_saved(
    instance: Company,
    created: bool = False,
    update_fields: frozenset[str] | None = None,
    **_more: object,
) -> None:
    """Follow the company's names into all its received cases."""
    if not created and _touches(update_fields, COMPANY):
        cases = Application.objects.filter(company=instance, received_at__isnull=False)
        _write(list(cases.order_by("pk").values_list("pk", flat=True)))


def _touches(changed: frozenset[str] | None, sources: tuple[str, ...]) -> bool:
    return changed is None or not changed.isdisjoint(sources)


def rebuild() -> int:
    """Write every row anew and drop what belongs to no received case; how many there are now.

    In pieces, each its own transaction: cases can be worked on meanwhile.
    """
    SearchRow.objects.filter(application__received_at=None).delete()
    done, last = 0, 0
    received = Application.objects.filter(received_at__isnull=False).order_by("pk")
    while piece := list(received.filter(pk__gt=last).values_list("pk", flat=True)[:PIECE]):
        with transaction.atomic():
            _write(piece)
        done, last = done + len(piece), piece[-1]
    return done


def _write(cases: list[int]) -> None:
    for start in range(0, len(cases), PIECE):
        piece = cases[start : start + PIECE]
        rows = Application.objects.filter(pk__in=piece).order_by("pk").values("pk", *SOURCES)
        SearchRow.objects.bulk_create(
            [row_of(row["pk"], row) for row in rows],
            update_conflicts=True,
            unique_fields=["application"],
            update_fields=["text", "terms"],
        )
