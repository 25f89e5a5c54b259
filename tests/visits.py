"""Who opens which page: everyone walks through every address and stops where there is a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.contrib.admin.sites import site as admin_site
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from notifications.models import Mail
from portal.demo import people
from tests.scene import NOT_OURS, OURS, Scene, addresses

ANYBODY = "anybody"
CANDIDATE = "candidate"
NEWCOMER = "newcomer"
ROOT = "root"
RESET = "account_reset_password_from_key"
APPLYING = (ANYBODY, NEWCOMER, "company", CANDIDATE, "evaluator1", "evaluator2")
OFFICE = ("kotra.reviewer", "kotra.lead", "kotra.admin", "gyeonggi.lead", ROOT)

# Pages that come with a library and need no arguments.
LIBRARIES = sorted(
    name
    for name, arguments in addresses()
    if name.startswith(NOT_OURS) and not name.startswith("admin:") and not arguments
)


@dataclass(frozen=True)
class Visit:
    """One page as one person sees it; a name may stand for several states of a case."""

    who: str
    name: str
    path: str


def client_of(scene: Scene, who: str) -> Client:
    """Someone signed in, or with the candidate's link opened."""
    client = Client()
    if who == NEWCOMER:
        client.force_login(
            User.objects.create_user(email=f"{NEWCOMER}@{people.DOMAIN}", name="나신입")
        )
    elif who == ROOT:
        client.force_login(
            User.objects.create_superuser(email=f"{ROOT}@{people.DOMAIN}", name="관리자")
        )
    elif who == CANDIDATE:
        enter(client, scene)
    elif who != ANYBODY:
        client.force_login(scene.world[who])
    return client


def enter(client: Client, scene: Scene) -> None:
    """Open the link of the newest mail to the candidate, as its reader does."""
    person = scene.issued.candidate
    link = re.search(r"/my/link/[\w-]+/", Mail.objects.filter(to=person.email).first().text)
    assert link is not None
    said = {"name": person.passport_name, "birth_date": person.birth_date.isoformat()}
    assert client.post(link[0], said).status_code == 302


def visits(scene: Scene, who: str, client: Client) -> Iterator[Visit]:
    """Every page that this person is shown, each address tried with each state of a case."""
    for name, address in sorted(set(candidates(scene, who))):
        path, response = address, client.get(address)
        if name == RESET and response.status_code == 302:  # the key moves from address to session
            path = response.headers["Location"]
            response = client.get(path)
        if is_page(response):
            yield Visit(who, name, path)
        close(response)


def close(response: HttpResponseBase) -> None:
    """Let go of a file that was not read, without the end of a request closing the database."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def candidates(scene: Scene, who: str) -> Iterator[tuple[str, str]]:
    for name, arguments in OURS:
        for path in scene.every_state(name, arguments):
            yield name, path
    for name in LIBRARIES:
        try:
            yield name, reverse(name)
        except NoReverseMatch:  # its address is a pattern
            pass
    if who == ANYBODY:
        yield from with_a_key(scene)
    if who == ROOT:
        yield from of_the_admin()


def with_a_key(scene: Scene) -> Iterator[tuple[str, str]]:
    """The pages behind the links of mails about an account."""
    user = scene.world["company2"]
    mail = EmailAddress.objects.get(user=user)
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    yield RESET, f"/accounts/password/reset/key/{key}/"
    for name, key in (("", EmailConfirmationHMAC(mail).key), ("-dead", "no-such-key")):
        yield f"account_confirm_email{name}", reverse("account_confirm_email", args=[key])


def of_the_admin() -> Iterator[tuple[str, str]]:
    yield "admin:index", reverse("admin:index")
    for model in admin_site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield f"{name}_changelist", reverse(f"{name}_changelist")
        if (first := model._default_manager.first()) is not None:
            yield f"{name}_change", reverse(f"{name}_change", args=[first.pk])
            yield f"{name}_history", reverse(f"{name}_history", args=[first.pk])


def is_page(response: HttpResponseBase) -> bool:
    """A whole page: no file, and no piece of a page that a script asks for."""
    return (
        response.status_code == 200
        and response.headers.get("Content-Type", "").startswith("text/html")
        and not response.streaming
        and b"<!DOCTYPE html>" in response.content[:200]
    )
