"""Takes a case through its stages as the people of a demonstration would: through the services.

The demonstration data, `manage.py demo` and tests share this one way of telling the story.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.access import companies_of, staff_of
from accounts.models import Company, StaffRole, User
from applications import completeness, workflow
from applications.models import Application
from applications.services import drafting, submission, supplement
from applications.stages import Stage
from portal.demo import papers, samples
from portal.demo.cast import Actor
from programs.models import Programme
from reviews import checklist
from reviews.facts import claims_with_checks
from reviews.grounds import OTHER
from reviews.models import Evaluator, Invitation
from reviews.services import assignment, decision, evaluation, examination, signing

COMMENT = "제출 자료와 경력이 직무에 잘 맞습니다."


def _plain(_case: Application, _code: str, name: str, _copy: int) -> SimpleUploadedFile:
    return samples.paper(name)


@dataclass
class Story:
    """One case and the people who work on it. `paper` draws a document of the programme, by code
    and name; a copy after the first is one issued anew."""

    case: Application
    member: User
    person: dict[str, Any] = field(default_factory=lambda: samples.CANDIDATES[0])
    declared: dict[str, Any] | None = None
    paper: Callable[[Application, str, str, int], SimpleUploadedFile] = _plain

    @classmethod
    def begin(cls, *, slug: str, member: User, company: Company | None = None) -> "Story":
        own = company or companies_of(member).first()
        if own is None:
            raise ValueError("The member has no company.")
        programme = Programme.objects.get(slug=slug)
        return cls(drafting.begin(programme=programme, company=own, actor=member), member)

    def play(self, actor: Actor, *, passport: str = "") -> "Story":
        """This candidate in the case, with papers that say what is declared."""
        self.person = actor.person() | ({"passport_no": passport} if passport else {})
        self.declared = actor.claims(self.case.programme.slug)
        about = self.about()
        self.paper = lambda _case, code, name, copy: papers.draw(
            code, name, replace(about, copy=copy)
        )
        return self

    def about(self) -> papers.About:
        company = self.case.company
        return papers.About(
            person=self.person,
            claims=self.declared or {},
            company={
                "name": company.name_ko,
                "english": company.name_en,
                "number": company.business_no_dashed,
                "representative": company.representative,
                "address": company.address,
            },
        )

    def fresh(self) -> Application:
        self.case = Application.objects.select_related(
            "candidate", "programme", "version", "office", "company"
        ).get(pk=self.case.pk)
        return self.case

    # --- the company ---------------------------------------------------------------------
    def fill(self, claims: dict[str, Any] | None = None) -> "Story":
        drafting.save_candidate(application=self.case, actor=self.member, fields=self.person)
        told = claims or self.declared or samples.claims(self.case.programme.slug)
        for kind, items in told.items():
            drafting.save_claims(application=self.case, actor=self.member, kind=kind, items=items)
        for code, name in completeness.needed_documents(self.fresh()):
            drafting.upload_document(
                application=self.case,
                actor=self.member,
                code=code,
                upload=self.paper(self.case, code, name, 1),
            )
        return self

    def submit(self) -> "Story":
        submission.submit(application=self.fresh(), actor=self.member)
        return self

    def answer(self) -> "Story":
        """Answer every item of the open supplement request and send the answers."""
        request = self.fresh().supplements.get(closed_at=None)
        for item in request.items.all():
            supplement.answer_item(
                application=self.case,
                actor=self.member,
                item=item,
                answer="요청하신 내용을 보완했습니다.",
                upload=self.paper(self.case, item.document_code, "보완 서류", 2)
                if item.document_code
                else None,
            )
        supplement.submit_answers(application=self.fresh(), actor=self.member)
        return self

    # --- the office ----------------------------------------------------------------------
    def _staff(self, role: str) -> User:
        return staff_of(self.case.office, role, programme_slug=self.case.programme.slug)[0]

    @property
    def reviewer(self) -> User:
        """Whoever has the case; the office's first reviewer if nobody has."""
        row = self.fresh().assignments.filter(ended_at=None).select_related("assignee").first()
        return row.assignee if row else self._staff(StaffRole.REVIEWER)

    @property
    def lead(self) -> User:
        return self._staff(StaffRole.LEAD)

    def assign(self) -> "Story":
        assignment.assign_least_loaded(application=self.fresh())
        return self

    def ask(self) -> "Story":
        """Ask for one listed document again."""
        code, name = completeness.needed_documents(self.fresh())[0]
        supplement.request_supplement(
            application=self.case,
            actor=self.reviewer,
            items=[
                supplement.Asked(text=f"{name}: 흐리게 찍혀 다시 필요합니다.", document_code=code)
            ],
        )
        return self

    def check_documents(self) -> "Story":
        reviewer = self.reviewer
        case = self.fresh()
        for document in checklist.current_with_readings(case):
            examination.check_document(
                application=case, actor=reviewer, document=document, finding="fine"
            )
        points = [point for point in checklist.points_of(case) if not point.by_files]
        examination.mark_all(
            application=case,
            actor=reviewer,
            findings={point.code: ("fulfilled", "") for point in points},
        )
        return self.advance()

    def check_claims(self) -> "Story":
        reviewer = self.reviewer
        for claim in claims_with_checks(self.fresh()):
            examination.check_claim(
                application=self.case,
                actor=reviewer,
                claim=claim,
                verdict="confirmed",
                method="document",
            )
        return self.advance()

    def advance(self) -> "Story":
        workflow.apply(application=self.fresh(), name="advance", actor=self.reviewer)
        return self

    def score(self, evaluators: list[Evaluator] | None = None, share: int = 85) -> "Story":
        """Invite evaluators up to the quorum; each declares no conflict and gives `share` %."""
        if self.fresh().stage != Stage.EXTERNAL_EVALUATION:
            return self
        rubric = self.case.manifest.rubric
        chosen = evaluators or list(Evaluator.objects.filter(active=True).order_by("pk"))
        for evaluator in chosen[: rubric.quorum if rubric else 0]:
            invitation = evaluation.invite(
                application=self.case, actor=self.reviewer, evaluator=evaluator
            )
            self.answer_invitation(invitation, share)
        return self.advance()

    def answer_invitation(self, invitation: Invitation, share: int) -> None:
        user = invitation.evaluator.user
        evaluation.declare_no_conflict(invitation=invitation, actor=user)
        evaluation.save_scores(
            invitation=invitation,
            actor=user,
            scores={
                criterion["code"]: (criterion["max_points"] * share, COMMENT)
                for criterion in invitation.rubric["criteria"]
            },
            opinion=COMMENT,
        )
        evaluation.submit_scores(invitation=invitation, actor=user)

    def draft(self, outcome: str = "approve", reason: str = "") -> "Story":
        decision.draft(
            application=self.fresh(),
            actor=self.reviewer,
            outcome=outcome,
            reason=reason,
            grounds=[OTHER] if outcome == "refuse" else [],
        )
        return self

    def sign_off(self) -> signing.SignOff:
        held = decision.live_decision(self.fresh())
        if held is None:
            raise ValueError("Nothing has been drafted.")
        return signing.sign_off(decision=held, actor=self.lead)

    def reach(self, stage: Stage) -> "Story":
        """Take a new draft as far as this open stage, by the shortest way."""
        self.fill()
        if stage == Stage.DRAFT:
            return self
        self.submit().assign()
        if stage == Stage.SUPPLEMENT:
            return self.ask()
        steps = {
            Stage.DOCUMENT_REVIEW: self.check_documents,
            Stage.VALIDATION: self.check_claims,
            Stage.EXTERNAL_EVALUATION: self.score,
        }
        while self.fresh().stage != stage:
            if self.case.at not in steps:
                break
            steps[self.case.at]()
        if self.fresh().stage != stage and stage in (Stage.APPROVED, Stage.WAITING_QUOTA):
            self.draft().sign_off()
        return self
