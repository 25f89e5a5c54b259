"""Every address of the URL configuration, with something to see behind each.

Tests that walk all pages (who may see what, faults on a page, queries of a page, pictures) read the
same addresses from here: a new one without a value below fails all of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.services import invitations, joining
from applications.forms.questions import asked as asked_by
from applications.models import Application, CandidateLink
from applications.sections import sections_of
from applications.services import candidates
from applications.stages import Stage
from letters import bundles, designs, own_designs
from letters.models import Letter, SigningKey, TemplateDraft
from notifications import outbox
from notifications.models import Mail
from portal.demo import samples
from portal.demo.story import Story
from portal.selectors import answers
from portal.views.figure_files import FILES
from programs import calendar, quota
from programs.models import ProgrammeVersion, QuotaProposal
from programs.quota.effects import Wanted
from programs.quota.proposals import differences
from programs.services import explain
from programs.sharing import share
from reviews.models import Decision, Evaluator, Panel
from reviews.services import evaluation, evidence, inquiries, letter_ends, objection
from reviews.services.decision import live_decision
from tests.outbox import deliver_letters, draw_pages
from tests.world import GYEONGGI, KOTRA, World

E_7_4 = "e-7-4"
NOT_OURS = ("admin:", "account_", "mfa_", "socialaccount", "set_language", "djdt")

Arguments = tuple[str, ...]


def addresses(
    resolver: URLResolver | None = None, namespace: str = "", names: Arguments = ()
) -> Iterator[tuple[str, Arguments]]:
    """`(name, argument names)` of every address in the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            arguments = (*names, *pattern.pattern.converters)
            yield from addresses(pattern, inner, arguments)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", (*names, *pattern.pattern.converters)


OURS = sorted({entry for entry in addresses() if not entry[0].startswith(NOT_OURS)})


@dataclass
class Scene:
    """Cases in many states. `values[name]` are the arguments of one address, `more[name]` those of
    the same address in other states of a case."""

    world: World
    case: Application
    issued: Application
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    more: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def address(self, name: str, arguments: Arguments) -> str:
        return self._reverse(name, arguments, self.values.get(name, {}))

    def every_state(self, name: str, arguments: Arguments) -> list[str]:
        """The address with each of its values, without repeats."""
        found = [self.address(name, arguments)]
        found += [self._reverse(name, arguments, other) for other in self.more.get(name, [])]
        return list(dict.fromkeys(found))

    def _reverse(self, name: str, arguments: Arguments, own: dict[str, Any]) -> str:
        known = {**self.values[""], **own}
        missing = [argument for argument in arguments if argument not in known]
        assert not missing, f"{name}: say in tests/scene.py what {missing} should be"
        return reverse(name, kwargs={argument: known[argument] for argument in arguments})


def decision_of(story: Story) -> Decision:
    found = live_decision(story.fresh())
    assert found is not None
    return found


