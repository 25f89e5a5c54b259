"""The applicant's buffer: what is changed during a supplement, or on the applicant's own accord,
stays apart until it is sent.

`with_buffer` lays the buffer over a case that was read for its company; whoever reads a case
without it sees it as it was when the supplement was asked for.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from applications import stages
from applications.errors import Invalid, NotNow
from applications.models import (
    Application,
    BufferedDocument,
    BufferedSection,
    Candidate,
    Claim,
    Demand,
    Document,
    SupplementItem,
    SupplementRequest,
)
from applications.papers import LAID_OVER, current_documents
from applications.stages import Stage
from audit.crypto import digest
from files.models import StoredFile
from programs import calendar

CANDIDATE = "candidate"
IDENTIFIERS = ("passport", "registration")


def open_request(case: Application) -> SupplementRequest:
    """The round that is being answered, or the applicant's own. Raises NotNow."""
    request = open_round(case)
    if request is None:
        raise NotNow(_("진행 중인 보완 요구가 없습니다."))
    return request


# --- reading -------------------------------------------------------------------------------------
def with_buffer(case: Application) -> Application:
    """Lay what was changed and not sent over the case, in memory: three queries during a
    supplement (two where its rounds were read) or a change of the applicant's own, none otherwise
    for a case that was read with `changing`. The case must not be saved afterwards."""
    request = open_round(case)
    if request is None:
        return case
    sections: dict[str, Any] = {one.section: one.content for one in request.buffered_sections.all()}
    claims = [claim for claim in case.claims.all() if claim.kind not in sections]
    for section, content in sections.items():
        if section == CANDIDATE:
            put_candidate(case.candidate, content)
            continue
        claims += [
            Claim(application=case, kind=section, position=position, declared=declared)
            for position, declared in enumerate(content)
        ]
    claims.sort(key=lambda claim: (claim.kind, claim.position))
    if not hasattr(case, "_prefetched_objects_cache"):
        case._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    case._prefetched_objects_cache["claims"] = claims  # type: ignore[attr-defined]
    setattr(case, LAID_OVER, waiting(request))
    return case


def open_round(case: Application) -> SupplementRequest | None:
    """The round that is open, asked for or the applicant's own; no query for a case that was read
    with its rounds, or with whether there is one of its own (`changing`)."""
    if case.at != Stage.SUPPLEMENT:
        return own_round(case)
    if "supplements" in getattr(case, "_prefetched_objects_cache", ()):
        return next((one for one in case.supplements.all() if one.closed_at is None), None)
    return case.supplements.filter(closed_at=None).first()


def own_round(case: Application) -> SupplementRequest | None:
    """What the applicant has begun to change without being asked, and not sent."""
    if case.at not in stages.WORKED or case.__dict__.get("changing") is False:
        return None
    return SupplementRequest.every.filter(
        application=case, demand=Demand.OWN, closed_at=None
    ).first()


def waiting(request: SupplementRequest) -> list[BufferedDocument]:
    rows = request.buffered_documents.filter(dropped_at=None)
    return list(rows.select_related("stored", "replaces").order_by("code", "part"))


# --- writing: the case is locked by the caller ---------------------------------------------------
def keep_section(case: Application, section: str, content: Any, actor: User) -> None:
    """Keep a section as it is to read; it answers the open items that name it."""
    request, now = open_request(case), calendar.now()
    BufferedSection.objects.update_or_create(
        request=request,
        section=section,
        defaults={"content": content, "saved_by": actor, "saved_at": now},
    )
    request.items.filter(section=section, sent_at=None, answered_at=None).update(answered_at=now)


def keep_document(
    case: Application,
    *,
    code: str,
    part: int,
    stored: StoredFile,
    actor: User,
    item: SupplementItem | None,
) -> BufferedDocument:
    """Keep a file at its place; what waited there before is overtaken."""
    request = open_request(case)
    there = request.buffered_documents.filter(code=code, part=part, dropped_at=None)
    item = item or next((one.item for one in there if one.item_id), None)
    there.update(dropped_at=calendar.now())
    return BufferedDocument.objects.create(
        request=request,
        item=item,
        code=code,
        part=part,
        stored=stored,
        replaces=case.documents.filter(code=code, part=part, replaced_at=None).first(),
        uploaded_by=actor,
        uploaded_at=calendar.now(),
    )


