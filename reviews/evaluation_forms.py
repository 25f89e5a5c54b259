"""Forms of external evaluation: the office's and the evaluator's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.fields import DayField
from reviews.forms import pick, words
from reviews.models import Evaluator, Invitation


class InviteForm(forms.Form):
    def __init__(self, *args: Any, evaluators: Sequence[Evaluator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"] = pick(
            _("평가위원"),
            [(one.user, f"{one.user.name} · {one.institution}") for one in evaluators],
        )

    def evaluator(self) -> Evaluator:
        return self.cleaned_data["evaluator"].evaluator


class ReplaceForm(forms.Form):
    """Whom to ask instead."""

    def __init__(self, *args: Any, evaluators: Sequence[Evaluator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instead"] = pick(
            _("새 위원"),
            [(one.user, f"{one.user.name} · {one.institution}") for one in evaluators],
        )

    def evaluator(self) -> Evaluator:
        return self.cleaned_data["instead"].evaluator


class ExtendForm(forms.Form):
    """More time for one evaluator."""

    due_on = DayField(label=gettext_lazy("새 기한"))


class ConflictForm(forms.Form):
    no_conflict = forms.BooleanField(
        label=gettext_lazy(
            "이 신청의 회사나 후보자와 친족, 사제, 동료, 공동연구, 금전 관계가 없으며, 평가하면서 "
            "알게 된 내용을 밖에 알리지 않겠습니다."
        )
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
