"""How an office's letters look, for its administrators, and what to preview a design with."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Office, StaffRole
from applications import bars
from applications.models import Application
from applications.stages import Stage
from letters import availability, content, design_samples, designs, own_designs
from letters.models import LetterKind
from letters.own_designs import OfficeDesign
from letters.registry import Use
from letters.variables import CATALOGUE, printed
from reviews.models import Decision, Outcome
from reviews.permissions import Desk
from reviews.selectors.rows import in_reader_language
from reviews.services.letter_inputs import letter_inputs
from reviews.services.notice import inputs_of, kind_of, notice_def

MOST_CASES = 20
# Where a letter is about to be signed, or has just been.
NEAR_A_LETTER = (Stage.DECISION, Stage.APPROVED)
NOTICES = {Outcome.REFUSE.value, Outcome.RETURN.value}


def may_see(posts: Desk, design: OfficeDesign) -> bool:
    """Administrators of every programme that writes with it."""
    return all(
        posts.can(design.office.pk, use.programme, StaffRole.ADMINISTRATOR) for use in design.uses
    )


def title_of(design: OfficeDesign) -> str:
    if design.code == designs.NOTICE:
        return _("불허와 반려 통지서")
    title = design.uses[0].letter_def["title"]
    return in_reader_language(title["ko"], title["en"])


def programmes_of(design: OfficeDesign) -> list[str]:
    return list(dict.fromkeys(in_reader_language(use.name_ko, use.name_en) for use in design.uses))


def use_label(use: Use) -> str:
    name = in_reader_language(use.name_ko, use.name_en)
    return f"{name} · {LetterKind(use.kind).label}"


@dataclass(frozen=True)
class Row:
    """One design in the list."""

    design: OfficeDesign
    title: str
    programmes: list[str]


def rows(posts: Desk, office: Office) -> list[Row]:
    return [
        Row(design, title_of(design), programmes_of(design))
        for design in own_designs.all_of(office)
        if may_see(posts, design)
    ]


# --- the catalogue of variables --------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """One variable for whoever writes a design."""

    name: str
    flag: bool
    meaning: str
    when: str
    example: str


def catalogue() -> list[tuple[str, list[Entry]]]:
    """Every variable, by where it comes from."""
    headings = {
        "case": _("신청과 심사에서"),
        "office": _("기관과 프로그램에서"),
        "letter": _("발급할 때 정해지는 것"),
        "derived": _("다른 값에서 따라오는 것"),
    }
    return [
        (heading, [_entry(name) for name, one in CATALOGUE.items() if one.source == source])
        for source, heading in headings.items()
    ]


def _entry(name: str) -> Entry:
    ways = dict.fromkeys(printed(availability.EXAMPLES, name, way) for way in ("ko", "en"))
    return Entry(
        name=name,
        flag=CATALOGUE[name].kind == "flag",
        meaning=content.label(name),
        when=str(availability.WORDS[availability.WHEN[name]]),
        example=" / ".join(way for way in ways if way),
    )


# --- what to look at one with ----------------------------------------------------------------
@dataclass(frozen=True)
class With:
    """What a design is filled with: a sample, or a case of the office."""

    label: str
    query: str
    use: Use
    inputs: dict[str, Any]
    case: Application | None = None


def samples(design: OfficeDesign) -> list[With]:
    sizes = {
        design_samples.SHORTEST: _("가장 짧은 보기"),
        design_samples.USUAL: _("보통 보기"),
        design_samples.LONGEST: _("가장 긴 보기"),
    }
    # A later version of a programme says the same of its letters, most often.
    once = {(use.programme, use.kind): use for use in reversed(design.uses)}
    return [
        With(
            label=f"{use_label(use)} · {label}",
            query=f"{use.programme}.{use.kind}.{size}",
            use=use,
            inputs=design_samples.sample_inputs(use, size),
        )
        for use in reversed(once.values())
        for size, label in sizes.items()
    ]


def cases_for(posts: Desk, design: OfficeDesign, user: Any) -> list[Application]:
    """Cases near such a letter that the person may see, newest first."""
    found = Application.objects.filter(
        posts.where(),
        office=design.office,
        programme__slug__in={use.programme for use in design.uses},
        received_at__isnull=False,
    ).exclude(bars.barred(user))
    if design.code == designs.NOTICE:
        ended = Decision.objects.filter(outcome__in=NOTICES, ended_at=None)
        found = found.filter(pk__in=ended.values("application"))
    else:
        found = found.filter(stage__in=NEAR_A_LETTER)
    return list(found.select_related("programme").order_by("-received_at", "-pk")[:MOST_CASES])


def case_numbered(posts: Desk, design: OfficeDesign, receipt_no: str) -> Application | None:
    return Application.objects.filter(
        posts.where(), office=design.office, receipt_no__iexact=receipt_no.strip()
    ).first()


def of_case(design: OfficeDesign, case: Application) -> With | None:
    """None when this design writes nothing about the case."""
    manifest = case.manifest
    about = (case.programme.slug, manifest.names.ko, manifest.names.en)
    query = str(case.public_id)
    if design.code != designs.NOTICE:
        letter = manifest.letter
        if letter is None or designs.of_today(letter.template) != design.code:
            return None
        use = Use(*about, LetterKind.RECOMMENDATION.value, letter.as_dict())
        return With(case.receipt_no or "", query, use, letter_inputs(case), case)
    decision = case.decisions.filter(outcome__in=NOTICES, ended_at=None).last()
    if decision is None:
        return None
    kind = kind_of(decision.outcome).value
    use = Use(*about, kind, notice_def(case, decision.outcome))
    return With(case.receipt_no or "", query, use, inputs_of(case, decision), case)
