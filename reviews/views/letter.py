"""A case's letters: revoked, or put right, by two people."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import aftermath, workflow
from applications.errors import NotNow
from letters import ending as ends
from letters import services as letters
from letters.errors import LetterError
from letters.freezing import frozen_values
from letters.models import Ending, EndingKind, Letter
from letters.variables import Values
from programs import calendar
from reviews.letter_forms import CorrectionForm, DeclineForm, EndReasonForm
from reviews.permissions import case_for
from reviews.selectors import letter as seen
from reviews.services import letter_ends
from reviews.views.section import CasePage


class LetterPage(CasePage):
    """What was issued, what somebody proposes about it, and what was done before."""

    section = "letter"
    shows_claims = False
    template = "reviews/letter.html"
    actions = {
        "revoke": "revoke",
        "correct": "correct",
        "confirm": "confirm",
        "decline": "decline",
    }

    def load(self) -> None:
        self.held = seen.letters_of(self.case)

    def content(self) -> dict[str, Any]:
        held, asked = self.held, self.held.open
        may_work = workflow.may(self.case, workflow.ASSIGNEE, self.user)
        may_lead = workflow.may(self.case, workflow.LEAD, self.user)
        free = may_work and held.valid is not None and asked is None
        own = asked is not None and asked.proposed_by_id == self.user.pk
        return {
            "held": held,
            "asked": asked,
            "own": own,
            "changed": seen.changed_by(asked) if asked else [],
            "earlier": [(one, seen.changed_by(one)) for one in held.closed],
            "report": aftermath.last_report(self.case),
            "tasks": aftermath.tasks_of(self.case, list(self.case.follow_ups.all())),
            "may_confirm": may_lead and asked is not None and not own,
            "may_decline": asked is not None and (own or may_lead),
            "revoke_form": self._revoke_form() if free else None,
            "correct_form": self._correct_form() if free and self._correctable() else None,
            "decline_form": self.forms.get("decline") or DeclineForm(auto_id="decline_%s"),
        }

    def _correctable(self) -> bool:
        held = self.held
        return (
            held.status == "valid"
            and held.making is None
            and held.valid is not None
            and held.valid.inputs is not None
        )

    def _printed(self) -> Values:
        valid = self.held.valid
        return frozen_values(valid) if valid is not None and valid.inputs is not None else {}

    def _revoke_form(self) -> Any:
        return self.forms.get("revoke") or EndReasonForm(auto_id="revoke_%s")

    def _correct_form(self) -> Any:
        return self.forms.get("correct") or CorrectionForm(
            printed=self._printed(), auto_id="correct_%s"
        )

    def revoke(self) -> HttpResponse | None:
        form = self.forms["revoke"] = EndReasonForm(self.request.POST, auto_id="revoke_%s")
        if not form.is_valid():
            return None
        letter_ends.propose_revocation(
            application=self.case,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=self.revision,
        )
        return self.done(_("발급 취소를 올렸습니다. 다른 결재자가 확인하면 곧바로 취소됩니다."))

    def correct(self) -> HttpResponse | None:
        form = CorrectionForm(self.request.POST, printed=self._printed(), auto_id="correct_%s")
        self.forms["correct"] = form
        if not form.is_valid():
            return None
        letter_ends.propose_correction(
            application=self.case,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            corrections=form.corrections(),
            expected_revision=self.revision,
        )
        return self.done(
            _("정정 재발급을 올렸습니다. 다른 결재자가 확인하면 새 추천서를 만듭니다.")
        )

    def _asked(self) -> Ending:
        """The proposal that the sender looked at. Raises NotNow."""
        asked = self.held.open
        if asked is not None and str(asked.public_id) == self.request.POST.get("ending", ""):
            return asked
        mine = next(
            (
                one
                for one in self.held.closed
                if str(one.public_id) == self.request.POST.get("ending", "")
            ),
            None,
        )
        if mine is None:
            raise NotNow(_("그사이 처리된 요청입니다. 지금 상태를 확인해 주세요."))
        return mine

    def confirm(self) -> HttpResponse:
        asked = self._asked()
        done = letter_ends.confirm(ending=asked, actor=self.user, expected_revision=self.revision)
        if asked.kind == EndingKind.REVOKE:
            return self.done(
                _("추천서의 발급을 취소했습니다: %(number)s") % {"number": done.number}
            )
        return self.done(
            _("확인했습니다. 새 추천서를 만들고 있습니다: %(number)s") % {"number": done.number}
        )

    def decline(self) -> HttpResponse | None:
        form = self.forms["decline"] = DeclineForm(self.request.POST, auto_id="decline_%s")
        if not form.is_valid():
            return None
        letter_ends.decline(
            ending=self._asked(), actor=self.user, because=form.cleaned_data["reason"]
        )
        return self.done(_("올린 것을 거두었습니다. 추천서는 그대로입니다."))


@require_safe
@never_cache
def corrected_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The letter as the open correction would make it, marked as a draft."""
    case = case_for(request.user, public_id, claims=False)
    asked = seen.letters_of(case).open
    definition = case.manifest.letter
    if asked is None or asked.kind != EndingKind.SUPERSEDE or definition is None:
        raise Http404
    letter: Letter = asked.letter
    try:
        data = letters.draft_pdf(
            office=case.office,
            letter_def=definition.as_dict(),
            inputs=ends.corrected_inputs(letter, asked.corrections or {}),
            on=calendar.today(),
            replaces=letter,
        )
    except LetterError as refused:
        raise Http404 from refused
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{letter.number} draft.pdf"
    )
    response["Cache-Control"] = "private, no-store"
    return response
