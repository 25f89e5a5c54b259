"""Asking to join a company, and the owners' answer."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow
from accounts.models import CompanyRole, JoinOutcome, JoinRequest
from accounts.services import companies, joining
from notifications.models import Mail
from tests.accounts.people import ABOUT, NUMBERS, company_of, joined, roles_in, someone
from tests.person import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return company_of(someone("김소유"))


@pytest.fixture
def owner(company):
    return company.memberships.get(role=CompanyRole.OWNER).user


def test_the_owners_hear_of_a_request_and_nobody_else_does(company, owner):
    second = joined(company, CompanyRole.OWNER)
    joined(company)
    away = joined(company, CompanyRole.OWNER)
    away.is_active = False
    away.save(update_fields=["is_active"])
    asking = someone("다")
    joining.ask(actor=asking, business_no=company.business_no)
    mails = Mail.objects.order_by("pk")
    assert [mail.to for mail in mails] == [owner.email, second.email]
    assert asking.email in mails[0].text
    assert reverse("accounts:company", args=[company.public_id]) in mails[0].text


def test_an_approved_person_is_a_member_and_hears_of_it(company, owner):
    asked = joining.ask(actor=someone("다"), business_no=company.business_no)
    joining.approve(request=asked, actor=owner)
    assert roles_in(company)["다"] == CompanyRole.MEMBER
    asked.refresh_from_db()
    assert asked.outcome == JoinOutcome.APPROVED
    mail = Mail.objects.get(to=asked.user.email)
    assert company.name_ko in mail.text


def test_a_declined_person_learns_nothing_about_the_company(company, owner):
    asked = joining.ask(actor=someone("다"), business_no=company.business_no)
    joining.decline(request=asked, actor=owner)
    assert "다" not in roles_in(company)
    mail = Mail.objects.get(to=asked.user.email)
    assert company.business_no_dashed in mail.text
    for secret in (company.name_ko, company.name_en, company.representative, owner.name):
        assert secret not in mail.subject + mail.text + mail.html


def test_there_is_one_pending_request_per_person_and_company(company, owner):
    asking = someone()
    first = joining.ask(actor=asking, business_no=company.business_no)
    with pytest.raises(NotNow, match="이미 참여를 요청"):
        joining.ask(actor=asking, business_no=company.business_no)
    with pytest.raises(IntegrityError), transaction.atomic():
        JoinRequest.objects.create(company=company, user=asking)
    joining.decline(request=first, actor=owner)
    joining.ask(actor=asking, business_no=company.business_no)
    assert JoinRequest.objects.filter(user=asking).count() == 2


@pytest.mark.parametrize("answer", ["approve", "decline"])
def test_only_an_owner_answers_and_only_once(company, owner, answer):
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    for actor in (joined(company), someone(), asked.user):
        with pytest.raises(NotAllowed):
            getattr(joining, answer)(request=asked, actor=actor)
    getattr(joining, answer)(request=asked, actor=owner)
    with pytest.raises(NotNow, match="이미 처리된"):
        getattr(joining, answer)(request=asked, actor=owner)


def test_a_request_can_be_taken_back_by_who_made_it(company, owner):
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    with pytest.raises(NotAllowed):
        joining.withdraw(request=asked, actor=owner)
    joining.withdraw(request=asked, actor=asked.user)
    with pytest.raises(NotNow):
        joining.approve(request=asked, actor=owner)


def test_a_member_and_an_unknown_number_get_a_sentence(company):
    with pytest.raises(NotNow, match="이미 이 회사의 구성원"):
        joining.ask(actor=joined(company), business_no=company.business_no)
    with pytest.raises(NotNow, match="등록되지 않은"):
        joining.ask(actor=someone(), business_no=NUMBERS[1])


def test_a_person_shut_out_meanwhile_is_not_let_in(company, owner):
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    asked.user.is_active = False
    asked.user.save(update_fields=["is_active"])
    with pytest.raises(NotNow, match="사용이 중지된"):
        joining.approve(request=asked, actor=owner)


# --- the pages ---------------------------------------------------------------------------------
def test_the_page_never_names_the_company_that_is_asked(company, owner):
    asking = Browser(someone())
    page = asking.open(reverse("accounts:join"))
    page = page.send(page.form(next=""), business_no="124-81-00998")
    assert page.path == reverse("accounts:start")
    assert "124-81-00998" in page.words
    for secret in (company.name_ko, company.name_en, company.representative, owner.name):
        assert secret not in page.html


def test_registering_a_known_number_leads_to_asking(company):
    newcomer = Browser(someone())
    page = newcomer.open(reverse("accounts:register") + "?next=/applications/new/")
    page = page.send(page.form(next="/applications/new/"), business_no="124-81-00998", **ABOUT)
    assert "이미 등록된 사업자등록번호입니다." in page.words
    assert ABOUT["address"] in page.html  # what was typed stays
    link = page.response.context["join_url"]
    page = newcomer.open(link)
    page = page.send(page.form(business_no="1248100998"))
    assert JoinRequest.objects.get().company == company
    assert page.path == reverse("accounts:start")


def test_owners_answer_on_the_companys_page(company, owner):
    yes, no = (
        joining.ask(actor=someone(name), business_no=company.business_no) for name in ("다", "라")
    )
    browser = Browser(owner)
    page = browser.open(reverse("accounts:company", args=[company.public_id]))
    page = page.send(page.form(request=str(yes.public_id)), do="approve")
    page = page.send(page.form(request=str(no.public_id)), do="decline")
    assert set(roles_in(company)) == {"김소유", "다"}
    assert not page.has_form(do="approve")


def test_another_companys_request_is_not_ones_own(company):
    stranger = someone()
    other = company_of(stranger, number=NUMBERS[1])
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    page = Browser(stranger).client.post(
        reverse("accounts:company", args=[other.public_id]),
        {"do": "approve", "request": asked.public_id},
    )
    assert page.status_code == 404
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_a_request_is_taken_back_on_the_start_page(company):
    asking = someone()
    asked = joining.ask(actor=asking, business_no=company.business_no)
    address = reverse("accounts:join-withdraw", args=[asked.public_id])
    assert Browser(someone()).client.post(address).status_code == 404
    page = Browser(asking).open(reverse("accounts:start"))
    page.send(page.form_to(address))
    asked.refresh_from_db()
    assert asked.outcome == JoinOutcome.WITHDRAWN


def test_leaving_says_why_not_and_then_lets_go(company, owner):
    address = reverse("accounts:company-leave", args=[company.public_id])
    member = joined(company, name="나")
    browser = Browser(owner)
    page = browser.open(address)
    assert "마지막 관리자입니다." in page.words
    assert not page.has_form(next="")
    assert Browser(someone()).status(address) == 404
    leaving = Browser(member).open(address)
    left = leaving.send(leaving.form(do="leave"), do="leave")
    assert left.path == reverse("accounts:start")
    assert "나" not in roles_in(company)
    companies.leave(company=company, actor=owner)
