"""The documents of a case: what is asked for, what was sent, one upload at a time."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from applications import completeness, facts
from applications.errors import CaseError, Invalid
from applications.models import Application, BufferedDocument, Document
from applications.papers import as_document, current_documents
from applications.sections import map_of, sections_of
from applications.services import drafting
from applications.views.cases import (
    context_of,
    is_editable,
    own_case,
    person,
    refused,
    to_case,
)
from audit.services import log_access
from files import services as files
from files.errors import FilesError
from programs import calendar
from programs.manifest import DocumentDef

# What became of one file, for the page's script: `taken` or `refused`. No header: not our answer.
SAID = "X-Upload"
ONE_ONLY = gettext_lazy("이 서류는 파일 하나만 받습니다. 첫 번째 파일만 올렸습니다.")


@never_cache
@require_safe
def documents(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every document of the programme, with what was sent for it."""
    case = own_case(request, public_id)
    if not is_editable(case):
        return to_case(case)
    return page(request, case)


def page(
    request: HttpRequest, case: Application, *, wrong: str = "", sentence: str = ""
) -> HttpResponse:
    """The list; `sentence` says at the document `wrong` why its upload was not taken."""
    rows = document_rows(case, editable=True)
    for row in rows:
        row["error"] = sentence if row["code"] == wrong else ""
    context = {
        **frame_of(case),
        "needed": [row for row in rows if row["required"]],
        "others": [row for row in rows if not row["required"]],
    }
    return render(request, "applications/documents.html", context)


def frame_of(case: Application) -> dict[str, Any]:
    """What surrounds the list and changes with it: the map, and what is still missing."""
    lacks = completeness.problems(case)
    stops = map_of(case, current="documents", sections=sections_of(case), lacks=lacks)
    return {
        **context_of(case),
        "stops": stops,
        "lacks": [
            {"sentence": lack.sentence, "url": f"#{lack.anchor}"}
            for lack in lacks
            if lack.section == "documents"
        ],
        "previous": stops[-2].url,
    }


def row_alone(request: HttpRequest, case: Application, code: str, said: str) -> HttpResponse:
    """What changes on an open page of documents after one file came or went."""
    row = next(row for row in document_rows(case, editable=True) if row["code"] == code)
    context = {**frame_of(case), "document": row, "said": said}
    response = render(request, "applications/parts/uploaded.html", context)
    response[SAID] = "taken"
    return response


def document_rows(case: Application, *, editable: bool = False) -> list[dict[str, Any]]:
    """Each listed document as `components/document_row.html` takes it."""
    sent: dict[str, list[Document]] = {}
    for document in current_documents(case):
        sent.setdefault(document.code, []).append(document)
    declared, manifest, today = facts.declared(case), case.manifest, calendar.today()
    rows = []
    for listed in manifest.documents:
        required = listed.required_for(declared, on=today, requirements=manifest.requirements)
        rows.append(_row(case, listed, sent.get(listed.code, []), bool(required), editable))
    return rows


def _row(
    case: Application, listed: DocumentDef, sent: list[Document], required: bool, editable: bool
) -> dict[str, Any]:
    return {
        "code": listed.code,
        "name": str(listed.names),
        "required": required,
        "one_only": not listed.many,
        "note": _note(listed, required),
        "assumed": listed.assumed,
        "error": "",
        "files": [_file(case, document, editable) for document in sent],
        "upload_url": _upload_url(case, listed.code) if editable else "",
    }


def _upload_url(case: Application, code: str) -> str:
    """With the document's anchor: the answer to a refused upload opens where the mistake is."""
    return reverse("applications:upload", args=[case.public_id, code]) + f"#document-{code}"


def _file(case: Application, document: Document, editable: bool) -> dict[str, Any]:
    stored = document.stored
    keys = [case.public_id, document.public_id]
    return {
        "name": stored.name,
        "url": reverse("applications:document", args=keys),
        "size": stored.size,
        "pages": stored.pages,
        "state": {"no_scanner": "", "made_here": ""}.get(stored.scan_state, stored.scan_state),
        "note": "",
        "remove_url": reverse("applications:remove", args=keys) if editable else "",
    }


