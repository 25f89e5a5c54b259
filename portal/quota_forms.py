"""What an administrator asks of a quota: a transfer, another size, another period."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from applications.forms.fields import DayField, WholeNumberField
from portal.selectors.quota_tree import Tree
from programs.models import ChangeKind, Pool
from programs.quota.effects import MOST_UNITS, Wanted


class ChangeForm(forms.Form):
    """The tree is the one of the page; pools are named by their public ids."""

    kind = ""

    reason = forms.CharField(
        label=gettext_lazy("사유"),
        max_length=200,
        help_text=gettext_lazy("왜 바꾸는지, 무엇을 근거로 하는지 적어 주세요. 원장에 남습니다."),
        error_messages={"required": gettext_lazy("사유를 적어 주세요.")},
    )

    def __init__(self, *args: Any, tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree = tree
        for name in self.fields:
            if isinstance(field := self.fields[name], forms.ChoiceField):
                field.choices = [("", _("골라 주세요")), *self._choices()]

    def pools(self) -> list[Pool]:
        return self.tree.pools

    def _choices(self) -> list[tuple[str, str]]:
        return [
            (
                str(pool.public_id),
                _("%(name)s (정원 %(size)s, 남음 %(free)s)")
                % {"name": self.tree.name(pool.pk), "size": pool.size, "free": pool.free},
            )
            for pool in self.pools()
        ]

    def chosen(self, name: str) -> Pool:
        """The pool of a valid form's field."""
        asked = self.cleaned_data[name]
        return next(pool for pool in self.pools() if str(pool.public_id) == asked)

    def wanted(self) -> Wanted:
        raise NotImplementedError


class TransferForm(ChangeForm):
    kind = ChangeKind.TRANSFER

    source = forms.ChoiceField(label=gettext_lazy("보내는 쿼터"))
    pool = forms.ChoiceField(label=gettext_lazy("받는 쿼터"))
    units = WholeNumberField(
        label=gettext_lazy("옮길 수"), min_value=1, max_value=MOST_UNITS, widget=forms.TextInput
    )
    consent_reference = forms.CharField(
        label=gettext_lazy("협의·동의 근거"),
        max_length=200,
        help_text=gettext_lazy("언제 누구와 협의했는지, 문서번호가 있으면 함께 적어 주세요."),
        error_messages={"required": gettext_lazy("협의나 동의를 어떻게 받았는지 적어 주세요.")},
    )
    field_order = ("source", "pool", "units", "consent_reference", "reason")

    def pools(self) -> list[Pool]:
        return self.tree.exchanging

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("source") and said.get("source") == said.get("pool"):
            self.add_error("pool", _("보내는 쿼터와 다른 쿼터를 골라 주세요."))
        return said

    def wanted(self) -> Wanted:
        return Wanted(
            self.kind,
            self.chosen("pool"),
            source=self.chosen("source"),
            units=self.cleaned_data["units"],
        )


class SizeForm(ChangeForm):
    kind = ChangeKind.SIZE

    pool = forms.ChoiceField(label=gettext_lazy("쿼터"))
    units = WholeNumberField(
        label=gettext_lazy("새 정원"), min_value=0, max_value=MOST_UNITS, widget=forms.TextInput
    )
    field_order = ("pool", "units", "reason")

    def wanted(self) -> Wanted:
        return Wanted(self.kind, self.chosen("pool"), units=self.cleaned_data["units"])


class PeriodForm(ChangeForm):
    kind = ChangeKind.PERIOD

    first_day = DayField(label=pgettext_lazy("quota period", "시작하는 날"))
    last_day = DayField(label=pgettext_lazy("quota period", "끝나는 날"))
    field_order = ("first_day", "last_day", "reason")

    def __init__(self, *args: Any, tree: Tree, **kwargs: Any) -> None:
        now = {"first_day": tree.root.period_from, "last_day": tree.root.period_to}
        super().__init__(*args, tree=tree, initial=now, **kwargs)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("끝나는 날은 시작하는 날보다 앞설 수 없습니다."))
        return said

    def wanted(self) -> Wanted:
        return Wanted(
            self.kind,
            self.tree.root,
            first_day=self.cleaned_data["first_day"],
            last_day=self.cleaned_data["last_day"],
        )


class AnswerForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("거절 사유"),
        max_length=300,
        error_messages={"required": gettext_lazy("거절하는 까닭을 적어 주세요.")},
    )


FORMS: dict[str, type[ChangeForm]] = {
    form.kind: form for form in (TransferForm, SizeForm, PeriodForm)
}
