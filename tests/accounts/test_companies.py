"""A company is registered once, and is never left without an owner by accident."""

import pytest
from django.core.exceptions import ValidationError

from accounts import registry
from accounts.errors import NotAllowed, NotNow, Registered
from accounts.models import (
    Company,
    CompanyMembership,
    CompanyRole,
    Invitation,
    StaffMembership,
    StaffRole,
)
from accounts.services import companies, invitations, joining
from applications.models import Application
from applications.stages import Stage
from audit.models import Event
from portal.people import orphaned
from tests.accounts.people import ABOUT, NUMBERS, company_of, joined, roles_in, someone
from tests.person import Browser

pytestmark = pytest.mark.django_db


def events(company: Company) -> list[str]:
    return list(
        Event.objects.filter(subject_id=company.public_id)
        .order_by("pk")
        .values_list("name", flat=True)
    )


def test_whoever_registers_a_company_is_its_first_owner():
    owner = someone("가")
    company = company_of(owner)
    assert roles_in(company) == {"가": CompanyRole.OWNER}
    assert events(company) == ["company.registered"]


def test_the_second_to_register_a_number_is_told_and_changes_nothing():
    company = company_of(someone("가"))
    with pytest.raises(Registered, match="이미 등록된 사업자등록번호") as refused:
        company_of(someone("나"), name_ko="다른 이름")
    assert refused.value.field == "business_no"
    company.refresh_from_db()
    assert company.name_ko == ABOUT["name_ko"]
    assert roles_in(company) == {"가": CompanyRole.OWNER}


@pytest.mark.parametrize("number", ["1234567890", "0000000000", "12", ""])
def test_a_number_that_is_none_is_refused(number):
    with pytest.raises(ValidationError):
        company_of(someone(), number=number)
    assert not Company.objects.exists()


def test_an_owner_corrects_the_data_and_a_member_does_not():
    company = company_of(someone("가"))
    member = joined(company)
    owner = company.memberships.get(role=CompanyRole.OWNER).user
    assert companies.change(company=company, actor=owner, about={**ABOUT, "phone": "1"}) == [
        "phone"
    ]
    assert companies.change(company=company, actor=owner, about={**ABOUT, "phone": "1"}) == []
    with pytest.raises(NotAllowed):
        companies.change(company=company, actor=member, about=ABOUT)
    company.refresh_from_db()
    assert company.phone == "1"
    assert events(company) == ["company.registered", "company.changed"]


@pytest.mark.parametrize("step", ["set_role", "remove"])
def test_only_an_owner_decides_about_members(step):
    company = company_of(someone("가"))
    member, other, stranger = joined(company), joined(company), someone()
    more = {"role": CompanyRole.OWNER} if step == "set_role" else {}
    for actor in (member, stranger):
        with pytest.raises(NotAllowed):
            getattr(companies, step)(company=company, actor=actor, person=other, **more)
    assert set(roles_in(company).values()) == {CompanyRole.OWNER, CompanyRole.MEMBER}


def test_a_deactivated_owner_decides_nothing():
    owner = someone("가")
    company = company_of(owner)
    member = joined(company)
    owner.is_active = False
    owner.save(update_fields=["is_active"])
    with pytest.raises(NotAllowed):
        companies.remove(company=company, actor=owner, person=member)


def test_the_last_owner_stays_one():
    owner = someone("가")
    company = company_of(owner)
    joined(company)
    with pytest.raises(NotNow, match="관리자가 한 사람은"):
        companies.set_role(company=company, actor=owner, person=owner, role=CompanyRole.MEMBER)
    with pytest.raises(NotNow, match="다른 구성원을 관리자로"):
        companies.leave(company=company, actor=owner)
    with pytest.raises(NotNow, match="본인은 내보낼 수 없습니다"):
        companies.remove(company=company, actor=owner, person=owner)
    assert roles_in(company)["가"] == CompanyRole.OWNER


def test_an_inactive_owner_does_not_count_as_another_one():
    owner = someone("가")
    company = company_of(owner)
    other = joined(company, CompanyRole.OWNER)
    other.is_active = False
    other.save(update_fields=["is_active"])
    with pytest.raises(NotNow):
        companies.set_role(company=company, actor=owner, person=owner, role=CompanyRole.MEMBER)


def test_an_owner_hands_over_and_leaves():
    owner = someone("가")
    company = company_of(owner)
    member = joined(company, name="나")
    companies.set_role(company=company, actor=owner, person=member, role=CompanyRole.OWNER)
    companies.leave(company=company, actor=owner)
    assert roles_in(company) == {"나": CompanyRole.OWNER}
    assert events(company)[-2:] == ["company.role_changed", "company.member_left"]


def test_a_stranger_is_no_member_to_be_changed():
    owner = someone("가")
    company = company_of(owner)
    with pytest.raises(NotNow, match="구성원이 아닙니다"):
        companies.remove(company=company, actor=owner, person=someone())


def test_a_company_without_anything_under_way_may_be_left_by_its_only_member():
    owner = someone("가")
    company = company_of(owner)
    companies.leave(company=company, actor=owner)
    assert not company.memberships.exists()


def test_somebody_answers_whether_there_are_open_cases(monkeypatch):
    assert registry.someone_knows_the_cases(None) == []
    monkeypatch.setattr(registry, "open_cases", [])
    assert [one.id for one in registry.someone_knows_the_cases(None)] == ["accounts.E001"]


