"""What an approval rests on: everything that could stand in its way, and the rules' answer."""

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import User
from applications.errors import Incomplete, NotNow
from applications.models import Application
from letters import services as letters
from programs import calendar
from programs.models import Evaluation, Verdict
from reviews.facts import with_claims
from reviews.services.examination import evaluate_verified, unchecked_claims
from reviews.services.letter_inputs import letter_inputs
from reviews.standing import Standing, standing, too_few


@dataclass(frozen=True)
class Check:
    """One thing that was looked at before an approval, and what is wrong with it."""

    label: str
    problems: list[str]


def rests_on(
    case: Application,
    actor: User,
    purpose: str = "verified",
    *,
    seal: letters.SealLook | None,
) -> Evaluation:
    """The rules' answer on verified facts, today, for a locked case. Raises NotNow, Incomplete with
    every reason."""
    # Nobody can change them while the case is locked: read once for all that asks.
    prefetch_related_objects([case], with_claims())
    problems = approval_problems(case, seal=seal)
    if problems:
        raise Incomplete(problems[0], problems)
    evaluation = evaluate_verified(case, actor=actor, purpose=purpose)
    if evaluation.verdict != Verdict.ELIGIBLE:
        raise NotNow(
            _("검증된 사실이 요건을 충족하지 않아 승인할 수 없습니다: %(verdict)s")
            % {"verdict": evaluation.get_verdict_display()}
        )
    return evaluation


def approval_problems(case: Application, *, seal: letters.SealLook | None = None) -> list[str]:
    """Everything but the rules that stands in the way of an approval: unverified claims, the
    evaluators' answer, and whatever would make the letter impossible to print. Without the look
    that was taken at the seal, it is fetched here: never while something is locked."""
    found = approval_checks(case, standing(case), seal=seal)
    return [problem for check in found for problem in check.problems]


def approval_checks(
    case: Application, score: Standing | None, *, seal: letters.SealLook | None = None
) -> list[Check]:
    """The same, one by one, for a standing that has been read already."""
    claims = unchecked_claims(case)
    found = [
        Check(
            _("신고한 사실을 모두 확인"),
            [_("확인하지 않은 항목이 있습니다: %(what)s") % {"what": ", ".join(claims)}]
            if claims
            else [],
        )
    ]
    if score is not None:
        found.append(Check(_("외부 평가의 정족수와 기준"), _of_evaluators(score)))
    definition = case.manifest.letter
    if definition is None:
        problems = [_("이 프로그램은 추천서를 발급하지 않습니다.")]
        return [*found, Check(_("추천서 작성"), problems)]
    problems = letters.problems(
        office=case.office,
        letter_def=definition.as_dict(),
        inputs=letter_inputs(case),
        on=calendar.today(),
        seal=seal,
    )
    return [*found, Check(_("추천서의 서식, 빈 값, 글꼴, 관인, 서명 키"), problems)]


def _of_evaluators(score: Standing) -> list[str]:
    problems = []
    if sentence := too_few(score):
        problems.append(sentence)
    if score.answered and not score.passed:
        problems.append(
            _("외부 평가 평균 %(average)s점이 기준 %(mark)s점에 미치지 못합니다.")
            % {
                "average": f"{(score.average or 0) / 100:g}",
                "mark": f"{score.pass_points / 100:g}",
            }
        )
    return problems
