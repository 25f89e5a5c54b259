"""Withdrawing, asked twice."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import workflow
from applications.errors import CaseError, StaleCase
from applications.services import withdrawal
from applications.stages import Stage
from applications.views.cases import (
    context_of,
    expected_revision,
    own_case,
    person,
    refused,
    to_case,
)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("취하하는 이유 (선택)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what withdrawing means, and do it when it is confirmed."""
    case = own_case(request, public_id)
    user = person(request)
    if workflow.refusal(case, "withdraw", user) is not None and request.method != "POST":
        return to_case(case)
    form = WithdrawForm(request.POST or None)
    context = {**context_of(case), "form": form, "revision": case.revision}
    if request.method != "POST" or not form.is_valid():
        return render(request, "applications/withdraw.html", context)
    was_draft = case.at == Stage.DRAFT
    try:
        withdrawal.withdraw(
            application=case,
            actor=user,
            expected_revision=expected_revision(request),
            reason=form.cleaned_data["reason"],
        )
    except StaleCase as error:
        form.add_error(None, error.sentence)
        context["revision"] = own_case(request, public_id).revision
        return render(request, "applications/withdraw.html", context, status=409)
    except CaseError as error:
        return refused(request, case, error)
    messages.success(request, _("신청을 취하했습니다."))
    return redirect("applications:list") if was_draft else to_case(case)
