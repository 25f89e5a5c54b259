"""Files of the office that it chose to show the company."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from applications.views.cases import own_case, person
from applications.views.documents import attachment
from audit.services import log_access
from files import services as files
from files.errors import FilesError


@require_safe
def case_evidence(request: HttpRequest, public_id: UUID, evidence: UUID) -> HttpResponse:
    """One such file of the company's own case, as an attachment; any other is not there."""
    found = own_case(request, public_id)
    kept = get_object_or_404(
        found.evidence.select_related("stored"), public_id=evidence, shown_to_company=True
    )
    log_access(
        actor=person(request),
        what="evidence.viewed",
        subject_type="application",
        subject_id=found.public_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=str(kept.public_id),
    )
    try:
        data = files.read(kept.stored)
    except FilesError as refused:
        messages.error(request, str(refused))
        return redirect("case", public_id=found.public_id)
    return attachment(data, name=kept.stored.name, content_type=kept.stored.content_type)
