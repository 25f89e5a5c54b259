"""Signing off what somebody else has drafted, with everything the signature rests on in view."""

from io import BytesIO
from typing import Any, ClassVar
from uuid import UUID

import pypdfium2
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from PIL import Image

from accounts.models import StaffRole
from applications import workflow
from applications.models import Application
from applications.stages import Stage
from letters.errors import LetterError
from letters.models import Letter, LetterKind, LetterState
from programs import calendar, quota
from programs.models import ClaimState, Verdict
from reviews.components import Item
from reviews.forms import ObjectionForm, OptionalReasonForm, ReasonForm, SignForm
from reviews.grounds import ground_words
from reviews.models import Decision, Objection, Outcome
from reviews.permissions import Desk, clear, desk_of
from reviews.selectors import decision as seen
from reviews.selectors import letter as waiting_letters
from reviews.selectors import sign_offs as waiting
from reviews.selectors.case import days_left
from reviews.selectors.examination import Judged, claim_views, judged_verified
from reviews.selectors.kept import rested_on
from reviews.services import decision as services
from reviews.services import line, signing
from reviews.services import objection as objections
from reviews.services.approval import Check, approval_checks
from reviews.services.notice import inputs_of, kind_of, notice_problems
from reviews.standing import Standing, override_of, standing
from reviews.views.section import Page, seen_revision

# Pixels per point: 1240 pixels for the width of an A4 page.
SCALE = 1240 / 595
GAP = 24


@require_safe
@never_cache
def sign_offs(request: HttpRequest) -> HttpResponse:
    """All that waits for this lead."""
    desk = desk_of(request.user, StaffRole.LEAD)
    drafts, units = waiting.drafts(desk), waiting.units(desk)
    free = waiting.free_units([*drafts, *(row.decision for row in units)])
    context = {
        "drafts": [
            {
                "decision": one,
                "days": waiting.days_of(one),
                "own": one.drafted_by_id == request.user.pk,
                "free": free.get(one.application.programme_id),
            }
            for one in drafts
        ],
        "units": [
            {"waiting": row, "free": free.get(row.decision.application.programme_id)}
            for row in units
        ],
        "objections": [
            {"objection": one, "days": days_left(one.due_on)} for one in waiting.objections(desk)
        ],
        "endings": _endings(desk, request.user.pk),
        "signed": waiting.signed_lately(desk),
    }
    return render(request, "reviews/sign_offs.html", context)


def _endings(desk: Desk, user_id: int) -> list[dict[str, Any]]:
    """What was proposed about delivered letters, each with the case it is about."""
    held = list(waiting_letters.waiting(desk))
    cases = waiting_letters.cases_of(held)
    return [
        {"ending": one, "case": cases[one.letter.subject], "own": one.proposed_by_id == user_id}
        for one in held
        if one.letter.subject in cases
    ]


