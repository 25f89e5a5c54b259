"""Every form on every page can be sent, and every link followed, by a browser without scripts."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5

from tests.scene import build
from tests.visits import APPLYING, OFFICE, ROOT, client_of, visits

pytestmark = pytest.mark.django_db

SENDS = {"submit", "image"}


def faults(html: str) -> Iterator[str]:
    root = tinyhtml5.parse(html, namespace_html_elements=False)
    for template in root.iter("template"):
        template.clear()  # nothing of it is on the page until a script takes it out
    belongs = {
        button: form
        for form in root.iter("form")
        for button in form.iter()
        if button.tag in {"button", "input"}
    }
    by_id = {form.get("id"): form for form in root.iter("form") if form.get("id")}
    ready = {
        by_id.get(control.get("form", ""), belongs.get(control))
        for control in root.iter()
        if sends(control)
    }
    for form in root.iter("form"):
        if form not in ready:
            yield f"nothing sends {said(form)}"
    for link in root.iter("a"):
        address = link.get("href")
        if address is None or address.strip() in {"", "#"} or address.startswith("javascript:"):
            yield f"leads nowhere: {said(link)}"
    for one in root.iter("*"):
        if handlers := [name for name in one.keys() if name.startswith("on")]:  # noqa: SIM118
            yield f"inline {handlers}: {said(one)}"
        asks = one.get("hx-get") or one.get("hx-post")
        by_itself = one.get("hx-trigger", "").split()[:1] in (["load"], ["every"])
        if asks and one.tag not in {"form", "a", "button", "input"} and not by_itself:
            yield f"only a script reaches {asks}: {said(one)}"


def sends(control: Element) -> bool:
    if control.tag == "button":
        return control.get("type", "submit") == "submit"
    return control.tag == "input" and control.get("type") in SENDS


def said(element: Element) -> str:
    attributes = " ".join(f'{name}="{value}"' for name, value in element.items())
    return f"<{element.tag} {attributes}>"[:160]


@pytest.mark.parametrize("people", [APPLYING, OFFICE], ids=["applying", "office"])
def test_every_form_and_link_works_without_scripts(world, people):
    scene = build(world)
    found: dict[str, list[str]] = {}
    for who in people:
        if who == ROOT:
            continue  # the admin is Django's own
        client = client_of(scene, who)
        for visit in visits(scene, who, client):
            wrong = list(faults(client.get(visit.path).content.decode()))
            if wrong:
                found.setdefault(visit.name, wrong)
    assert found == {}
