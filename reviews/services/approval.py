"""What an approval rests on: everything that could stand in its way, and the rules' answer."""

from django.utils.translation import gettext as _

from accounts.models import User
from applications.errors import Incomplete, NotNow
from applications.models import Application
from letters import services as letters
from programs import calendar
from programs.models import Evaluation, Verdict
from reviews.services.examination import evaluate_verified, unchecked_claims
from reviews.services.letter_inputs import letter_inputs
from reviews.standing import quorum_refusal, standing


def rests_on(
    case: Application,
    actor: User,
    purpose: str = "verified",
    *,
    seal: letters.SealLook | None,
) -> Evaluation:
    """The rules' answer on verified facts, today. Raises NotNow, Incomplete with every reason."""
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
    problems: list[str] = []
    if claims := unchecked_claims(case):
        problems.append(_("확인하지 않은 항목이 있습니다: %(what)s") % {"what": ", ".join(claims)})
    if sentence := quorum_refusal(case):
        problems.append(sentence)
    score = standing(case)
    if score is not None and score.answered and not score.passed:
        problems.append(
            _("외부 평가 평균 %(average)s점이 기준 %(mark)s점에 미치지 못합니다.")
            % {
                "average": f"{(score.average or 0) / 100:g}",
                "mark": f"{score.pass_points / 100:g}",
            }
        )
    if case.manifest.letter is None:
        problems.append(_("이 프로그램은 추천서를 발급하지 않습니다."))
    else:
        problems.extend(
            letters.problems(
                office=case.office,
                letter_def=case.manifest.letter.as_dict(),
                inputs=letter_inputs(case),
                on=calendar.today(),
                seal=seal,
            )
        )
    return problems
