"""Every programme that takes cases has a demonstration whose case ends in a letter."""

import pytest

from applications.stages import Stage
from programs import calendar
from programs.selectors import open_programmes


@pytest.mark.django_db
def test_the_sample_of_every_programme_reaches_approval(world):
    slugs = [one.slug for one in open_programmes(calendar.today()) if one.takes_cases]
    assert slugs == ["daegu", "gyeonggi", "k-tech-pass", "kotra-recommendation", "ulsan"]
    for slug in slugs:
        story = world.story(slug).fill().submit().assign().ask().answer()
        story.check_documents().check_claims().score().draft()
        assert story.sign_off().letter is not None, slug
        assert story.fresh().stage == Stage.APPROVED
