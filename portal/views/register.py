"""An office's letters from before this system: a workbook is looked at row by row, then applied."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications.views.cases import person
from letters import register_import
from letters.errors import LetterError
from letters.models import RegisterImport, RegisterState
from letters.sheets import LARGEST, REFUSALS
from portal.selectors import quota_tree as seen
from portal.views.desk import posts_at, shared
from reviews.permissions import Desk

# Rows that are shown of each kind; the numbers beside them count all.
SHOWN = 200
FEW = 10
ENDED = 10


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("발급 대장 (XLSX)"),
        help_text=gettext_lazy("최대 5 MB, 20,000행. 첫 시트의 맨 위 줄이 제목이어야 합니다."),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("대장 파일을 골라 주세요.")},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(REFUSALS["too_large"])
        return file


class ApplyForm(forms.Form):
    source = forms.CharField(
        label=gettext_lazy("대장의 출처"),
        max_length=120,
        help_text=gettext_lazy("누가 언제 만든 대장인지 적어 주세요. 원장에 남습니다."),
        error_messages={"required": gettext_lazy("대장의 출처를 적어 주세요.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_register(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hand a register in, read the report, apply or discard it. For administrators."""
    posts = posts_at(request)
    tree = seen.tree_for(posts, public_id)
    if tree is None or not tree.may_change:
        raise Http404
    looked = _looked(tree)
    upload, confirm, status = FileForm(), ApplyForm(), 200
    if request.method == "POST":
        do = request.POST.get("do", "")
        status = 400
        try:
            if do == "look":
                upload = FileForm(request.POST, request.FILES)
                if upload.is_valid():
                    file = upload.cleaned_data["file"]
                    register_import.look(
                        root=tree.root,
                        data=file.read(),
                        file_name=file.name or "",
                        actor=person(request),
                    )
                    return redirect(request.path)
            elif do == "apply" and looked is not None:
                confirm = ApplyForm(request.POST)
                if confirm.is_valid():
                    done = register_import.apply(
                        register=looked,
                        actor=person(request),
                        source=confirm.cleaned_data["source"],
                    )
                    messages.success(
                        request,
                        _("추천서 %(count)s건을 등록하고 기초 발급에 더했습니다.")
                        % {"count": done.new_count},
                    )
                    return redirect(request.path)
            elif do == "discard" and looked is not None:
                register_import.discard(register=looked, actor=person(request))
                messages.success(request, _("올린 대장을 지웠습니다."))
                return redirect(request.path)
        except LetterError as refused:
            (upload if do == "look" else confirm).add_error(None, str(refused))
    context = _context(posts, tree, looked) | {"upload": upload, "confirm": confirm}
    return render(request, "portal/desk_register.html", context, status=status)


def _looked(tree: seen.Tree) -> RegisterImport | None:
    return _registers(tree).filter(state=RegisterState.LOOKED).first()


def _registers(tree: seen.Tree) -> Any:
    return RegisterImport.objects.filter(
        programme=tree.root.programme_id, period_code=tree.root.period_code
    ).select_related("uploaded_by", "closed_by")


def _context(posts: Desk, tree: seen.Tree, looked: RegisterImport | None) -> dict[str, Any]:
    report = register_import.report_of(looked) if looked else None
    context = shared(posts, "desk-programmes") | {
        "tree": tree,
        "looked": looked,
        "report": report,
        "ended": _registers(tree).filter(state=RegisterState.APPLIED)[:ENDED],
    }
    if report is None:
        return context
    return context | {
        "wrong": report.wrong[:SHOWN],
        "noted": [one for one in report.new if one.notes][:SHOWN],
        "first": report.new[:FEW],
        "openings": [(tree.name(one.pool.pk), one) for one in report.openings],
    }
