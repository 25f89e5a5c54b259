"""What a supplement request may ask for, and in which words: checked before anything is stored."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from applications import facts
from applications.completeness import id_of
from applications.errors import Invalid
from applications.models import Application, SupplementItem
from applications.sections import BY_NAME, CANDIDATE_FIELDS_ASKED, sections_of
from applications.wording import candidate_pairs, claim_title, pairs
from programs.facts import item_group
from programs.manifest import FORMATS
from programs.supplement_reasons import reasons

MOST_DAYS = 60  # assumed: nothing published limits what a reasonable period is


@dataclass(frozen=True)
class Asked:
    """One thing to ask for: a listed document, a section of the form or a field of it; anything
    else can only be optional (PETITION-ACT §10). `text` may be empty where a listed `reason` says
    it all. `again_of` is the item that this one asks again."""

    text: str = ""
    document_code: str = ""
    optional: bool = False
    section: str = ""
    field: str = ""
    reason: str = ""
    formats: tuple[str, ...] = ()
    again_of: UUID | None = None


def check(case: Application, items: list[Asked], days: int | None, most_days: int) -> None:
    """Raises Invalid with a sentence for each mistake, keyed by item and field."""
    listed = {document.code for document in case.manifest.documents}
    fields = fields_of(case)
    known = reasons(case.manifest)
    errors: dict[str, list[str]] = {}
    for number, item in enumerate(items):
        wrong = _mistakes(item, listed, fields, known)
        errors |= {f"{number}.{name}": [sentence] for name, sentence in wrong.items()}
    if not items:
        errors["items"] = [_("보완할 항목을 하나 이상 적어 주세요.")]
    if days is not None and not 1 <= days <= most_days:
        errors["days"] = [
            _("보완 기간은 1일부터 %(most)s일까지 정할 수 있습니다.") % {"most": most_days}
        ]
    if errors:
        raise Invalid(_("입력한 내용을 확인해 주세요."), errors)


def _mistakes(
    item: Asked, listed: set[str], fields: dict[str, dict[str, str]], known: dict[str, Any]
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not item.text.strip() and not item.reason:
        wrong["text"] = _("무엇이 필요한지 적어 주세요.")
    if item.reason and item.reason not in known:
        wrong["reason"] = _("목록에 있는 사유를 골라 주세요.")
    if item.document_code and item.section:
        wrong["section"] = _("서류와 신청 내용 가운데 하나만 고를 수 있습니다.")
    if item.document_code and item.document_code not in listed:
        wrong["document_code"] = _("이 프로그램에서 받지 않는 서류입니다.")
    if item.section and item.section not in fields:
        wrong["section"] = _("이 신청서에 없는 항목입니다.")
    elif item.field and item.field not in fields.get(item.section, {}):
        wrong["field"] = _("이 신청서에 없는 항목입니다.")
    if not item.document_code and not item.section and not item.optional:
        wrong["document_code"] = _("공고된 서류를 지정하거나 선택 제출로 표시해야 합니다.")
    if unknown := [one for one in item.formats if one not in FORMATS]:
        wrong["formats"] = _("받을 수 없는 형식입니다: %(what)s") % {"what": ", ".join(unknown)}
    return wrong


def fields_of(case: Application) -> dict[str, dict[str, str]]:
    """By section of the form: the fields that can be asked for, each with its label."""
    words = case.manifest.vocabulary
    found: dict[str, dict[str, str]] = {}
    for section in sections_of(case):
        if section.kind is None:
            found[section.name] = {name: str(label) for name, label in CANDIDATE_FIELDS_ASKED}
            continue
        group = item_group(section.kind, words)
        found[section.name] = {
            name: str(facts.label_of(section.kind, name, words)) for name in group.by_name
        }
    return found


def item_of(case: Application, item: Asked, position: int) -> SupplementItem:
    """The row of one item, not stored yet. A document's formats are the programme's unless the
    reviewer chose others."""
    listed = case.manifest.document(item.document_code) if item.document_code else None
    names = reasons(case.manifest).get(item.reason)
    return SupplementItem(
        position=position,
        document_code=item.document_code,
        section=item.section,
        field=item.field,
        reason=item.reason,
        reason_words=names.as_dict() if names else {},
        text=item.text.strip(),
        formats=[one for one in FORMATS if one in item.formats]
        or list(listed.formats if listed else ()),
        optional=item.optional,
    )


def what(case: Application, item: SupplementItem) -> str:
    """What an item is about, in the reader's language: the document's or the field's name."""
    return Names(case).of(item)


class Names:
    """What items are about, in the reader's language; the form is looked at once."""

    def __init__(self, case: Application) -> None:
        self.case = case
        self.fields: dict[str, dict[str, str]] | None = None

    def of(self, item: SupplementItem) -> str:
        if item.document_code:
            listed = self.case.manifest.document(item.document_code)
            return str(listed.names) if listed else item.document_code
        if not item.section:
            return ""
        if self.fields is None:
            self.fields = fields_of(self.case)
        title = str(BY_NAME[item.section].title) if item.section in BY_NAME else item.section
        label = self.fields.get(item.section, {}).get(item.field, "")
        return f"{title} · {label}" if label else title

    def stated(self, item: SupplementItem) -> list[str]:
        """What the field says now, a line for each claim of its kind, in the reader's language; a
        number of identity is masked. Empty where no field is asked for, or nothing was stated."""
        if not item.section or not item.field or item.section not in BY_NAME:
            return []
        kind = BY_NAME[item.section].kind
        if kind is None:
            found = candidate_pairs(self.case.candidate)
            return [str(one["value"]) for one in found if one["name"] == item.field]
        claims = [claim for claim in self.case.claims.all() if claim.kind == kind]
        lines = []
        for number, claim in enumerate(claims, 1):
            shown = pairs(kind, claim.declared, self.case.manifest)
            said = [str(one["value"]) for one in shown if one["name"] == item.field]
            if len(claims) > 1:
                title = claim_title(kind, claim.declared, number)
                said = [f"{title}: {one}" for one in said or ["-"]]
            lines += said
        return lines

    def anchor(self, item: SupplementItem) -> str:
        """The field on its section's page; of a list, the first row."""
        if not item.field:
            return ""
        row = 0 if BY_NAME[item.section].many else None
        return "#" + id_of(item.section, item.field, self.case.manifest.vocabulary, row=row)
