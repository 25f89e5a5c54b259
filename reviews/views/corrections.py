"""A lead's corrections of a case: data, stage, dates; each looked at before it is done."""

from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import StaffRole
from applications import workflow
from applications.errors import CaseError, Invalid, NotNow
from applications.forms.candidate import CandidateForm
from applications.forms.facts import FactsForm
from applications.forms.questions import asked, names_to_ask
from applications.models import Claim
from applications.models.declared import ClaimKind
from applications.stages import EXAMINING
from programs.facts import item_group
from reviews.models import Decision
from reviews.models.correction import CANDIDATE
from reviews.permissions import require
from reviews.selectors import correction as seen
from reviews.services import correction
from reviews.views.section import Alert, CasePage, attach


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("사유"),
        max_length=correction.MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("신청의 이력에 남습니다."),
    )


class ReopenForm(ReasonForm):
    name = forms.ChoiceField(label=gettext_lazy("되돌릴 단계"), widget=forms.RadioSelect)
    field_order = ("name", "reason")

    def __init__(self, *args: Any, rows: list[workflow.Transition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = [(row.name, row.label) for row in rows]


class CorrectionsPage(CasePage):
    """`?what=candidate` or a claim's id opens the form of that value."""

    section = "dates"
    template = "reviews/corrections.html"
    actions = {
        "look_data": "look_data",
        "data": "correct",
        "look_reopen": "look_reopen",
        "reopen": "reopen",
        "recount": "recount",
    }

    def load(self) -> None:
        require(self.user, self.case, StaffRole.LEAD, desk=self.desk)
        # Read once for the frame and for each way back that looks at it.
        decisions = Decision.objects.select_related("drafted_by", "signed_off_by")
        prefetch_related_objects([self.case], Prefetch("decisions", decisions))
        self.look: dict[str, Any] | None = None
        what = self.request.POST.get("what") or self.request.GET.get("what", "")
        self.claim = next((one for one in self._claims() if str(one.public_id) == what), None)
        self.of_candidate = what == CANDIDATE

    def _claims(self) -> list[Claim]:
        return [one for one in self.case.claims.all() if one.kind != ClaimKind.IDENTITY]

    # --- data ----------------------------------------------------------------------------------
    def data_form(self, data: Any = None) -> FactsForm | CandidateForm | None:
        if self.of_candidate:
            return CandidateForm(data, candidate=self.case.candidate)
        if self.claim is None:
            return None
        group = item_group(self.claim.kind, self.case.manifest.vocabulary)
        return FactsForm(
            data,
            initial=self.claim.declared,
            group=group,
            names=names_to_ask(group, asked(self.case.manifest), also=set(self.claim.declared)),
            manifest=self.case.manifest,
        )

    def _read(self) -> bool:
        """Bind what was typed; whether it can be taken."""
        form = self.data_form(self.request.POST)
        reason = ReasonForm(self.request.POST)
        if form is None:
            raise NotNow(_("그사이 바뀐 항목입니다. 다시 골라 주세요."))
        self.forms |= {"data": form, "reason": reason}
        return all([form.is_valid(), reason.is_valid()])

    def look_data(self) -> HttpResponse | None:
        if not self._read():
            return None
        form = self.forms["data"]
        before: dict[str, Any]
        if isinstance(form, CandidateForm):
            before, after = correction.candidate_before_and_after(self.case, form.values())
            subject = CANDIDATE
        else:
            assert self.claim is not None  # noqa: S101
            before, after, subject = self.claim.declared, form.facts(), self.claim.kind
        changes = seen.changes(self.case, subject, before, after)
        if not changes:
            self.alert = Alert(NotNow(_("바뀐 내용이 없습니다.")))
            return None
        checked = self.claim is not None and hasattr(self.claim, "check_result")
        self.look = {
            "do": "data",
            "title": seen.title(subject, self.claim.position if self.claim else 0),
            "changes": changes,
            "checked": checked or self.of_candidate,
            "reason": self.forms["reason"].cleaned_data["reason"],
        }
        return self._looked()

    def correct(self) -> HttpResponse | None:
        if not self._read():
            return None
        form, reason = self.forms["data"], self.forms["reason"].cleaned_data["reason"]
        common: dict[str, Any] = {
            "application": self.case,
            "actor": self.user,
            "reason": reason,
            "expected_revision": self.revision,
        }
        try:
            if isinstance(form, CandidateForm):
                correction.correct_candidate(fields=form.values(), **common)
            else:
                assert self.claim is not None  # noqa: S101
                correction.correct_claim(claim=self.claim, declared=form.facts(), **common)
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(
            _("자료를 정정했습니다. 정정한 항목은 다시 확인해야 합니다."), self._here()
        )

    # --- stage ---------------------------------------------------------------------------------
    def reopenings(self) -> list[workflow.Transition]:
        return [
            workflow.TRANSITIONS[name]
            for name in correction.REOPENING
            if workflow.refusal(self.case, name, self.user) is None
        ]

    def _read_reopen(self) -> bool:
        form = self.forms["reopen"] = ReopenForm(self.request.POST, rows=self.reopenings())
        return form.is_valid()

    def look_reopen(self) -> HttpResponse | None:
        if not self._read_reopen():
            return None
        said = self.forms["reopen"].cleaned_data
        row = workflow.TRANSITIONS[said["name"]]
        self.look = {
            "do": "reopen",
            "title": row.label,
            "from": self.case.at.label,
            "to": row.target.label if row.target else "",
            "open_invitations": self.case.invitations.filter(
                state__in=("invited", "accepted")
            ).count(),
            "reason": said["reason"],
        }
        return self._looked()

    def reopen(self) -> HttpResponse | None:
        if not self._read_reopen():
            return None
        correction.reopen(
            application=self.case,
            actor=self.user,
            expected_revision=self.revision,
            **self.forms["reopen"].cleaned_data,
        )
        return self.done(_("단계를 되돌렸습니다."), self._case_url())

    # --- dates ---------------------------------------------------------------------------------
    def recount(self) -> HttpResponse | None:
        form = self.forms["recount"] = ReasonForm(self.request.POST)
        if not form.is_valid():
            return None
        correction.recount(
            application=self.case,
            actor=self.user,
            expected_revision=self.revision,
            **form.cleaned_data,
        )
        return self.done(_("기한을 다시 계산했습니다."), self._here())

    # --- the page ------------------------------------------------------------------------------
    def _here(self) -> str:
        return reverse("reviews:corrections", kwargs={"public_id": self.case.public_id})

    def _case_url(self) -> str:
        return reverse("reviews:case", kwargs={"public_id": self.case.public_id})

    def _looked(self) -> HttpResponse:
        hidden = [
            (name, value)
            for name, values in self.request.POST.lists()
            for value in values
            if name not in {"csrfmiddlewaretoken", "do"}
        ]
        context = {**self.context(), "look": self.look, "hidden": hidden, "alert": None}
        return render(self.request, "reviews/corrections_look.html", context)

    def content(self) -> dict[str, Any]:
        return {
            "may_correct": self.case.at in EXAMINING and self._refusal() is None,
            "refusal": self._refusal(),
            "values": [
                {
                    "id": str(claim.public_id),
                    "title": seen.title(claim.kind, claim.position),
                    "current": self.claim is not None and claim.pk == self.claim.pk,
                }
                for claim in self._claims()
            ],
            "of_candidate": self.of_candidate,
            "claim": self.claim,
            "data": self.forms.get("data") or self.data_form(),
            "reason": self.forms.get("reason") or ReasonForm(),
            "reopenings": (rows := self.reopenings()),
            "reopen": self.forms.get("reopen") or ReopenForm(rows=rows),
            "recounted": self._recounted(),
            "recount": self.forms.get("recount") or ReasonForm(prefix=None),
            "corrections": seen.corrections(self.case),
        }

    def _refusal(self) -> str | None:
        """Why data cannot be put right now."""
        if self.case.at not in EXAMINING:
            return _(
                "서류 심사나 검증 단계에서만 자료를 정정할 수 있습니다. 먼저 단계를 되돌려 주세요."
            )
        return None

    def _recounted(self) -> Any:
        try:
            return correction.recounted(self.case)
        except CaseError:
            return None
