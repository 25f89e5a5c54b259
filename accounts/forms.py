from django import forms
from django.utils.translation import gettext_lazy as _


class SignupNameForm(forms.Form):
    """What sign-up asks beyond address and password."""

    name = forms.CharField(
        label=_("이름"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def signup(self, request, user) -> None:  # type: ignore[no-untyped-def]
        """allauth requires this name; the adapter has already stored what was typed."""
