"""A changed quota that a newly loaded file proposes: two administrators confirm, or one rejects."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.views.cases import person
from portal.selectors.proposals import proposal_for
from portal.views.desk import posts_at, shared
from programs import quota
from programs.models import ProposalState, QuotaProposal


class RejectForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("거절 사유"), max_length=300)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def quota_proposal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What would change, who has confirmed it, and the two answers to it."""
    posts = posts_at(request)
    proposed = proposal_for(posts, person(request), public_id)
    if proposed is None:
        raise Http404
    form, status = RejectForm(), 200
    if request.method == "POST":
        if not proposed.may_answer:
            raise Http404
        do = request.POST.get("do", "")
        if do == "reject":
            form = RejectForm(request.POST)
        if do in {"confirm", "reject"} and (do == "confirm" or form.is_valid()):
            try:
                messages.success(request, _answer(request, proposed.proposal, do, form))
            except quota.QuotaError as refused:
                messages.error(request, str(refused))
            return redirect(request.path)
        status = 400
    context = shared(posts, "desk-programmes") | {"one": proposed, "form": form}
    return render(request, "portal/desk_proposal.html", context, status=status)


def _answer(request: HttpRequest, proposal: QuotaProposal, do: str, form: RejectForm) -> str:
    """Do it; the sentence that says so. Raises QuotaError."""
    actor = person(request)
    if do == "reject":
        quota.reject(proposal=proposal, actor=actor, reason=form.cleaned_data["reason"])
        return _("쿼터 변경 제안을 거절했습니다.")
    if quota.confirm(proposal=proposal, actor=actor).state == ProposalState.APPLIED:
        return _("쿼터 변경을 반영했습니다.")
    return _("확인했습니다. 다른 운영자 한 사람이 더 확인하면 반영됩니다.")
