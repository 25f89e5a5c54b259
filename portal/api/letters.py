"""What people of the office propose about a delivered letter, and confirm."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import is_member
from accounts.models import User
from applications.models import Application
from letters.ending import CORRECTABLE, LONGEST_REASON
from letters.models import Ending, EndingKind
from portal.api.cases import REFUSALS, visible_case
from reviews.services import letter_ends


class EndingShape(serializers.ModelSerializer[Ending]):
    """A proposal about a letter. Who it was is shown by mail address, as the pages show a name."""

    letter = serializers.CharField(source="letter.number")
    successor = serializers.CharField(source="successor.number", default="")
    proposed_by = serializers.CharField(source="proposed_by.email")
    closed_by = serializers.CharField(source="closed_by.email", default="")

    class Meta:
        model = Ending
        fields = (
            "public_id",
            "letter",
            "kind",
            "state",
            "reason",
            "proposed_by",
            "proposed_at",
            "closed_by",
            "closed_at",
            "closed_because",
            "successor",
        )
        read_only_fields = fields


class NewEndingShape(serializers.Serializer[Any]):
    """`corrections` are the letter's words as they should read; only for a correction."""

    kind = serializers.ChoiceField(EndingKind.values)
    reason = serializers.CharField(max_length=LONGEST_REASON)
    corrections = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=400),
        required=False,
        default=dict,
        help_text=", ".join(CORRECTABLE),
    )
    revision = serializers.IntegerField(required=False, min_value=1)


class CloseEndingShape(serializers.Serializer[Any]):
    do = serializers.ChoiceField(["confirm", "decline"])
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)
    revision = serializers.IntegerField(required=False, min_value=1)


def _of_the_office(request: Request, public_id: UUID) -> tuple[Application, User]:
    """The case for its office's people; the company learns of an end when there is one."""
    case = visible_case(request, public_id)
    user = request.user
    if not isinstance(user, User) or is_member(user, case.company_id):
        raise Http404
    return case, user


class CaseEndings(APIView):
    @extend_schema(operation_id="letter_endings", responses={200: EndingShape(many=True)})
    def get(self, request: Request, public_id: UUID) -> Response:
        """What was proposed about the case's letters, the oldest first."""
        case, _user = _of_the_office(request, public_id)
        found = Ending.objects.filter(letter__subject=case.public_id).order_by("proposed_at", "pk")
        related = found.select_related("letter", "successor", "proposed_by", "closed_by")
        return Response(EndingShape(related, many=True).data)

    @extend_schema(
        operation_id="letter_ending_propose",
        request=NewEndingShape,
        responses={201: EndingShape, **REFUSALS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Propose that the letter is revoked, or put right; somebody else has to confirm it."""
        case, user = _of_the_office(request, public_id)
        sent = NewEndingShape(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        asked: dict[str, Any] = {
            "application": case,
            "actor": user,
            "reason": said["reason"],
            "expected_revision": said.get("revision"),
        }
        propose: Callable[..., Ending] = letter_ends.propose_revocation
        if said["kind"] == EndingKind.SUPERSEDE:
            propose = letter_ends.propose_correction
            asked["corrections"] = said["corrections"]
        return Response(EndingShape(propose(**asked)).data, status=status.HTTP_201_CREATED)


class CaseEnding(APIView):
    @extend_schema(
        operation_id="letter_ending_close",
        request=CloseEndingShape,
        responses={200: EndingShape, **REFUSALS},
    )
    def post(self, request: Request, public_id: UUID, ending: UUID) -> Response:
        """Confirm what somebody else has proposed, or take it away."""
        case, user = _of_the_office(request, public_id)
        held = (
            Ending.objects.select_related("letter__office")
            .filter(letter__subject=case.public_id, public_id=ending)
            .first()
        )
        if held is None:
            raise Http404
        sent = CloseEndingShape(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        if said["do"] == "confirm":
            letter_ends.confirm(ending=held, actor=user, expected_revision=said.get("revision"))
        else:
            letter_ends.decline(ending=held, actor=user, because=said.get("reason", ""))
        return Response(EndingShape(Ending.objects.get(pk=held.pk)).data)
