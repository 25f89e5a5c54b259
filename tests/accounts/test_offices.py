"""An office's people: only its administrators change them, and one administrator stays."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.errors import NotAllowed, NotNow
from accounts.models import Office, StaffMembership, StaffRole, User
from accounts.services import offices
from applications.models import QueueRow
from applications.stages import Stage
from audit.models import Event
from notifications.models import Mail
from reviews.models import Assignment
from tests.accounts.people import someone
from tests.outbox import deliver_letters
from tests.world import KOTRA

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world) -> Office:
    return Office.objects.get(code="kotra")


@pytest.fixture
def admin(world) -> User:
    return world["kotra.admin"]


def post_of(user: User) -> StaffMembership:
    return user.staff_memberships.get()


def second_admin(office: Office) -> User:
    user = someone("둘째운영")
    StaffMembership.objects.create(office=office, user=user, role=StaffRole.ADMINISTRATOR)
    return user


STEPS = {
    "change_post": lambda who, office: {
        "membership": post_of(who),
        "role": StaffRole.LEAD,
        "programmes": [],
    },
    "end_post": lambda who, office: {"membership": post_of(who)},
    "deactivate": lambda who, office: {"person": who, "office": office},
    "activate": lambda who, office: {"person": who, "office": office},
    "reset_second_factor": lambda who, office: {"person": who, "office": office},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("login", ["kotra.lead", "kotra.reviewer", "gyeonggi.admin", "company"])
def test_only_the_offices_administrators_change_its_people(world, office, step, login):
    who = world["kotra.reviewer2"]
    with pytest.raises(NotAllowed):
        getattr(offices, step)(**STEPS[step](who, office), actor=world[login])
    who.refresh_from_db()
    assert (post_of(who).role, who.is_active) == (StaffRole.REVIEWER, True)


@pytest.mark.parametrize("step", ["deactivate", "activate", "reset_second_factor"])
def test_another_offices_people_are_none_of_ones_own(world, office, admin, step):
    with pytest.raises(NotNow, match="이 기관의 직원이 아닙니다"):
        getattr(offices, step)(person=world["gyeonggi.lead"], office=office, actor=admin)


def test_the_last_administrator_cannot_step_down(office, admin):
    for refused in (
        lambda: offices.end_post(membership=post_of(admin), actor=admin),
        lambda: offices.change_post(
            membership=post_of(admin), actor=admin, role=StaffRole.LEAD, programmes=[]
        ),
        lambda: offices.deactivate(person=admin, office=office, actor=admin),
    ):
        with pytest.raises(NotNow):
            refused()
    assert post_of(admin).role == StaffRole.ADMINISTRATOR


def test_a_deactivated_administrator_is_none(office, admin):
    other = second_admin(office)
    offices.deactivate(person=other, office=office, actor=admin)
    with pytest.raises(NotNow, match="마지막 운영자"):
        offices.end_post(membership=post_of(admin), actor=admin)


def test_with_a_second_administrator_one_may_go(office, admin):
    second_admin(office)
    offices.end_post(membership=post_of(admin), actor=admin)
    assert not admin.staff_memberships.exists()


def test_a_role_and_programmes_change_and_every_change_is_recorded(world, office, admin):
    who = world["kotra.reviewer"]
    offices.change_post(
        membership=post_of(who), actor=admin, role=StaffRole.LEAD, programmes=[KOTRA]
    )
    assert (post_of(who).role, post_of(who).programmes) == (StaffRole.LEAD, [KOTRA])
    offices.end_post(membership=post_of(who), actor=admin)
    events = Event.objects.filter(subject_id=office.public_id).order_by("pk")
    assert [event.name for event in events] == ["office.staff_changed", "office.staff_ended"]
    assert {event.actor_id for event in events} == {admin.pk}
    assert events[0].data["person"] == str(who.public_id)


def test_a_role_held_already_is_a_sentence(world, office, admin):
    who = world["kotra.reviewer"]
    StaffMembership.objects.create(office=office, user=who, role=StaffRole.LEAD)
    reviewing = who.staff_memberships.get(role=StaffRole.REVIEWER)
    with pytest.raises(NotNow, match="이미 같은 역할"):
        offices.change_post(membership=reviewing, actor=admin, role=StaffRole.LEAD, programmes=[])


def test_a_deactivated_persons_session_ends_and_a_new_one_is_refused(world, office, admin):
    who = world["kotra.reviewer"]
    client = Client()
    client.force_login(who)
    assert client.get("/reviews/").status_code == 200
    offices.deactivate(person=who, office=office, actor=admin)
    assert client.get("/reviews/").status_code == 302
    answer = client.post(
        "/accounts/login/", {"login": who.email, "password": "chucheon-demo"}, follow=True
    )
    assert not answer.wsgi_request.user.is_authenticated
    offices.activate(person=who, office=office, actor=admin)
    who.refresh_from_db()
    assert who.is_active


def test_who_works_elsewhere_too_or_runs_the_installation_is_not_shut_out(world, office, admin):
    both, root = world["kotra.reviewer"], world["kotra.reviewer2"]
    StaffMembership.objects.create(
        office=Office.objects.get(code="gyeonggi"), user=both, role=StaffRole.REVIEWER
    )
    root.is_superuser = True
    root.save(update_fields=["is_superuser"])
    for who in (both, root):
        with pytest.raises(NotNow):
            offices.deactivate(person=who, office=office, actor=admin)
        with pytest.raises(NotNow):
            offices.reset_second_factor(person=who, office=office, actor=admin)
    assert User.objects.filter(pk__in=[both.pk, root.pk], is_active=True).count() == 2


@pytest.mark.parametrize("how", ["end", "deactivate", "other programmes"])
def test_the_cases_of_who_leaves_go_to_another_reviewer(world, office, admin, how):
    """Nobody's case waits with a person who may not open it any more."""
    story = world.at(Stage.DOCUMENT_REVIEW)
    row = QueueRow.objects.get(application=story.case)
    first = row.assignee
    assert first is not None
    if how == "end":
        offices.end_post(membership=post_of(first), actor=admin)
    elif how == "deactivate":
        offices.deactivate(person=first, office=office, actor=admin)
    else:
        offices.change_post(
            membership=post_of(first),
            actor=admin,
            role=StaffRole.REVIEWER,
            programmes=["another-programme"],
        )
    deliver_letters()
    row.refresh_from_db()
    assert row.assignee not in (None, first)
    turns = Assignment.objects.filter(application=story.case).order_by("pk")
    assert [(turn.assignee, turn.ended_because) for turn in turns] == [
        (first, "left"),
        (row.assignee, ""),
    ]


