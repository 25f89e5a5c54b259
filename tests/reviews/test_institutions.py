"""The address book of inquiries: found, put right, retired, back again."""

import pytest
from django.urls import reverse

from applications.errors import Invalid, NotAllowed
from applications.stages import Stage
from audit.models import Event
from programs import calendar
from reviews.models import Institution
from reviews.services import institutions
from reviews.services.inquiries import key_of, known_institution
from tests.person import Browser
from tests.reviews.test_inquiries import SCHOOL, drafted

pytestmark = pytest.mark.django_db
BOOK = "reviews:institutions"


@pytest.fixture
def office(world):
    return world["kotra.reviewer"].staff_memberships.get().office


@pytest.fixture
def entry(office):
    return _entry(office, "Sample University")


def _entry(office, name):
    return Institution.objects.create(
        office=office,
        kind="school",
        name=name,
        name_key=key_of(name),
        email=SCHOOL,
        language="en",
        last_used_at=calendar.now(),
    )


def url(entry):
    return reverse("reviews:institution", kwargs={"public_id": entry.public_id})


def edit(entry, actor, **changes):
    said = {"kind": "school", "name": entry.name, "email": entry.email, "language": "en"}
    return institutions.edit(institution=entry, actor=actor, **said | changes)


def test_put_right_on_its_page(world, entry):
    page = Browser(world["kotra.reviewer"]).open(reverse(BOOK))
    assert SCHOOL in page.words
    page = Browser(world["kotra.reviewer"]).open(url(entry))
    page = page.do("edit", name="Sample  University of Technology", email="new@school.example")
    assert "주소록을 고쳤습니다." in page.words
    assert "new@school.example" in page.words
    entry.refresh_from_db()
    assert entry.name_key == key_of("Sample University of Technology")
    event = Event.objects.get(name="review.institution_edited")
    assert event.data == {"fields": ["email", "name", "name_key"]}


def test_what_is_wrong_is_said_at_its_field_and_stays(world, office, entry):
    _entry(office, "Other College")
    actor = world["kotra.lead"]
    for changes, field in (
        ({"name": "other college!"}, "name"),
        ({"name": " . "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "nobody"}, "email"),
        ({"kind": "shop"}, "kind"),
        ({"language": "fr"}, "language"),
    ):
        with pytest.raises(Invalid) as refused:
            edit(entry, actor, **changes)
        assert set(refused.value.errors) == {field}
    page = Browser(actor).open(url(entry)).do("edit", name="OTHER college")
    assert "같은 이름의 기관이 주소록에 이미 있습니다." in page.words
    assert "OTHER college" in page.html


def test_retired_it_is_not_offered_until_it_is_back(world, office, entry):
    page = Browser(world["kotra.reviewer"]).open(url(entry)).do("retire")
    assert "더 쓰지 않는 기관으로 옮겼습니다." in page.words
    assert SCHOOL not in page.words
    assert known_institution(office, "school", "sample university") is None
    page = Browser(world["kotra.reviewer"]).open(reverse(BOOK) + "?show=retired")
    assert SCHOOL in page.words
    Browser(world["kotra.reviewer"]).open(url(entry)).do("bring_back")
    assert known_institution(office, "school", "sample university") == entry
    for step in (institutions.bring_back, institutions.retire, institutions.retire):
        step(institution=entry, actor=world["kotra.lead"])
    assert Event.objects.filter(name="review.institution_retired").count() == 2


def test_asked_again_it_is_back_with_the_new_address(world):
    story = world.at(Stage.VALIDATION)
    inquiry = drafted(story)
    institutions.retire(institution=inquiry.institution, actor=story.reviewer)
    inquiry.delete()
    again = drafted(story, to="new@school.example").institution
    assert (again.retired_at, again.email) == (None, "new@school.example")
    assert Institution.objects.count() == 1


def test_found_by_name(world, office, entry):
    _entry(office, "한국대학교")
    page = Browser(world["kotra.reviewer"]).open(reverse(BOOK) + "?q=한국 대학")
    assert "한국대학교" in page.words
    assert entry.name not in page.words
    assert "이 이름의 기관이 없습니다." in (
        Browser(world["kotra.reviewer"]).open(reverse(BOOK) + "?q=zz\x00z").words
    )


def test_another_offices_and_everybody_elses(world, entry):
    with pytest.raises(NotAllowed):
        edit(entry, world["gyeonggi.lead"])
    for login in ("gyeonggi.reviewer", "gyeonggi.lead"):
        assert Browser(world[login]).status(url(entry)) == 404, login
        assert SCHOOL not in Browser(world[login]).open(reverse(BOOK)).words
    for login in ("company", "evaluator1", "kotra.admin"):
        assert Browser(world[login]).status(url(entry)) == 404, login
        assert Browser(world[login]).status(reverse(BOOK)) == 403, login
