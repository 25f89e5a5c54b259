"""Addresses of the API. Mounted at `/api/`."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from portal.api import cases, letters, programmes
from portal.api.root import Root

# Django's login wall answers with a page; here each view's own permissions answer, with JSON.
urlpatterns: list[URLPattern] = [
    path("", login_not_required(Root.as_view()), name="api-root"),
    path(
        "schema/",
        login_not_required(
            SpectacularAPIView.as_view(permission_classes=(AllowAny,), authentication_classes=())
        ),
        name="api-schema",
    ),
    path(
        "programmes/",
        login_not_required(programmes.ProgrammeList.as_view()),
        name="api-programmes",
    ),
    path(
        "programmes/<slug:slug>/",
        login_not_required(programmes.ProgrammeDetail.as_view()),
        name="api-programme",
    ),
    path(
        "programmes/<slug:slug>/pre-check/",
        login_not_required(programmes.PreCheck.as_view()),
        name="api-pre-check",
    ),
    path("cases/", login_not_required(cases.CaseList.as_view()), name="api-cases"),
    path(
        "cases/<uuid:public_id>/", login_not_required(cases.CaseDetail.as_view()), name="api-case"
    ),
    path(
        "cases/<uuid:public_id>/candidate/",
        login_not_required(cases.CaseCandidate.as_view()),
        name="api-case-candidate",
    ),
    path(
        "cases/<uuid:public_id>/claims/<slug:kind>/",
        login_not_required(cases.CaseClaims.as_view()),
        name="api-case-claims",
    ),
    path(
        "cases/<uuid:public_id>/documents/",
        login_not_required(cases.CaseDocuments.as_view()),
        name="api-case-documents",
    ),
    path(
        "cases/<uuid:public_id>/steps/<slug:name>/",
        login_not_required(cases.CaseStep.as_view()),
        name="api-case-step",
    ),
    path(
        "cases/<uuid:public_id>/letter/",
        login_not_required(cases.CaseLetter.as_view()),
        name="api-case-letter",
    ),
    path(
        "cases/<uuid:public_id>/letter/endings/",
        login_not_required(letters.CaseEndings.as_view()),
        name="api-case-endings",
    ),
    path(
        "cases/<uuid:public_id>/letter/endings/<uuid:ending>/",
        login_not_required(letters.CaseEnding.as_view()),
        name="api-case-ending",
    ),
]
