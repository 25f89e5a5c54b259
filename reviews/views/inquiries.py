"""Inquiries to institutions: written, sent, answered; and all whose replies are awaited."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from applications import stages
from applications.errors import Invalid, StaleCase
from applications.models import Claim
from audit.services import log_access
from files import services as files
from files.errors import FilesError
from programs import calendar
from reviews.claims import claim_title
from reviews.facts import claims_with_checks
from reviews.inquiry_forms import AnswerForm, CloseForm, InquiryForm, NewInquiryForm
from reviews.models import Inquiry
from reviews.permissions import WORKING, Desk, case_for, desk_of, require
from reviews.selectors import inquiries as seen
from reviews.selectors.case import section_url
from reviews.services import evidence as kept_files
from reviews.services import inquiries, inquiry_words
from reviews.views.section import CasePage, attach


@never_cache
@require_GET
def inquiries_page(request: HttpRequest) -> HttpResponse:
    """All inquiries of the person's offices whose replies are awaited, overdue first."""
    desk = desk_of(request.user, *WORKING)
    mine = request.GET.get("mine") == "1"
    before = seen.key_from(request.GET.get("before", ""))
    after = before or seen.key_from(request.GET.get("after", ""))
    found = seen.awaited(desk, request.user, mine=mine, after=after, back=before is not None)
    return render(request, "reviews/inquiries.html", {"page": found, "mine": mine})


class OfClaim(CasePage):
    section = "claims"

    def claim_of(self, public_id: UUID) -> Claim:
        for claim in claims_with_checks(self.case):
            if claim.public_id == public_id:
                return claim
        raise Http404

    @property
    def may_work(self) -> bool:
        case = self.case
        return case.at in stages.EXAMINING and self.desk.can(
            case.office_id, case.programme.slug, *WORKING
        )

    def context(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "version": self.case.revision,
            "list_url": section_url(self.case, "claims"),
            **self.content(),
        }


