"""The company's page of a case: where it stands, until when, who is responsible, what to do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from applications import completeness, stages, workflow
from applications.asking import Names
from applications.disclosure import told, with_changes
from applications.errors import CaseError
from applications.models import (
    Application,
    SupplementItem,
    SupplementRequest,
)
from applications.sections import place_of
from applications.selectors import next_action
from applications.services.contact import of_whoever_has_it
from applications.services.extension import EXTENDABLE
from applications.stages import Stage
from applications.views.cases import is_changing, own_case, person
from applications.views.documents import attachment, document_rows
from applications.wording import day, pair
from files.errors import FilesError
from letters import services as letters
from letters.errors import LetterError
from letters.models import Letter
from portal import following
from programs import calendar, quota
from programs.models import ClaimState
from reviews.components import FileLine
from reviews.models import Objection
from reviews.selectors.examination import file_line
from reviews.selectors.kept import rested_on
from reviews.selectors.rows import in_reader_language
from reviews.services.objection import file_objection, withdraw_objection


@never_cache
@require_safe
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything the company may know of its case."""
    found = own_case(
        request,
        public_id,
        Prefetch("supplements", SupplementRequest.objects.order_by("round")),
        Prefetch("supplements__items", SupplementItem.objects.select_related("document__stored")),
        with_changes(),
    )
    known = told(found)
    rounds = list(found.supplements.all())
    names = Names(found)
    for item in (item for one in rounds for item in one.items.all()):
        item.about = names.of(item)  # type: ignore[attr-defined]
    asked = next((one for one in rounds if one.closed_at is None), None)
    letter = following.letter_of(found)
    stage, tone = following.stage_of(found, letter)
    decision = following.decision_on(found)
    context = {
        "case": found,
        "manifest": found.manifest,
        "stage": stage,
        "tone": tone,
        "since": known.since,
        "summary": _summary(found, asked, known.since),
        "action": None if letter and not letter.downloadable else next_action(found),
        "asked": asked,
        "answered": _answered(asked),
        "lacks": _lacks(found),
        "steps": (steps := following.steps(found)),
        "step": next((n for n, one in enumerate(steps, 1) if one["state"] == "now"), None),
        "waiting": _waiting(found),
        "rounds": rounds,
        "timeline": following.timeline(found),
        "asks_more_time": _asks_more_time(found),
        "answer": following.answer_to(found, decision),
        "kept": rested_on(decision),
        "news": letter,
        "documents": [row for row in document_rows(found) if row["files"]],
        "shown": _shown(found),
        "may_withdraw": workflow.refusal(found, "withdraw", person(request)) is None,
        "officer": of_whoever_has_it(found, (get_language() or "ko")[:2]),
        "may_change": found.at in stages.WORKED,
        "changing": is_changing(found),
        "is_draft": found.at == Stage.DRAFT,
        "is_open": found.at in stages.RECEIVED_OPEN,
    }
    return render(request, "portal/case.html", context)


def _asks_more_time(found: Application) -> bool:
    """Whether the office has asked for a second extension, which needs the applicant's consent."""
    return found.at in EXTENDABLE and bool(found.__dict__.get("asked_to_agree"))


def _shown(found: Application) -> list[FileLine]:
    """Files of the office that it chose to show the company."""
    kept = found.evidence.filter(shown_to_company=True).select_related("stored").order_by("pk")
    return [
        file_line(
            one.stored,
            url=reverse(
                "case-evidence",
                kwargs={"public_id": found.public_id, "evidence": one.public_id},
            ),
        )
        for one in kept
    ]


def _answered(asked: SupplementRequest | None) -> dict[str, int] | None:
    """How far the answers to an open request have got."""
    if asked is None:
        return None
    items = asked.items.all()
    return {"done": sum(item.answered_at is not None for item in items), "all": len(items)}


def _lacks(found: Application) -> list[dict[str, str]]:
    """What a draft still lacks, each with where it is put right."""
    if found.at != Stage.DRAFT:
        return []
    return [
        {"sentence": lack.sentence, "url": place_of(found, lack)}
        for lack in completeness.problems(found)
    ]


