"""Forms of inquiries. They check what was typed; whether it may be done, services say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from reviews.forms import day, words
from reviews.models import ClaimCheck, Institution
from reviews.models.validation import Language


class NewInquiryForm(forms.Form):
    """Whom to ask, in which way and language; the words are drafted from it."""

    method = forms.ChoiceField(label=gettext_lazy("확인 방법"))
    kind = forms.ChoiceField(label=gettext_lazy("기관 구분"), choices=Institution.Kind.choices)
    name = forms.CharField(label=gettext_lazy("기관 이름"), max_length=200)
    to = forms.EmailField(
        label=gettext_lazy("기관의 이메일"),
        max_length=254,
        help_text=gettext_lazy(
            "기관의 공식 누리집에서 확인한 주소를 적어 주세요. 신청인이 적은 주소는 쓰지 않습니다."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("메일 언어"), choices=Language.choices)

    def __init__(self, *args: Any, methods: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            (method, ClaimCheck.Method(method).label) for method in methods
        ]


class InquiryForm(forms.Form):
    """The mail as it will be sent."""

    to = forms.EmailField(label=gettext_lazy("받는 주소"), max_length=254)
    subject = forms.CharField(label=pgettext_lazy("mail", "제목"), max_length=200)
    text = forms.CharField(
        label=pgettext_lazy("mail", "내용"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text=gettext_lazy("확인에 필요한 개인정보만 적고, 조회 번호는 남겨 두세요."),
    )


class AnswerForm(forms.Form):
    """What came back."""

    answered_on = day(gettext_lazy("회신을 받은 날"))
    answer = words(gettext_lazy("회신 내용"), rows=4)
    file = forms.FileField(
        label=gettext_lazy("회신 파일"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("PDF, PNG, JPEG. 회사에는 보이지 않습니다."),
    )


class CloseForm(forms.Form):
    why = words(gettext_lazy("끝내는 이유"), rows=2)
