from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.api.programmes import OpenView


class Root(OpenView):
    @extend_schema(
        operation_id="root",
        responses={200: {"type": "object", "additionalProperties": {"type": "string"}}},
    )
    def get(self, request: Request) -> Response:
        """Where to begin."""
        names = ("api-programmes", "api-cases", "api-schema")
        return Response({name: reverse(name, request=request) for name in names})
