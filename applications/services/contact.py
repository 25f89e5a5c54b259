"""Who answers for a case, as every mail says it (PETITION-DECREE §31)."""

from accounts.models import Company, Office


def contact(office: Office, language: str) -> dict[str, str]:
    """The office, its department and phone in a reader's language; empty where it has none."""
    english = language == "en"
    return {
        "office": office.name_en if english else office.name_ko,
        "department": office.department_en if english else office.department_ko,
        "phone": office.phone,
    }


def company_name(company: Company, language: str) -> str:
    """The company's name in a reader's language, Korean where it has no other."""
    return (company.name_en if language == "en" else "") or company.name_ko
