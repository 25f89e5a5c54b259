"""A delivered letter is revoked, or put right, by two people: pages, API, quota, mails, lists."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Office, StaffMembership, StaffRole, User
from applications.errors import Incomplete, NotAllowed, NotNow, StaleCase
from applications.stages import Stage
from letters.models import Ending, Letter
from letters.verification import check_token
from notifications.models import Mail
from programs import calendar, quota
from programs.models import ClaimState, Pool
from reviews.models import Conflict
from reviews.services import conflicts, letter_ends
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, MONDAY

pytestmark = pytest.mark.django_db

REASON = "제출한 경력증명서가 위조되었습니다."


@pytest.fixture
def issued(world):
    """Gyeonggi's: its letters take units of a quota."""
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    assert story.fresh().stage == Stage.ISSUED
    return story


def letter_of(story) -> Letter:
    return Letter.objects.get(subject=story.case.public_id, state="valid")


def page_of(story) -> str:
    return reverse("reviews:letter", args=[story.case.public_id])


def revoked_list(client=None) -> list[tuple[str, str]]:
    answer = (client or Client()).get(reverse("letters:revoked_json")).json()
    return [(row["number"], row["status"]) for row in answer["letters"]]


def units() -> tuple[int, int]:
    root = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    return root.held, root.issued


def test_revoked_on_the_pages_by_two_people(world, issued):
    letter, before = letter_of(issued), units()
    reviewer = Browser(issued.reviewer).open(page_of(issued))
    answer = reviewer.do("revoke", reason="")
    assert answer.status == 200
    assert not Ending.objects.exists()
    page = Browser(issued.reviewer).open(page_of(issued)).do("revoke", reason=REASON)
    assert "다른 결재자가 확인하면 곧바로 취소됩니다" in page.words
    assert not page.has_form(do="confirm")
    assert check_token(letter.token).word == "specimen"
    assert revoked_list() == []
    lead = Browser(issued.lead).open(reverse("reviews:sign_offs"))
    assert letter.number in lead.words
    page = Browser(issued.lead).open(page_of(issued)).do("confirm")
    assert f"추천서의 발급을 취소했습니다: {letter.number}" in page.words
    assert "지금 유효한 추천서가 없습니다." in page.words
    # Everywhere at once.
    said = Client().get(reverse("letters:status", args=[letter.token])).content.decode()
    assert "발급이 취소된 추천서입니다" in said
    assert REASON not in said
    assert revoked_list() == [(letter.number, "revoked")]
    public = Client().get(reverse("letters:revoked")).content.decode()
    assert letter.number in public
    assert REASON not in public
    # The case stays issued, and the unit too: Gyeonggi's file gives it back for gaps only.
    assert issued.fresh().stage == Stage.ISSUED
    assert units() == before
    assert quota.live_claim(issued.case.public_id).state == ClaimState.ISSUED
    assert all(line.ok for line in quota.snapshot())
    # Company and candidate are told, once.
    deliver_letters()
    deliver_letters()
    mails = Mail.objects.filter(key__contains="letter_revoked")
    assert {mail.to for mail in mails} == {issued.member.email, issued.case.candidate.email}
    to_company = mails.get(to=issued.member.email)
    assert REASON in to_company.text
    assert letter.number in to_company.subject
    assert REASON not in mails.exclude(pk=to_company.pk).get().text
    own = Browser(issued.member).open(reverse("case", args=[issued.case.public_id]))
    assert REASON in own.words
    assert "추천서 발급 취소" in own.words
    assert "추천서가 취소되었습니다" in own.words
    assert "추천서 받기" not in own.words
    address = reverse("case-letter", args=[issued.case.public_id])
    assert Browser(issued.member).client.get(address).status_code == 404


def test_a_typo_is_put_right_and_the_unit_inherited(world, issued):
    old, before = letter_of(issued), units()
    deliver_letters()
    page = Browser(issued.reviewer).open(page_of(issued))
    page = page.do("correct", candidate_name_ko="바른이름", reason="국문 성명의 오기")
    assert "다른 결재자가 확인하면 새 추천서를 만듭니다" in page.words
    assert "바른이름" in page.words
    draft = Browser(issued.lead).client.get(
        reverse("reviews:corrected_pdf", args=[issued.case.public_id])
    )
    assert draft.content.startswith(b"%PDF-")
    page = Browser(issued.lead).open(page_of(issued)).do("confirm")
    assert "정정한 추천서를 만들고 있습니다." in page.words
    # Until the new one can be seen, the company has the old one.
    address = reverse("case-letter", args=[issued.case.public_id])
    company = Browser(issued.member)
    assert company.client.get(address).status_code == 200
    assert old.number in company.open(reverse("case", args=[issued.case.public_id])).words
    deliver_letters()
    new = letter_of(issued)
    old.refresh_from_db()
    assert (old.state, new.supersedes, new.valid_until) == ("superseded", old, old.valid_until)
    assert units() == before
    assert all(line.ok for line in quota.snapshot())
    assert check_token(old.token).facts.successor == new.number
    assert revoked_list() == [(old.number, "superseded")]
    mails = Mail.objects.filter(key__contains="letter_superseded")
    assert {mail.to for mail in mails} == {issued.member.email, issued.case.candidate.email}
    assert new.number in mails.get(to=issued.member.email).subject
    own = company.open(reverse("case", args=[issued.case.public_id]))
    assert new.number in own.words
    assert company.client.get(address).headers["Content-Disposition"].count(".pdf")


