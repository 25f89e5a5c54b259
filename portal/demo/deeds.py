"""What the people of a demonstration do with a case besides taking it from stage to stage."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from applications.asking import Asked
from applications.models import Application, Claim
from applications.services import drafting, extension, more_time, supplement
from applications.stages import Stage
from files.services import TOPIC_RENDER
from notifications import outbox
from portal.demo import papers
from portal.demo.cast import Actor
from portal.demo.story import Story
from programs import calendar
from reviews import checklist
from reviews.models import Inquiry
from reviews.services import assignment, conflicts, examination, inquiries
from reviews.services.inquiry_words import kind_of

Drawer = Callable[[str, int], SimpleUploadedFile]
# How a company answers what was asked about a field, a document, or beyond.
WORDS = {
    "section": "계약서를 확인하여 신청 내용을 바로잡았습니다.",
    "document": "대학에서 다시 발급받아 올립니다.",
    "": "지원자는 플랫폼개발팀에서 일하며 팀장을 포함해 다섯 명입니다.",
}


class Deeds:
    """One case's story. `moment` says when so many working days ago was; `instead` holds the
    papers that are not what they should be, by document."""

    def __init__(
        self, member: User, actor: Actor, slug: str, moment: Callable[[int], datetime]
    ) -> None:
        self.member, self.actor, self.slug, self.moment = member, actor, slug, moment
        self.instead: dict[str, Drawer] = {}
        self.more: dict[str, Drawer] = {}

    @contextmanager
    def on(self, days: int) -> Iterator[None]:
        """Inside, it is so many working days ago."""
        with calendar.frozen(self.moment(days)):
            yield

    # --- the company ---------------------------------------------------------------------------
    def begin(self) -> None:
        self.story = Story.begin(slug=self.slug, member=self.member).play(self.actor)
        usual = self.story.paper

        def paper(case: Application, code: str, name: str, copy: int) -> SimpleUploadedFile:
            other = self.instead.get(code)
            return other(name, copy) if other else usual(case, code, name, copy)

        self.story.paper = paper

    def otherwise(self, code: str, **differing: dict[str, Any]) -> None:
        """One paper says something else than the case: of the `person`, or of a kind of claim."""
        about = self.story.about()
        claims = {kind: [dict(one) for one in items] for kind, items in about.claims.items()}
        for kind, values in differing.items():
            if kind != "person":
                claims[kind][0] |= values
        person = {**about.person, **differing.get("person", {})}
        other = replace(about, person=person, claims=claims)
        self.instead[code] = lambda name, copy: papers.draw(code, name, replace(other, copy=copy))

    def also(self, code: str, *, months_old: int) -> None:
        """A paper that the programme lists and does not insist on."""
        issued = calendar.today() - timedelta(days=31 * months_old)
        about = replace(self.story.about(), issued=issued)
        self.more[code] = lambda name, _copy: papers.draw(code, name, about)

    def submit(self) -> None:
        self.story.fill()
        listed = {one.code: str(one.names) for one in self.story.fresh().manifest.documents}
        for code, drawn in self.more.items():
            if code in listed:
                drafting.upload_document(
                    application=self.story.case,
                    actor=self.member,
                    code=code,
                    upload=drawn(listed[code], 1),
                )
        self.story.submit().assign()

    def ask_for_time(self) -> None:
        case = self.story.fresh()
        request = case.supplements.get(closed_at=None)
        more_time.ask_for_time(
            application=case,
            actor=self.member,
            reason="본국 대학에서 재발급하는 데 두 주쯤 걸린다고 합니다.",
            until=request.due_on + timedelta(days=7),
        )

    def answer_one(self) -> None:
        case = self.story.fresh()
        item = case.supplements.get(closed_at=None).items.order_by("position")[0]
        self._answer(case, item)
        supplement.send_part(application=case, actor=self.member)

    def answer_all(self) -> None:
        """Every item, with what was declared put right where a field was asked about."""
        case = self.story.fresh()
        for item in case.supplements.get(closed_at=None).items.order_by("position"):
            self._answer(case, item)
        supplement.submit_answers(application=self.story.fresh(), actor=self.member)

    def _answer(self, case: Application, item: Any) -> None:
        if item.section:
            told = self.story.declared or {}
            first, *rest = told[item.section]
            drafting.save_claims(
                application=case,
                actor=self.member,
                kind=item.section,
                items=[{**first, item.field: 39}, *rest],
            )
        supplement.answer_item(
            application=case,
            actor=self.member,
            item=item,
            answer=WORDS["section" if item.section else "document" if item.document_code else ""],
            upload=self.story.paper(case, item.document_code, "보완 서류", 2)
            if item.document_code
            else None,
        )

    # --- the office ------------------------------------------------------------------------------
    def ask(self) -> None:
        """For a legible copy, for a field, and for something that may be left out."""
        supplement.request_supplement(
            application=self.story.fresh(),
            actor=self.story.reviewer,
            items=[
                Asked(
                    document_code="degree_cert",
                    reason="unreadable",
                    text="오른쪽 아래 발급번호가 보이게 올려 주세요.",
                    formats=("pdf", "jpeg"),
                ),
                Asked(
                    section="contract",
                    field="weekly_hours",
                    text="계약서 제4조의 근로시간과 다릅니다.",
                    reason="differs",
                ),
                Asked(text="담당 부서의 조직도가 있으면 설명해 주세요.", optional=True),
            ],
        )

    def look_at(self, count: int) -> None:
        """The first few papers were found in order."""
        reviewer, case = self.story.reviewer, self.story.fresh()
        for document in checklist.current_with_readings(case)[:count]:
            examination.check_document(
                application=case, actor=reviewer, document=document, finding="fine"
            )

    def until(self, stage: Stage) -> None:
        """As far as a stage, the next working day each; then to the door of the decision."""
        self.story.reach(stage)
        if stage == Stage.DECISION:
            self.story.draft()

    def extend(self) -> None:
        extension.extend(
            application=self.story.fresh(),
            actor=self.story.lead,
            amount=5,
            reason="해외 대학의 회신을 기다려야 하여 처리기간을 늘립니다.",
        )

    def release(self) -> None:
        # What waits since the submission would give it to somebody again.
        outbox.drain(without=[TOPIC_RENDER])
        assignment.release(
            application=self.story.fresh(),
            actor=self.story.reviewer,
            reason="이번 주 현장 점검이 겹쳐 기한 안에 볼 수 없습니다.",
        )

    def declare_conflict(self) -> None:
        conflicts.declare_for_case(
            actor=self.story.reviewer,
            application=self.story.fresh(),
            kind="former_employer",
            note="지원자가 이전에 다닌 회사에서 함께 일한 적이 있습니다.",
        )

    def inquire(self, kind: str, method: str, to: str) -> Inquiry:
        """Draft a mail to whoever knows, and send it as it was drafted."""
        claim = self._claim(kind)
        name = claim.declared["institution" if kind == "degree" else "employer"]
        made = inquiries.draft(
            application=self.story.fresh(),
            actor=self.story.reviewer,
            claim=claim,
            method=method,
            name=name,
            kind=kind_of(claim, method),
            to=to,
            language="en",
        )
        return inquiries.send(
            inquiry=made,
            actor=self.story.reviewer,
            to=made.to,
            subject=made.subject,
            text=made.text,
        )

    def remind(self) -> None:
        inquiries.remind_inquiries()

    def inquiry_answered(self, asked: Inquiry) -> None:
        inquiries.answered(
            inquiry=asked,
            actor=self.story.reviewer,
            on=calendar.today(),
            answer="We confirm the period and the position as stated in your letter.",
        )

    def confirm(self, *kinds: str) -> None:
        for kind in kinds:
            examination.check_claim(
                application=self.story.fresh(),
                actor=self.story.reviewer,
                claim=self._claim(kind),
                verdict="confirmed",
                method="document",
            )

    def shorten_career(self) -> None:
        """The employer writes that most of the years were not worked."""
        claim = self._claim("career")
        begun = calendar.today().replace(day=1) - timedelta(days=250)
        examination.check_claim(
            application=self.story.fresh(),
            actor=self.story.reviewer,
            claim=claim,
            verdict="corrected",
            method="employer",
            verified_value={**claim.declared, "from": begun.isoformat()},
            asked="근무 기간과 직위를 확인해 주시기 바랍니다.",
            asked_on=calendar.today(),
            answered_on=calendar.today(),
            note=f"회사의 회신: {begun.isoformat()}부터 정규 근무, 그 전은 재학 중의 실습.",
        )

    def _claim(self, kind: str) -> Claim:
        return self.story.fresh().claims.filter(kind=kind).order_by("position")[0]
