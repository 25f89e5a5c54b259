"""What the pages of this room ask of a request."""

from typing import cast

from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.errors import PeopleError
from accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in; the login wall let nobody else through."""
    return cast(User, request.user)


def where_to(request: HttpRequest) -> str:
    """Where the person was going (`next`), if it is one of our own pages; else ""."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""


def refuse(form: BaseForm, refused: PeopleError) -> None:
    """Show the refusal in the form, at its field if it has one."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
