"""What the applicant declares and uploads."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models.case import Application
from audit.fields import SealedJSONField, SealedTextField
from files.models import StoredFile


class Region(models.TextChoices):
    """The 17 first-level regions, as the official recommendation form asks for them."""

    SEOUL = "서울특별시", _("서울특별시")
    BUSAN = "부산광역시", _("부산광역시")
    DAEGU = "대구광역시", _("대구광역시")
    INCHEON = "인천광역시", _("인천광역시")
    GWANGJU = "광주광역시", _("광주광역시")
    DAEJEON = "대전광역시", _("대전광역시")
    ULSAN = "울산광역시", _("울산광역시")
    SEJONG = "세종특별자치시", _("세종특별자치시")
    GYEONGGI = "경기도", _("경기도")
    GANGWON = "강원특별자치도", _("강원특별자치도")
    CHUNGBUK = "충청북도", _("충청북도")
    CHUNGNAM = "충청남도", _("충청남도")
    JEONBUK = "전북특별자치도", _("전북특별자치도")
    JEONNAM = "전라남도", _("전라남도")
    GYEONGBUK = "경상북도", _("경상북도")
    GYEONGNAM = "경상남도", _("경상남도")
    JEJU = "제주특별자치도", _("제주특별자치도")


class Candidate(models.Model):
    """The foreign national. Names as in the passport; identifiers sealed, found by digest."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="candidate"
    )
    # People with a single name exist: it goes into `surname`, as in their passport's MRZ.
    surname = models.CharField(_("성 (여권 영문)"), max_length=60, blank=True)
    given_names = models.CharField(_("이름 (여권 영문)"), max_length=80, blank=True)
    name_ko = models.CharField(_("한글 이름"), max_length=60, blank=True)
    birth_date = models.DateField(_("생년월일"), null=True, blank=True)
    sex = models.CharField(
        _("성별"),
        max_length=1,
        blank=True,
        choices=[
            ("M", pgettext_lazy("sex", "남")),
            ("F", pgettext_lazy("sex", "여")),
            ("X", pgettext_lazy("sex", "기타")),
        ],
    )
    nationality = models.CharField(
        _("국적"), max_length=3, blank=True, validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    passport_no = SealedTextField(_("여권번호"), blank=True, null=True)
    passport_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    registration_no = SealedTextField(_("외국인등록번호"), blank=True, null=True)
    registration_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    in_korea = models.BooleanField(_("현재 국내 체류"), null=True, blank=True)
    status_of_stay = models.CharField(_("현재 체류자격"), max_length=20, blank=True)
    region = models.CharField(_("거주 광역지역"), max_length=20, blank=True, choices=Region)
    address = models.CharField(_("국내 주소"), max_length=300, blank=True)
    email = models.EmailField(_("이메일"), blank=True)
    language = models.CharField(
        _("안내 언어"), max_length=8, choices=[("ko", "한국어"), ("en", "English")], default="en"
    )

    class Meta:
        verbose_name = _("외국인 후보자")
        verbose_name_plural = _("외국인 후보자")

    def __str__(self) -> str:
        return self.passport_name or str(_("이름 없음"))

    @property
    def passport_name(self) -> str:
        """Surname first, as the passport prints it."""
        return " ".join(part for part in (self.surname, self.given_names) if part)


class ClaimKind(models.TextChoices):
    IDENTITY = "identity", _("인적사항")
    DEGREE = "degree", _("학력")
    CAREER = "career", _("경력")
    CONTRACT = "contract", _("고용계약")
    EMPLOYER = "employer", _("회사 현황")
    LANGUAGE = "language", _("한국어 능력")
    LICENCE = "licence", _("자격·면허")
    TRAINING = "training", _("교육")
    PERSON = "person", _("외국인의 상황")
    STATUS = "status", _("체류 이력")
    INCOME = "income", _("소득")
    PENALTY = "penalty", _("처벌·체납 이력")
    ACHIEVEMENT = "achievement", _("실적")
    RECOMMENDATION = "recommendation", _("추천")
    HEADCOUNT = "headcount", _("날짜별 인원")
    FOREIGNER = "foreigner", _("체류자격별 외국인")
    OWN = "own", _("프로그램별 확인 사항")


SINGLE_KINDS = (
    ClaimKind.IDENTITY,
    ClaimKind.CONTRACT,
    ClaimKind.EMPLOYER,
    ClaimKind.PERSON,
    ClaimKind.OWN,
)


class Claim(models.Model):
    """One typed fact as declared; its verified counterpart is the reviewing side's ClaimCheck.

    `declared` has the shape of its kind in the facts vocabulary (`programs.facts`).
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="claims")
    kind = models.CharField(max_length=16, choices=ClaimKind)
    position = models.PositiveSmallIntegerField(default=0)
    declared = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("신고 사항")
        verbose_name_plural = _("신고 사항")
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.CheckConstraint(name="claim_kind_known", condition=Q(kind__in=ClaimKind.values)),
            models.UniqueConstraint(
                name="claim_place_once", fields=["application", "kind", "position"]
            ),
            models.CheckConstraint(
                name="claim_single_kinds_first_place",
                condition=~Q(kind__in=[k.value for k in SINGLE_KINDS]) | Q(position=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.position + 1}"


class SectionVersion(models.Model):
    """How often a section of the form has been saved, and by whom: what makes two people in the
    same section notice each other, and leaves those in different sections alone.

    No row is version 0. `page` is the mark of the drawn page that saved last: a page may always
    save over its own saves. `unfinished` keeps what was typed and cannot be taken yet
    (`{"typed": {name: value}, "wrong": [name]}`), sealed like an identifier.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="section_versions"
    )
    section = models.CharField(max_length=16)
    number = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    page = models.CharField(max_length=32, blank=True)
    unfinished = SealedJSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("작성 항목의 판")
        verbose_name_plural = _("작성 항목의 판")
        constraints = [
            models.UniqueConstraint(
                name="one_version_per_section", fields=["application", "section"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.number}"


class Document(models.Model):
    """A file sent for one listed document, which may have several parts (two diplomas).

    A newer file replaces a part; the old one stays on record.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    code = models.CharField(max_length=60)
    part = models.PositiveSmallIntegerField(default=1)
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("제출 서류")
        verbose_name_plural = _("제출 서류")
        constraints = [
            models.UniqueConstraint(
                name="one_current_document",
                fields=["application", "code", "part"],
                condition=Q(replaced_at=None),
                violation_error_message=_("같은 서류가 동시에 올라왔습니다. 새로 고쳐 주세요."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.part}"
