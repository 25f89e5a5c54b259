"""The real pages, and one that refuses."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as real


def refuse(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("이 화면은 결재자만 봅니다. <b>")


urlpatterns = [path("refused/", refuse), *real]
