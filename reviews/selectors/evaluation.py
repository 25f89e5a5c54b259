"""External evaluation as the office and as the evaluator see it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application, Document
from applications.models.declared import ClaimKind
from applications.stages import Stage
from programs import calendar
from programs.facts.vocabulary import CLAIM_KINDS
from reviews import blinding
from reviews.claims import Line, claim_title, lines
from reviews.evaluation_forms import ScoresForm
from reviews.facts import check_of, claims_with_checks
from reviews.models import Invitation, Score
from reviews.services import evaluator_notices
from reviews.standing import total

OPEN = Invitation.OPEN
# What an evaluator has to do next.
TODO = {
    Invitation.State.INVITED: gettext_lazy("이해관계 확인"),
    Invitation.State.ACCEPTED: pgettext_lazy("task", "평가"),
}
# What evaluators are told in the end: a stage the applicant knows of.
TOLD = {
    Stage.ISSUED: pgettext_lazy("told to evaluators", "추천"),
    Stage.REFUSED: pgettext_lazy("told to evaluators", "불허"),
    Stage.RETURNED: pgettext_lazy("told to evaluators", "반려"),
}
TONES = {
    Invitation.State.INVITED: "information",
    Invitation.State.ACCEPTED: "primary",
    Invitation.State.SUBMITTED: "success",
    Invitation.State.RECUSED: "warning",
    Invitation.State.REVOKED: "gray",
    Invitation.State.ABSTAINED: "warning",
}


# --- for the office --------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """One invitation as the office sees it. `total` only once everyone asked has answered."""

    invitation: Invitation
    label: Any
    tone: str
    days: int | None
    total: int | None
    scores: list["Given"]
    ties: list[str]

    @property
    def is_open(self) -> bool:
        return self.invitation.state in OPEN


@dataclass(frozen=True)
class Given:
    """Points for one criterion, with its name in the reader's language."""

    name: str
    weight: int
    hundredths: int
    most: int
    comment: str


def with_panel(case: Application) -> None:
    """Read the case's invitations once, for all who ask about them."""
    invitations = Invitation.objects.select_related("evaluator__user").prefetch_related("scores")
    found = Prefetch("invitations", queryset=invitations.order_by("invited_at", "pk"))
    prefetch_related_objects([case], found)


def asked(case: Application) -> list[Asked]:
    """Every invitation of a case that was read `with_panel`, in the order they were sent."""
    invitations = list(case.invitations.all())
    # Nobody reads one opinion while another is still being formed.
    settled = not any(invitation.state in OPEN for invitation in invitations)
    return [_asked(invitation, settled) for invitation in invitations]


def _asked(invitation: Invitation, settled: bool) -> Asked:
    state = Invitation.State(invitation.state)
    shown = settled and state == Invitation.State.SUBMITTED
    return Asked(
        invitation=invitation,
        label=_("기한 지남") if invitation.expired else state.label,
        tone="danger" if invitation.expired else TONES[state],
        days=(invitation.due_on - calendar.today()).days if state in OPEN else None,
        total=total(invitation) if shown else None,
        scores=given(invitation) if shown else [],
        ties=[str(Invitation.Tie(tie).label) for tie in invitation.ties],
    )


def given(invitation: Invitation) -> list[Given]:
    """The points given so far, in the rubric's order."""
    scores: dict[str, Score] = {score.criterion: score for score in invitation.scores.all()}
    return [
        Given(
            name=said(criterion["names"]),
            weight=criterion["weight"],
            hundredths=score.hundredths,
            most=criterion["max_points"],
            comment=score.comment,
        )
        for criterion in invitation.rubric["criteria"]
        if (score := scores.get(criterion["code"])) and score.hundredths is not None
    ]


def said(names: dict[str, str]) -> str:
    return names.get((get_language() or "ko")[:2]) or names.get("ko", "")


# --- for the evaluator -----------------------------------------------------------------------
def invitations_of(user: User) -> list[Invitation]:
    """The person's own invitations: what waits for them first, by due date."""
    found = Invitation.objects.filter(_theirs(), evaluator__user=user)
    return sorted(
        found.select_related("application__programme", "application__office"),
        key=lambda one: (not is_live(one), one.due_on, one.pk),
    )


def _theirs() -> Q:
    """What an evaluator may come back to: everything while they are appointed, then only what they
    have answered."""
    return Q(evaluator__active=True) | Q(state=Invitation.State.SUBMITTED)


def is_live(invitation: Invitation) -> bool:
    """Whether the packet can still be worked on."""
    return evaluator_notices.is_live(invitation)


