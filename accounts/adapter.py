"""allauth's hooks: our sentences, our mails, our way of telling who asks."""

import base64
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.throttle import client_address
from audit import crypto
from notifications import mail

# The keys of the mails that this browser caused, for the mailbox of a demonstration.
OWN_MAILS = "own_mails"
MOST_OWN_MAILS = 20


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("사용이 중지된 계정입니다."),
        "cannot_remove_primary_email": _("대표 이메일 주소는 삭제할 수 없습니다."),
        "duplicate_email": _("이미 이 계정에 등록된 이메일 주소입니다."),
        "email_password_mismatch": _("이메일 주소나 비밀번호가 올바르지 않습니다."),
        "email_taken": _("이미 사용 중인 이메일 주소입니다."),
        "enter_current_password": _("지금 쓰는 비밀번호를 입력해 주세요."),
        "incorrect_password": _("비밀번호가 올바르지 않습니다."),
        "invalid_login": _("로그인 정보가 올바르지 않습니다."),
        "invalid_password_reset": _("비밀번호를 재설정하는 주소가 올바르지 않습니다."),
        "max_email_addresses": _("이메일 주소는 %d개까지 등록할 수 있습니다."),
        "rate_limited": _("짧은 시간에 너무 많이 요청하셨습니다. 잠시 뒤에 다시 시도해 주세요."),
        "select_only_one": _("하나만 선택해 주세요."),
        "too_many_login_attempts": _(
            "로그인에 여러 번 실패했습니다. 잠시 뒤에 다시 시도해 주세요."
        ),
        "unknown_email": _("가입되지 않은 이메일 주소입니다."),
        "unverified_primary_email": _("확인된 이메일 주소만 대표로 지정할 수 있습니다."),
    }

    def save_user(self, request: HttpRequest, user, form, commit: bool = True):  # type: ignore[no-untyped-def]
        """Keep the name and the language given at sign-up."""
        user = super().save_user(request, user, form, commit=False)
        user.name = form.cleaned_data.get("name", "")
        user.email = user.email.lower()
        user.language = (get_language() or "ko")[:2]
        if commit:
            user.save()
        return user

    def format_email_subject(self, subject: str) -> str:
        return f"[{gettext('추천 Chucheon')}] {subject}"

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail into the outbox, in the language of whoever owns the address."""
        reader = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = getattr(reader, "language", "") or (get_language() or "ko")[:2]
        with translation.override(language):
            message = self.render_mail(
                template_prefix, email, {"request": self.request, "email": email, **context}
            )
        key = f"account:{uuid4()}"
        mail.queue_written(
            to=email,
            language=language,
            subject=message.subject,
            text=str(message.body),
            key=key,
            user=reader if isinstance(reader, User) else None,
        )
        if settings.DEMONSTRATION and self.request is not None:
            earlier = self.request.session.get(OWN_MAILS, [])
            self.request.session[OWN_MAILS] = [*earlier, key][-MOST_OWN_MAILS:]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Someone new is here to act for a company."""
        return reverse("accounts:companies")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """A browser that was never told a language takes the person's."""
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and isinstance(user, User):
            remember_in(response, user.language)
        return response


# allauth hands over the secret without its owner: the place, not the row, is what it is bound to.
PLACE = "mfa_authenticator.data"


class MFAAdapter(DefaultMFAAdapter):
    """Authenticator secrets and recovery seeds are sealed: a copy of the table opens nothing."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("2단계 인증을 쓰는 계정에는 이메일 주소를 추가할 수 없습니다."),
        "cannot_delete_authenticator": _("2단계 인증을 중지할 수 없습니다."),
        "cannot_generate_recovery_codes": _("복구 코드는 인증 앱을 등록한 뒤에 만들 수 있습니다."),
        "incorrect_code": _("번호가 올바르지 않습니다."),
        "unverified_email": _("이메일 주소를 확인한 뒤에 인증 앱을 등록할 수 있습니다."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.seal(text.encode(), bind=PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(base64.b64decode(encrypted_text), bind=PLACE).decode()


def remember_in(response: HttpResponse, language: str) -> None:
    """Let this browser see the language, as Django's own switch does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
