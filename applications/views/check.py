"""The last look before submitting, the submission, and its receipt."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from applications import completeness, facts, wording
from applications.comparing import changes
from applications.errors import CaseError, StaleCase, VersionChanged
from applications.models import Application
from applications.sections import Section, map_of, place_of, sections_of, url_of
from applications.services import submission
from applications.stages import Stage
from applications.views.cases import (
    context_of,
    expected_revision,
    own_case,
    person,
    refused,
    to_case,
)
from applications.views.documents import document_rows
from programs import calendar
from programs import services as programs
from programs.models import ProgrammeVersion
from programs.selectors import version_on


class DeclarationForm(forms.Form):
    """The applicant's word; and, where the rules changed meanwhile, that they have seen how.

    What was accepted is the label of the version whose differences were on the page.
    """

    declared = forms.BooleanField(
        label=gettext_lazy(
            "적은 내용과 올린 서류가 사실이며, 심사에 필요한 개인정보 제공에 외국인 본인이 "
            "동의했습니다."
        ),
        error_messages={
            "required": gettext_lazy("제출하려면 내용을 확인하고 이 칸에 표시해 주세요.")
        },
    )
    accepted = forms.BooleanField(
        label=gettext_lazy("바뀐 기준을 확인했으며, 바뀐 기준으로 심사받겠습니다."),
        error_messages={"required": gettext_lazy("바뀐 기준을 확인하고 이 칸에 표시해 주세요.")},
    )
    shown_version = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, newer: ProgrammeVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if newer is None:
            del self.fields["accepted"], self.fields["shown_version"]
        else:
            self.fields["shown_version"].initial = newer.label

    def accepted_version(self) -> str:
        return self.cleaned_data.get("shown_version", "")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything on one page, what is missing, the rules' answer; a POST submits."""
    case = own_case(request, public_id)
    if case.at != Stage.DRAFT:
        return _after(case)
    newer = newer_version(case)
    if request.method != "POST":
        return page(request, case, newer, DeclarationForm(newer=newer))
    if newer is not None and request.POST.get("shown_version") != newer.label:
        # The rules changed after the page was drawn: what was ticked was about other rules.
        return page(request, case, newer, _unread(request, newer), changed_meanwhile=True)
    form = DeclarationForm(request.POST, newer=newer)
    if not form.is_valid():
        return page(request, case, newer, form)
    try:
        submission.submit(
            application=case,
            actor=person(request),
            expected_revision=expected_revision(request),
            accepted_version=form.accepted_version(),
        )
    except VersionChanged:
        newer = newer_version(own_case(request, public_id))
        return page(request, case, newer, _unread(request, newer), changed_meanwhile=True)
    except StaleCase as error:
        form.add_error(None, error.sentence)
        return page(request, own_case(request, public_id), newer, form, status=409)
    except CaseError as error:
        case = own_case(request, public_id)
        if case.at != Stage.DRAFT:
            return refused(request, case, error)
        form.add_error(None, error.sentence)
        return page(request, case, newer, form)
    return redirect("applications:receipt", public_id=case.public_id)


def _unread(request: HttpRequest, newer: ProgrammeVersion | None) -> DeclarationForm:
    return DeclarationForm(newer=newer, initial={"declared": "declared" in request.POST})


def _after(case: Application) -> HttpResponse:
    """Someone who submits twice gets the receipt of the first time."""
    if case.receipt_no:
        return redirect("applications:receipt", public_id=case.public_id)
    return to_case(case)


def newer_version(case: Application) -> ProgrammeVersion | None:
    """The version in force today, where its rules are not those the draft was begun under."""
    current = version_on(case.programme, calendar.today())
    if current is None or current.rules_hash == case.version.rules_hash:
        return None
    return current


def page(
    request: HttpRequest,
    case: Application,
    newer: ProgrammeVersion | None,
    form: DeclarationForm,
    *,
    status: int = 200,
    changed_meanwhile: bool = False,
) -> HttpResponse:
    lacks = completeness.problems(case)
    sections = sections_of(case)
    judging = newer or case.version
    context = {
        **context_of(case),
        "form": form,
        "revision": case.revision,
        "stops": map_of(case, current="check", sections=sections, lacks=lacks),
        "parts": parts_of(case, sections, lacks),
        "documents": [
            row | {"place": f"{url_of(case, 'documents')}#document-{row['code']}"}
            for row in document_rows(case)
            if row["files"] or row["required"]
        ],
        "lacks": [{"sentence": lack.sentence, "url": place_of(case, lack)} for lack in lacks],
        "answer": answer_of(case, judging),
        "changes": changes(case.manifest, newer.manifest()) if newer else None,
        "newer": newer,
        "changed_meanwhile": changed_meanwhile,
        "processing": case.manifest.deadlines,
    }
    return render(request, "applications/check.html", context, status=status)


def parts_of(
    case: Application, sections: list[Section], lacks: list[completeness.Lack]
) -> list[dict[str, Any]]:
    """Every section as cards of answers, each with the way to where it is changed, and what the
    section still lacks."""
    manifest = case.manifest
    parts = []
    for section in sections:
        if section.kind is None:
            cards = [_card(case, section, "", wording.candidate_pairs(case.candidate))]
        else:
            claims = [claim for claim in case.claims.all() if claim.kind == section.kind]
            cards = [
                _card(
                    case,
                    section,
                    wording.claim_title(section.kind, claim.declared, row + 1)
                    if section.many
                    else "",
                    wording.pairs(section.kind, claim.declared, manifest),
                    row=row if section.many else None,
                )
                for row, claim in enumerate(claims)
            ]
        parts.append(
            {
                "title": str(section.title),
                "cards": cards,
                "optional": section.optional,
                "url": url_of(case, section.name),
                "lacks": [
                    {"sentence": lack.sentence, "url": place_of(case, lack)}
                    for lack in lacks
                    if lack.section == section.name
                ],
            }
        )
    return parts


def _card(
    case: Application,
    section: Section,
    title: str,
    items: list[dict[str, Any]],
    *,
    row: int | None = None,
) -> dict[str, Any]:
    page, words = url_of(case, section.name), case.manifest.vocabulary
    for item in items:
        anchor = completeness.id_of(section.name, item["name"], words, row=row)
        item["url"] = f"{page}#{anchor}"
    return {"title": title, "rows": items}


def answer_of(case: Application, version: ProgrammeVersion) -> dict[str, Any] | None:
    """What the rules say about the declared facts; None when the facts cannot be judged yet."""
    manifest = version.manifest()
    try:
        outcome = programs.explain(
            version=version, facts=facts.declared(case, manifest), on=calendar.today()
        )
    except programs.ProgrammesRefused:
        return None
    return {
        "verdict": outcome.verdict,
        "tree": outcome.tree,
        "needs": wording.unknowns(outcome.needs, manifest),
    }


@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """That the application was received: its number, its due date, and what happens next."""
    case = own_case(request, public_id)
    if case.receipt_no is None:
        return to_case(case)
    context = {
        **context_of(case),
        "next_stages": case.manifest.stages,
        "candidate_told": bool(case.candidate.email),
        "sent": [row for row in document_rows(case) if row["files"]],
        "by": case.changes.filter(transition="submit").select_related("actor").first(),
    }
    return render(request, "applications/receipt.html", context)
