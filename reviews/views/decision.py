"""Drafting a decision, and taking a draft away again."""

from typing import Any, ClassVar

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.models import StaffRole
from applications import stages
from applications.errors import NotNow
from applications.stages import Stage
from reviews.comparing import compared_now, kept_comparison
from reviews.forms import DraftForm, OptionalReasonForm
from reviews.grounds import ground_words, possible_grounds
from reviews.models import Decision, DecisionStep, Outcome
from reviews.selectors import decision as seen
from reviews.selectors.examination import Judged, judged_verified
from reviews.selectors.kept import rested_on
from reviews.services import decision as services
from reviews.services import line
from reviews.services.approval import approval_checks
from reviews.standing import standing, too_few
from reviews.views.section import CasePage


class DecisionPage(CasePage):
    """What the decision rests on, the draft, and the decisions before it."""

    section = "decision"
    template = "reviews/decision.html"
    actions: ClassVar[dict[str, str]] = {
        "draft": "draft",
        "discard": "discard",
        "pass": "pass_step",
    }

    def load(self) -> None:
        """Every decision of the case and every evaluator's answer, once for all that asks."""
        read = Decision.objects.select_related(
            "drafted_by", "signed_off_by", "ended_by", "acted_for"
        ).prefetch_related(
            Prefetch("steps", DecisionStep.objects.select_related("done_by").order_by("place"))
        )
        prefetch_related_objects(
            [self.case], Prefetch("decisions", read.order_by("-drafted_at", "-pk"))
        )
        if self.case.manifest.rubric is not None:
            prefetch_related_objects([self.case], "invitations__scores")

    def content(self) -> dict[str, Any]:
        decisions = list(self.case.decisions.all())
        held = services.live_decision(self.case)
        # A decision is shown with what it was drafted on; before one there is only today.
        kept = rested_on(held)
        judged = kept.judged if kept else judged_verified(self.case)
        score = standing(self.case)
        open_for_draft = self.case.at in stages.DECISION | stages.ADVANCING
        too_early = too_few(score) if self.case.at == Stage.EXTERNAL_EVALUATION else None
        approvable = self.case.at in stages.DECISION
        checks = approval_checks(self.case, score) if approvable and held is None else []
        # What was typed stays on the page even when somebody else was first.
        may_begin = held is None and open_for_draft and not too_early
        show_form = "draft" in self.forms or may_begin
        return {
            "judged": judged,
            "compared": kept_comparison(kept.evaluation) if kept else compared_now(self.case),
            "manifest": self.case.manifest,
            "standing": score,
            "problems": [problem for check in checks for problem in check.problems],
            "approvable": approvable,
            "held": held,
            "grounds": ground_words(self.case, held, judged.tree) if held else [],
            "show_form": show_form,
            "form": self.forms.get("draft") or (self._form(judged) if show_form else None),
            "too_early": too_early if held is None else None,
            "discard_form": self.forms.get("discard") or OptionalReasonForm(auto_id="discard_%s"),
            "line": seen.line_of(held) if held else [],
            "may_pass": held is not None and line.refusal(self.case, held, self.user) is None,
            "pass_form": self.forms.get("pass") or OptionalReasonForm(auto_id="pass_%s"),
            "may_discard": held is not None
            and held.signed_off_at is None
            and (held.drafted_by_id == self.user.pk or self._is_lead()),
            "earlier": [one for one in decisions if one.ended_at is not None],
            # Before the first signature there is no letter, and no gap either.
            "letters": seen.letters_of(self.case)
            if any(one.signed_off_at for one in decisions)
            else [],
        }

    def _is_lead(self) -> bool:
        case = self.case
        return self.desk.can(case.office_id, case.programme.slug, StaffRole.LEAD)

    def _form(self, judged: Judged, data: Any = None) -> DraftForm:
        return DraftForm(
            data,
            case=self.case,
            may_approve=self.case.at in stages.DECISION,
            grounds=list(possible_grounds(self.case, judged.tree).items()),
        )

    def draft(self) -> HttpResponse | None:
        form = self.forms["draft"] = self._form(judged_verified(self.case), self.request.POST)
        services.drafted_already(self.case, self.user, self.request.POST.get("outcome", ""))
        if not form.is_valid():
            return None
        outcome = form.cleaned_data["outcome"]
        services.draft(
            application=self.case,
            actor=self.user,
            outcome=outcome,
            reason=form.cleaned_data["reason"],
            grounds=form.cleaned_data.get("grounds", ()),
            expected_revision=self.revision,
        )
        return self.done(
            _("결정을 기안했습니다: %(outcome)s. 다른 사람이 결재하면 효력이 생깁니다.")
            % {"outcome": Outcome(outcome).label}
        )

    def pass_step(self) -> HttpResponse | None:
        form = self.forms["pass"] = OptionalReasonForm(self.request.POST, auto_id="pass_%s")
        if not form.is_valid():
            return None
        held: Decision | None = services.live_decision(self.case)
        if held is None:
            raise NotNow(_("기안된 결정이 없습니다."))
        line.pass_step(
            decision=held,
            actor=self.user,
            note=form.cleaned_data["reason"],
            expected_revision=self.revision,
        )
        return self.done(_("검토를 마쳤습니다. 다음 사람이 이어서 봅니다."))

    def discard(self) -> HttpResponse | None:
        form = self.forms["discard"] = OptionalReasonForm(self.request.POST, auto_id="discard_%s")
        if not form.is_valid():
            return None
        held: Decision | None = services.live_decision(self.case)
        if held is None:
            raise NotNow(_("기안된 결정이 없습니다."))
        services.discard(
            decision=held,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=self.revision,
        )
        return self.done(_("기안을 거두었습니다."))