def _note(listed: DocumentDef, required: bool) -> str:
    words = []
    if not isinstance(listed.required, bool) and str(listed.required.text):
        words.append(str(listed.required.text))
    if listed.validity_months:
        words.append(_("발급한 지 %(months)s개월 이내의 것") % {"months": listed.validity_months})
    words.append(
        {
            "candidate": _("외국인이 준비"),
            "company": _("회사가 준비"),
            "both": _("회사와 외국인이 함께 준비"),
            "proxy": _("대리인이 신청할 때만"),
        }[listed.from_]
    )
    if listed.many:
        words.append(_("여러 파일 가능"))
    return " · ".join(words)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, public_id: UUID, code: str) -> HttpResponse:
    """Take files for one document. What is not taken is said at that document, file by file."""
    case = own_case(request, public_id)
    listed = case.manifest.document(code)
    if listed is None:
        raise Http404
    if request.method != "POST":  # the address of a refused upload, opened again
        return redirect(_at(case, code))
    alone = bool(request.headers.get("HX-Request"))
    if not is_editable(case):
        if alone:
            return refused_alone(request, _("이 신청은 이미 제출되어 더 고칠 수 없습니다."), 409)
        return to_case(case)
    sent = request.FILES.getlist("file")
    if not sent:
        return page(request, case, wrong=code, sentence=_("올릴 파일을 먼저 골라 주세요."))
    taken, problems = [], []
    for one in sent if listed.many else sent[:1]:
        try:
            document = take(case, person(request), listed, one)
        except Invalid as error:
            problems.append((one.name, error.sentence))
        except CaseError as error:
            if alone:
                return refused_alone(request, error.sentence, 409)
            return refused(request, case, error)
        else:
            taken.append(document.stored.name)
    problems += [(one.name, ONE_ONLY) for one in ([] if listed.many else sent[1:])]
    if alone:
        if problems:
            return refused_alone(request, str(problems[0][1]))
        said = _("올렸습니다: %(name)s") % {"name": ", ".join(taken)}
        return row_alone(request, own_case(request, public_id), code, said)
    if problems:
        lines = [
            f"{name}: {sentence}" if len(sent) > 1 else sentence for name, sentence in problems
        ]
        return page(request, case, wrong=code, sentence=" · ".join(map(str, lines)))
    messages.success(request, _("올렸습니다: %(name)s") % {"name": listed.names})
    return redirect(_at(case, code))


def take(case: Application, actor: User, listed: DocumentDef, upload: Any) -> Document:
    """A further file of the document, or the newer one where it has only one."""
    replaces = None
    if not listed.many:
        replaces = next((one for one in current_documents(case) if one.code == listed.code), None)
    return drafting.upload_document(
        application=case, actor=actor, code=listed.code, upload=upload, replaces=replaces
    )


def refused_alone(request: HttpRequest, sentence: str, status: int = 200) -> HttpResponse:
    context = {"said": sentence}
    response = render(request, "applications/parts/upload_said.html", context, status=status)
    response[SAID] = "refused"
    return response


@never_cache
@require_POST
def remove(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """Take a file out of the application."""
    case = own_case(request, public_id)
    gone = next((one for one in current_documents(case) if one.public_id == document), None)
    if gone is None:
        raise Http404
    alone = bool(request.headers.get("HX-Request"))
    try:
        drafting.remove_document(application=case, actor=person(request), document=gone)
    except CaseError as error:
        if alone:
            return refused_alone(request, error.sentence, 409)
        return refused(request, case, error)
    said = _("뺐습니다: %(name)s") % {"name": gone.stored.name}
    if alone:
        return row_alone(request, own_case(request, public_id), gone.code, said)
    messages.success(request, said)
    return redirect(_at(case, gone.code))


@never_cache
@require_safe
def document(request: HttpRequest, public_id: UUID, document: UUID) -> HttpResponse:
    """A file the company sent, as it was sent; logged. A file that may not be opened says why."""
    case = own_case(request, public_id)
    kept = kept_document(case, document)
    try:
        data = files.read(kept.stored)
    except FilesError as error:
        context = {**context_of(case), "document": kept, "sentence": str(error)}
        return render(request, "applications/unreadable.html", context, status=409)
    log_access(
        actor=person(request),
        what="document.downloaded",
        subject_type="application",
        subject_id=case.public_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=str(kept.public_id),
    )
    return attachment(data, name=kept.stored.name, content_type=kept.stored.content_type)


def kept_document(case: Application, public_id: UUID) -> Document:
    """A file the company has sent or has waiting; Http404 for any other."""
    waits = (
        BufferedDocument.objects.filter(
            request__application=case, public_id=public_id, stored__isnull=False
        )
        .select_related("stored")
        .first()
    )
    if waits is not None:
        return as_document(case, waits)
    return get_object_or_404(case.documents.select_related("stored"), public_id=public_id)


def attachment(data: bytes, *, name: str, content_type: str) -> HttpResponse:
    """Bytes that a browser saves and never shows or guesses about."""
    response = HttpResponse(data, content_type=content_type)
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _at(case: Application, code: str) -> str:
    return reverse("applications:documents", args=[case.public_id]) + f"#document-{code}"