def test_a_change_that_takes_no_case_away_leaves_them_where_they_are(world, office, admin):
    story = world.at(Stage.DOCUMENT_REVIEW)
    first = QueueRow.objects.get(application=story.case).assignee
    offices.change_post(
        membership=post_of(first), actor=admin, role=StaffRole.REVIEWER, programmes=[KOTRA]
    )
    deliver_letters()
    assert QueueRow.objects.get(application=story.case).assignee == first


def test_a_lost_telephone_is_forgotten_by_an_administrator_but_not_ones_own(world, office, admin):
    who = world["kotra.reviewer"]
    for person in (who, admin):
        Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    offices.reset_second_factor(person=who, office=office, actor=admin)
    assert not Authenticator.objects.filter(user=who).exists()
    assert Event.objects.filter(name="person.second_factor_reset", actor_id=admin.pk).exists()
    with pytest.raises(NotNow, match="본인의 2단계 인증"):
        offices.reset_second_factor(person=admin, office=office, actor=admin)


def test_the_offices_data_change_but_not_its_code_nor_whether_it_is_official(office, admin):
    about = {name: getattr(office, name) for name in offices.CHANGEABLE}
    changed = offices.change_office(
        office=office, actor=admin, about={**about, "phone": "02-1", "shown_as_official": True}
    )
    office.refresh_from_db()
    assert changed == ["phone"]
    assert (office.phone, office.shown_as_official) == ("02-1", False)


def test_only_whoever_runs_the_installation_shows_an_office_as_official(office, admin):
    with pytest.raises(NotAllowed):
        offices.show_as_official(office=office, shown=True, actor=admin)
    offices.show_as_official(
        office=office, shown=True, actor=User.objects.create_superuser("root@x.example", name="r")
    )
    office.refresh_from_db()
    assert office.shown_as_official


# --- the command ----------------------------------------------------------------------------
def test_the_command_invites_the_first_administrator(world, capsys):
    StaffMembership.objects.filter(office__code="kotra").delete()
    call_command("office", "invite", "kotra", "first@test.example")
    assert capsys.readouterr().out == "invited first@test.example kotra administrator\n"
    assert "/account/invitation/" in Mail.objects.get(to="first@test.example").text


def test_the_command_lists_and_turns_on_and_off(world, capsys):
    call_command("office", "official", "kotra", "on")
    call_command("office", "list")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "kotra official"
    assert [line.split()[:3] for line in lines[1:]] == [
        ["daegu", "3", "not-official"],
        ["gyeonggi", "4", "not-official"],
        ["kotra", "4", "official"],
        ["moj", "0", "not-official"],
        ["ulsan", "3", "not-official"],
    ]
    call_command("office", "official", "kotra", "off")
    assert not Office.objects.filter(shown_as_official=True).exists()


def test_the_command_forgets_a_second_factor(world, capsys):
    who = world["kotra.admin"]
    Authenticator.objects.create(user=who, type="totp", data={"secret": "x"})
    call_command("office", "reset-second-factor", who.email.upper())
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ("invite", "nowhere", "a@test.example"),
        ("invite", "kotra", "no address"),
        ("invite", "kotra", "kotra.admin@demo.example"),
        ("official", "nowhere", "on"),
        ("reset-second-factor", "nobody@test.example"),
    ],
)
def test_the_command_says_what_is_wrong(world, wrong):
    with pytest.raises(CommandError):
        call_command("office", *wrong)
