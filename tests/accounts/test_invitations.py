"""An invitation's link: for one address, once, for a time."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow
from accounts.models import CompanyRole, Invitation, JoinRequest, Office, StaffRole, User
from accounts.services import invitations, joining
from notifications.models import Mail
from tests.accounts.people import company_of, joined, roles_in, someone
from tests.person import Browser

pytestmark = pytest.mark.django_db

GUEST = "guest@test.example"


@pytest.fixture
def owner():
    return someone("김소유")


@pytest.fixture
def company(owner):
    return company_of(owner)


def invite(company, owner, email=GUEST, role=CompanyRole.MEMBER) -> str:
    """Invite and return the link's path, as the mail has it."""
    invitations.to_company(company=company, actor=owner, email=email, role=role)
    text = Mail.objects.filter(to=email.lower()).latest("pk").text
    return re.search(r"https?://[^/]+(/account/invitation/\S+)", text)[1]


def accept(link: str, browser: Browser):
    page = browser.open(link)
    return page.send(page.form(do="accept"), do="accept")


def test_the_invited_person_becomes_what_they_were_invited_to_be(company, owner):
    link = invite(company, owner, role=CompanyRole.OWNER)
    page = accept(link, Browser(someone("손님", email=GUEST)))
    assert page.path == reverse("accounts:company", args=[company.public_id])
    assert roles_in(company)["손님"] == CompanyRole.OWNER


def test_the_link_works_once(company, owner):
    link = invite(company, owner)
    guest = Browser(someone(email=GUEST))
    accept(link, guest)
    page = guest.open(link)
    assert page.status == 404
    assert "열 수 없는 초대입니다" in page.words


def test_a_forwarded_link_is_of_no_use(company, owner):
    link = invite(company, owner)
    other = someone("다른")
    page = Browser(other).open(link)
    assert "다른 이메일 주소로 보낸 것입니다." in page.words
    assert not page.has_form(do="accept")
    assert GUEST not in page.html  # only masked
    page = Browser(other).send(link, {"do": "accept"})
    assert "다른 이메일 주소로 보낸 초대입니다." in page.words
    assert "다른" not in roles_in(company)


def test_an_address_that_is_not_verified_is_not_enough(company, owner):
    link = invite(company, owner)
    guest = someone("손님", email=GUEST)
    guest.emailaddress_set.update(verified=False)
    assert not Browser(guest).open(link).has_form(do="accept")
    with pytest.raises(NotAllowed):
        invitations.accept(invitation=Invitation.objects.get(), actor=guest)


def test_case_of_the_address_does_not_matter(company, owner):
    link = invite(company, owner, email="Guest@Test.example")
    accept(link, Browser(someone("손님", email=GUEST)))
    assert "손님" in roles_in(company)


def test_an_expired_and_a_withdrawn_link_are_dead(company, owner):
    link = invite(company, owner)
    found = Invitation.objects.get()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    guest = someone(email=GUEST)
    assert Browser(guest).open(link).status == 404
    found.refresh_from_db()
    with pytest.raises(NotNow, match="유효 기간"):
        invitations.accept(invitation=found, actor=guest)

    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    invitations.withdraw(invitation=found, actor=owner)
    assert Browser(guest).open(link).status == 404
    with pytest.raises(NotNow, match="이미 쓰였거나 취소된"):
        invitations.accept(invitation=found, actor=guest)


def test_inviting_again_replaces_the_earlier_link(company, owner):
    first, second = invite(company, owner), invite(company, owner)
    guest = Browser(someone(email=GUEST))
    assert guest.open(first).status == 404
    assert guest.open(second).status == 200
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_only_an_owner_invites_and_withdraws(company, owner):
    invite(company, owner)
    for actor in (joined(company), someone()):
        with pytest.raises(NotAllowed):
            invitations.to_company(
                company=company, actor=actor, email="x@test.example", role=CompanyRole.MEMBER
            )
        with pytest.raises(NotAllowed):
            invitations.withdraw(invitation=Invitation.objects.get(), actor=actor)


def test_a_member_is_not_invited_again(company, owner):
    member = joined(company)
    with pytest.raises(NotNow, match="이미 이 회사의 구성원"):
        invite(company, owner, email=member.email.upper())


