"""An office's people and its own data: for its administrators. Leads see the list."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as people
from accounts.errors import PeopleError
from accounts.models import Office, StaffMembership, StaffRole, User
from accounts.services import invitations, joining, offices
from accounts.throttle import INVITE, too_many
from portal.people import orphaned, programmes_of
from portal.selectors.office import staff
from portal.views.desk import posts_at, shared
from programs.models import Programme


class PostForm(forms.Form):
    """A role at an office, for some of its programmes or for all."""

    role = forms.ChoiceField(
        label=gettext_lazy("역할"), choices=StaffRole.choices, initial=StaffRole.REVIEWER
    )
    programmes = forms.MultipleChoiceField(
        label=gettext_lazy("맡는 프로그램"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("하나도 고르지 않으면 기관의 모든 프로그램을 맡습니다."),
    )

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programmes"].choices = [(one.slug, one.name) for one in programmes]


class InviteForm(PostForm):
    email = forms.EmailField(
        label=gettext_lazy("이메일"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    field_order = ("email", "role", "programmes")


class OfficeForm(forms.ModelForm):
    class Meta:
        model = Office
        fields = offices.CHANGEABLE


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_people(request: HttpRequest) -> HttpResponse:
    """Who works for the office; its administrators invite, and answer for orphaned companies."""
    mine = people.administered(_person(request))
    if request.method != "POST":
        return _list(request, mine)
    do = request.POST.get("do", "")
    if do == "invite":
        return _invite(request, mine, _office(mine, request.POST.get("office", "")))
    if do == "withdraw":
        return _withdraw(request, mine)
    if do in {"let_in", "turn_away"}:
        return _answer(request, mine, let_in=do == "let_in")
    return _list(request, mine, status=400)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One colleague: roles, whether they may sign in, and their second factor."""
    mine = people.administered(_person(request))
    who = get_object_or_404(User, public_id=public_id)
    posts = people.posts_of(who, mine)
    if not posts:
        raise Http404
    if request.method != "POST":
        return _one(request, who, posts)
    do = request.POST.get("do", "")
    if do == "change":
        return _change(request, who, posts)
    if do not in STEPS:
        return _one(request, who, posts, status=400)
    step, done = STEPS[do]
    try:
        step(request, who, posts)
    except PeopleError as refused:
        messages.error(request, refused.sentence)
        return redirect(request.path)
    messages.success(request, done())
    if people.posts_of(who, people.administered(_person(request))):
        return redirect(request.path)
    return redirect(reverse("desk-people"))


