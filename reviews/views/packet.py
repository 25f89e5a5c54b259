"""The evaluator's side: own invitations, one packet, done.

Before the declaration a packet names nobody. It opens for its own evaluator only, and closes with
the answer, the revocation and the decision (T14).
"""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications.errors import CaseError, Invalid, NotNow
from reviews.evaluation_forms import ConflictForm, RecuseForm, ScoresForm
from reviews.models import Evaluator, Invitation
from reviews.selectors import evaluation as seen
from reviews.selectors import packet as papers
from reviews.selectors.case import days_left
from reviews.services import evaluation
from reviews.services.evaluation import StaleScores
from reviews.standing import total
from reviews.views.section import CONFLICT, Page, attach
from reviews.views.viewer import log_opening

State = Invitation.State
# Of no save: see InvitationPage.revision.
UNSEEN = -1


@require_safe
@never_cache
def evaluations(request: HttpRequest) -> HttpResponse:
    """The evaluator's own invitations."""
    if not Evaluator.objects.filter(user=request.user, active=True).exists():
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    rows = [seen.mine(one) for one in seen.invitations_of(request.user)]
    return render(request, "reviews/evaluations.html", {"rows": rows})


def invitation_of(request: HttpRequest, public_id: UUID) -> Invitation:
    """The person's own invitation. Raises Http404 for anyone else's."""
    found = seen.packet_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


class InvitationPage(Page):
    """A page of one invitation, its evaluator's only."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.public_id: UUID = kwargs["public_id"]
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        self.invitation = invitation_of(self.request, self.public_id)

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
            return shared | {"form": self.forms.get("declare") or ConflictForm()}
        if state == "thanks":
            return shared | {"given": seen.given(invitation), "total": total(invitation)}
        if state == "closed":
            return shared | {"because": seen.closed_because(invitation), "typed": self._typed()}
        documents = seen.packet_documents(case)
        paper = papers.chosen(documents, self.request.GET)
        asked = self.request.GET
        return shared | {
            "case": case,
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
                log_opening(request, case_id=case.public_id, document_id=paper.public_id)
        return super().get(request, *args, **kwargs)

    # --- before the packet, and out of it ----------------------------------------------------
    def declare(self) -> HttpResponse | None:
        form = self.forms["declare"] = ConflictForm(self.request.POST)
        if not form.is_valid():
            return None
        evaluation.declare_no_conflict(invitation=self.invitation, actor=self.user)
        return self.done(_("확인했습니다. 자료를 보고 평가해 주세요."))

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
        return self.done(
            _("회피를 접수했습니다. 알려 주셔서 감사합니다."), reverse("reviews:evaluations")
        )

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
        return self.done(
            _("평가를 제출했습니다. 감사합니다."),
            reverse("reviews:packet", kwargs={"public_id": self.public_id}),
        )