class NewInquiryPage(OfClaim):
    """Whom to ask about a claim. An institution that was asked before is filled in."""

    template = "reviews/inquiry_new.html"
    actions: ClassVar[dict[str, str]] = {"draft": "draft"}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.claim_id: UUID = kwargs["claim"]

    def content(self) -> dict[str, Any]:
        claim = self.claim_of(self.claim_id)
        return {
            "claim": claim,
            "title": claim_title(claim),
            "form": self.forms.get("draft") or self._form(claim),
            "asked": seen.of_case(self.case).get(claim.pk, []),
            "methods": seen.mail_methods(self.case, claim),
            "may_work": self.may_work,
        }

    def _form(self, claim: Claim, data: Any = None) -> NewInquiryForm:
        methods = seen.mail_methods(self.case, claim)
        initial: dict[str, Any] = {
            "method": methods[0] if methods else "",
            "kind": inquiry_words.kind_of(claim, methods[0]) if methods else "",
            "name": inquiry_words.whom(claim),
            "language": "ko" if claim.declared.get("country") == "KOR" else "en",
        }
        if data is None and methods and (known := seen.known_for(self.case, claim, methods[0])):
            initial |= {"name": known.name, "to": known.email, "language": known.language}
        return NewInquiryForm(data, methods=methods, initial=initial)

    def draft(self) -> HttpResponse | None:
        claim = self.claim_of(self.claim_id)
        form = self.forms["draft"] = self._form(claim, self.request.POST)
        if not form.is_valid():
            return None
        try:
            inquiry = inquiries.draft(
                application=self.case,
                actor=self.user,
                claim=claim,
                expected_revision=self.revision,
                **form.cleaned_data,
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return redirect(seen.url_of(self.case.public_id, inquiry))


class InquiryPage(OfClaim):
    """One inquiry: the mail before it is sent, and what came of it after."""

    template = "reviews/inquiry.html"
    actions: ClassVar[dict[str, str]] = {
        "save": "save",
        "send": "send",
        "answer": "answer",
        "close": "close",
        "show": "show",
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.inquiry_id: UUID = kwargs["inquiry"]

    @property
    def inquiry(self) -> Inquiry:
        """As it is now. Raises Http404."""
        found = get_object_or_404(
            self.case.inquiries.select_related("institution", "claim", "sent_by", "drafted_by"),
            public_id=self.inquiry_id,
        )
        found.application = self.case
        return found

    def content(self) -> dict[str, Any]:
        inquiry = self.inquiry
        asked = seen.Asked(inquiry, seen.url_of(self.case.public_id, inquiry))
        written = inquiry.state == Inquiry.State.DRAFTED
        form = self.forms.get("mail")
        return {
            "inquiry": inquiry,
            "asked": asked,
            "title": claim_title(inquiry.claim) if inquiry.claim else _("바뀐 신고 사항"),
            "delivery": seen.delivery(inquiry),
            "written": written,
            "form": form or (self._mail(inquiry) if written else None),
            "shown": form.data if form is not None and form.is_bound else None,
            "answer_form": self.forms.get("answer")
            or AnswerForm(initial={"answered_on": calendar.today()}),
            "close_form": self.forms.get("close") or CloseForm(auto_id="close_%s"),
            "replies": self.case.manifest.verification.replies,
            "files": [
                {"evidence": one, "line": seen.evidence_line(self.case, one)}
                for one in seen.evidence_of(self.case)
                if one.inquiry_id == inquiry.pk
            ],
            "may_work": self.may_work,
        }

    def _mail(self, inquiry: Inquiry, data: Any = None) -> InquiryForm:
        return InquiryForm(
            data,
            initial={"to": inquiry.to, "subject": inquiry.subject, "text": inquiry.text},
        )

    def save(self) -> HttpResponse | None:
        return self._write(inquiries.edit, _("조회 메일을 저장했습니다."))

    def send(self) -> HttpResponse | None:
        return self._write(inquiries.send, _("조회 메일을 보냈습니다."))

    def _write(self, service: Any, sentence: str) -> HttpResponse | None:
        inquiry = self.inquiry
        form = self.forms["mail"] = self._mail(inquiry, self.request.POST)
        if not form.is_valid():
            return None
        try:
            service(
                inquiry=inquiry,
                actor=self.user,
                expected_revision=self.revision,
                **form.cleaned_data,
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(sentence)

    def answer(self) -> HttpResponse | None:
        inquiry = self.inquiry
        form = self.forms["answer"] = AnswerForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return None
        if self.revision != self.case.revision:
            raise StaleCase
        try:
            if upload := form.cleaned_data["file"]:
                kept_files.add_evidence(
                    application=self.case,
                    actor=self.user,
                    upload=upload,
                    claim=inquiry.claim,
                    inquiry=inquiry,
                )
            inquiries.answered(
                inquiry=inquiry,
                actor=self.user,
                on=form.cleaned_data["answered_on"],
                answer=form.cleaned_data["answer"],
                expected_revision=self.revision,
            )
        except Invalid as refused:
            attach(form, refused)
            return None
        return self.done(_("회신을 기록했습니다. 이제 사실을 확인해 주세요."))

    def close(self) -> HttpResponse | None:
        form = self.forms["close"] = CloseForm(self.request.POST, auto_id="close_%s")
        if not form.is_valid():
            return None
        inquiries.close(
            inquiry=self.inquiry,
            actor=self.user,
            why=form.cleaned_data["why"],
            expected_revision=self.revision,
        )
        return self.done(_("조회를 끝냈습니다."))

    def show(self) -> HttpResponse | None:
        """Choose whether the company may see a file."""
        for one in seen.evidence_of(self.case):
            if str(one.public_id) == self.request.POST.get("evidence", ""):
                shown = self.request.POST.get("shown") == "1"
                kept_files.show_evidence(evidence=one, actor=self.user, shown=shown)
                return self.done(
                    _("이제 회사가 이 파일을 볼 수 있습니다.")
                    if shown
                    else _("이제 회사는 이 파일을 볼 수 없습니다.")
                )
        raise Http404


@require_GET
def evidence(request: HttpRequest, public_id: UUID, evidence: UUID) -> HttpResponse:
    """A file that the office put on record, as an attachment. Who opened it is logged first."""
    desk = Desk.of(request.user)
    case = case_for(request.user, public_id, desk=desk, claims=False)
    require(request.user, case, *WORKING, desk=desk)
    found = get_object_or_404(case.evidence.select_related("stored"), public_id=evidence)
    log_access(
        actor=request.user,
        what="evidence.viewed",
        subject_type="application",
        subject_id=case.public_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=str(found.public_id),
    )
    try:
        response = HttpResponse(files.read(found.stored), content_type=found.stored.content_type)
    except FilesError as refused:
        messages.error(request, str(refused))
        return redirect("reviews:claims", public_id=case.public_id)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=found.stored.name
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


__all__ = ["InquiryPage", "NewInquiryPage", "evidence", "inquiries_page"]
