"""The evaluator's side: own invitations, one packet, done.

Before the declaration a packet names nobody. It opens for its own evaluator only, and closes with
the answer, the revocation and the decision (T14).
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from applications.errors import Invalid, NotNow
from audit.services import log_access
from files.errors import FilesError
from reviews.components import FileLine
from reviews.forms import ConflictForm, ScoresForm
from reviews.models import Evaluator, Invitation
from reviews.selectors import evaluation as seen
from reviews.selectors.case import days_left
from reviews.selectors.examination import document_names, file_line
from reviews.services import evaluation
from reviews.standing import total
from reviews.views.documents import attachment
from reviews.views.section import Page

State = Invitation.State


@require_safe
@never_cache
def evaluations(request: HttpRequest) -> HttpResponse:
    """The evaluator's own invitations."""
    if not Evaluator.objects.filter(user=request.user, active=True).exists():
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    rows = [
        {
            "invitation": one,
            "programme": one.application.programme.name,
            "live": (live := seen.is_live(one)),
            "tone": seen.TONES[State(one.state)] if live or one.state not in seen.OPEN else "gray",
            "label": State(one.state).label if live or one.state not in seen.OPEN else _("끝남"),
            "days": days_left(one.due_on) if live else None,
        }
        for one in seen.invitations_of(request.user)
    ]
    return render(request, "reviews/evaluations.html", {"rows": rows})


def _invitation(request: HttpRequest, public_id: UUID) -> Invitation:
    found = seen.packet_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


class PacketPage(Page):
    """One invitation, from declaration to thank-you."""

    template = "reviews/packet.html"
    actions: ClassVar[dict[str, str]] = {
        "declare": "declare",
        "save": "save",
        "submit": "submit",
        "recuse": "recuse",
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.public_id: UUID = kwargs["public_id"]
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        self.invitation = _invitation(self.request, self.public_id)

    @property
    def state(self) -> str:
        """What the page is now: declare, score, thanks or closed."""
        invitation = self.invitation
        if invitation.state == State.SUBMITTED:
            return "thanks"
        if not seen.is_live(invitation):
            return "closed"
        return "declare" if invitation.state == State.INVITED else "score"

    def context(self) -> dict[str, Any]:
        invitation, state = self.invitation, self.state
        case = invitation.application
        shared = {
            "invitation": invitation,
            "state": state,
            "programme": case.programme.name,
            "office": case.office,
            "days": days_left(invitation.due_on) if state in ("declare", "score") else None,
        }
        if state == "declare":
            return shared | {"form": self.forms.get("declare") or ConflictForm()}
        if state == "thanks":
            return shared | {
                "given": seen.given(invitation),
                "total": total(invitation),
            }
        if state == "closed":
            return shared | {"typed": self._typed()}
        names = document_names(case)
        return shared | {
            "case": case,
            "claims": seen.packet_claims(case),
            "files": [self._file(one, names) for one in seen.packet_documents(case)],
            "form": self.forms.get("scores") or ScoresForm(invitation=invitation),
        }

    def _file(self, document: Any, names: dict[str, str]) -> FileLine:
        """Shown by what it is: a file's own name may say more than the evaluator needs."""
        name = names.get(document.code, document.code)
        line = file_line(
            document.stored,
            url=reverse(
                "reviews:packet_document",
                kwargs={
                    "public_id": self.invitation.public_id,
                    "document": document.public_id,
                },
            ),
        )
        title = f"{name} {document.part}" if document.part > 1 else name
        return FileLine(
            name=title, url=line.url, size=line.size, pages=line.pages, state=line.state
        )

    def _typed(self) -> list[str]:
        """What was typed when the packet had closed meanwhile: to be copied, at least."""
        form = self.forms.get("scores")
        if not isinstance(form, ScoresForm):
            return []
        return [str(form.data.get(name, "")) for name in form.fields if form.data.get(name)]

    def declare(self) -> HttpResponse | None:
        form = self.forms["declare"] = ConflictForm(self.request.POST)
        if not form.is_valid():
            return None
        evaluation.declare_no_conflict(invitation=self.invitation, actor=self.user)
        return self.done(_("확인했습니다. 자료를 보고 평가해 주세요."))

    def recuse(self) -> HttpResponse:
        evaluation.recuse(invitation=self.invitation, actor=self.user)
        return self.done(
            _("회피를 접수했습니다. 알려 주셔서 감사합니다."), reverse("reviews:evaluations")
        )

    def save(self) -> HttpResponse | None:
        return self.done(_("지금까지 입력한 내용을 저장했습니다.")) if self._keep() else None

    def submit(self) -> HttpResponse | None:
        form = self._keep()
        if form is None:
            return None
        try:
            evaluation.submit_scores(invitation=self.invitation, actor=self.user)
        except Invalid as refused:
            self._attach(form, refused)
            return None
        return self.done(_("평가를 제출했습니다. 감사합니다."))

    def _keep(self) -> ScoresForm | None:
        """Store what was typed, finished or not; None when it cannot be stored as it is."""
        form = self.forms["scores"] = ScoresForm(self.request.POST, invitation=self.invitation)
        if self.invitation.state == State.SUBMITTED:
            raise NotNow(_("이미 제출한 평가는 고칠 수 없습니다."))
        if not form.is_valid():
            return None
        try:
            evaluation.save_scores(
                invitation=self.invitation,
                actor=self.user,
                scores=form.scores(),
                opinion=form.cleaned_data["opinion"],
            )
        except Invalid as refused:
            self._attach(form, refused)
            return None
        return form

    def _attach(self, form: ScoresForm, refused: Invalid) -> None:
        """A criterion's sentence goes to its points, or to its comment when points are there."""
        for code, sentences in refused.errors.items():
            field = f"points_{code}"
            if field in form.fields and form.cleaned_data.get(field) is not None:
                field = f"comment_{code}"
            for sentence in sentences:
                form.add_error(field if field in form.fields else None, sentence)
        if not refused.errors:
            form.add_error(None, refused.sentence)


@require_GET
def packet_document(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """One file of an open packet, as an attachment without its uploaded name; logged."""
    invitation = _invitation(request, public_id)
    if invitation.state != State.ACCEPTED or not seen.is_live(invitation):
        raise Http404
    case = invitation.application
    found = next((d for d in seen.packet_documents(case) if d.public_id == document), None)
    if found is None:
        raise Http404
    log_access(
        actor=request.user,
        what="document.viewed",
        subject_type="application",
        subject_id=case.public_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=str(found.public_id),
    )
    ending = found.stored.name.rpartition(".")[2]
    try:
        return attachment(found, f"{found.code}-{found.part}.{ending}")
    except FilesError as refused:
        messages.error(request, str(refused))
        return redirect("reviews:packet", public_id=public_id)
