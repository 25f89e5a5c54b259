"""The evaluator's side: own invitations, one packet, done.

Before the declaration a packet names nobody. It opens for its own evaluator only, and closes with
the answer, the revocation and the decision (T14).
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from applications.errors import CaseError, Invalid, NotNow
from reviews.evaluation_forms import AbstainForm, RecuseForm, ScoresForm, TiesForm
from reviews.models import Evaluator, Invitation
from reviews.selectors import evaluation as seen
from reviews.selectors import packet as papers
from reviews.selectors.case import days_left
from reviews.services import declaring, evaluation
from reviews.services.evaluation import StaleScores
from reviews.standing import total
from reviews.views.links import forget_link, opened_by_link
from reviews.views.section import CONFLICT, Page, attach
from reviews.views.viewer import log_opening

State = Invitation.State
# Of no save: see InvitationPage.revision.
UNSEEN = -1


@require_safe
@never_cache
def evaluations(request: HttpRequest) -> HttpResponse:
    """The evaluator's own invitations."""
    rows = [seen.mine(one) for one in seen.invitations_of(request.user)]
    if not rows and not Evaluator.objects.filter(user=request.user, active=True).exists():
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    return render(request, "reviews/evaluations.html", {"rows": rows})


def invitation_of(request: HttpRequest, public_id: UUID) -> Invitation:
    """The person's own invitation, by their account or by the link that this browser opened. Raises
    Http404 for anyone else's."""
    found = None
    if request.user.is_authenticated:
        found = seen.packet_for(request.user, public_id)
    elif (opened := opened_by_link(request, public_id)) is not None:
        found = seen.packet_for(opened.evaluator.user, public_id)
    if found is None:
        raise Http404
    return found


def is_stranger(request: HttpRequest, public_id: UUID) -> bool:
    """Nobody in particular, and without a live link to this invitation: may sign in."""
    return not request.user.is_authenticated and opened_by_link(request, public_id) is None


