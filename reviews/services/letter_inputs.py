"""What a letter says about a case: from verified facts and the registers, by the catalogue's names.

A letter can only come from verified facts (docs/architecture.md): what was declared but not
confirmed never gets here.
"""

from typing import Any

from applications.models import Application
from applications.models.declared import ClaimKind
from audit.masking import mask_passport, mask_registration
from programs.manifest import Manifest
from programs.nationality import nationality_name
from reviews.facts import verified_value


def letter_inputs(case: Application) -> dict[str, Any]:
    """The `case` variables of `letters.variables`, from the case as verified."""
    manifest = case.manifest
    person = verified_value(case, ClaimKind.IDENTITY)
    job = verified_value(case, ClaimKind.CONTRACT)
    candidate, company = case.candidate, case.company
    nationality = person.get("nationality", "")
    inputs: dict[str, Any] = {
        "candidate_name": " ".join(
            part for part in (person.get("surname"), person.get("given_names")) if part
        ),
        "candidate_name_ko": candidate.name_ko,
        "birth_date": person.get("birth_date"),
        "sex": person.get("sex"),
        "nationality": nationality,
        "nationality_ko": nationality_name(nationality, "ko") if nationality else "",
        "nationality_en": nationality_name(nationality, "en") if nationality else "",
        "passport_masked": mask_passport(candidate.passport_no) if candidate.passport_no else "",
        "registration_masked": mask_registration(candidate.registration_no)
        if candidate.registration_no
        else "",
        "in_country": bool(person.get("in_korea")),
        "company_name_ko": company.name_ko,
        "company_name_en": company.name_en,
        "business_no": company.business_no_dashed,
        "representative": company.representative,
        "company_address": company.address,
        "company_phone": company.phone,
        "contract_from": job.get("from"),
        "contract_to": job.get("to"),
        "annual_pay": job.get("annual_pay"),
        "programme_name_ko": manifest.names.ko,
        "programme_name_en": manifest.names.en,
        "programme_version": manifest.label,
        "receipt_no": case.receipt_no or "",
    }
    if person.get("in_korea"):
        inputs["residence_region"] = candidate.region
        inputs["residence_address"] = candidate.address
    return inputs | _occupation(manifest, job)


def _occupation(manifest: Manifest, job: dict[str, Any]) -> dict[str, Any]:
    occupation = manifest.occupation(job.get("occupation", ""), job.get("occupation_edition"))
    field = next((f for f in manifest.fields if f.code == job.get("technology_field")), None)
    values: dict[str, Any] = {}
    if occupation is not None:
        values = {
            "occupation_code": occupation.code,
            "occupation_ko": occupation.names.ko,
            "occupation_en": occupation.names.en,
            "visa_class": occupation.visa_class,
        }
    if field is not None:
        values |= {"technology_field_ko": field.names.ko, "technology_field_en": field.names.en}
    return values
