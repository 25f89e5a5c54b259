"""The two ways to check a letter by hand."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from letters.codes import LONGEST
from letters.upload import LARGEST_UPLOAD


class NumberForm(forms.Form):
    """A number and the one more fact that only a holder of the letter knows."""

    number = forms.CharField(
        label=_("발급번호"), max_length=60, help_text=_("추천서에 적힌 번호를 그대로 적어 주세요.")
    )
    birth_date = forms.DateField(label=_("대상자의 생년월일"))


class CodeForm(forms.Form):
    """The text of the signed code, as a reader of QR codes gives it."""

    code = forms.CharField(
        label=_("서명 코드의 글자"),
        help_text=_("추천서 오른쪽 아래 코드를 찍으면 나오는 글자입니다. CWT1: 로 시작합니다."),
        max_length=LONGEST,
        # A space at the end can be a digit of the code.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )


class DigestForm(forms.Form):
    sha256 = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput())


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("추천서 PDF 파일"),
        help_text=_("파일은 확인만 하고 저장하지 않습니다. 최대 5 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_UPLOAD:
            raise ValidationError(_("5 MB보다 큰 파일은 추천서가 아닙니다."))
        return file
