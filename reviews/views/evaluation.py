"""External evaluation from the office's side: whom to ask, who has answered."""

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from applications.errors import Invalid
from applications.stages import Stage
from reviews.evaluation_forms import ExtendForm, InviteForm, ReplaceForm
from reviews.forms import ReasonForm
from reviews.models import Invitation
from reviews.selectors import evaluation as seen
from reviews.selectors import panels as seats
from reviews.services import evaluation, panel
from reviews.standing import override_of, standing
from reviews.views.section import CasePage, attach


class EvaluationPage(CasePage):
    """Where the evaluation stands: "2 of 3"; opinions once all have answered."""

    section = "evaluation"
    template = "reviews/evaluation.html"
    actions: ClassVar[dict[str, str]] = {
        "invite": "invite",
        "third": "invite",
        "revoke": "revoke",
        "extend": "extend",
        "replace": "replace",
        "swap": "replace",
        "remind": "remind",
        "override": "override",
    }

    def load(self) -> None:
        seen.with_panel(self.case)

    def content(self) -> dict[str, Any]:
        rubric = self.case.manifest.rubric
        if rubric is None or self.case.manifest.stage(Stage.EXTERNAL_EVALUATION) is None:
            raise Http404
        asked = seen.asked(self.case)
        now = self.case.at == Stage.EXTERNAL_EVALUATION
        return {
            "rubric": rubric,
            "given": self.case.manifest.evaluation,
            "offered": self.offered if now else None,
            "asked": asked,
            "waiting": [self._waiting(one) for one in asked if one.is_open] if now else [],
            "settled": bool(asked) and not any(one.is_open for one in asked),
            "standing": standing(self.case),
            "override": override_of(self.case),
            "now": now,
            "form": (self.forms.get("invite") or self._form()) if now else None,
            "reason_form": self.forms.get("override") or ReasonForm(auto_id="override_%s"),
        }

    @cached_property
    def offered(self) -> seats.Offered:
        return seats.offered(self.case)

    def _form(self, data: Any = None) -> InviteForm:
        return InviteForm(data, offered=self.offered)

    def _waiting(self, asked: seen.Asked) -> dict[str, Any]:
        """One unanswered invitation with the forms of what can be done about it; those of the one
        that was just posted as they were sent."""
        key = str(asked.invitation.public_id)
        return {
            "asked": asked,
            "extend": self.forms.get(f"extend_{key}") or self._extend_form(key),
            "replace": self.forms.get(f"replace_{key}") or self._replace_form(key),
        }

    def _extend_form(self, key: str, data: Any = None) -> ExtendForm:
        return ExtendForm(data, auto_id=f"extend_{key}_%s")

    def _replace_form(self, key: str, data: Any = None) -> ReplaceForm:
        return ReplaceForm(data, auto_id=f"replace_{key}_%s", offered=self.offered)

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
        return self.done(_("평가를 요청했습니다: %(who)s") % {"who": str(form.evaluator())})

    def revoke(self) -> HttpResponse:
        evaluation.revoke(
            invitation=self._invitation(), actor=self.user, expected_revision=self.revision
        )
        return self.done(_("평가 요청을 철회했습니다. 다른 위원에게 요청할 수 있습니다."))

    def remind(self) -> HttpResponse:
        invitation = panel.remind(invitation=self._invitation(), actor=self.user)
        return self.done(_("알림 메일을 보냅니다: %(who)s") % {"who": str(invitation.evaluator)})

    def extend(self) -> HttpResponse | None:
        invitation = self._invitation()
        key = str(invitation.public_id)
        form = self.forms[f"extend_{key}"] = self._extend_form(key, self.request.POST)
        if not form.is_valid():
            return None
        try:
            panel.extend(
                invitation=invitation,
                actor=self.user,
                due_on=form.cleaned_data["due_on"],
                expected_revision=self.revision,
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("기한을 늘리고 위원에게 알렸습니다."))

    def replace(self) -> HttpResponse | None:
        invitation = self._invitation()
        key = str(invitation.public_id)
        form = self.forms[f"replace_{key}"] = self._replace_form(key, self.request.POST)
        if not form.is_valid():
            return None
        panel.replace(
            invitation=invitation,
            actor=self.user,
            evaluator=form.evaluator(),
            expected_revision=self.revision,
        )
        return self.done(
            _("위원을 바꾸어 평가를 요청했습니다: %(who)s") % {"who": str(form.evaluator())}
        )

    def _invitation(self) -> Invitation:
        """The invitation that was named, if it is one of this case."""
        typed = self.request.POST.get("invitation", "")
        found = self.case.invitations.select_related("application", "evaluator__user")
        invitation = next((one for one in found if str(one.public_id) == typed), None)
        if invitation is None:
            raise Http404
        return invitation

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
