"""An evaluator's scores: saved as typed, not over another window's, looked at before they stand."""

import pytest
from django.urls import reverse

from applications.errors import Invalid, NotNow
from applications.stages import Stage
from audit.models import Event
from programs import calendar
from reviews.models import Evaluator, Invitation
from reviews.services import evaluation
from reviews.services.evaluation import StaleScores
from reviews.standing import total
from tests.person import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return world.at(Stage.EXTERNAL_EVALUATION)


@pytest.fixture
def invitation(world, story):
    """An open packet of the first evaluator."""
    found = evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )
    return evaluation.declare_no_conflict(invitation=found, actor=world["evaluator1"])


@pytest.fixture
def evaluator(world):
    return Browser(world["evaluator1"])


def address(invitation, name="packet"):
    return reverse(f"reviews:{name}", kwargs={"public_id": invitation.public_id})


def by_itself(browser, page, **typed):
    """What the page sends when it saves by itself."""
    form = page.form(do="save")
    sent = form.filled(**typed) | {"autosave": "1"}
    return browser.client.post(page.path, sent, headers={"HX-Request": "true"})


def stored(invitation):
    return {score.criterion: (score.hundredths, score.comment) for score in invitation.scores.all()}


def codes(invitation):
    return [criterion["code"] for criterion in invitation.rubric["criteria"]]


def test_a_page_that_saves_by_itself_keeps_what_is_right_and_says_what_is_not(
    invitation, evaluator
):
    page = evaluator.open(address(invitation))
    first, second, third, fourth = codes(invitation)
    answer = by_itself(
        evaluator,
        page,
        **{
            f"points_{first}": "8.5",
            f"points_{second}": "11",
            f"comment_{third}": "점수는 나중에",
        },
        opinion="쓰는 중",
    )
    assert (answer.status_code, answer["X-Draft"]) == (200, "saved")
    assert stored(invitation) == {first: (850, ""), third: (None, "점수는 나중에")}
    invitation.refresh_from_db()
    assert (invitation.revision, invitation.opinion) == (1, "쓰는 중")
    assert invitation.saved_at == calendar.now()
    words = answer.content.decode()
    assert 'data-version="1"' in words
    assert f'data-wrong="points_{second}"' in words
    # 85 % of 40; a criterion without points counts nothing yet.
    assert "4개 항목 중 1개를 매겼습니다." in words
    assert ">34<" in words
    again = evaluator.open(address(invitation)).form(do="save").values
    assert again[f"points_{first}"] == ["8.5"]
    assert again[f"comment_{third}"] == ["점수는 나중에"]
    assert again[f"points_{fourth}"] == [""]


def test_a_save_without_a_change_is_no_save(invitation, evaluator):
    page = evaluator.open(address(invitation))
    by_itself(evaluator, page, opinion="글")
    page = evaluator.open(address(invitation))
    by_itself(evaluator, page)
    invitation.refresh_from_db()
    assert invitation.revision == 1


def test_what_is_emptied_is_gone(invitation, evaluator):
    first = codes(invitation)[0]
    page = evaluator.open(address(invitation)).do("save", **{f"points_{first}": "7"})
    assert stored(invitation) == {first: (700, "")}
    page.do("save", **{f"points_{first}": ""})
    assert stored(invitation) == {}


def test_an_older_window_overwrites_nothing_and_loses_nothing(invitation, evaluator):
    first, second = codes(invitation)[:2]
    older = evaluator.open(address(invitation))
    evaluator.open(address(invitation)).do("save", **{f"points_{first}": "9"})
    # By itself it says so, and stores nothing.
    answer = by_itself(evaluator, older, **{f"points_{first}": "4", f"points_{second}": "6"})
    assert answer["X-Draft"] == "conflict"
    assert "저장하지 않았습니다. 먼저 저장된 내용이 있습니다." in answer.content.decode()
    assert stored(invitation) == {first: (900, "")}
    # Pressed, it shows both and lets one choose.
    page = older.do("save", **{f"points_{first}": "4", f"points_{second}": "6"})
    assert page.status == 409
    assert "다른 창에서 이 항목을 먼저 저장하셨습니다." in page.words
    assert "전문성: 점수 (0~10) 4 9" in page.words
    values = page.form(do="save").values
    assert (values[f"points_{first}"], values[f"points_{second}"]) == (["4"], ["6"])
    assert stored(invitation) == {first: (900, "")}
    assert page.do("save").status == 200
    assert stored(invitation) == {first: (400, ""), second: (600, "")}


def test_a_page_that_does_not_say_what_it_saw_counts_as_older(invitation, evaluator):
    page = evaluator.open(address(invitation))
    for version in ("", "x", "-1", "9" * 30):
        answer = by_itself(evaluator, page, version=version, opinion="글")
        assert answer["X-Draft"] == "conflict"
    invitation.refresh_from_db()
    assert invitation.opinion == ""


def test_a_closed_packet_says_so_to_a_page_that_saves_by_itself(invitation, evaluator, story):
    page = evaluator.open(address(invitation))
    evaluation.revoke(invitation=invitation, actor=story.reviewer)
    answer = by_itself(evaluator, page, opinion="늦은 글")
    assert (answer.status_code, answer["X-Draft"]) == (200, "stopped")
    assert "이 평가는 끝났습니다." in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.opinion == ""


