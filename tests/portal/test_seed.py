"""Synthetic load: everything true that is true of real cases, and nowhere it could be taken for
real."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.business_number import is_valid
from accounts.models import Company, Office
from applications.models import Application, Candidate, QueueRow, SearchRow
from applications.services.search import SOURCES, row_of
from applications.stages import CLOSED, Stage
from portal.seeding import load, names
from tests.person import Browser
from tests.world import KOTRA

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_cases_of_every_stage_that_hold_together(world, capsys):
    real = world.at(Stage.DOCUMENT_REVIEW).fresh()
    call_command("seed", cases=400)
    made = Application.objects.exclude(pk=real.pk)
    assert made.count() == 400
    assert set(made.values_list("stage", flat=True)) == set(Stage.values) - {Stage.DRAFT}
    assert not made.exclude(company__name_ko__endswith=names.MARK).exists()
    assert (
        not Candidate.objects.filter(application__in=made).exclude(address=names.ADDRESS).exists()
    )
    assert all(is_valid(one.business_no) for one in Company.objects.all())
    # The queue has a row for each open case and says of it what the case says.
    rows = QueueRow.objects.exclude(pk=real.pk)
    assert rows.count() == made.exclude(stage__in=CLOSED).count()
    for row in rows.select_related("application"):
        case = row.application
        assert (row.stage, row.due_on, row.office_id, row.programme_id) == (
            case.stage,
            case.due_on,
            case.office_id,
            case.programme_id,
        )
    running = {(one.pk, one.assignee_id) for one in rows if one.assignee_id}
    assert running == set(
        made.filter(assignments__ended_at=None, assignments__isnull=False).values_list(
            "pk", "assignments__assignee"
        )
    )
    # Every case is found by what it says.
    found = {row.pk: row for row in SearchRow.objects.all()}
    for said in Application.objects.values("pk", *SOURCES):
        again = row_of(said["pk"], said)
        assert (found[said["pk"]].text, found[said["pk"]].terms) == (again.text, again.terms)
    call_command("quota", "check")
    call_command("audit", "verify")
    capsys.readouterr()
    # Seeding twice and filing a real case afterwards both go on from here.
    call_command("seed", cases=20, office="kotra")
    assert Application.objects.filter(office__code="kotra").count() > 20
    world.at(Stage.DOCUMENT_REVIEW)


def test_its_cases_open_at_every_stage(world):
    call_command("seed", cases=150, office="kotra")
    lead = Browser(world["kotra.lead"])
    for stage in set(Stage.values) - {Stage.DRAFT}:
        case = Application.objects.filter(stage=stage).first()
        if case is not None:
            address = reverse("reviews:case", args=[case.public_id])
            assert lead.status(address) == 200, stage
    assert lead.status(reverse("reviews:queue") + "?tab=all") == 200


def test_not_where_it_could_be_taken_for_real(world, settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="demonstration only"):
        call_command("seed", cases=1)
    assert not Application.objects.exists()


def test_an_office_without_a_programme(world):
    Office.objects.create(code="empty", name_ko="빈 기관", name_en="Empty office")
    with pytest.raises(CommandError, match="No programme takes cases there: empty"):
        call_command("seed", cases=1, office="empty")
    with pytest.raises(CommandError):
        call_command("seed", cases=0)


def test_numbers_of_companies_do_not_repeat():
    numbers = [names.business_number(number) for number in range(0, 60_000, 7)]
    assert len(set(numbers)) == len(numbers)
    assert all(map(is_valid, numbers))
    assert load.REVIEWERS >= 16
    assert KOTRA
