"""Every address as every role: other companies and other offices included, nothing leaks.

The cases carry markers that only those who may see them may ever be sent. Addresses are read
from the URL configuration: a new one without an entry here fails the test.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.contrib.admin.sites import site as admin_site
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from applications.models import Application, CandidateLink
from applications.services import candidates
from applications.stages import Stage
from letters.models import Letter, SigningKey
from notifications.models import Mail
from portal.demo import samples
from reviews.services import evaluation, objection
from tests.outbox import deliver_letters
from tests.world import KOTRA, World

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
NOT_OURS = ("admin:", "account_", "mfa_", "socialaccount", "set_language", "djdt")


@dataclass
class Scene:
    world: World
    case: Application
    values: dict[str, dict[str, object]] = field(default_factory=dict)


def addresses(resolver=None, namespace="", names=()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`(name, argument names)` of every address in the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            arguments = (*names, *pattern.pattern.converters)
            yield from addresses(pattern, inner, arguments)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", (*names, *pattern.pattern.converters)


OURS = sorted({entry for entry in addresses() if not entry[0].startswith(NOT_OURS)})


@pytest.fixture
def scene(world) -> Scene:
    person = {
        **samples.CANDIDATES[0],
        "surname": MARKERS[0],
        "passport_no": MARKERS[1],
        "email": MARKERS[2],
    }

    def told(stage):
        story = world.story(KOTRA)
        story.person = person
        return story.reach(stage)

    draft = told(Stage.DRAFT)
    asked = told(Stage.SUPPLEMENT)
    evaluated = told(Stage.EXTERNAL_EVALUATION)
    from reviews.models import Evaluator

    invited = evaluation.invite(
        application=evaluated.case,
        actor=evaluated.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )
    evaluation.declare_no_conflict(invitation=invited, actor=world["evaluator1"])
    decided = told(Stage.DECISION).draft()
    refused = told(Stage.VALIDATION).draft("refuse", "확인할 수 없습니다.")
    refused.sign_off()
    filed = objection.file_objection(
        application=refused.fresh(), actor=refused.member, text="다시 보아 주세요."
    )
    issued = told(Stage.APPROVED)
    deliver_letters()
    letter = Letter.objects.get(subject=issued.case.public_id)
    document = evaluated.case.documents.order_by("pk").first()
    token = "anything-that-is-no-token"
    scene = Scene(world, evaluated.fresh())
    everywhere = {
        "public_id": evaluated.case.public_id,
        "document": document.public_id,
        "claim": evaluated.case.claims.first().public_id,
        "code": document.code,
        "section": "candidate",
        "slug": KOTRA,
        "token": token,
        "name": "withdraw",
        "kind": "degree",
        "key_id": SigningKey.objects.get().key_id,
        "office": "kotra",
    }
    scene.values = {
        "": everywhere,
        "applications:edit": {"public_id": draft.case.public_id},
        "applications:documents": {"public_id": draft.case.public_id},
        "applications:check": {"public_id": draft.case.public_id},
        "applications:receipt": {"public_id": asked.case.public_id},
        "applications:supplement": {"public_id": asked.case.public_id},
        "reviews:sign_off": {"public_id": decision_of(decided).public_id},
        "reviews:draft_pdf": {"public_id": decision_of(decided).public_id},
        "reviews:draft_png": {"public_id": decision_of(decided).public_id},
        "reviews:objection": {"public_id": filed.public_id},
        "reviews:packet": {"public_id": invited.public_id},
        "reviews:packet_document": {"public_id": invited.public_id},
        "case-letter": {"public_id": issued.case.public_id},
        "case-objection": {"public_id": refused.case.public_id},
        "api-case-letter": {"public_id": issued.case.public_id},
        "letters:status": {"token": letter.token},
        "letters:status_capitals": {"token": letter.token},
        "desk-version": {"public_id": evaluated.case.version.public_id},
        "mailbox-mail": {"public_id": Mail.objects.first().public_id},
    }
    assert CandidateLink.objects.exists()
    assert candidates.find_link(token) is None
    return scene


def decision_of(story):
    from reviews.services.decision import live_decision

    return live_decision(story.case)


def address(scene: Scene, name: str, arguments: tuple[str, ...]) -> str:
    known = {**scene.values[""], **scene.values.get(name, {})}
    missing = [argument for argument in arguments if argument not in known]
    assert not missing, f"{name}: say here what {missing} should be"
    return reverse(name, kwargs={argument: known[argument] for argument in arguments})


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
            path = address(scene, name, arguments)
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
            response = client.get(address(scene, name, arguments))
            assert response.status_code in {404, 405}, f"{name} as {login}: {response.status_code}"


def test_those_who_may_see_do_see(scene):
    """Without this the tests above could pass on pages that show nobody anything."""
    seen = set()
    for login in ("company", "kotra.reviewer", "kotra.lead", "evaluator1"):
        client = Client()
        client.force_login(scene.world[login])
        for name, arguments in OF_A_CASE:
            if may_see(name, login):
                response = client.get(address(scene, name, arguments))
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
        response = client.get(address(scene, name, arguments))
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
        "styles",
        "letters:verify",
        "letters:keys",
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
