"""Company, candidate and whoever has the case. Identifiers are masked; opening them is logged."""

from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import staff_of
from accounts.models import StaffRole
from applications import workflow
from applications.errors import NotNow
from applications.services.candidates import send_link
from audit.services import log_access, record
from programs import calendar
from reviews.assigning_forms import CaseConflictForm
from reviews.forms import ReasonForm, ReassignForm, ReleaseForm
from reviews.selectors import people as seen
from reviews.services import assignment, conflicts, leases
from reviews.views.section import CasePage

# A second click within this time is the same wish for a new link.
SAME_WISH = timedelta(minutes=1)


class PeoplePage(CasePage):
    section = "people"
    shows_claims = False
    template = "reviews/people.html"
    actions: ClassVar[dict[str, str]] = {
        "unmask": "unmask",
        "link": "link",
        "reassign": "reassign",
        "release": "release",
        "keep": "keep",
        "conflict": "conflict",
    }
    opened: seen.Identifiers | None = None

    def content(self) -> dict[str, Any]:
        may_lead = workflow.may(self.case, workflow.LEAD, self.user)
        return {
            "company": seen.company_items(self.case),
            "candidate": seen.candidate_items(self.case),
            "identifiers": seen.identifiers(self.case, opened=self.opened),
            "opened": self.opened is not None,
            "has_identifiers": seen.has_identifiers(self.case),
            "unmask_form": self.forms.get("unmask") or ReasonForm(auto_id="unmask_%s"),
            "link_sent": seen.last_link(self.case),
            "turns": seen.turns(self.case),
            "lease_until": seen.lease_until(self.case),
            "may_release": seen.is_assigned(self.case) and (may_lead or self._is_mine()),
            "may_keep": self._is_mine(),
            "conflict_form": self.forms.get("conflict") or CaseConflictForm(auto_id="conflict_%s"),
            "release_form": self.forms.get("release") or ReleaseForm(auto_id="release_%s"),
            "may_reassign": may_lead and seen.is_in_queue(self.case),
            "reassign_form": self.forms.get("reassign") or self._reassign_form(),
        }

    def _reassign_form(self, data: Any = None) -> ReassignForm:
        people = staff_of(
            self.case.office, StaffRole.REVIEWER, programme_slug=self.case.programme.slug
        )
        return ReassignForm(data, people=people, auto_id="reassign_%s")

    def _is_mine(self) -> bool:
        return seen.is_assigned_to(self.case, self.user)

    def _require_work(self) -> None:
        if not workflow.may(self.case, workflow.ASSIGNEE, self.user):
            raise PermissionDenied(_("이 단계를 처리할 권한이 없습니다."))

    def unmask(self) -> HttpResponse | None:
        """Show the numbers once, in the answer to this request only."""
        self._require_work()
        form = self.forms["unmask"] = ReasonForm(self.request.POST, auto_id="unmask_%s")
        if not form.is_valid():
            return None
        with transaction.atomic():
            log_access(
                actor=self.user,
                what="candidate.unmasked",
                subject_type="application",
                subject_id=self.case.public_id,
                address=self.request.META.get("REMOTE_ADDR", ""),
            )
            record(
                name="candidate.unmasked",
                subject_type="application",
                subject_id=self.case.public_id,
                actor=self.user,
                note=form.cleaned_data["reason"],
            )
        del self.forms["unmask"]
        self.opened = seen.plain_identifiers(self.case)
        return None

    def link(self) -> HttpResponse:
        """Send the candidate a new link; the older ones stop working."""
        self._require_work()
        if not self.case.candidate.email:
            raise NotNow(_("후보자의 이메일 주소가 없어 링크를 보낼 수 없습니다."))
        with transaction.atomic():
            case = workflow.lock(self.case)
            last = seen.last_link(case)
            now = calendar.now()
            if last is not None and now - last.created_at < SAME_WISH:
                raise NotNow(_("방금 새 링크를 보냈습니다. 잠시 뒤에 다시 시도해 주세요."))
            send_link(
                application=case,
                occasion=seen.link_occasion(case),
                key=f"candidate-link:{case.public_id}:{now.isoformat()}",
                actor=self.user,
            )
        return self.done(_("후보자에게 새 링크를 보냈습니다. 이전 링크는 쓸 수 없습니다."))

    def reassign(self) -> HttpResponse | None:
        form = self.forms["reassign"] = self._reassign_form(self.request.POST)
        if not form.is_valid():
            return None
        assignment.reassign(
            application=self.case,
            actor=self.user,
            to=form.cleaned_data["to"],
            reason=form.cleaned_data["reason"],
            expected_revision=self.revision,
        )
        return self.done(_("담당자를 바꾸었습니다: %(who)s") % {"who": form.cleaned_data["to"]})

    def release(self) -> HttpResponse | None:
        form = self.forms["release"] = ReleaseForm(self.request.POST, auto_id="release_%s")
        if not form.is_valid():
            return None
        assignment.release(
            application=self.case,
            actor=self.user,
            reason=form.cleaned_data["reason"],
            expected_revision=self.revision,
        )
        return self.done(_("신청을 내려놓았습니다. 담당자 없는 신청으로 돌아갔습니다."))

    def keep(self) -> HttpResponse:
        until = leases.keep(application=self.case, actor=self.user)
        return self.done(
            _("신청을 계속 맡습니다. 다음 시각까지: %(until)s")
            % {"until": date_format(calendar.in_seoul(until), "DATETIME_FORMAT")}
        )

    def conflict(self) -> HttpResponse | None:
        """Declare that one must have nothing to do with the case; it closes at once."""
        form = self.forms["conflict"] = CaseConflictForm(self.request.POST, auto_id="conflict_%s")
        if not form.is_valid():
            return None
        said = {"kind": form.cleaned_data["kind"], "note": form.cleaned_data["note"]}
        if form.cleaned_data["scope"] == "company":
            conflicts.declare_for_company(
                actor=self.user, person=self.user, company=self.case.company, **said
            )
        else:
            conflicts.declare_for_case(actor=self.user, application=self.case, **said)
        return self.done(
            _("이해관계를 신고했습니다. 이 신청은 이제 열 수 없습니다."), reverse("reviews:queue")
        )
