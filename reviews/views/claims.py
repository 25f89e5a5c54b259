"""Validation: each claim as declared and as verified, and the rules' answer on both."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from applications import stages
from applications.errors import Invalid, StaleCase
from applications.models import Claim
from programs import calendar
from reviews.claims import claim_title
from reviews.comparing import compared_now, kept_comparison
from reviews.facts import check_of, claims_with_checks
from reviews.forms import ClaimCheckForm, VerifiedForm, verified_form
from reviews.models import ClaimCheck, EvidenceFile, Inquiry, Institution
from reviews.permissions import WORKING
from reviews.selectors import examination as seen
from reviews.selectors import inquiries as mails
from reviews.selectors import kept, reading
from reviews.selectors.case import section_url
from reviews.selectors.viewer import Other, Viewer
from reviews.services import examination, inquiries
from reviews.services.decision import live_decision
from reviews.services.evidence import add_evidence
from reviews.services.inquiry_words import BY_MAIL, whom
from reviews.verifying import needed_unchecked
from reviews.views.section import CasePage, attach
from reviews.views.viewer import log_opening


class ClaimsPage(CasePage):
    """All claims of the case."""

    section = "claims"
    template = "reviews/claims.html"

    def content(self) -> dict[str, Any]:
        case = self.case
        views = seen.claim_views(case, seen.current_documents(case))
        needed = {claim.pk for claim in needed_unchecked(case)}
        inquiries = mails.of_case(case)
        unchecked = [view for view in views if view.check is None]
        return {
            "claims": [
                {
                    "view": view,
                    "needed": view.claim.pk in needed,
                    "inquiries": inquiries.get(view.claim.pk, []),
                    "ways": case.manifest.verification.ways(view.claim.kind),
                }
                for view in views
            ],
            "progress": seen.claims_progress(views),
            "needed": len(needed),
            "orphans": inquiries.get(None, []),
            "compared": compared_now(case),
            "manifest": case.manifest,
            "examining": case.at in stages.EXAMINING,
            "next": next(
                (view for view in unchecked if view.claim.pk in needed),
                unchecked[0] if unchecked else None,
            ),
        }


class ClaimPage(CasePage):
    """One claim: what was said, the paper that proves it, and what was found."""

    section = "claims"
    template = "reviews/claim.html"
    actions: ClassVar[dict[str, str]] = {"check": "check", "ask": "ask"}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.claim_id: UUID = kwargs["claim"]

    def load(self) -> None:
        reading.with_papers(self.case)
        self.papers = reading.papers(self.case)
        self.may_work = self.desk.can(self.case.office_id, self.case.programme.slug, *WORKING)

    @property
    def claim(self) -> Claim:
        """As it is now: another person may have checked it meanwhile. Raises Http404."""
        for claim in claims_with_checks(self.case):
            if claim.public_id == self.claim_id:
                return claim
        raise Http404

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().get(request, *args, **kwargs)
        if (paper := self._paper(self.claim)) is not None:
            log_opening(
                request,
                case_id=self.case.public_id,
                document_id=paper.document.public_id,
            )
        return answer

    def _paper(self, claim: Claim) -> reading.Paper | None:
        """The file shown beside the claim: the one asked for, the evidence, or the likely one."""
        if not self.may_work or not self.papers:
            return None
        check = check_of(claim)
        documents = [paper.document for paper in self.papers]
        wanted = [
            self.request.GET.get("paper", ""),
            str(check.evidence.public_id) if check and check.evidence else "",
            seen.likely_evidence(claim, documents),
        ]
        by_id = {str(paper.document.public_id): paper for paper in self.papers}
        return next((by_id[one] for one in wanted if one in by_id), self.papers[0])

    def context(self) -> dict[str, Any]:
        case, claim = self.case, self.claim
        documents = {paper.document.pk: paper.document for paper in self.papers}
        check, paper = check_of(claim), self._paper(claim)
        views = [seen.claim_view(case, one, documents) for one in claims_with_checks(case)]
        here = next(view for view in views if view.claim.pk == claim.pk)
        place = views.index(here)
        return {
            "case": case,
            "version": case.revision,
            "claim": here,
            "place": place + 1,
            "progress": seen.claims_progress(views),
            "before": views[place - 1] if place else None,
            "after": views[place + 1] if place + 1 < len(views) else None,
            "next": next(
                (
                    view
                    for view in [*views[place + 1 :], *views[:place]]
                    if view.check is None and view is not here
                ),
                None,
            ),
            "viewer": paper and self._viewer(paper),
            "form": self.forms.get("check") or self._form(claim, check),
            "inquiries": self.asked.get(claim.pk, []),
            "mail_methods": mails.mail_methods(case, claim),
            "whom": whom(claim),
            "whom_asked": mails.is_awaited(self.asked.get(claim.pk, []), whom(claim)),
            "ways": case.manifest.verification.ways(claim.kind),
            "is_needed": any(one.pk == claim.pk for one in needed_unchecked(case)),
            "value_form": self.forms.get("value") or self._value_form(claim, check),
            "may_examine": case.at in stages.EXAMINING and self.may_work,
            "list_url": section_url(case, "claims"),
        }

    def _viewer(self, paper: reading.Paper) -> Viewer:
        return reading.document_viewer(
            self.case,
            paper.document,
            self.request.GET,
            title=paper.title,
            others=[
                Other(
                    label=f"{number}. {one.title}",
                    url=f"{self.request.path}?paper={one.document.public_id}",
                    current=one is paper,
                )
                for number, one in enumerate(self.papers, 1)
            ],
        )

    def _form(self, claim: Claim, check: ClaimCheck | None, data: Any = None) -> ClaimCheckForm:
        case = self.case
        documents = seen.current_documents(case)
        methods = case.manifest.verification.ways(claim.kind).methods
        shown = self._paper(claim) if seen.likely_evidence(claim, documents) else None
        initial: dict[str, Any] = {
            "method": (
                ClaimCheck.Method.DOCUMENT if ClaimCheck.Method.DOCUMENT in methods else methods[0]
            ),
            "evidence": str(shown.document.public_id) if shown else "",
        }
        if check is not None:
            proof = check.evidence or check.evidence_file
            initial = {
                "verdict": check.verdict,
                "method": check.method,
                "asked": check.asked,
                "asked_on": check.asked_on,
                "answered_on": check.answered_on,
                "note": check.note,
                "evidence": str(proof.public_id) if proof else "",
            }
        if (inquiry := self.inquiry) is not None:
            initial |= self._of_reply(inquiry)
        return ClaimCheckForm(
            data,
            self.request.FILES if data is not None else None,
            documents=documents,
            kept=self.kept,
            names=seen.document_names(case),
            methods=methods,
            initial=initial,
        )

    @cached_property
    def kept(self) -> list[EvidenceFile]:
        return mails.evidence_of(self.case)

    @cached_property
    def asked(self) -> dict[int | None, list[mails.Asked]]:
        return mails.of_case(self.case)

    @cached_property
    def inquiry(self) -> Inquiry | None:
        """The answered inquiry that the check rests on, as the address or the form names it."""
        named = self.request.POST.get("inquiry") or self.request.GET.get("inquiry", "")
        for listed in self.asked.values():
            for one in listed:
                if str(one.inquiry.public_id) == named and one.inquiry.answered_on is not None:
                    return one.inquiry
        return None

    def _of_reply(self, inquiry: Inquiry) -> dict[str, Any]:
        sent_at = inquiry.sent_at or inquiry.drafted_at
        found = {
            "method": inquiry.method,
            "asked": inquiry.subject,
            "asked_on": calendar.in_seoul(sent_at).date(),
            "answered_on": inquiry.answered_on,
            "note": inquiry.answer,
        }
        files = [one for one in self.kept if one.inquiry_id == inquiry.pk]
        return found | ({"evidence": str(files[0].public_id)} if files else {})

    def _known(self, claim: Claim) -> Institution | None:
        """An institution in the address book that can be asked with one click."""
        methods = mails.mail_methods(self.case, claim)
        return mails.known_for(self.case, claim, methods[0]) if methods else None

    def ask(self) -> HttpResponse | None:
        """Draft a mail to an institution that was asked before; about another one more is asked."""
        claim = self.claim
        known = self._known(claim)
        if known is None:
            return redirect(
                "reviews:inquiry_new", public_id=self.case.public_id, claim=claim.public_id
            )
        inquiry = inquiries.draft(
            application=self.case,
            actor=self.user,
            claim=claim,
            method=mails.mail_methods(self.case, claim)[0],
            name=known.name,
            kind=known.kind,
            to=known.email,
            language=known.language,
            expected_revision=self.revision,
        )
        return redirect(mails.url_of(self.case.public_id, inquiry))

    def _value_form(self, claim: Claim, check: ClaimCheck | None, data: Any = None) -> VerifiedForm:
        shown = check.verified if check and check.verified else claim.declared
        return verified_form(claim, self.case.manifest, shown, data=data)

    def check(self) -> HttpResponse | None:
        claim = self.claim
        form = self.forms["check"] = self._form(claim, check_of(claim), self.request.POST)
        value = self.forms["value"] = self._value_form(claim, check_of(claim), self.request.POST)
        good = form.is_valid()
        corrected = form.cleaned_data.get("verdict") == ClaimCheck.Verdict.CORRECTED
        if corrected and not value.is_valid():
            return None
        if not good or not self._agree(claim, form, value, corrected):
            return None
        if self.revision != self.case.revision:
            raise StaleCase
        said = form.cleaned_data
        try:
            proof = said["evidence"]
            if said["file"]:
                proof = add_evidence(
                    application=self.case, actor=self.user, upload=said["file"], claim=claim
                )
            examination.check_claim(
                application=self.case,
                actor=self.user,
                claim=claim,
                verdict=said["verdict"],
                method=said["method"],
                evidence=proof,
                note=said["note"],
                asked=said["asked"],
                asked_on=said["asked_on"],
                answered_on=said["answered_on"],
                inquiry=self.inquiry if said["method"] in BY_MAIL else None,
                verified_value=value.facts() if corrected else None,
                expected_revision=self.revision,
            )
        except Invalid as refused:
            attach(value if corrected else form, refused)
            return None
        return self._onwards(claim)

    def _agree(self, claim: Claim, form: forms.Form, value: VerifiedForm, corrected: bool) -> bool:
        """Verdict and typed value must not contradict each other: nothing typed is dropped."""
        if corrected and not _differs(value, claim.declared, set()):
            sentence = _("고친 값이 신고 내용과 같습니다. 확인 결과를 다시 골라 주세요.")
        elif not corrected and _touched(value):
            sentence = _(
                "아래에서 값을 고쳤습니다. '다른 내용으로 확인'을 고르거나 값을 되돌려 주세요."
            )
        else:
            return True
        form.add_error("verdict", sentence)
        return False

    def _onwards(self, claim: Claim) -> HttpResponse:
        """To the next claim that nobody has checked, or back to all of them."""
        said = _("확인 결과를 저장했습니다: %(claim)s") % {"claim": claim_title(claim)}
        self.reload()
        following = examination.next_unchecked(self.case)
        if following is None:
            return self.done(said, section_url(self.case, "claims"))
        self.done(said)
        return redirect("reviews:claim", public_id=self.case.public_id, claim=following.public_id)


def _said(value: dict[str, Any]) -> dict[str, Any]:
    """The facts that say something. Null says something only where an end may be missing."""
    return {
        key: item
        for key, item in value.items()
        if item != "" and (item is not None or key in ("to", "valid_until"))
    }


def _touched(form: VerifiedForm) -> bool:
    """Whether someone typed another value than the one shown. A field whose shown value is not on
    its list (a code of an older version) counts only if something was chosen instead."""
    if not any(key.startswith(f"{form.prefix}-") for key in form.data):
        return False
    form.is_valid()
    broken = {name for name in form.errors if name in form.fields}
    if any(form.data.get(form.add_prefix(name)) for name in broken):
        return True
    return _differs(form, form.stated_first, broken)


def _differs(form: VerifiedForm, value: dict[str, Any], broken: set[str]) -> bool:
    """Whether the form states another value, fact by fact of those it shows."""
    typed, other = _said(form.facts()), _said(value)
    names = {fact.name for fact in form.shown} - broken
    return any(typed.get(name, "") != other.get(name, "") for name in names)


class RulesPage(CasePage):
    """The rules' answer on declared and on verified facts: as it was kept where it mattered, and
    while the case is open as it would be today."""

    section = "rules"
    template = "reviews/rules.html"

    def content(self) -> dict[str, Any]:
        case = self.case
        chosen = self._chosen()
        context = {
            "answers": kept.kept_answers(case),
            "kept": chosen,
            "kept_comparison": kept_comparison(chosen.evaluation) if chosen else None,
            "manifest": case.manifest,
            "is_open": case.closed_at is None,
        }
        if case.closed_at is not None:
            return context
        declared, verified = seen.judged_declared(case), seen.judged_verified(case)
        return context | {
            "declared": declared,
            "verified": verified,
            "compared": compared_now(case),
            "progress": seen.claims_progress(seen.claim_views(case, [])),
        }

    def _chosen(self) -> kept.Kept | None:
        """The kept answer asked for, or the one the decision was made on."""
        asked = self.request.GET.get("answer", "")
        if asked:
            try:
                return kept.kept_answer(self.case, UUID(asked))
            except ValueError:
                return None
        return kept.rested_on(live_decision(self.case))
