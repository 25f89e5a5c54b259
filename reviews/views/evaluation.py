"""External evaluation from the office's side: whom to ask, who has answered."""

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from applications.stages import Stage
from reviews.forms import InviteForm, ReasonForm
from reviews.models import Invitation, QuorumOverride
from reviews.selectors import evaluation as seen
from reviews.services import evaluation
from reviews.standing import standing
from reviews.views.section import CasePage


class EvaluationPage(CasePage):
    """Where the evaluation stands: "2 of 3"; opinions once all have answered."""

    section = "evaluation"
    template = "reviews/evaluation.html"
    actions: ClassVar[dict[str, str]] = {
        "invite": "invite",
        "revoke": "revoke",
        "override": "override",
    }

    def content(self) -> dict[str, Any]:
        rubric = self.case.manifest.rubric
        if rubric is None or self.case.manifest.stage(Stage.EXTERNAL_EVALUATION) is None:
            raise Http404
        asked = seen.asked(self.case)
        now = self.case.at == Stage.EXTERNAL_EVALUATION
        return {
            "rubric": rubric,
            "asked": asked,
            "settled": bool(asked) and not any(one.is_open for one in asked),
            "standing": standing(self.case),
            "override": QuorumOverride.objects.filter(application=self.case)
            .select_related("lead")
            .first(),
            "now": now,
            "form": self.forms.get("invite") or self._form(),
            "reason_form": self.forms.get("override") or ReasonForm(auto_id="override_%s"),
        }

    def _form(self, data: Any = None) -> InviteForm:
        return InviteForm(data, evaluators=seen.may_be_asked(self.case))

    def invite(self) -> HttpResponse | None:
        form = self.forms["invite"] = self._form(self.request.POST)
        if not form.is_valid():
            return None
        evaluation.invite(
            application=self.case,
            actor=self.user,
            evaluator=form.evaluator(),
            expected_revision=self.revision,
        )
        return self.done(
            _("평가를 요청했습니다: %(who)s") % {"who": form.cleaned_data["evaluator"]}
        )

    def revoke(self) -> HttpResponse:
        typed = self.request.POST.get("invitation", "")
        invitation = next((one for one in self._invitations() if str(one.public_id) == typed), None)
        if invitation is None:
            raise Http404
        evaluation.revoke(invitation=invitation, actor=self.user, expected_revision=self.revision)
        return self.done(_("평가 요청을 철회했습니다. 다른 위원에게 요청할 수 있습니다."))

    def _invitations(self) -> list[Invitation]:
        return list(self.case.invitations.select_related("application"))

    def override(self) -> HttpResponse | None:
        form = self.forms["override"] = ReasonForm(self.request.POST, auto_id="override_%s")
        if not form.is_valid():
            return None
        evaluation.override_quorum(
            application=self.case,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=self.revision,
        )
        return self.done(_("정족수 예외를 기록했습니다."))