def test_a_pending_request_ends_with_the_accepted_invitation(company, owner):
    guest = someone(email=GUEST)
    joining.ask(actor=guest, business_no=company.business_no)
    accept(invite(company, owner), Browser(guest))
    assert not JoinRequest.objects.filter(answered_at=None).exists()


def test_the_database_holds_no_token_and_one_open_invitation(company, owner):
    link = invite(company, owner)
    token = link.rstrip("/").rsplit("/", 1)[1]
    row = Invitation.objects.values().get()
    assert token not in str(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            company=company,
            email=GUEST,
            role=CompanyRole.MEMBER,
            token_digest="x",
            expires_at=timezone.now(),
        )


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"role": "reviewer"},
        {"role": "owner", "both": True},
    ],
)
def test_an_invitation_is_of_a_company_or_an_office_in_a_role_there_is(company, where):
    office = Office.objects.create(code="x", name_ko="가", name_en="a") if "both" in where else None
    of = {"company": company, "office": office} if where else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            **of,
            email=GUEST,
            role=where.get("role", "owner"),
            token_digest="x",
            expires_at=timezone.now(),
        )


def test_the_mail_is_in_its_readers_language(company, owner):
    someone(email=GUEST, language="en")
    invite(company, owner)
    mail = Mail.objects.get(to=GUEST)
    assert mail.language == "en"
    assert company.name_en in mail.text
    assert "m-button" in mail.html


def test_whoever_has_no_account_signs_up_by_the_link_and_needs_no_second_mail(company, owner):
    """The mail was read at that address: that is what a verification mail would have shown."""
    link = invite(company, owner)
    stranger = Browser()
    page = stranger.open(link)
    assert "김소유" not in page.html
    page = page.send(page.form(do="signup"), do="signup")
    assert page.path == reverse("account_signup")
    form = page.form(email=GUEST)
    page = page.send(form, name="손님", password1="a-long-password", password2="a-long-password")
    assert page.path == link
    page = page.send(page.form(do="accept"), do="accept")
    assert "손님" in roles_in(company)
    assert Mail.objects.filter(to=GUEST).count() == 1


def test_another_address_typed_at_sign_up_is_not_taken_for_verified(company, owner):
    """The invited one was shown to be theirs, and is the one they sign in with."""
    link = invite(company, owner)
    stranger = Browser()
    page = stranger.open(link)
    page = page.send(page.form(do="signup"), do="signup")
    page.send(
        page.form(email=GUEST),
        email="other@test.example",
        name="손님",
        password1="a-long-password",
        password2="a-long-password",
    )
    guest = User.objects.get(name="손님")
    known = {one.email: (one.verified, one.primary) for one in guest.emailaddress_set.all()}
    assert known == {GUEST: (True, True), "other@test.example": (False, False)}
    assert guest.email == GUEST


def test_a_sign_in_on_the_way_leads_back_to_the_invitation(company, owner):
    link = invite(company, owner)
    guest = someone(email=GUEST)
    page = Browser().open(link)
    assert f"{reverse('account_login')}?next=" in page.html
    assert not page.has_form(do="signup") or not guest  # the address has an account
    page = page.browser.open(page.response.context["login_url"])
    page = page.send(page.form(next=link), login=GUEST, password="x")
    assert page.path == link
    assert page.has_form(do="accept")


def test_staff_are_invited_to_a_role_with_programmes(world):
    admin = world["kotra.admin"]
    office = Office.objects.get(code="kotra")
    guest = someone("손님", email=GUEST)
    invited = invitations.to_office(
        office=office,
        actor=admin,
        email=GUEST,
        role=StaffRole.REVIEWER,
        programmes=["kotra-recommendation"],
    )
    assert Client().get(reverse("home")).status_code == 200
    post = invitations.accept(invitation=invited, actor=guest)
    assert (post.role, post.programmes) == (StaffRole.REVIEWER, ["kotra-recommendation"])
    for actor in (world["kotra.lead"], world["gyeonggi.admin"], world["company"]):
        with pytest.raises(NotAllowed):
            invitations.to_office(
                office=office, actor=actor, email="x@test.example", role="lead", programmes=[]
            )
    with pytest.raises(NotNow, match="이미 같은 역할"):
        invitations.to_office(
            office=office, actor=admin, email=GUEST, role=StaffRole.REVIEWER, programmes=[]
        )
