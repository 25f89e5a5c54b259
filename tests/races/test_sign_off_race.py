"""T1, T4, T10, T25: many people at once, on PostgreSQL, with real commits.

Each race is first run with its protection off, to show that this rig can see it go wrong.
"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.errors import AlreadyDone, CaseError, NotNow
from applications.models import Application
from applications.stages import Stage
from letters.models import Letter, LetterState
from programs import calendar, quota
from programs.models import Pool
from reviews.grounds import OTHER
from reviews.models import Decision
from reviews.services import decision, issuing, signing
from tests.outbox import deliver_letters
from tests.world import KOTRA, MONDAY

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(jobs):
    """Run the jobs in threads of their own connections, all let go together; their results."""
    gate = threading.Barrier(len(jobs))

    def run(job):
        try:
            with calendar.frozen(MONDAY):
                gate.wait(timeout=30)
                return job()
        except CaseError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def ready_to_sign(live_world, count, slug="gyeonggi"):
    return [live_world.at(Stage.DECISION, slug=slug).draft() for _ in range(count)]


def leave(slug, free):
    pool = Pool.objects.get(programme__slug=slug, parent=None)
    quota.opening(pool=pool, issued=pool.size - free, actor=None, reason="test")
    return pool


def assert_books_agree():
    for line in quota.snapshot():
        assert line.ok, line


@pytest.mark.incident("T1")
def test_fifty_sign_offs_for_ten_units_while_others_are_issued_and_released(live_world):
    early = ready_to_sign(live_world, 6)
    late = ready_to_sign(live_world, 44)
    pool = leave("gyeonggi", 10)
    for story in early:
        story.sign_off()
    # Six of the ten are held. Three are taken back while the letters of three are finished and
    # everyone else signs off.
    back, done = early[:3], early[3:]
    jobs = [
        lambda s=story: signing.sign_off(
            decision=decision.live_decision(Application.objects.get(pk=s.case.pk)),
            actor=User.objects.get(email="kotra.lead@demo.example")
            if s.case.office.code == "kotra"
            else User.objects.get(email="gyeonggi.lead@demo.example"),
        )
        for story in late
    ]
    jobs += [
        lambda s=story: signing.take_back(
            application=Application.objects.get(pk=s.case.pk), actor=s.lead, reason="착오"
        )
        for story in back
    ]
    jobs += [deliver_letters for _ in done]
    assert len(jobs) == 50
    results = at_once(jobs)
    deliver_letters()

    assert not [r for r in results if isinstance(r, BaseException) and not isinstance(r, NotNow)]
    pool.refresh_from_db()
    assert pool.held + pool.issued <= pool.size
    letters = Letter.objects.filter(programme_slug="gyeonggi")
    numbers = sorted(int(letter.number.rsplit("-", 1)[1]) for letter in letters)
    assert numbers == list(range(1, len(numbers) + 1)), "no gap and no repeat in the numbers"
    valid = letters.filter(state=LetterState.VALID).count()
    stages = Counter(Application.objects.values_list("stage", flat=True))
    assert valid == stages[Stage.ISSUED] == pool.issued - (pool.size - 10)
    # Whoever did not get a unit has a place in the list, or the unit that was freed for them.
    assert stages[Stage.WAITING_QUOTA] + stages[Stage.ISSUED] + stages[Stage.DECISION] == 50
    assert_books_agree()
    # The freed units went to the first in the list; accepted, exactly ten letters are out.
    for case in Application.objects.filter(stage=Stage.WAITING_QUOTA).order_by("pk"):
        if signing.claim_state(case) == "offered":
            lead = User.objects.get(email="gyeonggi.lead@demo.example")
            signing.accept_unit(application=case, actor=lead)
    deliver_letters()
    assert letters.filter(state=LetterState.VALID).count() == 10
    assert_books_agree()


@pytest.mark.incident("T4")
def test_two_leads_sign_the_same_decision(live_world):
    (story,) = ready_to_sign(live_world, 1, slug=KOTRA)
    other = live_world.second_lead("kotra")
    held = decision.live_decision(story.fresh())
    jobs = [
        lambda person=person: signing.sign_off(
            decision=Decision.objects.get(pk=held.pk), actor=person
        )
        for person in (story.lead, other)
    ]
    results = at_once(jobs)
    won = [r for r in results if isinstance(r, signing.SignOff)]
    lost = [r for r in results if isinstance(r, AlreadyDone)]
    assert len(won) == len(lost) == 1
    assert str(won[0].decision.signed_off_by) in str(lost[0])
    deliver_letters()
    assert Letter.objects.filter(subject=story.case.public_id).count() == 1
    assert story.fresh().stage == Stage.ISSUED


@pytest.mark.incident("T4")
def test_without_the_lock_two_leads_would_both_be_told_they_signed(live_world):
    """The rig sees the race: read, then write, with nothing locked."""
    (story,) = ready_to_sign(live_world, 1, slug=KOTRA)
    other = live_world.second_lead("kotra")
    held = decision.live_decision(story.fresh())
    both_have_read = threading.Barrier(2)

    def naive(person):
        with transaction.atomic():
            seen = Decision.objects.get(pk=held.pk)
            both_have_read.wait(timeout=30)
            if seen.signed_off_at is None:
                Decision.objects.filter(pk=held.pk).update(
                    signed_off_by=person, signed_off_at=calendar.now()
                )
                return "signed"
            return "too late"

    results = at_once([lambda: naive(story.lead), lambda: naive(other)])
    assert results == ["signed", "signed"]


@pytest.mark.incident("T4")
def test_two_reviewers_draft_at_once(live_world):
    story = live_world.at(Stage.DECISION)
    second = User.objects.create_user(email="third@demo.example", name="셋째심사")
    StaffMembership.objects.create(
        office=Office.objects.get(code="kotra"), user=second, role=StaffRole.REVIEWER
    )
    case = story.fresh()
    results = at_once(
        [
            lambda person=person, outcome=outcome, grounds=grounds: decision.draft(
                application=case, actor=person, outcome=outcome, reason="사유", grounds=grounds
            )
            for person, outcome, grounds in (
                (story.reviewer, "approve", []),
                (second, "refuse", [OTHER]),
            )
        ]
    )
    drafted = [r for r in results if isinstance(r, Decision)]
    told = [r for r in results if isinstance(r, AlreadyDone)]
    assert len(drafted) == len(told) == 1
    assert str(drafted[0].drafted_by) in str(told[0])
    assert Decision.objects.filter(application=case, ended_at=None).count() == 1


@pytest.mark.incident("T10")
def test_a_case_that_leaves_approved_while_its_letter_waits_gets_no_letter(live_world):
    story = live_world.at(Stage.APPROVED)
    letter = Letter.objects.get(subject=story.case.public_id)
    signing.take_back(application=story.fresh(), actor=story.lead, reason="착오")
    deliver_letters()
    letter.refresh_from_db()
    assert letter.state == LetterState.VOID
    assert letter.delivered_at is None
    assert story.fresh().stage == Stage.DECISION


@pytest.mark.incident("T10")
def test_taking_back_and_finishing_at_once_is_one_or_the_other(live_world):
    """Whoever gets the case's lock first wins; never a visible letter of a case taken back."""
    for _ in range(4):
        story = live_world.at(Stage.APPROVED, slug="gyeonggi")
        case = story.fresh()
        results = at_once(
            [
                deliver_letters,
                lambda c=case, s=story: signing.take_back(
                    application=c, actor=s.lead, reason="착오"
                ),
            ]
        )
        deliver_letters()
        letter = Letter.objects.get(subject=case.public_id)
        stage = story.fresh().stage
        if any(isinstance(r, CaseError) for r in results):
            assert (stage, letter.state) == (Stage.ISSUED, LetterState.VALID)
        else:
            assert (stage, letter.state) == (Stage.DECISION, LetterState.VOID)
        assert_books_agree()


@pytest.mark.incident("T10")
def test_the_case_is_looked_at_again_before_its_letter_is_shown(live_world):
    """A worker that rendered for minutes does not trust what it read at its start."""
    story = live_world.at(Stage.APPROVED)
    letter = Letter.objects.get(subject=story.case.public_id)
    Application.objects.filter(pk=story.case.pk).update(stage=Stage.DECISION)
    assert issuing.release(letter) is False
    letter.refresh_from_db()
    assert letter.state == LetterState.RESERVED
    assert letter.delivered_at is None
