"""The two ways to check a letter by hand."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from letters.upload import LARGEST_UPLOAD


class NumberForm(forms.Form):
    """A number and the one more fact that only a holder of the letter knows."""

    number = forms.CharField(
        label=_("발급번호"), max_length=60, help_text=_("추천서에 적힌 번호를 그대로 적어 주세요.")
    )
    birth_date = forms.DateField(label=_("대상자의 생년월일"))


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
