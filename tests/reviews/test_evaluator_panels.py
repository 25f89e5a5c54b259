"""Whom an office asks: its panels first, and nobody whom something ties to the case."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import CompanyMembership, StaffMembership, StaffRole, User
from applications.errors import Invalid, NotAllowed, NotNow
from applications.stages import Stage
from audit.models import Event
from audit.triggers import suspended
from notifications.models import Mail
from portal.demo import people
from programs import calendar
from programs.models import Programme
from reviews.models import Conflict, Evaluator, Invitation, MailDomain, Panel
from reviews.selectors.panels import offered
from reviews.services import conflicts, evaluation, exclusion, panels
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import KOTRA

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return world.at(Stage.EXTERNAL_EVALUATION)


def who(world, login) -> Evaluator:
    return Evaluator.objects.get(user=world[login])


def ask(story, evaluator) -> Invitation:
    return evaluation.invite(application=story.fresh(), actor=story.reviewer, evaluator=evaluator)


def page_of(story):
    return reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})


def row(story, evaluator, **more):
    """An invitation written past the services."""
    return Invitation.objects.create(
        application=story.case,
        evaluator=evaluator,
        rubric={},
        invited_by=story.reviewer,
        invited_at=calendar.now(),
        due_on=calendar.today(),
        **more,
    )


# --- what ties somebody to a case --------------------------------------------------------------
def a_member_of_the_company(world, story, evaluator):
    CompanyMembership.objects.create(company=story.case.company, user=evaluator.user)


def on_the_offices_staff(world, story, evaluator):
    StaffMembership.objects.create(
        office=story.case.office, user=evaluator.user, role=StaffRole.LEAD
    )


def declared(world, story, evaluator):
    Conflict.objects.create(
        user=evaluator.user,
        application=story.case,
        kind="family",
        declared_by=evaluator.user,
        declared_at=calendar.now(),
    )


def at_the_company(world, story, evaluator):
    Evaluator.objects.filter(pk=evaluator.pk).update(institution=story.case.company.name_ko)


def at_the_school(world, story, evaluator):
    Evaluator.objects.filter(pk=evaluator.pk).update(institution="sample university of Technology")


def at_the_employer(world, story, evaluator):
    Evaluator.objects.filter(pk=evaluator.pk).update(institution="Sample Systems JSC")


def in_the_companys_mail_domain(world, story, evaluator):
    MailDomain.objects.filter(domain=people.DOMAIN).delete()


TIES = [
    a_member_of_the_company,
    on_the_offices_staff,
    declared,
    at_the_company,
    at_the_school,
    at_the_employer,
    in_the_companys_mail_domain,
]


@pytest.mark.parametrize("tie", TIES)
def test_who_is_tied_is_refused_by_service_page_and_database(world, story, tie):
    evaluator = who(world, "evaluator1")
    tie(world, story, evaluator)
    with pytest.raises(NotNow) as refused:
        ask(story, evaluator)
    assert "평가를 요청할 수 없습니다" in refused.value.sentence
    page = Browser(story.reviewer).open(page_of(story))
    assert f'value="{evaluator.user.public_id}"' not in page.html
    assert "요청할 수 없는 위원" in page.words
    with pytest.raises(IntegrityError, match="tied"), transaction.atomic():
        row(story, evaluator)
    assert not story.case.invitations.exists()
    # The rule is what refuses: without it the row is written.
    with suspended(connection):
        row(story, evaluator)


@pytest.mark.parametrize("tie", TIES)
def test_a_tie_that_comes_after_the_invitation_keeps_the_packet_shut(world, story, tie):
    invitation = ask(story, who(world, "evaluator1"))
    tie(world, story, invitation.evaluator)
    with pytest.raises(NotNow, match="이해관계가 있어 평가하실 수 없습니다"):
        evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    with pytest.raises(IntegrityError, match="tied"), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(
            state="accepted", no_conflict_at=calendar.now()
        )
    # To be rid of them is never refused.
    evaluation.revoke(invitation=invitation, actor=story.reviewer)


def test_nothing_ties_those_who_have_nothing_to_do_with_it(world, story):
    for login in ("evaluator1", "evaluator2", "evaluator3"):
        assert exclusion.refusal(story.case, who(world, login)) is None


@pytest.mark.parametrize(
    ("own", "other", "same"),
    [
        ("시연대학교 컴퓨터공학부", "시연대학교", True),
        ("다온전자 연구소", "주식회사 다온전자", True),
        ("(주)다온전자", "다온전자㈜", True),
        ("Daon Electronics Research", "DAON Electronics Co., Ltd.", True),
        ("시연대학교 / Demo University", "Demo University", True),
        ("University of Demo", "University", False),
        ("시연대", "시연대학교", False),
        ("다른대학교", "시연대학교", False),
        ("시연대학교", "", False),
        ("", "시연대학교", False),
        ("주식회사", "주식회사", False),
    ],
)
def test_a_name_is_known_in_another_dress(own, other, same):
    assert exclusion.same_institution(own, other) is same


def test_a_public_mail_provider_ties_nobody(world, story):
    evaluator = who(world, "evaluator1")
    member = story.case.company.memberships.get().user
    User.objects.filter(pk=member.pk).update(email="someone@naver.com")
    User.objects.filter(pk=evaluator.user_id).update(email="Expert@Naver.com")
    evaluator = Evaluator.objects.get(pk=evaluator.pk)
    assert exclusion.refusal(story.case, evaluator) is None
    # An office may say otherwise of its own cases, and back.
    say = {"office": story.case.office, "actor": world["kotra.admin"], "domain": "naver.com"}
    panels.say_domain(**say, public=False)
    with pytest.raises(NotNow, match="도메인"):
        ask(story, evaluator)
    panels.say_domain(**say, public=True)
    ask(story, evaluator)


# --- panels --------------------------------------------------------------------------------------
@pytest.fixture
def fields(world, story):
    """A panel for the case's field with the third evaluator, one for another with the second, and
    one for all with the first."""
    Panel.objects.all().delete()
    programme, admin = story.case.programme, world["kotra.admin"]
    code = story.case.queue_row.occupation
    other = "9" if not code.startswith("9") else "1"
    made = {}
    for login, name, codes in (
        ("evaluator3", "이 분야", [code[:2]]),
        ("evaluator2", "다른 분야", [other]),
        ("evaluator1", "모든 분야", []),
    ):
        panel = panels.create(programme=programme, actor=admin, name=name, occupations=codes)
        panels.add_member(
            panel=panel,
            actor=admin,
            email=world[login].email,
            name="",
            institution=who(world, login).institution,
        )
        made[login] = panel
    return made


def test_the_fitting_panels_members_come_first(world, story, fields):
    found = offered(story.fresh())
    assert [panel.name for panel in found.panels] == ["이 분야", "모든 분야"]
    assert {one.user for one in found.members} == {world["evaluator1"], world["evaluator3"]}
    assert [one.user for one in found.others] == [world["evaluator2"]]
    html = Browser(story.reviewer).open(page_of(story)).html
    html = html[html.index("평가 요청 보내기") - 4000 :]
    places = [html.index(str(world[login].public_id)) for login in ("evaluator1", "evaluator2")]
    assert places == sorted(places)
    assert "그 밖의 위원" in html


def test_whoever_is_tied_is_named_with_the_reason(world, story, fields):
    conflicts._write(world["evaluator3"], world["evaluator3"], "family", "", application=story.case)
    words = Browser(story.reviewer).open(page_of(story)).words
    assert "요청할 수 없는 위원 1명" in words
    assert "이 신청이나 회사와의 이해관계가 신고되어 있습니다." in words


def test_a_silent_evaluator_is_replaced_from_the_panel_with_one_press(world, story, fields):
    first = ask(story, who(world, "evaluator2"))
    page = Browser(story.reviewer).open(page_of(story))
    chosen = offered(story.fresh()).next
    page = page.do("swap")
    assert "위원을 바꾸어 평가를 요청했습니다" in page.words
    first.refresh_from_db()
    assert first.state == "revoked"
    assert story.case.invitations.get(state="invited").evaluator == chosen


def test_whoever_was_replaced_is_not_the_next_to_be_asked(world, story):
    one, other = who(world, "evaluator1"), who(world, "evaluator2")
    evaluation.revoke(invitation=ask(story, one), actor=story.reviewer)
    ask(story, other)
    found = offered(story.fresh())
    assert (found.next, found.members[-1]) == (who(world, "evaluator3"), one)
    ask(story, who(world, "evaluator3"))
    found = offered(story.fresh())
    assert found.members == [one]
    assert found.next is None


def test_an_administrator_edits_panels(world):
    admin = Browser(world["kotra.admin"])
    page = admin.open(reverse("reviews:panels"))
    programme = Programme.objects.get(slug=KOTRA)
    page = page.do("create", name="반도체", occupations="22, 2351", programme=programme.public_id)
    assert "위원회를 만들었습니다." in page.words
    panel = Panel.objects.get(name="반도체")
    assert panel.occupations == ["22", "2351"]
    wanted = {"email": "new@expert.example", "institution": "새 연구원"}
    page = page.do("add", **wanted)
    assert "처음 위촉하는 위원의 이름을 적어 주세요." in page.words
    assert page.form(do="add").values["email"] == ["new@expert.example"]
    page = page.do("add", **wanted, name="새 위원")
    member = panel.members.get()
    assert member.evaluator.by_link
    assert not member.evaluator.user.has_usable_password()
    page = page.do("add", email=world["kotra.reviewer"].email, institution="KOTRA")
    assert "이 기관의 직원은 평가위원이 될 수 없습니다." in page.words
    page = page.do("change", name="반도체와 전자", occupations="!")
    assert "직종코드의 앞자리만 적어 주세요." in page.words
    page = page.do("change", name="반도체와 전자", occupations="")
    panel.refresh_from_db()
    assert (panel.name, panel.occupations) == ("반도체와 전자", [])
    page = page.do("remove")
    assert not panel.members.exists()
    page = page.do("retire")
    panel.refresh_from_db()
    assert panel.retired_at is not None
    names = set(Event.objects.filter(name__startswith="panel.").values_list("name", flat=True))
    assert names == {
        "panel.created",
        "panel.member_added",
        "panel.changed",
        "panel.member_removed",
        "panel.retired",
    }


def test_a_name_twice_is_said_at_the_field(world):
    programme, admin = Programme.objects.get(slug=KOTRA), world["kotra.admin"]
    make = {"programme": programme, "actor": admin, "occupations": []}
    panels.create(**make, name="전자")
    with pytest.raises(Invalid) as refused:
        panels.create(**make, name=" 전자 ")
    assert list(refused.value.errors) == ["name"]


def test_others_offices_panels_do_not_exist(world):
    panel = Panel.objects.get(programme__slug=KOTRA)
    address = reverse("reviews:panel", kwargs={"public_id": panel.public_id})
    assert Browser(world["kotra.admin"]).status(address) == 200
    assert Browser(world["gyeonggi.admin"]).status(address) == 404
    for login in ("kotra.reviewer", "kotra.lead", "evaluator1", "company"):
        assert Browser(world[login]).status(reverse("reviews:panels")) == 403
    with pytest.raises(NotAllowed):
        panels.change(panel=panel, actor=world["gyeonggi.admin"], name="x", occupations=[])
    with pytest.raises(NotAllowed):
        panels.say_domain(
            office=panel.programme.office,
            actor=world["gyeonggi.admin"],
            domain="x.example",
            public=True,
        )


def test_a_domain_is_checked_at_the_field(world):
    page = Browser(world["kotra.admin"]).open(reverse("reviews:panels"))
    page = page.do("domain", domain="not a domain", public="no")
    assert "example.com처럼 적어 주세요." in page.words
    page = page.do("domain", domain="@Firm.example", public="no")
    assert MailDomain.objects.get(domain="firm.example").public is False


# --- leaving a panel -------------------------------------------------------------------------
def board() -> Panel:
    return Panel.objects.get(programme__slug=KOTRA, name=people.PANEL)


def leave(world, evaluator, panel=None) -> int:
    seat = (panel or board()).members.get(evaluator=evaluator)
    return panels.remove_member(member=seat, actor=world["kotra.admin"])


@pytest.mark.incident("T14")
def test_leaving_a_panel_ends_what_was_asked_and_not_what_was_answered(world, story):
    expert = panels.add_member(
        panel=board(),
        actor=world["kotra.admin"],
        email="expert@institute.example",
        name="한전문",
        institution="바깥연구원",
    ).evaluator
    answered, open_one = ask(story, who(world, "evaluator1")), ask(story, expert)
    story.answer_invitation(answered, 80)
    deliver_letters()
    text = Mail.objects.get(to=expert.user.email).text
    link = re.search(r"/reviews/evaluations/link/[\w-]+/", text)[0]
    visitor = Browser()
    packet = visitor.open(link).do("open").do("declare", ties="none")
    assert "자료와 평가표" in packet.words
    page = Browser(world["kotra.admin"]).open(reverse("reviews:panel", args=[board().public_id]))
    assert "답하지 않은 평가 요청 1건을 거두고" in page.words
    page = page.send(page.form(do="remove", member=str(expert.user.public_id)))
    assert (
        "위원을 뺐습니다: 한전문 답하지 않은 평가 요청 1건을 거두고 위원에게 알렸습니다."
        in page.words
    )
    open_one.refresh_from_db()
    assert (open_one.state, open_one.link_digest) == ("revoked", "")
    assert visitor.status(packet.path) == 302
    assert Browser().status(link) == 404
    deliver_letters()
    assert "거두었습니다" in Mail.objects.filter(to=expert.user.email).latest("pk").subject
    expert.refresh_from_db()
    assert not expert.active
    assert expert not in offered(story.fresh()).all
    said = Event.objects.filter(name="evaluation.revoked").latest("pk").data
    assert said["because"] == "off_panel"
    # What was answered counts on, and stays to be looked at by whoever wrote it.
    assert leave(world, answered.evaluator) == 0
    answered.refresh_from_db()
    assert answered.state == "submitted"
    theirs = Browser(world["evaluator1"])
    assert "제출한 평가" in theirs.open(reverse("reviews:packet", args=[answered.public_id])).words
    assert theirs.status(reverse("reviews:evaluations")) == 200


def test_another_fitting_panel_or_another_office_keeps_what_was_asked(world, story):
    evaluator = who(world, "evaluator1")
    invitation = ask(story, evaluator)
    programme = Programme.objects.get(slug=KOTRA)
    admin = world["kotra.admin"]
    second = panels.create(programme=programme, actor=admin, name="둘째", occupations=[])
    seat = {"email": evaluator.user.email, "name": "", "institution": evaluator.institution}
    panels.add_member(panel=second, actor=admin, **seat)
    assert leave(world, evaluator) == 0
    invitation.refresh_from_db()
    assert invitation.state == "invited"
    # A panel for another field is not what they were asked for.
    panels.add_member(panel=board(), actor=admin, **seat)
    panels.change(panel=second, actor=admin, name="둘째", occupations=["999"])
    assert leave(world, evaluator, second) == 0
    invitation.refresh_from_db()
    assert invitation.state == "invited"
    evaluator.refresh_from_db()
    assert evaluator.active
    assert leave(world, evaluator) == 1
    with pytest.raises(NotAllowed):
        panels.remove_member(member=board().members.first(), actor=world["gyeonggi.admin"])


def test_nobody_can_be_asked_again_before_they_are_appointed_again(world, story):
    evaluator = who(world, "evaluator2")
    for seat in evaluator.panels.all():
        seat.delete()
    panels.add_member(
        panel=board(),
        actor=world["kotra.admin"],
        email=evaluator.user.email,
        name="",
        institution=evaluator.institution,
    )
    leave(world, evaluator)
    evaluator.refresh_from_db()
    with pytest.raises(NotNow, match="위촉 중인"):
        ask(story, evaluator)
