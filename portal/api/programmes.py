"""Programmes and the pre-check: open to everyone, storing nothing about anyone."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from applications.errors import Invalid
from portal.api.shapes import PreCheckShape, ProgrammeShape, RefusalShape, VerdictShape
from programs import calendar, facts
from programs.models import Programme, ProgrammeVersion
from programs.selectors import open_programmes, version_on
from programs.services import explain


class OpenView(APIView):
    """No sign-in asked; slowed down by address."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "public"


class ProgrammeList(OpenView):
    @extend_schema(operation_id="programmes_list", responses=ProgrammeShape(many=True))
    def get(self, request: Request) -> Response:
        """Programmes that take applications today."""
        return Response(ProgrammeShape(open_programmes(calendar.today()), many=True).data)


def _version(slug: str) -> ProgrammeVersion:
    programme = Programme.objects.filter(slug=slug).select_related("office").first()
    version = version_on(programme, calendar.today()) if programme else None
    if version is None:
        raise Http404
    return version


class ProgrammeDetail(OpenView):
    @extend_schema(
        operation_id="programme",
        responses={200: {"type": "object", "additionalProperties": True}, 404: RefusalShape},
    )
    def get(self, request: Request, slug: str) -> Response:
        """The version in force today as the catalogue says it, sources and assumptions included."""
        version = _version(slug)
        shown: dict[str, Any] = {
            **ProgrammeShape(version.programme).data,
            "version": version.label,
            "effective_from": version.effective_from,
            "effective_to": version.effective_to,
            "rules_hash": version.rules_hash,
            "document": version.document,
        }
        return Response(shown)


class PreCheck(OpenView):
    @extend_schema(
        operation_id="pre_check",
        request=PreCheckShape,
        responses={200: VerdictShape, 400: RefusalShape, 404: RefusalShape},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Whether these facts meet the rules in force today, and why. Nothing is stored."""
        version = _version(slug)
        sent = PreCheckShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data["facts"]
        problems = facts.validate(
            given, vocabulary=version.manifest().vocabulary, on=calendar.today()
        )
        if problems:
            by_path: dict[str, list[str]] = {}
            for problem in problems:
                by_path.setdefault(problem.path or "facts", []).append(problem.sentence)
            raise Invalid(str(problems[0]), by_path)
        outcome = explain(version=version, facts=given, on=calendar.today())
        return Response(
            {
                "verdict": outcome.verdict,
                "version": version.label,
                "needs": outcome.needs,
                "tree": outcome.tree,
            }
        )
