"""Filling in an application: possible while it is a draft, while a supplement is asked for, and
where the applicant has begun to change it on their own."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import is_member
from accounts.models import Company, User
from applications import facts, stages, workflow
from applications.errors import Invalid, NotAllowed, NotNow, StaleCase
from applications.models import (
    Application,
    Candidate,
    Claim,
    Document,
    SectionVersion,
    SupplementItem,
)
from applications.models.declared import SINGLE_KINDS, ClaimKind
from applications.papers import as_document
from applications.services import buffer
from applications.services.versions import Seen, count_save, held_version, refuse_if_stale
from applications.stages import Stage
from audit.services import record
from files import services as files
from files.errors import Refused
from programs import calendar
from programs.facts import CLAIM_KINDS, OF_THE_IDENTITY
from programs.models import Programme
from programs.selectors import version_on

EDITABLE = stages.DRAFT | stages.SUPPLEMENT
CANDIDATE_FIELDS = (
    "surname",
    "given_names",
    "name_ko",
    "birth_date",
    "sex",
    "nationality",
    "passport_no",
    "registration_no",
    "in_korea",
    "status_of_stay",
    "region",
    "address",
    "email",
    "language",
)
MAX_ITEMS = 30
MAX_PARTS = 10
TOO_MANY = gettext_lazy("한 항목에는 %(most)s개까지 입력할 수 있습니다.")


@transaction.atomic
def begin(
    *,
    programme: Programme,
    company: Company,
    actor: User,
    carried_over: dict[str, Any] | None = None,
) -> Application:
    """Start a draft under the version in force today, with facts from a pre-check if there are any.

    Raises NotAllowed for another company, NotNow when the programme takes no applications today.
    """
    if not is_member(actor, company.pk):
        raise NotAllowed(_("이 회사의 구성원만 신청할 수 있습니다."))
    version = version_on(programme, calendar.today()) if programme.takes_cases else None
    if version is None:
        raise NotNow(_("지금은 이 프로그램의 신청을 받지 않습니다."))
    application = Application.objects.create(
        programme=programme,
        version=version,
        office_id=programme.office_id,
        company=company,
        created_by=actor,
        stage_since=calendar.now(),
    )
    Candidate.objects.create(application=application)
    _carry_over(application, carried_over or {})
    record(
        name="application.begun",
        subject_type="application",
        subject_id=application.public_id,
        actor=actor,
        data={"programme": programme.slug, "version": version.label},
    )
    return application


def _carry_over(application: Application, known: dict[str, Any]) -> None:
    words = application.manifest.vocabulary
    for kind, key in CLAIM_KINDS.items():
        value = known.get(key)
        if kind == ClaimKind.PERSON and value:
            value = {name: item for name, item in value.items() if name not in OF_THE_IDENTITY}
        items = value if isinstance(value, list) else [value] if value else []
        for position, item in enumerate(items[:MAX_ITEMS]):
            if not facts.item_problems(kind, item, words):
                Claim.objects.create(
                    application=application, kind=kind, position=position, declared=item
                )
    person = known.get("candidate") or {}
    candidate = application.candidate
    candidate.nationality = str(person.get("nationality") or "")[:3]
    candidate.in_korea = person.get("in_korea")
    if born := person.get("birth_date"):
        candidate.birth_date = date.fromisoformat(born)
    candidate.save()


def editable_case(
    *, application: Application, actor: User, expected_revision: int | None
) -> Application:
    """Lock the case for an edit by its company. Raises NotAllowed, NotNow, StaleCase."""
    case = workflow.lock(application)
    if not is_member(actor, case.company_id):
        raise NotAllowed(_("이 회사의 구성원만 수정할 수 있습니다."))
    if case.at not in EDITABLE and buffer.own_round(case) is None:
        raise NotNow(
            _("제출한 신청은 보완 요구가 있거나 스스로 고치기를 시작한 때에만 고칠 수 있습니다.")
        )
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleCase
    return case


@transaction.atomic
def save_candidate(
    *,
    application: Application,
    actor: User,
    fields: dict[str, Any],
    expected_revision: int | None = None,
    seen: Seen | None = None,
    unfinished: dict[str, Any] | None = None,
) -> Application:
    """Store the candidate's data as typed; what is missing is told at submission, not here.

    Fields left out stay as they are; `unfinished` is kept beside them (`SectionVersion`). What
    is stored already is not written again, whoever stored it. Raises NotAllowed, NotNow,
    StaleCase, StaleSection.
    """
    case = editable_case(application=application, actor=actor, expected_revision=expected_revision)
    seen, held = seen or Seen(), held_version(case, "candidate")
    candidate = buffer.with_buffer(case).candidate
    before = {name: getattr(candidate, name) for name in CANDIDATE_FIELDS}
    for name in CANDIDATE_FIELDS:
        if name in fields:
            value = fields[name]
            setattr(candidate, name, (value or None) if name.endswith("_no") else value)
    after = {name: getattr(candidate, name) for name in CANDIDATE_FIELDS}
    if before == after and _same_unfinished(held, unfinished):
        return case
    refuse_if_stale(held, seen, actor)
    if case.at != Stage.DRAFT:
        content = buffer.candidate_content(candidate, CANDIDATE_FIELDS)
        buffer.keep_section(case, "candidate", content, actor)
    else:
        buffer.put_candidate(candidate, {})
        candidate.save()
    _saved(case, "candidate", held, actor=actor, seen=seen, unfinished=unfinished)
    return case


def _same_unfinished(held: SectionVersion | None, unfinished: dict[str, Any] | None) -> bool:
    return (held.unfinished if held else None) == unfinished


def _saved(
    case: Application,
    section: str,
    held: SectionVersion | None,
    *,
    actor: User,
    seen: Seen,
    unfinished: dict[str, Any] | None,
) -> None:
    if case.at == Stage.DRAFT:
        # What waits to be sent is no change of the case yet.
        workflow.touch(case)
    if count_save(case, section, held, actor=actor, seen=seen, unfinished=unfinished):
        record(
            name="application.edited",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={"section": section, "revision": case.revision},
        )


@transaction.atomic
def save_claims(
    *,
    application: Application,
    actor: User,
    kind: str,
    items: list[dict[str, Any]],
    expected_revision: int | None = None,
    seen: Seen | None = None,
    unfinished: dict[str, Any] | None = None,
) -> Application:
    """Make the claims of one kind exactly `items`, in that order; the rest as `save_candidate`.

    A changed claim is a new row: what was checked about the old value does not vouch for it.
    Raises Invalid with a sentence per field.
    """
    case = editable_case(application=application, actor=actor, expected_revision=expected_revision)
    if kind == ClaimKind.IDENTITY or kind not in ClaimKind.values:
        raise Invalid(_("알 수 없는 항목입니다."))
    most = 1 if kind in SINGLE_KINDS else MAX_ITEMS
    if len(items) > most:
        raise Invalid(TOO_MANY % {"most": most})
    errors: dict[str, list[str]] = {}
    words = case.manifest.vocabulary
    for position, item in enumerate(items):
        for field, sentence in facts.item_problems(kind, item, words).items():
            errors.setdefault(f"{position}.{field}", []).append(sentence)
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)
    seen, held = seen or Seen(), held_version(case, kind)
    stored = [
        claim.declared for claim in buffer.with_buffer(case).claims.all() if claim.kind == kind
    ]
    if stored == items and _same_unfinished(held, unfinished):
        return case
    refuse_if_stale(held, seen, actor)
    if case.at != Stage.DRAFT:
        buffer.keep_section(case, str(kind), items, actor)
    else:
        buffer.write_claims(case, str(kind), items)
    _saved(case, str(kind), held, actor=actor, seen=seen, unfinished=unfinished)
    return case


def upload_document(
    *,
    application: Application,
    actor: User,
    code: str,
    upload: Any,
    replaces: Document | None = None,
    item: SupplementItem | None = None,
) -> Document:
    """Take a file for a listed document, as a further part or in place of one. During a supplement
    it waits to be sent, for `item` if it answers one.

    The file is examined, sealed and stored before any lock is taken. Raises Invalid with the
    reason, NotAllowed, NotNow.
    """
    if not is_member(actor, application.company_id):
        raise NotAllowed(_("이 회사의 구성원만 수정할 수 있습니다."))
    if code not in {document.code for document in application.manifest.documents}:
        raise Invalid(_("이 프로그램에서 받지 않는 서류입니다."))
    try:
        stored = files.accept(upload=upload, actor=actor)
    except Refused as refused:
        raise Invalid(str(refused), {"file": [str(refused)]}) from refused
    with transaction.atomic():
        case = editable_case(application=application, actor=actor, expected_revision=None)
        part = (
            replaces.part
            if replaces is not None
            else buffer.place_for(case, code, MAX_PARTS, TOO_MANY % {"most": MAX_PARTS})
        )
        place: dict[str, Any] = {"code": code, "part": part, "stored": stored}
        if case.at != Stage.DRAFT:
            waits = buffer.keep_document(case, actor=actor, item=item, **place)
            document = as_document(case, waits)
        else:
            document = _file(case, actor, place)
        record(
            name="application.document_uploaded",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={"code": code, "part": part, "document": str(document.public_id)},
        )
    return document


def _file(case: Application, actor: User, place: dict[str, Any]) -> Document:
    now = calendar.now()
    here = case.documents.filter(code=place["code"], part=place["part"], replaced_at=None)
    here.update(replaced_at=now)
    document = Document.objects.create(
        application=case, uploaded_by=actor, uploaded_at=now, **place
    )
    workflow.touch(case)
    return document


@transaction.atomic
def remove_document(*, application: Application, actor: User, document: Document) -> None:
    """Take a file out of the application; the record that it was there stays. During a supplement
    it is out once that is sent."""
    case = editable_case(application=application, actor=actor, expected_revision=None)
    if case.at != Stage.DRAFT:
        changed = buffer.take_out(case, document, actor)
    else:
        changed = bool(
            case.documents.filter(pk=document.pk, replaced_at=None).update(
                replaced_at=calendar.now()
            )
        )
        if changed:
            workflow.touch(case)
    if changed:
        record(
            name="application.document_removed",
            subject_type="application",
            subject_id=case.public_id,
            actor=actor,
            data={"code": document.code, "document": str(document.public_id)},
        )