@never_cache
@require_safe
def own_office(request: HttpRequest) -> HttpResponse:
    """The page of the person's own office, the first by name of several."""
    mine = people.administered(_person(request))
    if not mine:
        raise Http404
    return redirect(reverse("desk-office", args=[mine[0].code]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_office(request: HttpRequest, office: str) -> HttpResponse:
    """Names, department and telephone: what letters' readers and applicants see of the office."""
    user = _person(request)
    mine = people.administered(user)
    shown = _office(mine, office)
    form = OfficeForm(instance=shown)
    if request.method == "POST":
        form = OfficeForm(request.POST, instance=Office.objects.get(pk=shown.pk))
        if form.is_valid():
            try:
                offices.change_office(office=shown, actor=user, about=form.cleaned_data)
            except PeopleError as refused:
                _refuse(form, refused)
            else:
                messages.success(request, _("기관 정보를 저장했습니다."))
                return redirect(request.path)
    others = [one for one in mine if one.pk != shown.pk]
    context = shared(posts_at(request), "desk-own-office") | {
        "form": form,
        "office": shown,
        "others": others,
    }
    return render(request, "portal/desk_office.html", context)


# --- the list ---------------------------------------------------------------------------------
def _list(
    request: HttpRequest,
    mine: list[Office],
    *,
    refused: tuple[Office, InviteForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    posts = posts_at(request)
    programmes = programmes_of(mine)
    administered = {office.pk for office in mine}
    rows = [{"post": post, "manage": post.office_id in administered} for post in staff(posts)]
    context = shared(posts, "desk-people") | {
        "rows": rows,
        "managed": [
            {
                "office": office,
                "form": refused[1]
                if refused and refused[0].pk == office.pk
                else InviteForm(programmes=programmes[office.pk], auto_id=f"{office.code}_%s"),
                "invitations": people.invitations_of(office),
            }
            for office in mine
        ],
        "orphaned": list(orphaned(mine)[: people.MOST]) if mine else [],
    }
    return render(request, "portal/desk_people.html", context, status=status)


def _invite(request: HttpRequest, mine: list[Office], office: Office) -> HttpResponse:
    form = InviteForm(
        request.POST, programmes=programmes_of([office])[office.pk], auto_id=f"{office.code}_%s"
    )
    if form.is_valid():
        if not INVITE.spend_by(_person(request).pk):
            return too_many(request)
        try:
            invitations.to_office(
                office=office,
                actor=_person(request),
                email=form.cleaned_data["email"],
                role=StaffRole(form.cleaned_data["role"]),
                programmes=form.cleaned_data["programmes"],
            )
        except PeopleError as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("초대 메일을 보냈습니다: %(email)s") % form.cleaned_data)
            return redirect(reverse("desk-people"))
    return _list(request, mine, refused=(office, form))


def _withdraw(request: HttpRequest, mine: list[Office]) -> HttpResponse:
    found = None
    for office in mine:
        found = found or office.invitations.filter(public_id=_id(request, "invitation")).first()
    if found is None:
        raise Http404
    try:
        invitations.withdraw(invitation=found, actor=_person(request))
    except PeopleError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("초대를 취소했습니다."))
    return redirect(reverse("desk-people"))


def _answer(request: HttpRequest, mine: list[Office], *, let_in: bool) -> HttpResponse:
    if not mine:
        raise Http404
    asked = get_object_or_404(orphaned(mine), public_id=_id(request, "request"))
    try:
        joining.answer_for_office(
            request=asked, actor=_person(request), office=mine[0], let_in=let_in
        )
    except PeopleError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(
            request,
            _("회사의 새 관리자로 승인했습니다.") if let_in else _("참여 요청을 거절했습니다."),
        )
    return redirect(reverse("desk-people"))


# --- one colleague ------------------------------------------------------------------------------
def _one(
    request: HttpRequest,
    who: User,
    posts: list[StaffMembership],
    *,
    refused: tuple[StaffMembership, PostForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    programmes = programmes_of([post.office for post in posts])
    context = shared(posts_at(request), "desk-people") | {
        "who": who,
        "oneself": who.pk == _person(request).pk,
        "second_factor": people.has_second_factor(who),
        "posts": [
            {
                "post": post,
                "form": refused[1]
                if refused and refused[0].pk == post.pk
                else _post_form(post, programmes[post.office_id]),
            }
            for post in posts
        ],
    }
    return render(request, "portal/desk_person.html", context, status=status)


def _post_form(post: StaffMembership, programmes: list[Programme], data: Any = None) -> PostForm:
    return PostForm(
        data,
        programmes=programmes,
        initial={"role": post.role, "programmes": post.programmes},
        auto_id=f"post{post.pk}_%s",
    )


def _change(request: HttpRequest, who: User, posts: list[StaffMembership]) -> HttpResponse:
    post = _named(request, posts)
    form = _post_form(post, programmes_of([post.office])[post.office_id], request.POST)
    if form.is_valid():
        try:
            offices.change_post(
                membership=post,
                actor=_person(request),
                role=StaffRole(form.cleaned_data["role"]),
                programmes=form.cleaned_data["programmes"],
            )
        except PeopleError as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("역할을 바꾸었습니다."))
            left = people.posts_of(who, people.administered(_person(request)))
            return redirect(request.path if left else reverse("desk-people"))
    return _one(request, who, posts, refused=(post, form))


def _end(request: HttpRequest, who: User, posts: list[StaffMembership]) -> None:
    offices.end_post(membership=_named(request, posts), actor=_person(request))


def _deactivate(request: HttpRequest, who: User, posts: list[StaffMembership]) -> None:
    offices.deactivate(person=who, office=posts[0].office, actor=_person(request))


def _activate(request: HttpRequest, who: User, posts: list[StaffMembership]) -> None:
    offices.activate(person=who, office=posts[0].office, actor=_person(request))


def _reset(request: HttpRequest, who: User, posts: list[StaffMembership]) -> None:
    offices.reset_second_factor(person=who, office=posts[0].office, actor=_person(request))


Step = Callable[[HttpRequest, User, list[StaffMembership]], None]
STEPS: dict[str, tuple[Step, Callable[[], str]]] = {
    "end": (_end, lambda: _("역할을 끝냈습니다.")),
    "deactivate": (_deactivate, lambda: _("계정의 사용을 중지했습니다.")),
    "activate": (_activate, lambda: _("계정을 다시 쓸 수 있게 했습니다.")),
    "reset": (_reset, lambda: _("2단계 인증을 초기화했습니다.")),
}


# --- what a request names -----------------------------------------------------------------------
def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _office(mine: list[Office], code: str) -> Office:
    """The administered office of that code; another's does not exist."""
    for office in mine:
        if office.code == code:
            return office
    raise Http404


def _named(request: HttpRequest, posts: list[StaffMembership]) -> StaffMembership:
    """The post a form names: office and role, which a person has once."""
    for post in posts:
        if f"{post.office.code}:{post.role}" == request.POST.get("post", ""):
            return post
    raise Http404


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _refuse(form: BaseForm, refused: PeopleError) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