def test_nothing_is_sent_before_it_is_whole(invitation, evaluator):
    first, *others = codes(invitation)
    assert evaluator.open(address(invitation, "packet_check")).path == address(invitation)
    page = evaluator.open(address(invitation)).do(
        "check", **{f"points_{first}": "3"}, **{f"points_{code}": "8" for code in others}
    )
    assert page.path == address(invitation)
    assert "낮은 점수에는 이유를 적어 주세요." in page.words
    assert evaluator.open(address(invitation, "packet_check")).path == address(invitation)
    page = page.do("check", **{f"comment_{first}": "경력이 짧습니다."})
    assert page.path == address(invitation, "packet_check")
    assert "경력이 짧습니다." in page.words
    assert "60 / 100점" in page.words
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ACCEPTED
    page = page.do("submit")
    assert "평가를 제출했습니다. 감사합니다." in page.words
    assert "다음 절차" in page.words
    invitation.refresh_from_db()
    assert (invitation.state, total(invitation)) == (Invitation.State.SUBMITTED, 6000)


def test_what_is_sent_is_what_was_looked_at(invitation, evaluator):
    whole = {f"points_{code}": "8" for code in codes(invitation)}
    looked = evaluator.open(address(invitation)).do("check", **whole)
    evaluator.open(address(invitation)).do("save", opinion="다른 창에서")
    page = looked.do("submit")
    assert page.status == 409
    assert "다른 창에서" in page.words
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ACCEPTED
    page.do("submit")
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.SUBMITTED


def test_a_sent_evaluation_is_locked(invitation, evaluator, world):
    whole = {f"points_{code}": "8" for code in codes(invitation)}
    looked = evaluator.open(address(invitation)).do("check", **whole)
    looked.do("submit")
    before = stored(invitation)
    assert looked.do("submit").path == address(invitation)
    with pytest.raises(NotNow):
        evaluation.save_scores(
            invitation=invitation,
            actor=world["evaluator1"],
            scores={codes(invitation)[0]: (0, "바꿈")},
            opinion="바꿈",
        )
    assert stored(invitation) == before


def test_points_outside_the_scale_are_refused_by_the_service_too(invitation, world):
    code = codes(invitation)[0]
    for points in (-1, 1001):
        with pytest.raises(Invalid):
            evaluation.save_scores(
                invitation=invitation,
                actor=world["evaluator1"],
                scores={code: (points, "")},
                opinion=None,
            )
    with pytest.raises(StaleScores):
        evaluation.save_scores(
            invitation=invitation,
            actor=world["evaluator1"],
            scores={code: (100, "")},
            opinion=None,
            expected_revision=7,
        )
    assert stored(invitation) == {}


# --- stepping back ---------------------------------------------------------------------------
@pytest.mark.parametrize("opened", [False, True], ids=["before the packet", "after it"])
def test_who_steps_back_says_why_and_only_the_office_reads_it(world, story, opened):
    invitation = evaluation.invite(
        application=story.case,
        actor=story.reviewer,
        evaluator=Evaluator.objects.get(user=world["evaluator1"]),
    )
    if opened:
        evaluation.declare_no_conflict(invitation=invitation, actor=world["evaluator1"])
    person = Browser(world["evaluator1"])
    page = person.open(address(invitation))
    page = page.do("recuse")
    assert "필수" in page.words
    page = page.do("recuse", because="other", note=" ")
    assert "사유를 적어 주세요." in page.words
    page = page.do("recuse", because="other", note="지원 회사의 자문을 맡고 있습니다.")
    assert page.path == reverse("reviews:evaluations")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.recused_because) == ("recused", "other")
    assert "회피하신 평가라서 자료를 볼 수 없습니다." in person.open(address(invitation)).words
    # What was typed about people stays out of the events.
    event = Event.objects.get(name="evaluation.recused")
    assert event.data["because"] == "other"
    assert "자문" not in str(event.data)
    staff = reverse("reviews:evaluation", kwargs={"public_id": story.case.public_id})
    assert "지원 회사의 자문을 맡고 있습니다." in Browser(story.reviewer).open(staff).words


# --- what the evaluator reads ----------------------------------------------------------------
def test_the_rubric_says_what_points_mean_in_the_readers_language(invitation, evaluator):
    words = evaluator.open(address(invitation)).words
    assert "비중 40%" in words
    assert "학력과 경력이 모두 직무에 꼭 맞고 깊다" in words
    assert "학력이나 경력이 직무와 이어지지 않는다" in words


def test_a_list_says_where_each_evaluation_stands(world, story, invitation):
    person = Browser(world["evaluator1"])
    assert "평가 중" in person.open(reverse("reviews:evaluations")).words
    last = invitation.due_on
    Invitation.objects.filter(pk=invitation.pk).update(due_on=calendar.today())
    assert "평가 중" in person.open(reverse("reviews:evaluations")).words
    Invitation.objects.filter(pk=invitation.pk).update(due_on=last.replace(day=11))
    words = person.open(reverse("reviews:evaluations")).words
    assert "기한 지남" in words
    assert "평가 중" not in words