def test_nobody_confirms_what_they_proposed(world, issued):
    ending = letter_ends.propose_revocation(
        application=issued.fresh(), actor=issued.lead, reason=REASON
    )
    with pytest.raises(NotAllowed):
        letter_ends.confirm(ending=ending, actor=issued.lead)
    page = Browser(issued.lead).open(page_of(issued))
    assert "자신이 올린 취소나 정정은 다른 사람이 확인해야 합니다." in page.words
    with pytest.raises(NotAllowed):
        letter_ends.confirm(ending=ending, actor=issued.reviewer)  # no lead
    for stranger in (world["kotra.lead"], world["gyeonggi.admin"], issued.member):
        with pytest.raises(NotAllowed):
            letter_ends.confirm(ending=ending, actor=stranger)
        with pytest.raises(NotAllowed):
            letter_ends.decline(ending=ending, actor=stranger)
        with pytest.raises(NotAllowed):
            letter_ends.propose_revocation(
                application=issued.fresh(), actor=stranger, reason=REASON
            )
    other = world.second_lead("gyeonggi")
    with pytest.raises(StaleCase):
        letter_ends.confirm(ending=ending, actor=other, expected_revision=1)
    done = letter_ends.confirm(ending=ending, actor=other)
    assert letter_ends.confirm(ending=ending, actor=other) == done
    with pytest.raises(NotNow, match="이미 처리"):
        letter_ends.decline(ending=ending, actor=issued.lead)


def test_over_the_api_it_takes_two_people_too(world, issued):
    address = reverse("api-case-endings", args=[issued.case.public_id])

    def ask(user: User, path: str, **said):
        client = APIClient()
        client.force_login(user)
        return client.post(path, said, format="json")

    assert ask(issued.member, address, kind="revoke", reason=REASON).status_code == 404
    assert ask(world["kotra.lead"], address, kind="revoke", reason=REASON).status_code == 404
    assert ask(issued.lead, address, kind="revoke", reason="").status_code == 400
    made = ask(issued.lead, address, kind="revoke", reason=REASON)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    one = reverse("api-case-ending", args=[issued.case.public_id, made.json()["public_id"]])
    assert ask(issued.lead, one, do="confirm").status_code == 403
    assert ask(issued.reviewer, one, do="confirm").status_code == 403
    done = ask(world.second_lead("gyeonggi"), one, do="confirm")
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert Letter.objects.get(subject=issued.case.public_id).state == "revoked"


def test_what_cannot_be_printed_is_found_when_it_is_proposed(issued):
    with pytest.raises(Incomplete, match="글꼴에 없는"):
        letter_ends.propose_correction(
            application=issued.fresh(),
            actor=issued.reviewer,
            reason="x",
            corrections={"candidate_name_ko": "\U0001f600"},
        )
    assert not Ending.objects.exists()


def test_who_has_a_conflict_of_interest_ends_no_letter(world, issued):
    other = world.second_lead("gyeonggi")
    ending = letter_ends.propose_revocation(
        application=issued.fresh(), actor=issued.reviewer, reason=REASON
    )
    conflicts.declare_for_case(
        actor=other, application=issued.fresh(), kind=Conflict.Kind.FAMILY, note="친족"
    )
    with pytest.raises(NotAllowed):
        letter_ends.confirm(ending=ending, actor=other)


def test_expiry_needs_nobody_and_changes_nothing_else(issued):
    letter, before = letter_of(issued), units()
    with calendar.frozen(MONDAY + timedelta(days=400)):
        assert check_token(letter.token).word == "expired"
        page = Browser(issued.lead).open(page_of(issued))
        assert "유효기간이 지난 추천서입니다." in page.words
        assert "정정 올리기" not in page.words
    letter.refresh_from_db()
    assert (letter.state, letter.ended_at) == ("valid", None)
    assert units() == before
    assert revoked_list() == []


def test_a_lead_of_other_programmes_confirms_nothing(world, issued):
    clerk = User.objects.create_user(email="elsewhere@demo.example", name="딴결재")
    StaffMembership.objects.create(
        office=Office.objects.get(code="gyeonggi"),
        user=clerk,
        role=StaffRole.LEAD,
        programmes=["another"],
    )
    ending = letter_ends.propose_revocation(
        application=issued.fresh(), actor=issued.reviewer, reason=REASON
    )
    with pytest.raises(NotAllowed):
        letter_ends.confirm(ending=ending, actor=clerk)
    assert Browser(clerk).client.get(page_of(issued)).status_code == 404
