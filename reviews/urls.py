"""Pages of this room. Mounted at `/reviews/`."""

from django.urls import path

from applications.sheets import CSV, XLSX
from reviews.views.absences import AbsencesPage
from reviews.views.assigning import away_page, bulk_page
from reviews.views.batch_sign_off import batch_sign_off
from reviews.views.claims import ClaimPage, ClaimsPage, RulesPage
from reviews.views.conflicts import ConflictsPage
from reviews.views.corrections import CorrectionsPage
from reviews.views.dates import DatesPage
from reviews.views.decision import DecisionPage
from reviews.views.documents import DocumentsPage, document
from reviews.views.evaluation import EvaluationPage
from reviews.views.history import HistoryPage
from reviews.views.inquiries import InquiryPage, NewInquiryPage, evidence, inquiries_page
from reviews.views.institutions import InstitutionPage, institutions_page
from reviews.views.letter import LetterPage, corrected_pdf
from reviews.views.links import evaluation_link, evaluation_over
from reviews.views.packet import PacketCheckPage, PacketPage, evaluations
from reviews.views.packet_papers import packet_document, packet_page, packet_pages
from reviews.views.panels import PanelPage, PanelsPage
from reviews.views.people import PeoplePage
from reviews.views.queue import queue_file, queue_page, take, take_next
from reviews.views.reading import ReadingPage, document_page, document_pages
from reviews.views.reviewers import ReviewerPage, ReviewersPage
from reviews.views.saved_views import ViewsPage
from reviews.views.sign_offs import ObjectionPage, SignOffPage, draft_pdf, draft_png, sign_offs
from reviews.views.stages import stages_page
from reviews.views.steps import step
from reviews.views.supplement import SupplementPage

app_name = "reviews"

urlpatterns = [
    path("", queue_page, name="queue"),
    path("export.csv", queue_file, {"kind": CSV}, name="queue_csv"),
    path("export.xlsx", queue_file, {"kind": XLSX}, name="queue_xlsx"),
    path("next/", take_next, name="next"),
    path("stages/", stages_page, name="stages"),
    path("inquiries/", inquiries_page, name="inquiries"),
    path("institutions/", institutions_page, name="institutions"),
    path("institutions/<uuid:public_id>/", InstitutionPage.as_view(), name="institution"),
    path("conflicts/", ConflictsPage.as_view(), name="conflicts"),
    path("people/", ReviewersPage.as_view(), name="reviewers"),
    path("people/<uuid:public_id>/", ReviewerPage.as_view(), name="reviewer"),
    path("people/<uuid:public_id>/cases/", away_page, name="away"),
    path("panels/", PanelsPage.as_view(), name="panels"),
    path("panels/<uuid:public_id>/", PanelPage.as_view(), name="panel"),
    path("views/", ViewsPage.as_view(), name="views"),
    path("bulk/", bulk_page, name="bulk"),
    path("absences/", AbsencesPage.as_view(), name="absences"),
    # One case.
    path("cases/<uuid:public_id>/", DocumentsPage.as_view(), name="case"),
    path("cases/<uuid:public_id>/take/", take, name="take"),
    path("cases/<uuid:public_id>/step/", step, name="step"),
    path("cases/<uuid:public_id>/documents/<uuid:document>/", document, name="document"),
    path(
        "cases/<uuid:public_id>/documents/<uuid:document>/read/",
        ReadingPage.as_view(),
        name="read",
    ),
    path(
        "cases/<uuid:public_id>/documents/<uuid:document>/pages/",
        document_pages,
        name="document_pages",
    ),
    path(
        "cases/<uuid:public_id>/documents/<uuid:document>/pages/<int:number>/",
        document_page,
        name="document_page",
    ),
    path("cases/<uuid:public_id>/claims/", ClaimsPage.as_view(), name="claims"),
    path("cases/<uuid:public_id>/claims/<uuid:claim>/", ClaimPage.as_view(), name="claim"),
    path(
        "cases/<uuid:public_id>/claims/<uuid:claim>/inquiry/",
        NewInquiryPage.as_view(),
        name="inquiry_new",
    ),
    path("cases/<uuid:public_id>/inquiries/<uuid:inquiry>/", InquiryPage.as_view(), name="inquiry"),
    path("cases/<uuid:public_id>/evidence/<uuid:evidence>/", evidence, name="evidence"),
    path("cases/<uuid:public_id>/rules/", RulesPage.as_view(), name="rules"),
    path("cases/<uuid:public_id>/supplement/", SupplementPage.as_view(), name="supplement"),
    path("cases/<uuid:public_id>/evaluation/", EvaluationPage.as_view(), name="evaluation"),
    path("cases/<uuid:public_id>/decision/", DecisionPage.as_view(), name="decision"),
    path("cases/<uuid:public_id>/people/", PeoplePage.as_view(), name="people"),
    path("cases/<uuid:public_id>/dates/", DatesPage.as_view(), name="dates"),
    path("cases/<uuid:public_id>/corrections/", CorrectionsPage.as_view(), name="corrections"),
    path("cases/<uuid:public_id>/letter/", LetterPage.as_view(), name="letter"),
    path("cases/<uuid:public_id>/letter/draft.pdf", corrected_pdf, name="corrected_pdf"),
    path("cases/<uuid:public_id>/history/", HistoryPage.as_view(), name="history"),
    # The lead.
    path("sign-offs/", sign_offs, name="sign_offs"),
    path("sign-offs/batch/", batch_sign_off, name="batch_sign_off"),
    path("sign-offs/<uuid:public_id>/", SignOffPage.as_view(), name="sign_off"),
    path("sign-offs/<uuid:public_id>/draft.pdf", draft_pdf, name="draft_pdf"),
    path("sign-offs/<uuid:public_id>/draft.png", draft_png, name="draft_png"),
    path("objections/<uuid:public_id>/", ObjectionPage.as_view(), name="objection"),
    # The evaluator.
    path("evaluations/", evaluations, name="evaluations"),
    path("evaluations/link/<str:token>/", evaluation_link, name="evaluation_link"),
    path("evaluations/over/", evaluation_over, name="evaluation_over"),
    path("evaluations/<uuid:public_id>/", PacketPage.as_view(), name="packet"),
    path("evaluations/<uuid:public_id>/check/", PacketCheckPage.as_view(), name="packet_check"),
    path(
        "evaluations/<uuid:public_id>/documents/<uuid:document>/",
        packet_document,
        name="packet_document",
    ),
    path(
        "evaluations/<uuid:public_id>/documents/<uuid:document>/pages/",
        packet_pages,
        name="packet_pages",
    ),
    path(
        "evaluations/<uuid:public_id>/documents/<uuid:document>/pages/<int:number>/",
        packet_page,
        name="packet_page",
    ),
]