def build(world: World, person: dict[str, Any] | None = None) -> Scene:
    """Cases of KOTRA in every state, one of Gyeonggi to sign. `person` is KOTRA's candidate: a test
    that looks for leaks gives one whose words it can find again."""
    candidate = person or samples.CANDIDATES[0]

    def told(stage: Stage, slug: str = KOTRA) -> Story:
        story = world.story(slug)
        story.person = candidate if slug == KOTRA else samples.CANDIDATES[1]
        return story.reach(stage)

    draft = told(Stage.DRAFT)
    reviewed = told(Stage.DOCUMENT_REVIEW)
    asked = told(Stage.SUPPLEMENT)
    checked = told(Stage.VALIDATION)
    evaluated = told(Stage.EXTERNAL_EVALUATION)
    first, second = (
        evaluation.invite(
            application=evaluated.case,
            actor=evaluated.reviewer,
            evaluator=Evaluator.objects.get(user=world[login]),
        )
        for login in ("evaluator1", "evaluator2")
    )
    evaluation.declare_no_conflict(invitation=first, actor=world["evaluator1"])
    weighed = told(Stage.DECISION)
    drafted = told(Stage.DECISION).draft()
    gyeonggi = told(Stage.DECISION, GYEONGGI).draft()
    refused = told(Stage.VALIDATION).draft("refuse", "확인할 수 없습니다.")
    refused.sign_off()
    deliver_letters()
    filed = objection.file_objection(
        application=refused.fresh(), actor=refused.member, text="다시 보아 주세요."
    )
    issued = told(Stage.APPROVED)
    deliver_letters()
    letter = Letter.objects.get(subject=issued.case.public_id)
    proposed_end = letter_ends.propose_correction(
        application=issued.fresh(),
        actor=issued.reviewer,
        reason="국문 성명의 오기",
        corrections={"candidate_name_ko": "바로잡은 이름"},
    )
    bundle = bundles.ask(letters=[letter], office=letter.office, actor=world["kotra.lead"])
    outbox.drain(topic=bundles.TOPIC)
    document = evaluated.case.documents.order_by("pk").first()
    contract = evaluated.case.documents.get(code="contract").public_id
    draw_pages(document.stored)
    # The first paper of an evaluator's packet.
    draw_pages(evaluated.case.documents.get(code="career_cert").stored)
    degree = checked.case.claims.filter(kind="degree").first()
    inquiry = inquiries.draft(
        application=checked.fresh(),
        actor=checked.reviewer,
        claim=degree,
        method="issuer",
        name="Sample University of Technology",
        kind="school",
        to="registrar@school.example",
        language="en",
    )
    inquiries.send(
        inquiry=inquiry,
        actor=checked.reviewer,
        to=inquiry.to,
        subject=inquiry.subject,
        text=inquiry.text,
    )
    kept = evidence.add_evidence(
        application=checked.fresh(),
        actor=checked.reviewer,
        upload=samples.paper("회신"),
        claim=degree,
        inquiry=inquiry,
    )
    asking = {"public_id": checked.case.public_id}
    token = "anything-that-is-no-token"
    company = evaluated.case.company
    TemplateDraft.objects.create(
        code="invented-province",
        office=evaluated.case.office,
        **dict(zip(("html", "css"), designs.read(KOTRA), strict=True)),
        content_hash="0" * 64,
        brought_at=calendar.now(),
    )
    html, css = designs.read_source(KOTRA)
    own_designs.save_draft(
        office=evaluated.case.office,
        code=KOTRA,
        html=html.replace("</h1>", "</h1><p>초안</p>"),
        css=css,
        seen=designs.current(KOTRA, evaluated.case.office).content_hash,
        actor=world["kotra.admin"],
    )
    proposal = proposed(gyeonggi.case.version)
    total = proposal.programme.pools.get(period_code=proposal.period_code, parent=None)
    change = quota.propose_change(
        wanted=Wanted("size", total, units=total.size + 5),
        actor=world["gyeonggi.admin"],
        reason="협의 결과",
    )
    invitations.to_company(
        company=company, actor=world["company"], email="colleague@demo.example", role="member"
    )
    invitations.to_office(
        office=evaluated.case.office,
        actor=world["kotra.admin"],
        email="clerk@demo.example",
        role="reviewer",
        programmes=[],
    )
    wanted = joining.ask(actor=world["evaluator3"], business_no=company.business_no)
    assert CandidateLink.objects.exists()
    assert candidates.find_link(token) is None

    def case(story: Story) -> dict[str, Any]:
        return {"public_id": story.case.public_id}

    scene = Scene(world, evaluated.fresh(), issued.fresh())
    scene.values = {
        "": {
            "public_id": evaluated.case.public_id,
            "document": document.public_id,
            "number": 1,
            "claim": evaluated.case.claims.first().public_id,
            "code": document.code,
            "section": "candidate",
            "label": "v1",
            "slug": KOTRA,
            "token": token,
            "name": "withdraw",
            "kind": "degree",
            "key_id": SigningKey.objects.get().key_id,
            "office": "kotra",
            "table": "backlog",
        },
        "accounts:company": {"public_id": company.public_id},
        "accounts:company-edit": {"public_id": company.public_id},
        "accounts:company-leave": {"public_id": company.public_id},
        "accounts:join-withdraw": {"public_id": wanted.public_id},
        "accounts:invitation": {"token": token_sent_to("colleague@demo.example")},
        "applications:edit": case(draft),
        "applications:documents": case(draft),
        "applications:check": case(draft),
        "applications:receipt": case(asked),
        "applications:supplement": case(asked),
        "applications:own_change": case(reviewed),
        "applications:more_time": case(asked),
        "applications:answer_file": {
            **case(asked),
            "item": asked.case.supplements.get().items.get().public_id,
        },
        "reviews:inquiry": {**asking, "inquiry": inquiry.public_id},
        "reviews:institution": {"public_id": inquiry.institution.public_id},
        "reviews:inquiry_new": {**asking, "claim": degree.public_id},
        "reviews:evidence": {**asking, "evidence": kept.public_id},
        "case-evidence": {**asking, "evidence": kept.public_id},
        "reviews:sign_off": {"public_id": decision_of(drafted).public_id},
        "reviews:draft_pdf": {"public_id": decision_of(drafted).public_id},
        "reviews:draft_png": {"public_id": decision_of(drafted).public_id},
        "reviews:objection": {"public_id": filed.public_id},
        "reviews:packet": {"public_id": first.public_id},
        "reviews:packet_check": {"public_id": first.public_id},
        "reviews:packet_document": {"public_id": first.public_id},
        "reviews:packet_page": {"public_id": first.public_id, "document": contract},
        "reviews:packet_pages": {"public_id": first.public_id, "document": contract},
        "reviews:letter": case(issued),
        "reviews:corrected_pdf": case(issued),
        "case-after": case(issued),
        "desk-bundle": {"public_id": bundle.public_id},
        "desk-bundle-print": {"public_id": bundle.public_id},
        "desk-bundle-zip": {"public_id": bundle.public_id},
        "desk-letter": {"public_id": letter.public_id},
        "desk-letter-file": {"public_id": letter.public_id},
        "case-letter": case(issued),
        "case-notice": case(refused),
        "case-objection": case(refused),
        "api-case-letter": case(issued),
        "api-case-endings": case(issued),
        "api-case-ending": {**case(issued), "ending": proposed_end.public_id},
        "letter-design": {"code": KOTRA},
        "letter-design-edit": {"code": KOTRA},
        "letter-design-drop": {"code": KOTRA},
        "letter-design-preview": {"code": KOTRA},
        "letter-design-pdf": {"code": KOTRA},
        "letter-design-png": {"code": KOTRA},
        "letter-design-publish": {"code": KOTRA},
        "desk-design-version": {"code": KOTRA, "public_id": letter.template.public_id},
        "desk-design": {"code": "invented-province"},
        "desk-design-publish": {"code": "invented-province"},
        "desk-quota-proposal": {"public_id": proposal.public_id},
        "desk-quota": {"public_id": total.public_id},
        "desk-register": {"public_id": total.public_id},
        "desk-quota-change": {"public_id": change.public_id},
        "desk-pool": {"public_id": total.public_id},
        "letters:status": {"token": letter.token},
        "letters:status_capitals": {"token": letter.token},
        "desk-person": {"public_id": world["kotra.reviewer"].public_id},
        "reviews:panel": {"public_id": Panel.objects.get(programme__slug=KOTRA).public_id},
        "reviews:reviewer": {"public_id": world["kotra.reviewer"].public_id},
        "reviews:away": {"public_id": world["kotra.reviewer"].public_id},
        "plan": {"slug": E_7_4},
        "precheck-shared": {"token": shared_answer(evaluated)},
        "desk-version": {"public_id": evaluated.case.version.public_id},
        "mailbox-mail": {"public_id": Mail.objects.first().public_id},
    }
    sections = [
        {**case(draft), "section": section.name}
        for section in sections_of(draft.fresh(), asked_by(draft.case.manifest))
    ]
    scene.more = {
        "desk-figures-csv": [
            {"table": name} for name in FILES if name not in ("backlog", "burndown")
        ],
        "accounts:invitation": [{"token": token_sent_to("clerk@demo.example")}, {"token": token}],
        "desk-person": [{"public_id": world["kotra.admin"].public_id}],
        "precheck": [{"slug": GYEONGGI}],
        "programme": [{"slug": slug} for slug in (GYEONGGI, E_7_4)],
        "programme-figures": [{"slug": GYEONGGI}],
        "applications:edit": sections,
        "applications:withdraw": [case(draft)],
        "case": [case(one) for one in (draft, asked, drafted, refused, issued)],
        "reviews:case": [case(one) for one in (reviewed, asked, checked, weighed, issued)],
        "reviews:claims": [case(checked)],
        "reviews:claim": [
            {**case(checked), "claim": one.public_id} for one in checked.case.claims.all()
        ],
        "reviews:supplement": [case(reviewed), case(asked)],
        "reviews:decision": [case(one) for one in (weighed, drafted, refused)],
        "reviews:people": [case(reviewed)],
        "reviews:history": [case(asked), case(issued)],
        "reviews:sign_off": [{"public_id": decision_of(one).public_id} for one in (gyeonggi,)],
        "reviews:packet": [{"public_id": second.public_id}],
        "desk-version": [{"public_id": gyeonggi.case.version.public_id}],
        "mailbox-mail": [{"public_id": one.public_id} for one in one_mail_a_kind()],
    }
    return scene