def _turn(found: Application) -> str:
    """Whose move it is."""
    if found.at in stages.DRAFT | stages.SUPPLEMENT:
        return _("우리 회사")
    return in_reader_language(found.office.name_ko, found.office.name_en)


def _summary(found: Application, asked: Any, began: datetime) -> list[dict[str, Any]]:
    today = calendar.today()
    items = [
        pair(_("외국인"), found.candidate.passport_name, lang="en"),
        pair(_("회사"), in_reader_language(found.company.name_ko, found.company.name_en)),
    ]
    if found.closed_at is None:
        items.append(pair(_("지금 처리할 곳"), _turn(found)))
        items.append(pair(_("지금 단계 시작"), day(calendar.in_seoul(began).date())))
    if found.received_at:
        items.append(pair(_("접수일"), day(calendar.in_seoul(found.received_at).date())))
    if asked is not None:
        left = (asked.due_on - today).days
        items.append(pair(_("보완기한"), day(asked.due_on), days=left))
    elif (due := found.legal_due_on or found.due_on) and found.closed_at is None:
        left = (due - today).days
        dates = reverse("case-dates", kwargs={"public_id": found.public_id})
        items.append(pair(_("처리 기한"), day(due), days=left, href=dates))
    return items


def _waiting(found: Application) -> dict[str, Any] | None:
    """The place in the waiting list, or the unit that is offered; None for a case that does not
    wait."""
    claim = quota.live_claim(found.public_id) if found.at == Stage.WAITING_QUOTA else None
    if claim is None:
        return None
    return {
        "place": claim.place,
        "offered": claim.state == ClaimState.OFFERED,
        "accept_by": quota.accept_by(claim),
    }


@never_cache
@require_safe
def letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The letter's signed PDF, while there is one to be had."""
    found = own_case(request, public_id)
    news = following.letter_of(found)
    if news is None or not news.downloadable:
        raise Http404
    try:
        return letter_file(request, news.letter, actor=person(request))
    except (FilesError, LetterError) as error:
        messages.error(request, str(error))
        return redirect("case", public_id=found.public_id)


@never_cache
@require_safe
def notice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The signed notice of a refusal or return that stands."""
    found = own_case(request, public_id)
    answer = following.answer_to(found, following.decision_on(found))
    if answer is None or answer.notice is None:
        raise Http404
    try:
        return letter_file(request, answer.notice, actor=person(request))
    except (FilesError, LetterError) as error:
        messages.error(request, str(error))
        return redirect("case", public_id=found.public_id)


def letter_file(request: HttpRequest, wanted: Letter, *, actor: Any = None) -> HttpResponse:
    """The PDF as an attachment named by its number. Raises LetterError, FilesError."""
    data = letters.read_file(
        wanted,
        actor=actor,
        address=request.META.get("REMOTE_ADDR", ""),
        detail="" if actor else "candidate",
    )
    return attachment(data, name=f"{wanted.number}.pdf", content_type="application/pdf")


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("이의 내용"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("어느 판단이 왜 잘못되었는지, 무엇으로 알 수 있는지 적어 주세요."),
        error_messages={"required": gettext_lazy("이의 내용을 적어 주세요.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Object to the refusal, while the period runs."""
    found = own_case(request, public_id)
    answer = following.answer_to(found, following.decision_on(found))
    if answer is None or not answer.refused:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "withdraw":
        return _withdrawn(request, found, answer.objection)
    if not answer.may_object:
        return redirect("case", public_id=found.public_id)
    form = ObjectionForm(request.POST or None)
    if form.is_valid():
        try:
            file_objection(application=found, actor=person(request), text=form.cleaned_data["text"])
        except CaseError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("이의신청을 접수했습니다."))
            return redirect("case", public_id=found.public_id)
    context = {"case": found, "answer": answer, "form": form}
    return render(request, "portal/case_objection.html", context)


def _withdrawn(request: HttpRequest, found: Application, held: Objection | None) -> HttpResponse:
    """Take one's own objection back, if it is there and undecided."""
    if held is None:
        raise Http404
    try:
        withdraw_objection(objection=held, actor=person(request))
    except CaseError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("이의신청을 거두었습니다."))
    return redirect("case", public_id=found.public_id)
