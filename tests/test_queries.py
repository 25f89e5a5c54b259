"""No page asks the database more than twelve questions of its own, whatever state a case is in."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.scene import build
from tests.visits import APPLYING, OFFICE, ROOT, client_of, visits

pytestmark = pytest.mark.django_db

MOST = 12
# Who is asking, and what belongs in the menu: the same on every page.
EVERY_PAGE = re.compile(
    r'"django_session"|FROM "accounts_user" WHERE "accounts_user"."id" =|"role_word"'
    r"|^(RELEASE )?SAVEPOINT"
)


def own(queries: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in queries if not EVERY_PAGE.search(one["sql"])]


@pytest.mark.parametrize("people", [APPLYING, OFFICE], ids=["applying", "office"])
def test_no_page_asks_more_than_its_budget(world, people):
    scene = build(world)
    over: dict[str, int] = {}
    for who in people:
        if who == ROOT:
            continue  # the admin is Django's own
        client = client_of(scene, who)
        for visit in list(visits(scene, who, client)):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(visit.path)
            if (count := len(own(queries))) > MOST:
                key = f"{visit.name} as {visit.who}"
                over[key] = max(count, over.get(key, 0))
    assert over == {}
