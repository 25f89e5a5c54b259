"""Refusals as answers: the same sentence as on the pages, with a code for programs."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from applications.errors import (
    CaseError,
    Incomplete,
    Invalid,
    NotAllowed,
)


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """`{"code", "detail"}`, with `errors` by field or `problems` where there are several."""
    if not isinstance(exc, CaseError):
        response = exception_handler(exc, context)
        if response is not None and isinstance(response.data, dict):
            codes = getattr(exc, "get_codes", lambda: "invalid")()
            if "detail" in response.data:
                response.data = {"code": str(codes), "detail": response.data["detail"]}
            else:
                response.data = {
                    "code": "invalid",
                    "detail": _("입력한 내용을 확인해 주세요."),
                    "errors": response.data,
                }
        return response
    set_rollback()
    body: dict[str, Any] = {"code": exc.code, "detail": exc.sentence}
    if isinstance(exc, Invalid) and exc.errors:
        body["errors"] = exc.errors
    if isinstance(exc, Incomplete):
        body["problems"] = exc.problems
    return Response(body, status=_status(exc))


def _status(exc: CaseError) -> int:
    if isinstance(exc, NotAllowed):
        return status.HTTP_403_FORBIDDEN
    if isinstance(exc, Invalid):
        return status.HTTP_400_BAD_REQUEST
    return status.HTTP_409_CONFLICT