# --- nobody decides where they apply ----------------------------------------------------------
def test_an_offices_staff_do_not_act_for_a_company(world):
    staff = world["kotra.reviewer"]
    company = company_of(someone(), number=NUMBERS[1])
    owner = company.memberships.get().user
    with pytest.raises(NotNow, match="기관 직원은"):
        company_of(staff, number=NUMBERS[2])
    with pytest.raises(NotNow, match="기관 직원은"):
        joining.ask(actor=staff, business_no=company.business_no)
    invited = invitations.to_company(
        company=company, actor=owner, email=staff.email, role=CompanyRole.MEMBER
    )
    with pytest.raises(NotNow, match="기관 직원은"):
        invitations.accept(invitation=invited, actor=staff)
    page = Browser(staff).open("/company/register/")
    page = page.send(page.form(next=""), business_no=NUMBERS[2], **ABOUT)
    assert "기관 직원은 회사의 구성원이 될 수 없습니다." in page.words
    assert not staff.company_memberships.exists()


def test_who_became_staff_while_waiting_is_not_let_in(world):
    company = company_of(someone(), number=NUMBERS[1])
    owner = company.memberships.get().user
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    office = world["kotra.admin"].staff_memberships.get().office
    StaffMembership.objects.create(office=office, user=asked.user, role=StaffRole.REVIEWER)
    with pytest.raises(NotNow, match="기관 직원은"):
        joining.approve(request=asked, actor=owner)


def test_a_companys_member_does_not_join_an_office(world):
    member = world["company"]
    admin = world["kotra.admin"]
    invited = invitations.to_office(
        office=admin.staff_memberships.get().office,
        actor=admin,
        email=member.email,
        role=StaffRole.REVIEWER,
        programmes=[],
    )
    with pytest.raises(NotNow, match="먼저 회사에서 나가"):
        invitations.accept(invitation=invited, actor=member)
    assert not member.staff_memberships.exists()


def test_a_member_sees_the_company_and_changes_nothing():
    company = company_of(someone("가나다"))
    member = Browser(joined(company, name="라마바"))
    page = member.open(f"/company/{company.public_id}/")
    assert "가나다" in page.words
    for do in ("invite", "role", "remove", "approve", "withdraw"):
        assert not page.has_form(do=do)
    assert member.status(f"/company/{company.public_id}/edit/") == 404
    sent = {"do": "invite", "email": "x@test.example", "role": "owner"}
    page = member.send(f"/company/{company.public_id}/", sent)
    assert "회사의 관리자만 할 수 있습니다." in page.words
    assert not Invitation.objects.exists()
    for login in (someone(), None):
        assert Browser(login).status(f"/company/{company.public_id}/") in {404, 302}


# --- T19 -----------------------------------------------------------------------------------------
@pytest.mark.incident("T19")
@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.DOCUMENT_REVIEW, Stage.SUPPLEMENT])
def test_the_only_member_does_not_leave_an_open_case_behind(world, stage):
    """Handing over first keeps the case with the company, and the colleague sees it."""
    case = world.bare(stage)
    owner, company = world["company"], case.company
    with pytest.raises(NotNow, match="진행 중인 신청이 있는"):
        companies.leave(company=company, actor=owner)
    assert company.memberships.filter(user=owner).exists()

    colleague = joined(company, CompanyRole.OWNER)
    companies.leave(company=company, actor=owner)
    assert list(Application.objects.for_company_member(colleague)) == [case]
    assert not Application.objects.for_company_member(owner).exists()


@pytest.mark.incident("T19")
def test_a_company_whose_people_are_gone_gets_an_owner_by_its_office(world):
    """The only member was shut out: a colleague asks to join, the office's administrator lets them
    in, and the case is theirs to go on with. Another office's administrator is not asked."""
    case = world.bare(Stage.SUPPLEMENT)
    gone, company = world["company"], case.company
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    newcomer = someone("새 담당")
    asked = joining.ask(actor=newcomer, business_no=company.business_no)

    assert "새 담당" not in Browser(world["gyeonggi.admin"]).open("/desk/people/").html
    page = Browser(world["kotra.admin"]).open("/desk/people/")
    assert "새 담당" in page.words
    page.send(page.form(request=str(asked.public_id)), do="let_in")

    assert CompanyMembership.objects.get(user=newcomer).role == CompanyRole.OWNER
    assert list(Application.objects.for_company_member(newcomer)) == [case]


@pytest.mark.incident("T19")
def test_closed_cases_of_an_empty_company_are_reached_again_the_same_way(world):
    case = world.bare(Stage.ISSUED)
    company = case.company
    companies.leave(company=company, actor=world["company"])
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    kotra, gyeonggi = (world[f"{name}.admin"] for name in ("kotra", "gyeonggi"))
    for admin, found in ((kotra, [asked]), (gyeonggi, [])):
        offices = [post.office for post in admin.staff_memberships.all()]
        assert list(orphaned(offices)) == found


def test_a_request_to_a_company_without_any_case_is_for_every_office(world):
    owner = someone()
    company = company_of(owner, number=NUMBERS[1])
    companies.leave(company=company, actor=owner)
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    for login in ("kotra.admin", "gyeonggi.admin"):
        assert list(orphaned([world[login].staff_memberships.get().office])) == [asked]


def test_an_office_does_not_answer_for_a_company_that_has_an_owner(world):
    company = company_of(someone(), number=NUMBERS[1])
    asked = joining.ask(actor=someone(), business_no=company.business_no)
    admin = world["kotra.admin"]
    office = admin.staff_memberships.get().office
    assert not orphaned([office]).exists()
    with pytest.raises(NotNow, match="관리자가 있습니다"):
        joining.answer_for_office(request=asked, actor=admin, office=office, let_in=True)
    page = Browser(admin).client.post("/desk/people/", {"do": "let_in", "request": asked.public_id})
    assert page.status_code == 404
    assert not CompanyMembership.objects.filter(user=asked.user).exists()
