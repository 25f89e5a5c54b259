"""One's own cases, and the steps that can be taken with them."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import companies_of, company_for, is_member
from accounts.models import User
from applications.disclosure import with_changes
from applications.errors import Invalid
from applications.letter_standing import with_standing
from applications.models import Application
from applications.services import drafting
from applications.services.buffer import with_buffer
from letters.models import Letter
from portal.api.shapes import (
    CLAIM_KINDS,
    CandidateShape,
    CaseRowShape,
    CaseShape,
    ClaimsShape,
    DocumentShape,
    LetterShape,
    NewCaseShape,
    RefusalShape,
    StepRequestShape,
    UploadShape,
)
from portal.api.steps import STEPS
from programs import calendar
from programs.models import Programme

REFUSALS = {400: RefusalShape, 403: RefusalShape, 404: RefusalShape, 409: RefusalShape}
RELATED = ("programme__office", "version", "company", "office", "candidate")


def visible_case(request: Request, public_id: UUID) -> Application:
    """The case if this person may see it; for everyone else it does not exist."""
    case = (
        Application.objects.visible_to(_person(request))
        .select_related(*RELATED)
        .filter(public_id=public_id)
        .first()
    )
    if case is None:
        raise Http404
    return case


def _person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _shown(request: Request, case: Application) -> dict[str, object]:
    """The case as this side knows it: what its company has not sent is the company's alone."""
    own = is_member(_person(request), case.company_id)
    if own:
        case = with_buffer(case)
    companies = {case.company_id} if own else set()
    return CaseShape(case, context={"request": request, "companies": companies}).data


class ByAge(CursorPagination):
    page_size = 50
    ordering = ("-created_at", "-id")


class CaseList(ListAPIView[Application]):
    serializer_class = CaseRowShape
    pagination_class = ByAge

    def get_queryset(self):  # type: ignore[no-untyped-def]
        if not isinstance(self.request.user, User):
            return Application.objects.none()
        seen = Application.objects.visible_to(self.request.user)
        return seen.select_related(*RELATED).prefetch_related(with_changes())

    def paginate_queryset(self, queryset):  # type: ignore[no-untyped-def]
        page = super().paginate_queryset(queryset)
        return None if page is None else list(with_standing(page))

    def get_serializer_context(self):  # type: ignore[no-untyped-def]
        companies = {one.pk for one in companies_of(_person(self.request))}
        return super().get_serializer_context() | {"companies": companies}

    @extend_schema(operation_id="cases_list", responses=CaseRowShape(many=True))
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Own company's cases; for staff, the received cases of their offices. Newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="case_begin", request=NewCaseShape, responses={201: CaseShape, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        """Begin a draft for one's own company."""
        sent = NewCaseShape(data=request.data)
        sent.is_valid(raise_exception=True)
        programme = (
            Programme.objects.filter(slug=sent.validated_data["programme"])
            .select_related("office")
            .first()
        )
        company = company_for(_person(request), sent.validated_data["company"])
        if programme is None or company is None:
            raise Http404
        case = drafting.begin(programme=programme, company=company, actor=_person(request))
        return Response(_shown(request, case), status=status.HTTP_201_CREATED)


class CaseDetail(APIView):
    @extend_schema(operation_id="case", responses={200: CaseShape, 404: RefusalShape})
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(_shown(request, visible_case(request, public_id)))


class CaseCandidate(APIView):
    @extend_schema(
        operation_id="case_candidate",
        request=CandidateShape,
        responses={200: CaseShape, **REFUSALS},
        parameters=[OpenApiParameter("revision", int, description="as last read")],
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        """Store the candidate's data; fields left out stay as they are."""
        case = visible_case(request, public_id)
        sent = CandidateShape(case.candidate, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        revision = request.query_params.get("revision")
        if revision is not None and not revision.isdecimal():
            raise Invalid(_("revision은 숫자입니다."))
        drafting.save_candidate(
            application=case,
            actor=_person(request),
            fields=sent.validated_data,
            expected_revision=int(revision) if revision else None,
        )
        return Response(_shown(request, visible_case(request, public_id)))


class CaseClaims(APIView):
    @extend_schema(
        operation_id="case_claims",
        request=ClaimsShape,
        responses={200: CaseShape, **REFUSALS},
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=CLAIM_KINDS)],
    )
    def put(self, request: Request, public_id: UUID, kind: str) -> Response:
        """Make the claims of one kind exactly these."""
        case = visible_case(request, public_id)
        sent = ClaimsShape(data=request.data)
        sent.is_valid(raise_exception=True)
        drafting.save_claims(
            application=case,
            actor=_person(request),
            kind=kind,
            items=sent.validated_data["items"],
            expected_revision=sent.validated_data.get("revision"),
        )
        return Response(_shown(request, visible_case(request, public_id)))


class CaseDocuments(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="case_document",
        request={"multipart/form-data": UploadShape},
        responses={201: DocumentShape, **REFUSALS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send a file for a listed document: PDF, PNG or JPEG."""
        case = visible_case(request, public_id)
        sent = UploadShape(data=request.data)
        sent.is_valid(raise_exception=True)
        document = drafting.upload_document(
            application=case,
            actor=_person(request),
            code=sent.validated_data["code"],
            upload=sent.validated_data["file"],
        )
        return Response(DocumentShape(document).data, status=status.HTTP_201_CREATED)


class CaseStep(APIView):
    @extend_schema(
        operation_id="case_step",
        request=StepRequestShape,
        responses={200: CaseShape, **REFUSALS},
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(STEPS))],
    )
    def post(self, request: Request, public_id: UUID, name: str) -> Response:
        """Take one step of the transition table. Which there are now: the case's `steps`."""
        case = visible_case(request, public_id)
        if name not in STEPS:
            raise Http404
        sent = StepRequestShape(data=request.data)
        sent.is_valid(raise_exception=True)
        STEPS[name](case, _person(request), sent.validated_data)
        return Response(_shown(request, visible_case(request, public_id)))


class CaseLetter(APIView):
    @extend_schema(operation_id="case_letter", responses={200: LetterShape, 404: RefusalShape})
    def get(self, request: Request, public_id: UUID) -> Response:
        """The case's newest letter, a notice of refusal or return too (`kind` says which). To its
        company it exists from the moment it is visible."""
        case = visible_case(request, public_id)
        letters = Letter.objects.filter(subject=case.public_id)
        if is_member(_person(request), case.company_id):
            letters = letters.exclude(delivered_at=None)
        letter = letters.order_by("-pk").first()
        if letter is None:
            raise Http404
        return Response(
            LetterShape(
                {
                    "number": letter.number,
                    "kind": letter.kind,
                    "status": letter.status_on(calendar.today()),
                    "specimen": letter.specimen,
                    "issued_on": letter.issue_date,
                    "valid_until": letter.valid_until,
                    "delivered_at": letter.delivered_at,
                }
            ).data
        )
