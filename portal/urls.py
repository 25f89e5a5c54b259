"""Pages of the portal. Mounted at `/`."""

from django.conf import settings
from django.urls import URLPattern, path

from applications.sheets import CSV, XLSX
from portal.views.after import candidate_after, case_after
from portal.views.bundles import (
    desk_bundle,
    desk_bundle_file,
    desk_bundle_new,
    desk_bundles,
)
from portal.views.candidate import candidate_case, candidate_letter, enter, leave
from portal.views.case import case, letter, notice, objection
from portal.views.dates import case_dates
from portal.views.designs import desk_design, desk_design_publish
from portal.views.desk import desk, desk_programmes, desk_version
from portal.views.desk_lists import (
    cases_file,
    desk_cases,
    desk_letters,
    letters_file,
)
from portal.views.display import contrast
from portal.views.evidence import case_evidence
from portal.views.figure_files import behind_file, desk_behind, figures_file
from portal.views.figures import desk_backlog, desk_results
from portal.views.holidays import holidays
from portal.views.home import healthz, home
from portal.views.interview import precheck_interview
from portal.views.letter_designs import (
    desk_designs,
    letter_design,
    letter_design_drawn,
    letter_design_drop,
    letter_design_edit,
    letter_design_preview,
    letter_design_publish,
    letter_design_version,
)
from portal.views.letter_register import desk_keys, desk_letter, desk_letter_file
from portal.views.levels import desk_levels, desk_pool
from portal.views.mailbox import mailbox, one_mail
from portal.views.people import desk_office, desk_people, desk_person, own_office
from portal.views.planner import planner
from portal.views.precheck import choose, precheck, shared
from portal.views.programmes import programme, programme_figures, programme_list
from portal.views.proposals import quota_proposal
from portal.views.quota import desk_quota, desk_quota_change
from portal.views.register import desk_register
from portal.views.which import which_programme

DESIGN = "desk/office/<slug:office>/designs/<slug:code>/"

urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("display/contrast/", contrast, name="contrast"),
    path("programmes/", programme_list, name="programmes"),
    path("programmes/<slug:slug>/", programme, name="programme"),
    path("programmes/<slug:slug>/figures/", programme_figures, name="programme-figures"),
    path("programmes/<slug:slug>/<str:label>/", programme, name="programme-version"),
    path("plan/<slug:slug>/", planner, name="plan"),
    path("check/", choose, name="precheck"),
    path("check/which/", which_programme, name="which"),
    path("check/shared/<str:token>/", shared, name="precheck-shared"),
    path("check/<slug:slug>/", precheck, name="precheck"),
    path("check/<slug:slug>/questions/", precheck_interview, name="precheck-interview"),
    path("cases/<uuid:public_id>/", case, name="case"),
    path("cases/<uuid:public_id>/letter/", letter, name="case-letter"),
    path("cases/<uuid:public_id>/after/", case_after, name="case-after"),
    path("cases/<uuid:public_id>/notice/", notice, name="case-notice"),
    path("cases/<uuid:public_id>/evidence/<uuid:evidence>/", case_evidence, name="case-evidence"),
    path("cases/<uuid:public_id>/dates/", case_dates, name="case-dates"),
    path("cases/<uuid:public_id>/objection/", objection, name="case-objection"),
    path("my/", candidate_case, name="candidate-case"),
    path("my/after/", candidate_after, name="candidate-after"),
    path("my/letter/", candidate_letter, name="candidate-letter"),
    path("my/leave/", leave, name="candidate-leave"),
    path("my/link/<str:token>/", enter, name="candidate-enter"),
    path("desk/", desk, name="desk"),
    path("desk/programmes/", desk_programmes, name="desk-programmes"),
    path("desk/programmes/<uuid:public_id>/", desk_version, name="desk-version"),
    path("desk/designs/", desk_designs, name="desk-designs"),
    path("desk/designs/<slug:code>/draft.pdf", desk_design, name="desk-design"),
    path("desk/designs/<slug:code>/publish/", desk_design_publish, name="desk-design-publish"),
    path("desk/quota-proposals/<uuid:public_id>/", quota_proposal, name="desk-quota-proposal"),
    path("desk/quota/<uuid:public_id>/", desk_quota, name="desk-quota"),
    path("desk/quota/<uuid:public_id>/register/", desk_register, name="desk-register"),
    path("desk/quota-changes/<uuid:public_id>/", desk_quota_change, name="desk-quota-change"),
    path("desk/cases/", desk_cases, name="desk-cases"),
    path("desk/cases/export.csv", cases_file, {"kind": CSV}, name="desk-cases-csv"),
    path("desk/cases/export.xlsx", cases_file, {"kind": XLSX}, name="desk-cases-xlsx"),
    path("desk/levels/", desk_levels, name="desk-levels"),
    path("desk/levels/<uuid:public_id>/", desk_pool, name="desk-pool"),
    path("desk/backlog/", desk_backlog, name="desk-backlog"),
    path("desk/results/", desk_results, name="desk-results"),
    path("desk/figures/cases/", desk_behind, name="desk-behind"),
    path("desk/figures/cases.csv", behind_file, {"kind": CSV}, name="desk-behind-csv"),
    path("desk/figures/cases.xlsx", behind_file, {"kind": XLSX}, name="desk-behind-xlsx"),
    path("desk/figures/<slug:table>.csv", figures_file, {"kind": CSV}, name="desk-figures-csv"),
    path("desk/figures/<slug:table>.xlsx", figures_file, {"kind": XLSX}, name="desk-figures-xlsx"),
    path("desk/letters/", desk_letters, name="desk-letters"),
    path("desk/letters/export.csv", letters_file, {"kind": CSV}, name="desk-letters-csv"),
    path("desk/letters/export.xlsx", letters_file, {"kind": XLSX}, name="desk-letters-xlsx"),
    path("desk/letters/<uuid:public_id>/", desk_letter, name="desk-letter"),
    path("desk/letters/<uuid:public_id>/file/", desk_letter_file, name="desk-letter-file"),
    path("desk/keys/", desk_keys, name="desk-keys"),
    path("desk/bundles/", desk_bundles, name="desk-bundles"),
    path("desk/bundles/new/", desk_bundle_new, name="desk-bundle-new"),
    path("desk/bundles/<uuid:public_id>/", desk_bundle, name="desk-bundle"),
    path(
        "desk/bundles/<uuid:public_id>/letters.pdf",
        desk_bundle_file,
        {"what": "print"},
        name="desk-bundle-print",
    ),
    path(
        "desk/bundles/<uuid:public_id>/letters.zip",
        desk_bundle_file,
        {"what": "archive"},
        name="desk-bundle-zip",
    ),
    path("desk/people/", desk_people, name="desk-people"),
    path("desk/people/<uuid:public_id>/", desk_person, name="desk-person"),
    path("desk/office/", own_office, name="desk-own-office"),
    path("desk/office/<slug:office>/", desk_office, name="desk-office"),
    path(DESIGN, letter_design, name="letter-design"),
    path(f"{DESIGN}edit/", letter_design_edit, name="letter-design-edit"),
    path(f"{DESIGN}drop/", letter_design_drop, name="letter-design-drop"),
    path(f"{DESIGN}preview/", letter_design_preview, name="letter-design-preview"),
    path(f"{DESIGN}preview.pdf", letter_design_drawn, {"kind": "pdf"}, name="letter-design-pdf"),
    path(f"{DESIGN}preview.png", letter_design_drawn, {"kind": "png"}, name="letter-design-png"),
    path(f"{DESIGN}publish/", letter_design_publish, name="letter-design-publish"),
    path(
        f"{DESIGN}versions/<uuid:public_id>.pdf",
        letter_design_version,
        name="desk-design-version",
    ),
    path("holidays/", holidays, name="holidays"),
    path("mailbox/", mailbox, name="mailbox"),
    path("mailbox/<uuid:public_id>/", one_mail, name="mailbox-mail"),
]

if settings.DEMONSTRATION:
    from portal.views.styles import styles

    urlpatterns += [path("styles/", styles, name="styles")]