def take_out(case: Application, document: Document, actor: User) -> bool:
    """Drop a file that waits, or note that one the office has is to go. What it answered is open
    again. False when it is not there any more."""
    request, now = open_request(case), calendar.now()
    held = request.buffered_documents.filter(
        public_id=document.public_id, dropped_at=None, stored__isnull=False
    ).first()
    if held is not None:
        held.dropped_at = now
        held.save(update_fields=["dropped_at"])
        if held.item_id:
            SupplementItem.objects.filter(pk=held.item_id, sent_at=None).update(answered_at=None)
        return True
    filed = case.documents.filter(public_id=document.public_id, replaced_at=None).first()
    if filed is None:
        return False
    place = request.buffered_documents.filter(code=filed.code, part=filed.part, dropped_at=None)
    if place.exists():
        return False
    BufferedDocument.objects.create(
        request=request,
        code=filed.code,
        part=filed.part,
        replaces=filed,
        uploaded_by=actor,
        uploaded_at=now,
    )
    return True


def place_for(case: Application, code: str, most: int, too_many: str) -> int:
    """The first free part of a document, as the company sees it. Raises Invalid."""
    taken = {one.part for one in current_documents(with_buffer(case)) if one.code == code}
    free = next((number for number in range(1, most + 1) if number not in taken), None)
    if free is None:
        raise Invalid(too_many)
    return free


# --- sending -------------------------------------------------------------------------------------
def send(
    case: Application, request: SupplementRequest, items: Iterable[SupplementItem] | None
) -> None:
    """Make what waits part of the locked case: all of it, or what answers these items."""
    codes: set[str] | None = None
    names: set[str] | None = None
    if items is not None:
        items = list(items)
        codes = {item.document_code for item in items} - {""}
        names = {item.section for item in items} - {""}
    for section in request.buffered_sections.all():
        if names is None or section.section in names:
            _file_section(case, section)
    for waits in waiting(request):
        if codes is None or waits.code in codes:
            _file_document(case, waits)


def _file_section(case: Application, section: BufferedSection) -> None:
    content: Any = section.content
    if section.section == CANDIDATE:
        candidate = case.candidate
        put_candidate(candidate, content)
        candidate.save()
    else:
        write_claims(case, section.section, content)
    section.delete()


def _file_document(case: Application, waits: BufferedDocument) -> None:
    now = calendar.now()
    case.documents.filter(code=waits.code, part=waits.part, replaced_at=None).update(
        replaced_at=now
    )
    if waits.stored is not None:
        filed = Document.objects.create(
            application=case,
            code=waits.code,
            part=waits.part,
            stored=waits.stored,
            uploaded_by_id=waits.uploaded_by_id,
            # The office has it from now on, whenever it was prepared.
            uploaded_at=now,
        )
        if waits.item_id:
            SupplementItem.objects.filter(pk=waits.item_id).update(document=filed)
    waits.delete()


def move(old: SupplementRequest, new: SupplementRequest, items: dict[int, SupplementItem]) -> None:
    """What was prepared for a round that fell overdue waits in the one that follows it."""
    old.buffered_sections.update(request=new)
    for waits in old.buffered_documents.filter(dropped_at=None):
        waits.request = new
        waits.item = items.get(waits.item_id) if waits.item_id else None
        waits.save(update_fields=["request", "item"])


# --- the same writing for a draft ----------------------------------------------------------------
def write_claims(case: Application, kind: str, items: list[dict[str, Any]]) -> None:
    """Make the claims of one kind exactly these. A changed claim is a new row: what was checked
    about the old value does not vouch for it."""
    before = {claim.position: claim for claim in Claim.objects.filter(application=case, kind=kind)}
    for position, item in enumerate(items):
        old = before.pop(position, None)
        if old is not None and old.declared == item:
            continue
        if old is not None:
            old.delete()
        Claim.objects.create(application=case, kind=kind, position=position, declared=item)
    for gone in before.values():
        gone.delete()


def put_candidate(candidate: Candidate, fields: dict[str, Any]) -> None:
    """Set the fields given, and the digests by which identifiers are found; nothing is saved."""
    for name, value in fields.items():
        given = (value or None) if name.endswith("_no") else value
        if name == "birth_date" and isinstance(value, str):
            given = date.fromisoformat(value) if value else None
        setattr(candidate, name, given)
    for name in IDENTIFIERS:
        number = normalise_identifier(getattr(candidate, f"{name}_no") or "")
        setattr(candidate, f"{name}_digest", digest(number, purpose=name) if number else "")


def candidate_content(candidate: Candidate, names: Iterable[str]) -> dict[str, Any]:
    """The fields as the buffer keeps them."""
    values = {name: getattr(candidate, name) for name in names}
    born = values.get("birth_date")
    return values | ({"birth_date": born.isoformat()} if isinstance(born, date) else {})


def normalise_identifier(text: str) -> str:
    """The form in which passport and registration numbers are compared and searched."""
    return "".join(char for char in text.upper() if char.isalnum())