@dataclass(frozen=True)
class Mine:
    """One line of an evaluator's list."""

    invitation: Invitation
    programme: str
    tone: str
    label: Any
    days: int | None
    todo: Any


def mine(invitation: Invitation) -> Mine:
    live = is_live(invitation)
    state = Invitation.State(invitation.state)
    label: Any = state.label
    tone = TONES[state]
    if invitation.expired:
        label, tone = _("기한 지남"), "danger"
    elif not live and state in OPEN:
        label, tone = _("끝남"), "gray"
    return Mine(
        invitation=invitation,
        programme=invitation.application.programme.name,
        tone=tone,
        label=label,
        days=(invitation.due_on - calendar.today()).days if live else None,
        todo=TODO.get(state, "") if live else "",
    )


def closed_because(invitation: Invitation) -> str:
    """Why a packet no longer opens, in a sentence for its evaluator."""
    if invitation.state == Invitation.State.ABSTAINED:
        return _("기권하신 평가라서 자료를 볼 수 없습니다.")
    if invitation.application.stage != Stage.EXTERNAL_EVALUATION:
        return _("외부 평가 단계가 끝나 자료를 볼 수 없습니다.")
    if invitation.expired:
        return _(
            "평가 기한이 지나 자료가 닫혔습니다. 더 필요한 시간이 있으면 담당 기관에 알려 주세요."
        )
    if invitation.state == Invitation.State.RECUSED:
        return _("회피하신 평가라서 자료를 볼 수 없습니다.")
    return _("기관에서 평가 요청을 거두어 자료를 볼 수 없습니다.")


def outcome_for(invitation: Invitation) -> str:
    """What was decided, in a word, for an evaluator who answered, where the programme lets them
    know; empty until the applicant has it."""
    case = invitation.application
    if not case.manifest.evaluation.outcome or invitation.state != Invitation.State.SUBMITTED:
        return ""
    stage = Stage(case.stage)
    return str(TOLD[stage]) if stage in TOLD else ""


def conflict(invitation: Invitation, form: ScoresForm) -> dict[str, Any]:
    """Two pages of one evaluator: what this one holds beside what the other one saved."""
    saved = ScoresForm(invitation=invitation)
    differences = []
    names = {row["code"]: said(row["names"]) for row in form.criteria}
    for name in form.fields:
        typed = str(form.data.get(name, "")).replace("\r\n", "\n").strip()
        theirs = str(saved[name].initial if saved[name].initial is not None else "")
        if typed != theirs:
            criterion = names.get(name.partition("_")[2], "")
            label = form.fields[name].label
            differences.append(
                {
                    "label": f"{criterion}: {label}" if criterion else label,
                    "mine": typed,
                    "theirs": theirs,
                }
            )
    return {
        "who": None,
        "at": invitation.saved_at,
        "number": invitation.revision,
        "differences": differences,
    }


def packet_for(user: User, public_id: UUID) -> Invitation | None:
    """The person's own invitation; another's does not exist for them (T14)."""
    return (
        Invitation.objects.filter(_theirs(), public_id=public_id, evaluator__user=user)
        .select_related(
            "evaluator__user",
            "application__programme",
            "application__version",
            "application__office",
            "application__company",
            "application__candidate",
        )
        .prefetch_related("scores")
        .first()
    )


def packet_documents(case: Application) -> list[Document]:
    """The current files an evaluator of the programme may open."""
    shows = case.manifest.evaluation.shows_document
    found = case.documents.filter(replaced_at=None).select_related("stored__rendering")
    return [one for one in found.order_by("code", "part") if shows(one.code)]


@dataclass(frozen=True)
class PacketClaim:
    title: str
    lines: list[Line]
    checked: bool
    verdict: str


def packet_claims(case: Application) -> list[PacketClaim]:
    """What was claimed and what was found, as far as the programme lets evaluators see it; without
    names where it is judged blind. Never who the person is."""
    shows, hide = case.manifest.evaluation.shows_fact, blinding.of(case)
    found = []
    for claim in claims_with_checks(case):
        group = CLAIM_KINDS.get(claim.kind, "")
        if not group or not shows(group):
            continue
        check = check_of(claim)
        stated = lines(claim, check.verified if check else None, case.manifest)
        shown = [
            replace(line, declared=hide(line.declared), verified=hide(line.verified))
            for line in stated
            if shows(group, line.name)
        ]
        # The title repeats a fact, which may be one that is not shown.
        full = len(shown) == len(stated)
        found.append(
            PacketClaim(
                title=hide(claim_title(claim)) if full else str(ClaimKind(claim.kind).label),
                lines=shown,
                checked=check is not None,
                verdict=check.get_verdict_display() if check else "",
            )
        )
    return found