class SignOffPage(Page):
    """One decision: reasons, the rules on verified facts, the letter as it would be, the quota."""

    template = "reviews/sign_off.html"
    actions: ClassVar[dict[str, str]] = {
        "sign": "sign",
        "discard": "discard",
        "take_back": "take_back",
        "accept": "accept",
        "pass": "pass_step",
        "hear": "hear",
        "decline": "decline",
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.public_id: UUID = kwargs["public_id"]
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        self.decision = _decision(self.request, self.public_id)
        self.case: Application = self.decision.application

    def context(self) -> dict[str, Any]:
        decision, case = self.decision, self.case
        live = decision.ended_at is None
        unsigned = decision.signed_off_at is None and live
        approval = decision.outcome == Outcome.APPROVE
        judged = judged_verified(case)
        kept = rested_on(decision)
        own = decision.drafted_by_id == self.user.pk
        # A unit is taken at the signature: before it there is none.
        claim = seen.claim_of(case) if live and not unsigned else None
        offered = claim is not None and claim.state == ClaimState.OFFERED
        score = standing(case)
        checks = self._checks(judged, score) if unsigned or offered else []
        letters = seen.letters_of(case)
        return {
            "case": case,
            "manifest": case.manifest,
            "version": case.revision,
            "head": waiting.brief(case, self._letter(letters)),
            "decision": decision,
            "facts": self._facts(),
            "grounds": ground_words(case, decision, kept.tree if kept else judged.tree),
            "judged": judged if unsigned or offered or kept is None else kept.judged,
            "tree": judged.tree if kept is None else kept.tree,
            "claims": claim_views(case, waiting.evidence(case)),
            "standing": score,
            "override": override_of(case),
            "approval": approval,
            "unsigned": unsigned,
            "own": own,
            "line": seen.line_of(decision),
            "may_pass": unsigned and line.refusal(case, decision, self.user) is None,
            "may_sign": unsigned
            and not own
            and case.at == Stage.DECISION
            and line.next_step(decision) is None
            and not any(one.done_by_id == self.user.pk for one in decision.steps.all()),
            "sign_form": self._sign_form() if unsigned else None,
            "pass_form": self.forms.get("pass") or OptionalReasonForm(auto_id="pass_%s"),
            "may_hear": decision.acted_for_id == self.user.pk and decision.reported_at is None,
            "checks": checks,
            "problems": [problem for check in checks for problem in check.problems],
            "effect": seen.quota_effect(case, claim) if unsigned and approval else None,
            "show_draft": decision.delivered_at is None and live,
            "offered": offered,
            "accept_by": quota.accept_by(claim) if claim is not None else None,
            "place": claim.place if claim and not offered else None,
            "letters": letters,
            "may_take_back": live and self._may_take_back(letters),
            "take_back_form": self.forms.get("take_back") or ReasonForm(auto_id="take_back_%s"),
            "discard_form": self.forms.get("discard") or OptionalReasonForm(auto_id="discard_%s"),
            "decline_form": self.forms.get("decline") or ReasonForm(auto_id="decline_%s"),
        }

    def _checks(self, judged: Judged, score: Standing | None) -> list[Check]:
        """What sign-off would look at, as it would be found now."""
        if self.decision.outcome != Outcome.APPROVE:
            return [
                Check(
                    _("통지서의 서식, 빈 값, 글꼴, 관인, 서명 키"),
                    notice_problems(
                        self.case,
                        outcome=self.decision.outcome,
                        inputs=inputs_of(self.case, self.decision),
                    ),
                )
            ]
        problems = [] if judged.verdict == Verdict.ELIGIBLE else [judged.words]
        return [
            Check(_("확인한 사실로 본 추천 요건"), problems),
            *approval_checks(self.case, score),
        ]

    @staticmethod
    def _letter(letters: list[Letter]) -> Letter | None:
        return next((one for one in letters if one.state in LIVING), None)

    def _may_take_back(self, letters: list[Letter]) -> bool:
        """Nobody has seen the letter yet; whoever opens this page is a lead."""
        row = workflow.TRANSITIONS["take_back"]
        kind = kind_of(self.decision.outcome)
        letter = self._letter([one for one in letters if one.kind == kind])
        return self.case.at in row.sources and (
            letter is None or letter.state == LetterState.RESERVED
        )

    def _facts(self) -> list[Item]:
        decision = self.decision
        items = [
            Item(_("결정"), decision.get_outcome_display()),
            Item(_("기안"), str(decision.drafted_by), note=_when(decision.drafted_at)),
        ]
        if decision.signed_off_by is not None:
            items.append(
                Item(
                    str(decision.get_signed_as_display()),
                    str(decision.signed_off_by),
                    note=_when(decision.signed_off_at),
                )
            )
        if decision.acted_for is not None:
            heard = _when(decision.reported_at)
            items.append(
                Item(
                    _("대결의 원결재자"),
                    str(decision.acted_for),
                    note=_("보고받음: %(at)s") % {"at": heard}
                    if heard
                    else _("아직 보고받지 않음"),
                )
            )
            items.append(Item(_("대결 사유"), decision.acted_because))
        if decision.ended_at is not None:
            who = str(decision.ended_by) if decision.ended_by else _("시스템")
            items.append(Item(_("거둠"), who, note=_when(decision.ended_at)))
        return items

    def _sign_form(self, data: Any = None) -> SignForm:
        if data is None and "sign" in self.forms:
            held: SignForm = self.forms["sign"]
            return held
        people = line.absent_leads(self.case, self.decision, self.user)
        return SignForm(data, people=people, auto_id="sign_%s")

    def sign(self) -> HttpResponse | None:
        form = self.forms["sign"] = self._sign_form(self.request.POST)
        if not form.is_valid():
            return None
        result = signing.sign_off(
            decision=self.decision,
            actor=self.user,
            expected_revision=seen_revision(self.request),
            acting=form.acting(),
        )
        return self.done(said(result))

    def pass_step(self) -> HttpResponse | None:
        form = self.forms["pass"] = OptionalReasonForm(self.request.POST, auto_id="pass_%s")
        if not form.is_valid():
            return None
        line.pass_step(
            decision=self.decision,
            actor=self.user,
            note=form.cleaned_data["reason"],
            expected_revision=seen_revision(self.request),
        )
        return self.done(_("검토를 마쳤습니다. 다음 사람이 이어서 봅니다."))

    def hear(self) -> HttpResponse:
        line.hear_report(decision=self.decision, actor=self.user)
        return self.done(_("대결 보고를 확인했습니다."))

    def discard(self) -> HttpResponse | None:
        form = self.forms["discard"] = OptionalReasonForm(self.request.POST, auto_id="discard_%s")
        if not form.is_valid():
            return None
        services.discard(
            decision=self.decision,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=seen_revision(self.request),
        )
        return self.done(_("기안을 거두었습니다. 심사자가 다시 기안할 수 있습니다."))

    def take_back(self) -> HttpResponse | None:
        form = self.forms["take_back"] = ReasonForm(self.request.POST, auto_id="take_back_%s")
        if not form.is_valid():
            return None
        signing.take_back(
            application=self.case,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=seen_revision(self.request),
        )
        return self.done(_("결재를 취소했습니다. 신청은 결정 단계로 돌아갔습니다."))

    def decline(self) -> HttpResponse | None:
        form = self.forms["decline"] = ReasonForm(self.request.POST, auto_id="decline_%s")
        if not form.is_valid():
            return None
        signing.decline_unit(
            application=self.case,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=seen_revision(self.request),
        )
        return self.done(
            _("배정을 사양하고 다음 순서로 넘겼습니다. 신청은 결정 단계로 돌아갔습니다.")
        )

    def accept(self) -> HttpResponse:
        result = signing.accept_unit(
            application=self.case,
            actor=self.user,
            expected_revision=seen_revision(self.request),
        )
        return self.done(said(result))


def said(result: signing.SignOff) -> str:
    """What a signature led to, in a sentence."""
    if result.letter is not None and result.letter.kind != LetterKind.RECOMMENDATION:
        return _("결재했습니다. 통지서를 만들고 있습니다: %(number)s") % {
            "number": result.letter.number
        }
    if result.letter is not None:
        return _("결재했습니다. 추천서를 만들고 있습니다: %(number)s") % {
            "number": result.letter.number
        }
    if result.waiting_place is not None:
        return _("결재했습니다. 쿼터가 모두 찼으므로 대기합니다. 대기 순서: %(place)d번") % {
            "place": result.waiting_place
        }
    return _("결재했습니다. 결과를 신청인에게 알립니다.")


def _when(moment: Any) -> str:
    return date_format(calendar.in_seoul(moment), "DATETIME_FORMAT") if moment else ""


LIVING = (LetterState.RESERVED, LetterState.VALID)


def _decision(request: HttpRequest, public_id: UUID) -> Decision:
    """Raises Http404 for another office's, PermissionDenied for whoever is no lead there."""
    desk = Desk.of(request.user)
    found = waiting.decision_for(desk, public_id)
    if found is None:
        raise Http404
    _require_lead(desk, found.application)
    clear(request.user, found.application)
    return found


def _require_lead(desk: Desk, case: Application) -> None:
    if not desk.can(case.office_id, case.programme.slug, StaffRole.LEAD):
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))


