"""Pages of this room. Mounted at `/applications/`."""

from django.urls import URLPattern, path

from applications.sheets import CSV, XLSX
from applications.views.check import check, receipt
from applications.views.documents import document, documents, remove, upload
from applications.views.draft import edit
from applications.views.export import list_file
from applications.views.own_change import own_change
from applications.views.start import case_list, new
from applications.views.supplement import answer, answer_file, ask_for_time
from applications.views.withdraw import withdraw

app_name = "applications"
urlpatterns: list[URLPattern] = [
    path("", case_list, name="list"),
    path("export.csv", list_file, {"kind": CSV}, name="list_csv"),
    path("export.xlsx", list_file, {"kind": XLSX}, name="list_xlsx"),
    path("new/", new, name="new"),
    path("<uuid:public_id>/edit/<slug:section>/", edit, name="edit"),
    path("<uuid:public_id>/documents/", documents, name="documents"),
    path("<uuid:public_id>/documents/<slug:code>/upload/", upload, name="upload"),
    path("<uuid:public_id>/files/<uuid:document>/", document, name="document"),
    path("<uuid:public_id>/files/<uuid:document>/remove/", remove, name="remove"),
    path("<uuid:public_id>/check/", check, name="check"),
    path("<uuid:public_id>/receipt/", receipt, name="receipt"),
    path("<uuid:public_id>/supplement/", answer, name="supplement"),
    path("<uuid:public_id>/supplement/more-time/", ask_for_time, name="more_time"),
    path("<uuid:public_id>/supplement/<uuid:item>/file/", answer_file, name="answer_file"),
    path("<uuid:public_id>/change/", own_change, name="own_change"),
    path("<uuid:public_id>/withdraw/", withdraw, name="withdraw"),
]
