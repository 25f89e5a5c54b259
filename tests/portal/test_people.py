"""The desk's pages of people and of the office: for its administrators."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Invitation, Office, StaffMembership, StaffRole
from accounts.services import companies, invitations, joining
from notifications.models import Mail
from portal.demo import people as demo
from tests.accounts.people import NUMBERS, company_of, someone
from tests.pages import only_reading
from tests.person import Browser
from tests.world import KOTRA

pytestmark = pytest.mark.django_db

PEOPLE = "/desk/people/"


def person_page(user) -> str:
    return reverse("desk-person", args=[user.public_id])


@pytest.fixture
def kotra(world) -> Office:
    return Office.objects.get(code="kotra")


@pytest.mark.parametrize(
    ("login", "people", "person", "office"),
    [
        ("kotra.admin", 200, 200, 200),
        ("kotra.lead", 200, 404, 404),  # sees who works there, changes nobody
        ("kotra.reviewer", 403, 404, 404),
        ("gyeonggi.admin", 200, 404, 404),
        ("company", 403, 404, 404),
        ("evaluator1", 403, 404, 404),
        (None, 302, 302, 302),
    ],
)
def test_whose_pages_these_are(world, login, people, person, office):
    browser = Browser(world[login] if login else None)
    assert browser.status(PEOPLE) == people
    assert browser.status(person_page(world["kotra.reviewer"])) == person
    assert browser.status("/desk/office/kotra/") == office


def test_a_lead_is_shown_no_form_and_may_post_nothing(world, kotra):
    browser = Browser(world["kotra.lead"])
    page = browser.open(PEOPLE)
    assert not page.has_form(do="invite")
    assert person_page(world["kotra.reviewer"]) not in page.html
    sent = {"do": "invite", "office": "kotra", "email": "x@test.example", "role": "lead"}
    assert browser.client.post(PEOPLE, sent).status_code == 404
    assert not Invitation.objects.exists()


def test_an_administrator_invites_with_a_role_and_programmes(world, kotra):
    browser = Browser(world["kotra.admin"])
    page = browser.open(PEOPLE)
    page = page.send(
        page.form(do="invite"), email="clerk@test.example", role="reviewer", programmes=[KOTRA]
    )
    assert "초대 메일을 보냈습니다: clerk@test.example" in page.words
    invited = Invitation.objects.get()
    assert (invited.office, invited.role, invited.programmes) == (kotra, "reviewer", [KOTRA])
    assert Mail.objects.get().to == "clerk@test.example"
    page = page.send(page.form(invitation=str(invited.public_id)))
    invited.refresh_from_db()
    assert invited.withdrawn_at is not None


def test_what_is_wrong_with_an_invitation_is_said_and_what_was_typed_stays(world):
    page = Browser(world["kotra.admin"]).open(PEOPLE)
    page = page.send(page.form(do="invite"), email="no address", role="lead")
    assert 'value="no address"' in page.html
    page = page.send(page.form(do="invite"), email=f"kotra.lead@{demo.DOMAIN}", role="lead")
    assert "이미 같은 역할을 맡고 있습니다." in page.words


def test_another_offices_programme_cannot_be_given(world):
    page = Browser(world["kotra.admin"]).open(PEOPLE)
    form = page.form(do="invite")
    page = page.send(form, email="x@test.example", programmes=["gyeonggi"])
    assert not Invitation.objects.exists()
    assert "오류" in page.html


def test_another_offices_invitation_cannot_be_withdrawn(world):
    theirs = invitations.to_office(
        office=Office.objects.get(code="gyeonggi"),
        actor=world["gyeonggi.admin"],
        email="x@test.example",
        role=StaffRole.LEAD,
        programmes=[],
    )
    client = Browser(world["kotra.admin"]).client
    sent = {"do": "withdraw", "invitation": theirs.public_id}
    assert client.post(PEOPLE, sent).status_code == 404
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None


def test_a_role_is_changed_and_ended_on_the_persons_page(world):
    who = world["kotra.reviewer"]
    browser = Browser(world["kotra.admin"])
    page = browser.open(person_page(who))
    page = page.send(page.form(do="change"), role="lead", programmes=[KOTRA])
    post = who.staff_memberships.get()
    assert (post.role, post.programmes) == ("lead", [KOTRA])
    page = page.send(page.form(do="end"))
    assert page.path == PEOPLE
    assert not who.staff_memberships.exists()
    assert browser.status(person_page(who)) == 404


def test_an_account_is_stopped_and_given_back(world):
    who = world["kotra.reviewer"]
    page = Browser(world["kotra.admin"]).open(person_page(who))
    page = page.send(page.form(do="deactivate"))
    who.refresh_from_db()
    assert not who.is_active
    assert "사용 중지" in page.browser.open(PEOPLE).words
    page.send(page.form(do="activate"), do="activate")
    who.refresh_from_db()
    assert who.is_active


def test_the_last_administrator_is_told_and_stays(world):
    admin = world["kotra.admin"]
    page = Browser(admin).open(person_page(admin))
    assert not page.has_form(do="deactivate")
    page = page.send(page.form(do="change"), role="reviewer")
    assert "기관의 마지막 운영자입니다." in page.words
    page = page.send(page.form(do="end"))
    assert "기관의 마지막 운영자입니다." in page.words
    assert admin.staff_memberships.get().role == "administrator"


def test_a_post_of_another_person_is_not_changed_by_the_way(world):
    """The form names the post: it must be one of the page's person, at an office of one's own."""
    theirs = world["gyeonggi.reviewer"].staff_memberships.get()
    client = Browser(world["kotra.admin"]).client
    for do in ("change", "end"):
        for named in ("gyeonggi:reviewer", "kotra:administrator", ""):
            sent = {"do": do, "post": named, "role": "lead"}
            assert client.post(person_page(world["kotra.reviewer"]), sent).status_code == 404
    theirs.refresh_from_db()
    assert theirs.role == "reviewer"


def test_the_offices_data_are_saved_and_official_is_only_shown(world, kotra):
    browser = Browser(world["kotra.admin"])
    page = browser.open("/desk/office/")
    assert page.path == "/desk/office/kotra/"
    form = page.form(name_ko=kotra.name_ko)
    assert "shown_as_official" not in form.fields
    assert "code" not in form.fields
    page.send(form, department_ko="해외인재유치센터")
    browser.send(page.path, form.filled() | {"shown_as_official": ["on"], "code": ["x"]})
    kotra.refresh_from_db()
    assert (kotra.code, kotra.shown_as_official) == ("kotra", False)


def test_nobody_without_an_office_has_an_office_page(world):
    assert Browser(world["kotra.lead"]).status("/desk/office/") == 404
    assert "기관 정보" not in Browser(world["kotra.lead"]).open(PEOPLE).words


def test_lists_cost_the_same_at_one_row_and_at_three(world, kotra):
    """People, invitations and requests to companies without an owner."""
    admin = Browser(world["kotra.admin"])
    owner = someone("가나다")
    company = company_of(owner, number=NUMBERS[1])
    member = Browser(owner)
    own_page = reverse("accounts:company", args=[company.public_id])
    empty = company_of(someone(), number=NUMBERS[2])
    companies.leave(company=empty, actor=empty.memberships.get().user)
    StaffMembership.objects.filter(office=kotra).exclude(user=world["kotra.admin"]).delete()
    asked: dict[str, list[int]] = {}
    for times in (1, 2):
        for _each in range(times):
            clerk, newcomer = someone(), someone()
            StaffMembership.objects.create(office=kotra, user=clerk, role=StaffRole.REVIEWER)
            invitations.to_office(
                office=kotra,
                actor=world["kotra.admin"],
                email=f"{newcomer.pk}@test.example",
                role=StaffRole.LEAD,
                programmes=[],
            )
            joining.ask(actor=newcomer, business_no=empty.business_no)
            joining.ask(actor=newcomer, business_no=company.business_no)
            invitations.to_company(
                company=company, actor=owner, email=f"{newcomer.pk}@test.example", role="member"
            )
            company.memberships.create(user=someone())
        for browser, path in (
            (admin, PEOPLE),
            (admin, person_page(world["kotra.admin"])),
            (member, own_page),
            (Browser(newcomer), "/company/start/"),
            (member, "/account/"),
        ):
            with (
                CaptureQueriesContext(
                    connection,
                ) as queries,
                only_reading(),
            ):
                assert browser.status(path) == 200
            asked.setdefault(path, []).append(len(queries))
    assert all(len(set(counts)) == 1 for counts in asked.values()), asked
    assert max(counts[0] for counts in asked.values()) <= 15, asked
