"""What the API takes and gives. Identifiers of people never leave unmasked."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from applications.disclosure import told
from applications.letter_standing import shown_stage
from applications.models import Application, Candidate, Claim, Document
from applications.models.declared import ClaimKind
from applications.papers import current_documents
from applications.services.drafting import CANDIDATE_FIELDS
from applications.stages import Stage
from applications.workflow import available, refusal
from audit.masking import mask_passport, mask_registration
from programs.manifest import FORMATS
from programs.models import Programme


@extend_schema_field(
    {"type": "object", "properties": {"ko": {"type": "string"}, "en": {"type": "string"}}}
)
class Names(serializers.DictField):
    """The same words in Korean and English."""


class RefusalShape(serializers.Serializer[Any]):
    """Every answer from 400 on."""

    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(required=False)
    problems = serializers.ListField(child=serializers.CharField(), required=False)


class ProgrammeShape(serializers.ModelSerializer[Programme]):
    names = Names()
    office = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Programme
        fields = ("slug", "kind", "names", "office")
        read_only_fields = fields


class PreCheckShape(serializers.Serializer[Any]):
    facts = serializers.DictField(
        help_text=str(_("사실의 모양은 `manage.py programs facts`가 보여 줍니다."))
    )


class VerdictShape(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(["eligible", "not_eligible", "undecided"])
    version = serializers.CharField()
    needs = serializers.ListField(
        child=serializers.CharField(), help_text="unknown facts that could still change the verdict"
    )
    tree = serializers.DictField()


class CandidateShape(serializers.ModelSerializer[Candidate]):
    """Identifiers are written in full and read masked; an absent field is left as it is."""

    class Meta:
        model = Candidate
        fields = CANDIDATE_FIELDS
        extra_kwargs = {name: {"required": False} for name in CANDIDATE_FIELDS}

    passport_no = serializers.CharField(required=False, allow_blank=True, max_length=40)
    registration_no = serializers.CharField(required=False, allow_blank=True, max_length=40)

    def to_representation(self, instance: Candidate) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if instance.passport_no:
            shown["passport_no"] = mask_passport(instance.passport_no)
        if instance.registration_no:
            shown["registration_no"] = mask_registration(instance.registration_no)
        return shown


class ClaimShape(serializers.ModelSerializer[Claim]):
    class Meta:
        model = Claim
        fields = ("public_id", "kind", "position", "declared")
        read_only_fields = fields


class DocumentShape(serializers.ModelSerializer[Document]):
    name = serializers.CharField(source="stored.name", read_only=True)
    size = serializers.IntegerField(source="stored.size", read_only=True)
    pages = serializers.IntegerField(source="stored.pages", read_only=True, allow_null=True)

    class Meta:
        model = Document
        fields = ("public_id", "code", "part", "name", "size", "pages", "uploaded_at")
        read_only_fields = fields


class StepShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()
    needs_reason = serializers.BooleanField()
    refusal = serializers.CharField(allow_null=True)


class CaseRowShape(serializers.ModelSerializer[Application]):
    programme = serializers.CharField(source="programme.slug", read_only=True)
    stage = serializers.SerializerMethodField()
    stage_label = serializers.SerializerMethodField()
    stage_since = serializers.SerializerMethodField()
    candidate = serializers.CharField(source="candidate.passport_name", read_only=True)
    company = serializers.UUIDField(source="company.public_id", read_only=True)

    class Meta:
        model = Application
        fields: tuple[str, ...] = (
            "public_id",
            "receipt_no",
            "programme",
            "company",
            "candidate",
            "stage",
            "stage_label",
            "stage_since",
            "revision",
            "submitted_at",
            "received_at",
            "due_on",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(Stage.choices))
    def get_stage(self, case: Application) -> str:
        """To the applicant a decision that has not arrived is none."""
        return told(case).stage if self._own(case) else case.at

    def get_stage_label(self, case: Application) -> str:
        if self._own(case):
            return shown_stage(case)[0]
        return case.at.label_for("office")

    def get_stage_since(self, case: Application) -> datetime:
        return told(case).since if self._own(case) else case.stage_since

    def _own(self, case: Application) -> bool:
        """Whether the case is read by its company's people; `companies` are the reader's."""
        return case.company_id in self.context["companies"]


class CaseShape(CaseRowShape):
    version = serializers.CharField(source="version.label", read_only=True)
    person = CandidateShape(source="candidate", read_only=True)
    claims = ClaimShape(many=True, read_only=True)
    documents = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    class Meta(CaseRowShape.Meta):
        fields = (*CaseRowShape.Meta.fields, "version", "person", "claims", "documents", "steps")
        read_only_fields = fields

    @extend_schema_field(DocumentShape(many=True))
    def get_documents(self, case: Application) -> Any:
        return DocumentShape(current_documents(case), many=True).data

    @extend_schema_field(StepShape(many=True))
    def get_steps(self, case: Application) -> list[dict[str, Any]]:
        """The steps this person could take now; `refusal` says what is still missing."""
        user = self.context["request"].user
        return [
            {
                "name": row.name,
                "label": str(row.label),
                "needs_reason": row.needs_reason,
                "refusal": refusal(case, row.name, user),
            }
            for row in available(case, user)
        ]


class NewCaseShape(serializers.Serializer[Any]):
    programme = serializers.SlugField()
    company = serializers.UUIDField()


class ClaimsShape(serializers.Serializer[Any]):
    """All claims of one kind, in order: they replace what was there."""

    items = serializers.ListField(child=serializers.DictField(), max_length=100)
    revision = serializers.IntegerField(required=False, min_value=1)


class UploadShape(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)
    file = serializers.FileField()


class AskedShape(serializers.Serializer[Any]):
    """A listed document, a section of the form or a field of it; anything else is optional."""

    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    document_code = serializers.CharField(max_length=60, required=False, allow_blank=True)
    section = serializers.CharField(max_length=16, required=False, allow_blank=True)
    field = serializers.CharField(max_length=60, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=60, required=False, allow_blank=True)
    formats = serializers.ListField(
        child=serializers.ChoiceField(FORMATS), required=False, max_length=len(FORMATS)
    )
    optional = serializers.BooleanField(required=False, default=False)


class StepRequestShape(serializers.Serializer[Any]):
    """What a step may need. The person comes from the session, never from here."""

    revision = serializers.IntegerField(required=False, min_value=1)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")
    accepted_version = serializers.CharField(required=False, allow_blank=True, default="")
    items = AskedShape(many=True, required=False)
    days = serializers.IntegerField(required=False, min_value=1, max_value=60)
    outcome = serializers.ChoiceField(["refuse", "return"], required=False)
    grounds = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=100
    )
    upheld = serializers.BooleanField(required=False)


class LetterShape(serializers.Serializer[Any]):
    number = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    specimen = serializers.BooleanField()
    issued_on = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)


CLAIM_KINDS = [kind.value for kind in ClaimKind if kind != ClaimKind.IDENTITY]
