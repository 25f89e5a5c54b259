"""Forms of the reviewing side. They check what was typed; whether it may be done, services say."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from applications.forms.facts import FactsForm
from applications.forms.questions import asked, names_to_ask
from applications.models import Application, Claim, Document
from applications.models.declared import ClaimKind
from programs.facts.validation import value_problem
from programs.manifest import Manifest
from reviews.checklist import Point, note_wanted
from reviews.claims import facts_of, group_of
from reviews.grounds import LONGEST_REASON
from reviews.models import ChecklistMark, ClaimCheck, EvidenceFile, Outcome
from reviews.services.line import Acting

LONGEST = LONGEST_REASON


def words(label: Any, *, required: bool = True, rows: int = 3, **kwargs: Any) -> forms.CharField:
    """A field for a few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )


class ReasonForm(forms.Form):
    """What a button asks before it does something that needs a reason."""

    reason = words(gettext_lazy("사유"))


class OptionalReasonForm(forms.Form):
    reason = words(gettext_lazy("사유"), required=False)


def day(label: Any, *, required: bool = True, **kwargs: Any) -> forms.DateField:
    """A day as it is typed, year first: the browser's own picker speaks another language."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-date": ""},
        ),
        input_formats=["%Y-%m-%d", "%Y%m%d", "%Y.%m.%d"],
        **kwargs,
    )


def pick(
    label: Any, options: Iterable[tuple[Any, str]], *, required: bool = True, empty: Any = ""
) -> forms.TypedChoiceField:
    """A choice among rows that are loaded already: posted by public id, read by name."""
    rows = [(str(row.public_id), row, name) for row, name in options]
    return forms.TypedChoiceField(
        label=label,
        required=required,
        choices=[("", empty or _("선택해 주세요")), *((key, name) for key, _row, name in rows)],
        coerce={key: row for key, row, _name in rows}.__getitem__,
        empty_value=None,
    )


def short_reason(label: Any, **kwargs: Any) -> forms.CharField:
    """A reason that is kept with the assignment: as long as its column is."""
    return forms.CharField(
        label=label, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), **kwargs
    )


class ReleaseForm(forms.Form):
    reason = short_reason(
        gettext_lazy("내려놓는 사유"),
        help_text=gettext_lazy("다음 담당자가 이어서 볼 수 있도록 200자 안으로 적어 주세요."),
    )


class ReassignForm(forms.Form):
    reason = short_reason(gettext_lazy("재배정 사유"))
    field_order = ("to", "reason")

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = pick(_("새 담당자"), [(person, str(person)) for person in people])
        self.order_fields(self.field_order)


# --- document review -------------------------------------------------------------------------
class ChecklistForm(forms.Form):
    """The case's checklist: one finding and one note per point that is not marked by its files."""

    def __init__(self, *args: Any, points: Sequence[Point], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = {point.code: point for point in points if not point.by_files}
        for point in self.points.values():
            self.fields[f"finding_{point.code}"] = forms.ChoiceField(
                label=point.names,
                choices=ChecklistMark.Finding.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=point.finding or None,
            )
            self.fields[f"note_{point.code}"] = forms.CharField(
                label=_("메모 (보완이면 꼭 적기)"),
                required=False,
                max_length=LONGEST,
                initial=point.note,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for code, point in self.points.items():
            finding = cleaned.get(f"finding_{code}")
            note = (cleaned.get(f"note_{code}") or "").strip()
            if sentence := note_wanted(point, finding or "", note):
                self.add_error(f"note_{code}", sentence)
            if note and not finding:
                self.add_error(f"finding_{code}", _("점검 결과를 골라 주세요."))
        return cleaned

    def findings(self) -> dict[str, tuple[str, str]]:
        """`{code: (finding, note)}` of the points whose finding or note is new."""
        changed = set(self.changed_data)
        return {
            code: (self.cleaned_data[f"finding_{code}"], self.cleaned_data[f"note_{code}"].strip())
            for code in self.points
            if {f"finding_{code}", f"note_{code}"} & changed
            and self.cleaned_data[f"finding_{code}"]
        }


# --- claims ----------------------------------------------------------------------------------
class VerifiedForm(FactsForm):
    """The true value of a claim. `stated_first` is what it starts from."""

    def __init__(self, *args: Any, stated_first: dict[str, Any], **kwargs: Any) -> None:
        self.stated_first = stated_first
        super().__init__(*args, initial=stated_first, **kwargs)


class IdentityForm(VerifiedForm):
    """The identity claim's facts, which are no group of the rules' vocabulary."""

    def clean(self) -> dict[str, Any]:
        cleaned = forms.Form.clean(self) or {}
        stated = self._stated(cleaned)
        for fact in self.shown:
            if fact.name in stated and (sentence := value_problem(stated[fact.name], fact)):
                self.add_error(fact.name, sentence)
        return cleaned


def verified_form(
    claim: Claim, manifest: Manifest, stated_first: dict[str, Any], **kwargs: Any
) -> VerifiedForm:
    """The form in which the true value of a claim is typed, beginning with `stated_first`."""
    kind = IdentityForm if claim.kind == ClaimKind.IDENTITY else VerifiedForm
    return kind(
        prefix="value",
        group=group_of(claim.kind, manifest),
        names=_names(claim, manifest, stated_first),
        manifest=manifest,
        stated_first=stated_first,
        **kwargs,
    )


def _names(claim: Claim, manifest: Manifest, stated_first: dict[str, Any]) -> list[str]:
    """Every fact of an identity; of another claim those that the form asked the company for, and
    whatever was stated besides."""
    shown = [fact.name for fact in facts_of(claim.kind, manifest)]
    if claim.kind == ClaimKind.IDENTITY:
        return shown
    group = group_of(claim.kind, manifest)
    also = {*claim.declared, *stated_first}
    wanted = set(names_to_ask(group, asked(manifest), also=also))
    return [name for name in shown if name in wanted]


class ClaimCheckForm(forms.Form):
    """What was found about a claim, and how. `methods` are those that suit it."""

    field_order = (
        "verdict",
        "method",
        "asked",
        "asked_on",
        "answered_on",
        "evidence",
        "file",
        "note",
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("확인 결과"),
        choices=ClaimCheck.Verdict.choices,
        widget=forms.RadioSelect,
    )
    method = forms.ChoiceField(label=gettext_lazy("확인 방법"))
    asked = words(gettext_lazy("물어본 내용"), required=False, rows=2)
    asked_on = day(gettext_lazy("물어본 날"), required=False)
    answered_on = day(
        gettext_lazy("답을 받은 날"),
        required=False,
        help_text=gettext_lazy("발급기관이나 근무처의 회신이면 반드시 적어 주세요."),
    )
    file = forms.FileField(
        label=gettext_lazy("근거 파일 올리기"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("PDF, PNG, JPEG. 회사에는 보이지 않습니다."),
    )
    note = words(
        gettext_lazy("확인 내용"),
        required=False,
        help_text=gettext_lazy("신고 내용과 다르거나 확인되지 않으면 반드시 적어 주세요."),
    )

    def __init__(
        self,
        *args: Any,
        documents: Sequence[Document],
        names: dict[str, str],
        methods: Sequence[str],
        kept: Sequence[EvidenceFile] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            (method, ClaimCheck.Method(method).label) for method in methods
        ]
        rows: list[tuple[Document | EvidenceFile, str]] = [
            (one, f"{names.get(one.code, one.code)} · {one.stored.name}") for one in documents
        ]
        rows += [(one, _("기관 보관 · %(name)s") % {"name": one.stored.name}) for one in kept]
        self.fields["evidence"] = pick(
            _("근거 서류"), rows, required=False, empty=_("제출 서류가 아님")
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("method") in ClaimCheck.REPLIES
            and "answered_on" not in self.errors
            and not cleaned.get("answered_on")
        ):
            self.add_error("answered_on", _("회신을 받은 날을 적어 주세요."))
        verdict = cleaned.get("verdict")
        if verdict in (None, "", ClaimCheck.Verdict.CONFIRMED) or "note" in self.errors:
            return cleaned
        if not (cleaned.get("note") or "").strip():
            self.add_error("note", _("무엇을 확인했는지 적어 주세요."))
        return cleaned


# --- decision --------------------------------------------------------------------------------
class DraftForm(forms.Form):
    """What is to be decided. Grounds are offered from what the examination found."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("decision", "결정"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
    )
    grounds = forms.MultipleChoiceField(
        label=gettext_lazy("결정의 근거"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("불허나 반려의 근거가 되는 항목을 골라 주세요."),
    )
    reason = words(
        gettext_lazy("결정 사유"),
        required=False,
        rows=6,
        help_text=gettext_lazy(
            "불허와 반려에는 꼭 필요하며, 신청인에게 그대로 전달됩니다. 사유는 사실과 기준을 함께 "
            "적어 주세요."
        ),
    )

    def __init__(
        self,
        *args: Any,
        case: Application,
        may_approve: bool,
        grounds: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # A posted form is judged by the service, which says why not.
        if not may_approve and not self.is_bound:
            self.fields["outcome"].choices = [  # type: ignore[attr-defined]
                choice for choice in Outcome.choices if choice[0] != Outcome.APPROVE
            ]
        self.fields["grounds"].choices = grounds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        outcome = cleaned.get("outcome")
        if outcome in (None, "", Outcome.APPROVE) or "reason" in self.errors:
            return cleaned
        if not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("불허와 반려에는 사유가 필요합니다."))
        if outcome == Outcome.REFUSE and "grounds" not in self.errors and not cleaned["grounds"]:
            self.add_error("grounds", _("불허에는 근거가 하나 이상 필요합니다."))
        return cleaned


class SignForm(forms.Form):
    """For whom who is away a signature is given, if for anyone (대결)."""

    field_order = ("acted_for", "because")
    because = words(
        gettext_lazy("대결 사유"),
        required=False,
        rows=2,
        help_text=gettext_lazy("대신 결재할 때만 적습니다. 그 결재자에게 보고됩니다."),
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acted_for"] = pick(
            _("부재 중인 결재자를 대신하여"),
            [(one, str(one)) for one in people],
            required=False,
            empty=_("아니요, 본인의 결재입니다"),
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("acted_for") and not (cleaned.get("because") or "").strip():
            self.add_error("because", _("대결하는 사유를 적어 주세요."))
        return cleaned

    def acting(self) -> Acting | None:
        person = self.cleaned_data.get("acted_for")
        return Acting(person, self.cleaned_data["because"]) if person else None


class ObjectionForm(forms.Form):
    upheld = forms.TypedChoiceField(
        label=gettext_lazy("이의신청 결정"),
        choices=[
            ("yes", gettext_lazy("인용 (다른 심사자가 다시 심사합니다)")),
            ("no", gettext_lazy("기각")),
        ],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    answer = words(gettext_lazy("결정 이유"), rows=6)
