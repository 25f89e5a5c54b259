"""Where somebody could guess, or have mails sent to others, there is a limit that bites."""

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import throttle
from accounts.throttle import Limit, client_address
from notifications.models import Mail
from tests.accounts.people import company_of, someone

pytestmark = pytest.mark.django_db

WORDS = {"ko": "잠시 뒤에 다시 시도해 주세요", "en": "429"}


def page_of(answer) -> str:
    return answer.content.decode()


def test_guessing_a_password_is_stopped_and_the_right_one_too(world):
    person, client = world["company"], Client()
    for _try in range(5):
        client.post(reverse("account_login"), {"login": person.email, "password": "wrong"})
    right = {"login": person.email, "password": "chucheon-demo"}
    answer = client.post(reverse("account_login"), right)
    assert "로그인에 여러 번 실패했습니다." in page_of(answer)
    assert not answer.wsgi_request.user.is_authenticated
    cache.clear()
    assert client.post(reverse("account_login"), right).status_code == 302


def test_guessing_at_many_accounts_from_one_address_is_stopped(world):
    client = Client()
    for number in range(10):
        client.post(reverse("account_login"), {"login": f"x{number}@x.example", "password": "w"})
    right = {"login": world["company"].email, "password": "chucheon-demo"}
    assert "여러 번 실패했습니다" in page_of(client.post(reverse("account_login"), right))
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(reverse("account_login"), right).status_code == 302


def test_sign_ups_from_one_address_are_limited(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "2/h/ip"}
    client = Client()
    statuses = [client.post(reverse("account_signup"), {}).status_code for _try in range(3)]
    assert statuses == [200, 200, 429]
    assert Client(REMOTE_ADDR="203.0.113.9").post(reverse("account_signup"), {}).status_code == 200


def test_a_forgotten_password_is_mailed_five_times_an_hour_at_most():
    email = someone().email
    client = Client()
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}) for _try in range(6)
    ]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert Mail.objects.count() == 5
    assert WORDS["ko"] in page_of(answers[-1])


def test_a_confirmation_is_mailed_once_in_three_minutes():
    user = someone()
    user.emailaddress_set.update(verified=False)
    for _try in range(3):
        Client().post(reverse("account_login"), {"login": user.email, "password": "x"})
    assert Mail.objects.filter(to=user.email).count() == 1


LIMITED = {
    "register": ("accounts:register", throttle.REGISTER),
    "join": ("accounts:join", throttle.JOIN),
}


@pytest.mark.parametrize("what", LIMITED)
def test_asking_about_business_numbers_is_limited_per_person_and_address(what):
    name, limit = LIMITED[what]
    client = Client()
    client.force_login(someone())
    statuses = [
        client.post(reverse(name), {"business_no": "1"}).status_code
        for _try in range(limit.times + 1)
    ]
    assert statuses == [200] * limit.times + [429]
    colleague = Client()  # another person at the same address
    colleague.force_login(someone())
    assert colleague.post(reverse(name), {"business_no": "1"}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")  # the same person at another address
    elsewhere.force_login(client.get("/").wsgi_request.user)
    assert elsewhere.post(reverse(name), {"business_no": "1"}).status_code == 429


def test_invitations_are_limited_per_person(world, monkeypatch):
    monkeypatch.setattr("accounts.views.company.INVITE", Limit("tests.invite", 2, 60))
    monkeypatch.setattr("portal.views.people.INVITE", Limit("tests.invite_staff", 2, 60))
    owner = someone()
    company = company_of(owner)
    admin = world["kotra.admin"]
    for person, address, also in (
        (owner, reverse("accounts:company", args=[company.public_id]), {"role": "member"}),
        (admin, reverse("desk-people"), {"role": "reviewer", "office": "kotra"}),
    ):
        client = Client()
        client.force_login(person)
        statuses = [
            client.post(
                address, {"do": "invite", "email": f"g{number}@test.example", **also}
            ).status_code
            for number in range(3)
        ]
        assert statuses == [302, 302, 429], address
    assert Mail.objects.filter(to="g2@test.example").count() == 0


def test_trying_invitation_tokens_is_limited(monkeypatch):
    monkeypatch.setattr("accounts.views.invitation.UNKNOWN_INVITATION", Limit("tests.t", 2, 60))
    client = Client()
    statuses = [
        client.get(reverse("accounts:invitation", args=[f"guess{number}"])).status_code
        for number in range(3)
    ]
    assert statuses == [404, 404, 429]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_of_one_too_many_is_ours(settings, language):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "1/h/ip"}
    client = Client()
    client.cookies["django_language"] = language
    client.post(reverse("account_signup"), {})
    answer = client.post(reverse("account_signup"), {})
    page = page_of(answer)
    assert answer.status_code == 429
    assert 'id="krds-header"' in page
    assert f'<html lang="{language}"' in page
    assert WORDS[language] in page


# --- whose address ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_saw(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", headers=headers)
    assert client_address(request) == address


def test_behind_a_proxy_each_caller_has_their_own_limit_and_cannot_shed_it(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "1/h/ip"}
    settings.TRUSTED_PROXIES = 1

    def sign_up(forwarded: str) -> int:
        client = Client(headers={"X-Forwarded-For": forwarded})
        return client.post(reverse("account_signup"), {}).status_code

    assert sign_up("198.51.100.7") == 200
    assert sign_up("6.6.6.6, 198.51.100.7") == 429  # what the caller wrote is not looked at
    assert sign_up("198.51.100.8") == 200
