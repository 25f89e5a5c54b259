"""The desk's way to publish a changed letter design."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Office
from letters import designs
from letters.models import TemplateDraft, TemplateVersion
from tests.letters.test_designs import CSS, HTML, OTHER

pytestmark = pytest.mark.django_db

CODE = "invented-province"


@pytest.fixture
def changed(world):
    office = Office.objects.get(code="kotra")
    for html in (HTML, OTHER):
        designs.bring(CODE, html, CSS, office=office)
    return TemplateDraft.objects.get()


def at_the_desk(world, login: str) -> Client:
    client = Client()
    client.force_login(world[login])
    return client


def test_an_administrator_looks_at_a_changed_design_and_publishes_it(world, changed):
    admin = at_the_desk(world, "kotra.admin")
    page = admin.get(reverse("desk-programmes"))
    assert changed.content_hash in page.content.decode()
    pdf = admin.get(reverse("desk-design", args=[CODE]))
    assert pdf.content.startswith(b"%PDF")
    publish = reverse("desk-design-publish", args=[CODE])
    admin.post(publish, {"content_hash": "another"})
    assert TemplateVersion.objects.filter(code=CODE).count() == 1
    answer = admin.post(publish, {"content_hash": changed.content_hash}, follow=True)
    assert CODE in answer.content.decode()
    assert designs.newest_version(CODE).published_by == world["kotra.admin"]
    assert changed.content_hash not in admin.get(reverse("desk-programmes")).content.decode()


def test_others_do_not_publish(world, changed):
    publish = reverse("desk-design-publish", args=[CODE])
    lead = at_the_desk(world, "kotra.lead")
    assert publish not in lead.get(reverse("desk-programmes")).content.decode()
    for login in ("kotra.lead", "gyeonggi.admin"):
        said = at_the_desk(world, login).post(publish, {"content_hash": changed.content_hash})
        assert said.status_code == 404
    assert (
        at_the_desk(world, "gyeonggi.admin").get(reverse("desk-design", args=[CODE])).status_code
        == 404
    )
    assert designs.newest_version(CODE).version == 1
