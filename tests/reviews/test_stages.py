"""Cases by programme and stage: each number is the list it opens."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import QueueRow
from applications.stages import Stage
from programs import calendar
from tests.person import Browser
from tests.world import GYEONGGI, KOTRA

pytestmark = pytest.mark.django_db
PAGE = "reviews:stages"


@pytest.fixture
def put(world):
    """A case of a programme at a stage; its row in the queue."""

    def one(stage, slug=KOTRA, **row):
        case = world.bare(stage, slug)
        return QueueRow.objects.create(
            application=case,
            office=case.office,
            programme=case.programme,
            stage=stage,
            **{"due_on": calendar.today(), **row},
        )

    return one


def opened(person, address):
    client = Client()
    client.force_login(person)
    return client.get(address).content.decode()


def test_each_number_opens_as_many_cases(world, put):
    yesterday = calendar.today() - timedelta(days=1)
    put(Stage.DOCUMENT_REVIEW)
    put(Stage.DOCUMENT_REVIEW, due_on=yesterday)
    put(
        Stage.VALIDATION,
        assignee=world["kotra.reviewer"],
        assigned_at=calendar.now(),
        due_on=yesterday,
    )
    put(Stage.SUPPLEMENT, parked=True)
    put(Stage.DOCUMENT_REVIEW, GYEONGGI)
    person = world["kotra.reviewer"]
    page = opened(person, reverse(PAGE))
    assert "programme=gyeonggi" not in page
    found = re.findall(r'<a href="([^"]*stage=[^"]*)">([0-9]+)<', page)
    assert sorted(int(number) for _, number in found) == [1, 1, 1, 1, 2, 2]
    for address, number in found:
        rows = opened(person, html.unescape(address)).count('<th scope="row"')
        assert rows == int(number)


def test_it_is_one_question_however_many_programmes(world, put):
    asked = []
    for _time in range(2):
        put(Stage.DOCUMENT_REVIEW)
        client = Browser(world["kotra.reviewer"])
        client.open(reverse(PAGE))
        with CaptureQueriesContext(connection) as caught:
            client.open(reverse(PAGE))
        asked.append(sum("queuerow" in query["sql"] for query in caught))
    assert asked == [1, 1]


def test_only_for_those_who_work_at_an_office(world):
    assert Browser(world["company"]).status(reverse(PAGE)) == 403
    assert Browser(world["evaluator1"]).status(reverse(PAGE)) == 403
    assert Browser(world["kotra.admin"]).status(reverse(PAGE)) == 200