# --- the letter as it would be ---------------------------------------------------------------
@require_safe
@never_cache
def draft_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The draft of the letter as a PDF, marked as one."""
    decision = _decision(request, public_id)
    case = decision.application
    data = _drafted(decision)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{case.receipt_no} draft.pdf"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@never_cache
def draft_png(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The draft's pages as one picture, one below the other."""
    data = _drafted(_decision(request, public_id))
    response = HttpResponse(picture(data), content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


def _drafted(decision: Decision) -> bytes:
    """Raises Http404 when there is no letter to be drawn; the page lists the problems."""
    try:
        return seen.draft_letter(decision.application, decision)
    except (LetterError, ValueError) as refused:
        raise Http404 from refused


def picture(pdf: bytes) -> bytes:
    """The pages of a PDF of our own making as one PNG."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.render(scale=SCALE).to_pil() for page in document]
    finally:
        document.close()
    width = max(page.width for page in pages)
    height = sum(page.height for page in pages) + GAP * (len(pages) - 1)
    sheet = Image.new("RGB", (width, height), "#e6e8ea")
    top = 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height + GAP
    out = BytesIO()
    sheet.save(out, format="PNG")
    return out.getvalue()


# --- objections ------------------------------------------------------------------------------
class ObjectionPage(Page):
    """One objection, the refusal it is about, and the form to decide it."""

    template = "reviews/objection.html"
    actions: ClassVar[dict[str, str]] = {"decide": "decide", "extend": "extend"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.public_id: UUID = kwargs["public_id"]
        self.reload()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def reload(self) -> None:
        desk = Desk.of(self.user)
        found = waiting.objection_for(desk, self.public_id)
        if found is None:
            raise Http404
        _require_lead(desk, found.decision.application)
        clear(self.user, found.decision.application)
        self.objection: Objection = found

    def context(self) -> dict[str, Any]:
        objection, decision = self.objection, self.objection.decision
        case = decision.application
        involved = self.user.pk in (decision.drafted_by_id, decision.signed_off_by_id)
        return {
            "case": case,
            "head": waiting.brief(case),
            "objection": objection,
            "decision": decision,
            "days": days_left(objection.due_on) if objection.is_open else None,
            "involved": involved,
            "may_decide": objection.is_open and not involved,
            "may_extend": objection.is_open
            and not involved
            and objection.extended_at is None
            and calendar.today() <= objection.due_on,
            "form": self.forms.get("decide") or ObjectionForm(),
            "extend_form": self.forms.get("extend") or ReasonForm(auto_id="extend_%s"),
            "grounds": self._grounds(),
        }

    def _grounds(self) -> list[str]:
        decision = self.objection.decision
        kept = rested_on(decision)
        return ground_words(decision.application, decision, kept.tree if kept else None)

    def extend(self) -> HttpResponse | None:
        form = self.forms["extend"] = ReasonForm(self.request.POST, auto_id="extend_%s")
        if not form.is_valid():
            return None
        held = objections.extend_objection(
            objection=self.objection, actor=self.user, reason=form.cleaned_data["reason"]
        )
        return self.done(
            _("처리 기한을 연장하고 신청인에게 알렸습니다. 새 기한: %(day)s")
            % {"day": date_format(held.due_on, "DATE_FORMAT")}
        )

    def decide(self) -> HttpResponse | None:
        form = self.forms["decide"] = ObjectionForm(self.request.POST)
        if not form.is_valid():
            return None
        held = objections.decide_objection(
            objection=self.objection,
            actor=self.user,
            upheld=form.cleaned_data["upheld"],
            answer=form.cleaned_data["answer"],
        )
        return self.done(
            _("이의신청을 인용했습니다. 다른 심사자가 다시 심사합니다.")
            if held.upheld
            else _("이의신청을 기각했습니다.")
        )