def proposed(version: ProgrammeVersion) -> QuotaProposal:
    """Ten units more than the file said, and a part of its own for one class."""
    pools = version.programme.pools.filter(parent=None)
    total = pools.get(period_code=version.manifest().period.code)
    names = {"ko": "준전문인력", "en": "Semi-professionals"}
    tree = {
        "from": total.period_from.isoformat(),
        "to": total.period_to.isoformat(),
        "pools": [
            {"path": "total", "ko": total.name_ko, "en": total.name_en, "size": total.size + 10},
            {"path": "total/E-7-2", **names, "size": 30},
        ],
    }
    return QuotaProposal.objects.create(
        programme=version.programme,
        period_code=total.period_code,
        version=version,
        tree=tree,
        tree_hash="0" * 64,
        changes=differences([total], tree),
        created_at=calendar.now(),
    )


def shared_answer(story: Story) -> str:
    """The key of a link to what the rules say of nothing at all."""
    version = story.case.version
    today = calendar.today()
    outcome = explain(version=version, facts={}, on=today)
    data = answers.as_data(outcome, version=version, facts={}, on=today)
    content = answers.without_person(data, version.manifest())
    return share(version=version, on=today, verdict=outcome.verdict, content=content)[0]


def token_sent_to(address: str) -> str:
    """The token of the invitation in the mail to this address."""
    found = re.search(r"/account/invitation/(\S+)/", Mail.objects.get(to=address).text)
    assert found is not None
    return found[1]


def one_mail_a_kind() -> list[Mail]:
    """The newest mail of each kind: subjects alike but for the numbers in them."""
    newest = {re.sub(r"\d", "", mail.subject): mail for mail in Mail.objects.order_by("pk")}
    return list(newest.values())
