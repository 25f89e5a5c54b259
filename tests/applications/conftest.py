"""Who looks at the company's pages, and the cases they look at."""

import pytest
from django.test import Client

from applications.models import Application
from applications.services import supplement
from applications.stages import Stage


@pytest.fixture
def member(world):
    client = Client()
    client.force_login(world["company"])
    return client


@pytest.fixture
def draft(world) -> Application:
    return world.story().case


@pytest.fixture
def full(world):
    """A draft that lacks nothing."""
    return world.story().fill()


@pytest.fixture
def asked(world):
    """A case that is asked for a listed document, for words, and for something optional."""
    story = world.at(Stage.DOCUMENT_REVIEW)
    code = story.fresh().manifest.documents[0].code
    supplement.request_supplement(
        application=story.case,
        actor=story.reviewer,
        items=[
            supplement.Asked(text="여권을 다시 올려 주세요.", document_code=code),
            supplement.Asked(text="직무를 자세히 적어 주세요.", optional=True),
        ],
    )
    return story
