"""Every address as every role: other companies and other offices included, nothing leaks.

The cases carry markers that only those who may see them may ever be sent. Addresses are read
from the URL configuration: a new one without an entry here fails the test.
"""

import pytest
from django.conf import settings
from django.contrib.admin.sites import site as admin_site
from django.test import Client
from django.urls import reverse

from applications.models import Application, CandidateLink
from letters.models import Letter
from portal.demo import samples
from tests.scene import OURS, Scene, build

pytestmark = pytest.mark.django_db

MARKERS = ("ZQXLEAKED", "Z7654321", "marker@leak.example")
# Strangers first: those who may act could move a case on.
PEOPLE = (
    None,
    "company2",
    "gyeonggi.reviewer",
    "gyeonggi.lead",
    "gyeonggi.admin",
    "evaluator2",
    "kotra.admin",
    "evaluator1",
    "kotra.reviewer",
    "kotra.lead",
    "company",
)
# Who may be sent anything of these cases, by the beginning of the address's name. The admin
# page of an office's case figures is its own office's; an evaluator sees one packet.
MAY_SEE = {
    "applications:": {"company"},
    "case": {"company"},
    "home": {"company", "kotra.reviewer", "kotra.lead", "kotra.admin", "evaluator1"},
    "reviews:packet": {"evaluator1"},
    "reviews:": {"kotra.reviewer", "kotra.lead", "kotra.admin"},
    "desk": {"kotra.lead", "kotra.admin"},
    "api-case": {"company", "kotra.reviewer", "kotra.lead", "kotra.admin"},
    # In a demonstration every mail is shown, so that a newcomer can follow every person.
    "mailbox": set(PEOPLE),
}


@pytest.fixture
def scene(world) -> Scene:
    surname, passport, mail = MARKERS
    marked = {"surname": surname, "passport_no": passport, "email": mail}
    return build(world, {**samples.CANDIDATES[0], **marked})


def may_see(name: str, login: str | None) -> bool:
    prefixes = [prefix for prefix in MAY_SEE if name.startswith(prefix)]
    return bool(prefixes) and login in MAY_SEE[max(prefixes, key=len)]


def body(response) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", "replace")
    return response.content.decode("utf-8", "replace")


def test_no_address_fails_or_leaks(scene):
    for login in PEOPLE:
        client = Client()
        if login is not None:
            client.force_login(scene.world[login])
        for name, arguments in OURS:
            path = scene.address(name, arguments)
            for method in ("get", "post"):
                walk(client, name, path, method, login)


def walk(client: Client, name: str, path: str, method: str, login: str | None) -> None:
    before = state()
    sent: dict[str, object] = {}
    if method == "post":
        sent["data"] = {}
        if name.startswith("api-") and name != "api-case-documents":
            sent["content_type"] = "application/json"
    response = getattr(client, method)(path, **sent)
    said = f"{method} {name} as {login}: {response.status_code}"
    assert response.status_code < 500, said
    if not may_see(name, login):
        text = body(response)
        leaked = [marker for marker in MARKERS if marker in text]
        assert not leaked, f"{said} shows {leaked}"
    if method == "get" or not may_see(name, login):
        assert state() == before, f"{said} changed something"


def state() -> tuple[object, ...]:
    """What a stranger's request must not change."""
    cases = Application.objects.order_by("pk").values_list("stage", "revision")
    return (tuple(cases), Letter.objects.count(), CandidateLink.objects.count())


OTHERS = ("company2", "gyeonggi.reviewer", "gyeonggi.lead", "gyeonggi.admin", "evaluator2")
OF_A_CASE = [
    entry
    for entry in OURS
    if "public_id" in entry[1] and not entry[0].startswith(("mailbox", "desk"))
]


def test_anothers_case_does_not_exist(scene):
    """404 and not 403: a stranger does not even learn that there is one."""
    for login in OTHERS:
        client = Client()
        client.force_login(scene.world[login])
        for name, arguments in OF_A_CASE:
            response = client.get(scene.address(name, arguments))
            assert response.status_code in {404, 405}, f"{name} as {login}: {response.status_code}"


def test_those_who_may_see_do_see(scene):
    """Without this the tests above could pass on pages that show nobody anything."""
    seen = set()
    for login in ("company", "kotra.reviewer", "kotra.lead", "evaluator1"):
        client = Client()
        client.force_login(scene.world[login])
        for name, arguments in OF_A_CASE:
            if may_see(name, login):
                response = client.get(scene.address(name, arguments))
                if response.status_code == 200:
                    seen.add((login, name))
    for login, name in (
        ("company", "case"),
        ("company", "applications:check"),
        ("company", "api-case"),
        ("kotra.reviewer", "reviews:case"),
        ("kotra.reviewer", "reviews:claims"),
        ("kotra.lead", "reviews:sign_off"),
        ("evaluator1", "reviews:packet"),
    ):
        assert (login, name) in seen, f"{name} shows nothing to {login}"


def test_the_wall_is_there_for_strangers(scene):
    """Without a sign-in: the public pages, and nothing else."""
    client = Client()
    public = []
    for name, arguments in OURS:
        response = client.get(scene.address(name, arguments))
        if response.status_code == 200:
            public.append(name)
        else:
            assert response.status_code in {302, 401, 403, 404, 405}, name
            if response.status_code == 302:
                assert response["Location"].startswith(
                    (reverse(settings.LOGIN_URL), "/verify/", "/")
                )
    assert set(public) <= {
        "home",
        "healthz",
        "precheck",
        "plan",
        "precheck-interview",
        "precheck-shared",
        "programme",
        "programme-figures",
        "programme-version",
        "programmes",
        "styles",
        "which",
        "accounts:invitation",
        "reviews:evaluation_over",
        "letters:verify",
        "letters:keys",
        "letters:revoked",
        "letters:revoked_json",
        "letters:revoked_signed",
        "letters:keys_jwk",
        "letters:keys_cose",
        "letters:certificate",
        "letters:trust",
        "letters:status",
        "letters:status_capitals",
        "api-root",
        "api-schema",
        "api-programmes",
        "api-programme",
    }


def test_a_domain_table_cannot_be_changed_in_the_admin(admin_user, rf):
    """The admin looks; services change."""
    request = rf.get("/admin/")
    request.user = admin_user
    rooms = {"audit", "notifications", "files", "programs", "applications", "letters", "reviews"}
    for model, options in admin_site._registry.items():
        if model._meta.app_label in rooms | {"accounts"}:
            assert not options.has_add_permission(request), model
            assert not options.has_change_permission(request), model
            assert not options.has_delete_permission(request), model


@pytest.fixture
def admin_user(db):
    from accounts.models import User

    return User.objects.create_superuser(email="root@demo.example", password="x", name="root")
