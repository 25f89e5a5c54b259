"""The parts of an application form, in the order in which they are filled in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import completeness
from applications.forms.questions import Asked, asked
from applications.models import Application, Candidate
from applications.models.declared import SINGLE_KINDS, ClaimKind
from applications.papers import current_documents
from programs.facts import Vocabulary, item_group


@dataclass(frozen=True)
class Section:
    """`name` is the word in the address and in `completeness.Lack`; `kind` the claims it states."""

    name: str
    title: Promise
    hint: Promise
    row: Promise | None = None
    optional: bool = False

    @property
    def kind(self) -> ClaimKind | None:
        return ClaimKind(self.name) if self.name in ClaimKind.values else None

    @property
    def many(self) -> bool:
        return self.kind is not None and self.kind not in SINGLE_KINDS


SECTIONS = (
    Section(
        "candidate",
        _("외국인 정보"),
        _("여권과 외국인등록증에 적힌 그대로 적어 주세요."),
    ),
    Section(
        "degree",
        _("학력"),
        _("추천 요건을 보여 주는 학위를 모두 적어 주세요. 학위증에 적힌 대로 적습니다."),
        _("학위"),
    ),
    Section(
        "career",
        _("경력"),
        _("직무와 관련된 경력을 적어 주세요. 기간은 적은 날짜로 계산하므로 합계는 적지 않습니다."),
        _("경력"),
    ),
    Section(
        "contract",
        _("고용계약"),
        _("고용계약서에 적힌 직무와 임금, 기간을 적어 주세요."),
    ),
    Section(
        "employer",
        _("회사 현황"),
        _("신청하는 오늘을 기준으로 적어 주세요."),
    ),
    Section(
        "language",
        _("한국어 능력"),
        _("시험 성적이나 이수 결과가 있으면 적어 주세요. 없으면 그대로 넘어가도 됩니다."),
        _("시험·과정"),
        optional=True,
    ),
    Section(
        "licence",
        _("자격·면허"),
        _("직무에 필요한 자격이나 면허가 있으면 적어 주세요. 없으면 그대로 넘어가도 됩니다."),
        _("자격·면허"),
        optional=True,
    ),
    Section(
        "training",
        _("교육"),
        _("이수한 교육이나 기능 시험이 있으면 적어 주세요."),
        _("교육"),
        optional=True,
    ),
    Section(
        "status",
        _("체류 이력"),
        _("지금까지의 체류자격과 기간을 적어 주세요. 외국인등록 사실증명에 적힌 대로 적습니다."),
        _("체류자격"),
        optional=True,
    ),
    Section(
        "income",
        _("소득"),
        _("소득금액증명에 적힌 해와 금액을 적어 주세요. 없으면 비워 두세요."),
        _("소득"),
        optional=True,
    ),
    Section(
        "achievement",
        _("실적"),
        _("수상, 언론 보도, 특허, 논문이 있으면 적어 주세요. 없으면 비워 두세요."),
        _("실적"),
        optional=True,
    ),
    Section(
        "recommendation",
        _("추천"),
        _("다른 기관에서 이미 받은 추천이 있으면 적어 주세요. 없으면 비워 두세요."),
        _("추천"),
        optional=True,
    ),
    Section(
        "penalty",
        _("처벌·체납 이력"),
        _("벌금, 세금 체납, 출입국관리법 위반이 있으면 모두 적어 주세요. 없으면 비워 두세요."),
        _("이력"),
        optional=True,
    ),
    Section(
        "person",
        _("외국인의 상황"),
        _("이 프로그램이 외국인에 관해 더 묻는 내용입니다."),
    ),
    Section(
        "headcount",
        _("날짜별 인원"),
        _("고용보험 가입자 명부에 적힌 날짜와 인원을 적어 주세요."),
        _("기준일"),
        optional=True,
    ),
    Section(
        "foreigner",
        _("체류자격별 외국인"),
        _("지금 고용하고 있는 외국인을 체류자격별로 적어 주세요. 추천받을 사람은 빼고 적습니다."),
        _("체류자격"),
        optional=True,
    ),
    Section(
        "own",
        _("프로그램별 확인 사항"),
        _("이 프로그램에서만 확인하는 내용입니다. 요건을 판단하는 데 쓰입니다."),
    ),
)
BY_NAME = {section.name: section for section in SECTIONS}
CANDIDATE_SAYS = ("surname", "given_names", "birth_date", "sex", "nationality", "email")
# What a supplement may ask to have corrected about the candidate.
CANDIDATE_FIELDS_ASKED = tuple(
    (name, Candidate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    for name in (
        *("surname", "given_names", "name_ko", "birth_date", "sex", "nationality"),
        *("passport_no", "registration_no", "in_korea", "status_of_stay", "region", "address"),
        "email",
    )
)
# Asked for in every programme; the others only where its rules, documents or quota ask.
ALWAYS = frozenset({"candidate", "degree", "career", "contract", "employer", "language", "licence"})


def sections_of(application: Application, found: Asked | None = None) -> list[Section]:
    """The sections this case has: those of every case, those that its programme asks about, and
    those in which something is said already."""
    manifest = application.manifest
    found = asked(manifest) if found is None else found
    kinds = {claim.kind for claim in application.claims.all()}
    return [
        section
        for section in SECTIONS
        if section.name in ALWAYS
        or section.name in kinds
        or asked_in(section, found, manifest.vocabulary)
    ]


def asked_in(section: Section, found: Asked, words: Vocabulary) -> list[str]:
    """The facts of a section that are asked about."""
    if section.kind is None:
        return []
    group = item_group(section.kind, words)
    return [name for name in found.get(group.name, ()) if name in group.by_name]


@dataclass(frozen=True)
class Stop:
    """One stop of the map of an application: a section, the documents, or the last check."""

    name: str
    title: str
    url: str
    lacking: int
    filled: bool
    optional: bool
    current: bool

    @property
    def state(self) -> str:
        """done, started (says something, but lacks more), lacking (says nothing of what it must),
        or blank (says nothing and need not)."""
        if self.lacking:
            return "started" if self.filled else "lacking"
        return "done" if self.filled else "blank"


def map_of(
    application: Application,
    *,
    current: str,
    sections: Sequence[Section],
    lacks: Sequence[completeness.Lack] | None = None,
) -> list[Stop]:
    """Every stop with how much it still lacks."""
    lacks = completeness.problems(application) if lacks is None else lacks
    kinds = {claim.kind for claim in application.claims.all()}
    stops = [
        Stop(
            name=section.name,
            title=str(section.title),
            url=reverse("applications:edit", args=[application.public_id, section.name]),
            lacking=sum(lack.section == section.name for lack in lacks),
            filled=_begun(application) if section.kind is None else section.name in kinds,
            optional=section.optional,
            current=section.name == current,
        )
        for section in sections
    ]
    stops.append(
        Stop(
            name="documents",
            title=str(_("서류")),
            url=reverse("applications:documents", args=[application.public_id]),
            lacking=sum(lack.section == "documents" for lack in lacks),
            filled=bool(current_documents(application)),
            optional=False,
            current=current == "documents",
        )
    )
    return stops


def _begun(application: Application) -> bool:
    """Whether anything has been said about the candidate."""
    candidate = application.candidate
    return any(getattr(candidate, name) not in (None, "") for name in CANDIDATE_SAYS)


def url_of(application: Application, section: str) -> str:
    """The page of a section, or of the documents."""
    if section == "documents":
        return reverse("applications:documents", args=[application.public_id])
    return reverse("applications:edit", args=[application.public_id, section])


def place_of(application: Application, lack: completeness.Lack) -> str:
    """Where a missing piece is put right, down to its field, row or document."""
    return url_of(application, lack.section) + (f"#{lack.anchor}" if lack.anchor else "")
