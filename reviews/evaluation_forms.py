"""Forms of external evaluation: the office's and the evaluator's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.fields import DayField
from reviews.forms import words
from reviews.models import Evaluator, Invitation
from reviews.selectors.panels import Offered


def whom(label: Any, offered: Offered) -> forms.TypedChoiceField:
    """A choice among those who may be asked: the fitting panel's members first."""
    rows = {str(one.user.public_id): one for one in offered.all}

    def options(people: Sequence[Evaluator]) -> list[tuple[str, str]]:
        return [(str(one.user.public_id), f"{one.user.name} · {one.institution}") for one in people]

    others = options(offered.others)
    groups: list[Any] = [("", _("선택해 주세요"))]
    if offered.members:
        panel = ", ".join(panel.name for panel in offered.panels)
        groups += [(panel, options(offered.members)), (_("그 밖의 위원"), others)]
    else:
        groups += others
    return forms.TypedChoiceField(
        label=label, choices=groups, coerce=rows.__getitem__, empty_value=None
    )


class InviteForm(forms.Form):
    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"] = whom(_("평가위원"), offered)

    def evaluator(self) -> Evaluator:
        return self.cleaned_data["evaluator"]


class ReplaceForm(forms.Form):
    """Whom to ask instead; the next of the panel is chosen already."""

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instead"] = whom(_("새 위원"), offered)
        if offered.next is not None:
            self.fields["instead"].initial = str(offered.next.user.public_id)

    def evaluator(self) -> Evaluator:
        return self.cleaned_data["instead"]


class ExtendForm(forms.Form):
    """More time for one evaluator."""

    due_on = DayField(label=gettext_lazy("새 기한"))


NONE = "none"


class TiesForm(forms.Form):
    """What ties the evaluator to company or candidate: every kind that holds, or expressly none."""

    ties = forms.MultipleChoiceField(
        label=gettext_lazy("이 신청의 회사나 후보자와 어떤 관계가 있나요?"),
        choices=[
            *Invitation.Tie.choices,
            (
                NONE,
                gettext_lazy(
                    "위의 어느 관계도 없으며, 평가하면서 알게 된 내용을 밖에 알리지 않겠습니다."
                ),
            ),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("해당하는 관계를 고르거나, 없으면 마지막 칸을 골라 주세요.")
        },
    )
    note = words(
        gettext_lazy("설명"),
        required=False,
        rows=2,
        help_text=gettext_lazy("관계가 있을 때만 적어 주세요. 암호화하여 보관합니다."),
    )

    def clean_ties(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["ties"]
        if NONE in chosen and len(chosen) > 1:
            raise forms.ValidationError(
                _("관계가 있다고 하시면서 없음도 고르셨습니다. 하나만 골라 주세요.")
            )
        return [tie for tie in chosen if tie != NONE]


class AbstainForm(forms.Form):
    """Why the evaluator gives no opinion."""

    reason = words(
        gettext_lazy("기권하는 이유"),
        rows=2,
        help_text=gettext_lazy("예: 자료만으로는 판단할 수 없습니다. 담당 기관만 봅니다."),
    )


class RecuseForm(forms.Form):
    """Why the evaluator steps back; whether a note is needed, the service says."""

    because = forms.ChoiceField(
        label=gettext_lazy("회피 사유"),
        choices=Invitation.Because.choices,
        widget=forms.RadioSelect,
    )
    note = words(
        gettext_lazy("설명"),
        required=False,
        rows=2,
        help_text=gettext_lazy("다른 이유이면 꼭 적어 주세요. 담당 기관만 봅니다."),
    )


class ScoresForm(forms.Form):
    """Points and a comment per criterion of the frozen rubric; points in whole or half points are
    stored as hundredths. What is unfinished, and what is right beside something wrong, can be kept.
    """

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = invitation.rubric["criteria"]
        given = {score.criterion: score for score in invitation.scores.all()}
        for criterion in self.criteria:
            code, score = criterion["code"], given.get(criterion["code"])
            points = score.hundredths if score else None
            self.fields[f"points_{code}"] = forms.DecimalField(
                label=_("점수 (0~%(most)s)") % {"most": criterion["max_points"]},
                required=False,
                min_value=0,
                max_value=criterion["max_points"],
                decimal_places=1,
                max_digits=6,
                initial=None if points is None else f"{points / 100:g}",
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            self.fields[f"comment_{code}"] = words(
                _("의견"),
                required=False,
                rows=2,
                initial=score.comment if score else "",
                help_text=_("%(low)s점 이하이면 이유를 적어 주세요.") % {"low": criterion["low"]},
            )
        self.fields["opinion"] = words(
            _("종합 의견"), required=False, rows=4, initial=invitation.opinion
        )

    def rows(self) -> list[dict[str, Any]]:
        """The criteria with their bound fields, for the page."""
        return [
            {
                **criterion,
                "points": self[f"points_{criterion['code']}"],
                "comment": self[f"comment_{criterion['code']}"],
            }
            for criterion in self.criteria
        ]

    def scores(self) -> dict[str, tuple[int | None, str]]:
        """What can be kept: the criteria without anything wrong."""
        found = {}
        for criterion in self.criteria:
            code = criterion["code"]
            points, comment = f"points_{code}", f"comment_{code}"
            if points in self.errors or comment in self.errors:
                continue
            value = self.cleaned_data[points]
            found[code] = (
                None if value is None else int(value * 100),
                self.cleaned_data[comment],
            )
        return found

    def opinion(self) -> str | None:
        return self.cleaned_data.get("opinion")

    def attach(self, errors: dict[str, list[str]]) -> None:
        """A criterion's sentence goes to its points, or to its comment when points are there."""
        for code, sentences in errors.items():
            field = f"points_{code}"
            if self.cleaned_data.get(field) is not None:
                field = f"comment_{code}"
            for sentence in sentences:
                if field not in self.fields or field not in self.errors:
                    self.add_error(field if field in self.fields else None, sentence)