@method_decorator(login_not_required, name="dispatch")
class InvitationPage(Page):
    """A page of one invitation, its evaluator's only."""

    @property
    def user(self) -> User:
        """Whose invitation it is: nobody else comes so far, with or without an account."""
        return self.invitation.evaluator.user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.public_id: UUID = kwargs["public_id"]
        if is_stranger(request, self.public_id):
            return redirect_to_login(request.get_full_path())
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        self.invitation = invitation_of(self.request, self.public_id)

    def ended(self, sentence: str, page: str = "") -> HttpResponse:
        """Nothing is left to do here. A link has died with it: it leads to a page of thanks."""
        if not self.request.user.is_authenticated:
            forget_link(self.request, self.public_id)
            return self.done(sentence, reverse("reviews:evaluation_over"))
        return self.done(sentence, page or reverse("reviews:evaluations"))

    @property
    def state(self) -> str:
        """What the packet is now: declare, score, thanks or closed."""
        invitation = self.invitation
        if invitation.state == State.SUBMITTED:
            return "thanks"
        if not seen.is_live(invitation):
            return "closed"
        return "declare" if invitation.state == State.INVITED else "score"

    @property
    def revision(self) -> int:
        """The save the sender's page was drawn from; one that says nothing counts as stale."""
        typed = self.request.POST.get("keep") or self.request.POST.get("version", "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else UNSEEN

    def shared(self) -> dict[str, Any]:
        invitation = self.invitation
        case = invitation.application
        state = self.state
        return {
            "invitation": invitation,
            "state": state,
            "programme": case.programme.name,
            "office": case.office,
            "blind": case.manifest.evaluation.blind,
            "by_link": not self.request.user.is_authenticated,
            "days": days_left(invitation.due_on) if state in ("declare", "score") else None,
        }


class PacketPage(InvitationPage):
    """One invitation, from declaration to thank-you."""

    template = "reviews/packet.html"
    actions: ClassVar[dict[str, str]] = {
        "declare": "declare",
        "save": "save",
        "check": "check",
        "recuse": "recuse",
        "abstain": "abstain",
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.conflict: dict[str, Any] | None = None
        # The page saved by itself: static/portal/autosave.js reads the answer.
        self.by_itself = "autosave" in request.POST

    def context(self) -> dict[str, Any]:
        invitation, shared = self.invitation, self.shared()
        case, state = invitation.application, shared["state"]
        if state in ("declare", "score"):
            shared["recuse_form"] = self.forms.get("recuse") or RecuseForm(auto_id="recuse_%s")
        if state == "declare":
            return shared | {"form": self.forms.get("declare") or TiesForm()}
        if state == "thanks":
            return shared | {
                "given": seen.given(invitation),
                "total": total(invitation),
                "told_later": case.manifest.evaluation.outcome,
                "outcome": seen.outcome_for(invitation),
            }
        if state == "closed":
            return shared | {"because": seen.closed_because(invitation), "typed": self._typed()}
        documents = seen.packet_documents(case)
        paper = papers.chosen(documents, self.request.GET)
        asked = self.request.GET
        return shared | {
            "case": case,
            "abstain_form": self.forms.get("abstain") or AbstainForm(auto_id="abstain_%s"),
            "claims": seen.packet_claims(case),
            "viewer": paper and papers.packet_viewer(invitation, paper, documents, asked),
            "form": self.forms.get("scores") or ScoresForm(invitation=invitation),
            "conflict": self.conflict,
            **self._standing(),
        }

    def _standing(self) -> dict[str, Any]:
        """How far the scores are, for the page and for what it shows after it saved by itself."""
        invitation = self.invitation
        return {
            "number": invitation.revision,
            "saved_at": invitation.saved_at,
            "scored": len(seen.given(invitation)),
            "criteria": len(invitation.rubric["criteria"]),
            "total": total(invitation),
        }

    def _typed(self) -> list[str]:
        """What was typed when the packet had closed meanwhile: to be copied, at least."""
        form = self.forms.get("scores")
        if not isinstance(form, ScoresForm):
            return []
        return [str(form.data.get(name, "")) for name in form.fields if form.data.get(name)]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The paper that is shown counts as opened."""
        if self.state == "score":
            case = self.invitation.application
            paper = papers.chosen(seen.packet_documents(case), request.GET)
            if paper is not None:
                log_opening(
                    request,
                    case_id=case.public_id,
                    document_id=paper.public_id,
                    reader=self.user,
                )
        return super().get(request, *args, **kwargs)

    # --- before the packet, and out of it ----------------------------------------------------
    def declare(self) -> HttpResponse | None:
        form = self.forms["declare"] = TiesForm(self.request.POST)
        if not form.is_valid():
            return None
        ties = form.cleaned_data["ties"]
        if ties:
            declaring.declare_ties(
                invitation=self.invitation,
                actor=self.user,
                ties=ties,
                note=form.cleaned_data["note"],
            )
            return self.ended(
                _("이해관계를 접수했습니다. 자료는 열리지 않으며, 더 하실 일이 없습니다.")
            )
        evaluation.declare_no_conflict(invitation=self.invitation, actor=self.user)
        return self.done(_("확인했습니다. 자료를 보고 평가해 주세요."))

    def abstain(self) -> HttpResponse | None:
        form = self.forms["abstain"] = AbstainForm(self.request.POST, auto_id="abstain_%s")
        if not form.is_valid():
            return None
        reason = form.cleaned_data["reason"]
        declaring.abstain(invitation=self.invitation, actor=self.user, reason=reason)
        return self.ended(_("기권을 접수했습니다. 알려 주셔서 감사합니다."))

    def recuse(self) -> HttpResponse | None:
        form = self.forms["recuse"] = RecuseForm(self.request.POST, auto_id="recuse_%s")
        if not form.is_valid():
            return None
        try:
            evaluation.recuse(
                invitation=self.invitation,
                actor=self.user,
                because=form.cleaned_data["because"],
                note=form.cleaned_data["note"],
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.ended(_("회피를 접수했습니다. 알려 주셔서 감사합니다."))

    # --- the scores --------------------------------------------------------------------------
    def save(self) -> HttpResponse | None:
        if self.by_itself:
            return self._save_by_itself()
        form = self._keep()
        if form is None or form.errors:
            return None
        return self.done(_("지금까지 입력한 내용을 저장했습니다."), self.request.get_full_path())

    def check(self) -> HttpResponse | None:
        """Store what was typed; the next page shows what will be sent."""
        form = self._keep()
        if form is None or form.errors:
            return None
        form.attach(evaluation.missing(self.invitation))
        if form.errors:
            return None
        return redirect("reviews:packet_check", public_id=self.public_id)

    def _keep(self) -> ScoresForm | None:
        """Store what can be stored of what was typed; None when another page was first."""
        form = self.forms["scores"] = ScoresForm(self.request.POST, invitation=self.invitation)
        if self.invitation.state == State.SUBMITTED:
            raise NotNow(_("이미 제출한 평가는 고칠 수 없습니다."))
        form.is_valid()
        try:
            evaluation.save_scores(
                invitation=self.invitation,
                actor=self.user,
                scores=form.scores(),
                opinion=form.opinion(),
                expected_revision=self.revision,
            )
        except StaleScores:
            self.reload()
            self.conflict = seen.conflict(self.invitation, form)
            return None
        self.reload()
        return form

    def _save_by_itself(self) -> HttpResponse:
        try:
            form = self._keep()
        except CaseError as refused:
            return self._said("stopped", sentence=refused.sentence)
        if form is None:
            return self._said("conflict", conflict=self.conflict)
        wrong = [{"name": name, "sentences": list(found)} for name, found in form.errors.items()]
        return self._said("saved", wrong=wrong, **self._standing())

    def _said(self, word: str, **context: Any) -> HttpResponse:
        context |= {"word": word, "invitation": self.invitation}
        answer = render(self.request, "reviews/parts/packet_saved.html", context)
        answer["X-Draft"] = word
        return answer

    def page(self, status: int = 200) -> HttpResponse:
        return super().page(CONFLICT if self.conflict else status)


class PacketCheckPage(InvitationPage):
    """What will be sent, to be looked at once more. What was sent stands."""

    template = "reviews/packet_check.html"
    actions: ClassVar[dict[str, str]] = {"submit": "submit"}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.state != "score" or evaluation.missing(self.invitation):
            return redirect("reviews:packet", public_id=self.public_id)
        return super().get(request, *args, **kwargs)

    def page(self, status: int = 200) -> HttpResponse:
        if self.state != "score":
            return redirect("reviews:packet", public_id=self.public_id)
        return super().page(status)

    def context(self) -> dict[str, Any]:
        return self.shared() | {
            "case": self.invitation.application,
            "given": seen.given(self.invitation),
            "total": total(self.invitation),
            "number": self.invitation.revision,
        }

    def submit(self) -> HttpResponse:
        evaluation.submit_scores(
            invitation=self.invitation, actor=self.user, expected_revision=self.revision
        )
        page = reverse("reviews:packet", kwargs={"public_id": self.public_id})
        return self.ended(_("평가를 제출했습니다. 감사합니다."), page)
