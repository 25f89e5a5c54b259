"""An office's own changes of its quota: looked at, proposed, and answered by somebody else."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.views.cases import person
from portal.quota_forms import FORMS, AnswerForm, ChangeForm
from portal.selectors import quota_tree as seen
from portal.views.desk import posts_at, shared
from programs import quota
from programs.models import ChangeState, QuotaChange
from programs.quota.effects import Wanted
from reviews.permissions import Desk

TAB = "desk-programmes"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_quota(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The pools of one programme and period. A change is posted twice: to look, and to propose."""
    posts = posts_at(request)
    tree = seen.tree_for(posts, public_id)
    if tree is None:
        raise Http404
    if request.method != "POST":
        return _page(request, posts, tree)
    kind = request.POST.get("what", "")
    if not tree.may_change:
        raise Http404
    if kind not in FORMS:
        return _page(request, posts, tree, status=400)
    form = FORMS[kind](request.POST, tree=tree, auto_id=f"{kind}_%s")
    if not form.is_valid():
        return _page(request, posts, tree, bound={kind: form}, status=400)
    look = seen.looked_at(form.wanted(), tree)
    if look.effect.problems:
        for problem in look.effect.problems:
            form.add_error(None, problem)
        return _page(request, posts, tree, bound={kind: form}, status=400)
    if request.POST.get("do") != "propose":
        return _look(request, posts, tree, form, look)
    try:
        change = quota.propose_change(
            wanted=form.wanted(),
            actor=person(request),
            reason=form.cleaned_data["reason"],
            consent_reference=form.cleaned_data.get("consent_reference", ""),
        )
    except quota.QuotaError as refused:
        form.add_error(None, str(refused))
        return _page(request, posts, tree, bound={kind: form}, status=400)
    messages.success(request, _("제안했습니다. 다른 운영자가 승인하면 반영됩니다."))
    return redirect("desk-quota-change", public_id=change.public_id)


def _page(
    request: HttpRequest,
    posts: Desk,
    tree: seen.Tree,
    *,
    bound: dict[str, ChangeForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    changes = seen.changes_of(posts, tree)
    open_change = next((one for one in changes if one.state == ChangeState.OPEN), None)
    forms = {}
    if tree.may_change and open_change is None:
        forms = {
            kind: (bound or {}).get(kind) or form(tree=tree, auto_id=f"{kind}_%s")
            for kind, form in FORMS.items()
        }
    consents = [str(text) for text in tree.exchange.values()]
    context = shared(posts, TAB) | {
        "tree": tree,
        "consents": list(dict.fromkeys(consents)),
        "forms": forms,
        "bound": next(iter((bound or {}).values()), None),
        "open_change": open_change,
        "ended": [one for one in changes if one.state != ChangeState.OPEN],
        "history": seen.history(tree),
    }
    return render(request, "portal/desk_quota_tree.html", context, status=status)


def _look(
    request: HttpRequest, posts: Desk, tree: seen.Tree, form: ChangeForm, look: seen.Look
) -> HttpResponse:
    context = shared(posts, TAB) | {
        "tree": tree,
        "form": form,
        "asked": seen.in_words(form.wanted(), tree),
        "reference": form.cleaned_data.get("consent_reference", ""),
        "look": look,
    }
    return render(request, "portal/desk_quota_look.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_quota_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One change: what it would do now, and the answers of whoever did not propose it."""
    posts = posts_at(request)
    change = seen.change_for(posts, public_id)
    if change is None:
        raise Http404
    form, status = AnswerForm(), 200
    if request.method == "POST":
        if not seen.may_answer(posts, change):
            raise Http404
        do = request.POST.get("do", "")
        if do == "reject":
            form = AnswerForm(request.POST)
        if do in {"approve", "withdraw"} or (do == "reject" and form.is_valid()):
            try:
                messages.success(request, _answer(request, change, do, form))
            except quota.QuotaError as refused:
                messages.error(request, str(refused))
            return redirect(request.path)
        status = 400
    return render(
        request,
        "portal/desk_quota_change.html",
        _change_context(request, posts, change) | {"form": form},
        status=status,
    )


def _answer(request: HttpRequest, change: QuotaChange, do: str, form: AnswerForm) -> str:
    """Do it; the sentence that says so. Raises QuotaError."""
    actor = person(request)
    if do == "approve":
        quota.approve_change(change=change, actor=actor)
        return _("쿼터 변경을 승인하고 반영했습니다.")
    own = seen.is_own(change, actor)
    if own != (do == "withdraw"):
        raise quota.QuotaError(
            _("자신의 제안은 거절하는 대신 취소해 주세요.")
            if own
            else _("제안한 사람만 제안을 취소할 수 있습니다.")
        )
    reason = "" if own else form.cleaned_data["reason"]
    quota.reject_change(change=change, actor=actor, reason=reason)
    return _("제안을 취소했습니다.") if own else _("쿼터 변경을 거절했습니다.")


def _change_context(request: HttpRequest, posts: Desk, change: QuotaChange) -> dict[str, Any]:
    tree = seen.tree_of_change(posts, change)
    asked = Wanted.of(change)
    still_open = change.state == ChangeState.OPEN
    return shared(posts, TAB) | {
        "tree": tree,
        "change": change,
        "asked": seen.in_words(asked, tree),
        "consent": seen.consent_of(change),
        "open": still_open,
        "look": seen.looked_at(asked, tree) if still_open else None,
        "own": seen.is_own(change, person(request)),
        "may_answer": still_open and seen.may_answer(posts, change),
    }
