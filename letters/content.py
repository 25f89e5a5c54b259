"""What one letter says: its values, what is wrong with them, and the data attached to the PDF."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Office
from letters import fonts
from letters.errors import DesignError
from letters.variables import CATALOGUE, Value, Values, clean, has_value, printed
from programs.periods import months_after

SCHEMA = "chucheon-letter/1"
_NUMBER_PATTERN = re.compile(
    r"[^{}]*(\{year\}[^{}]*\{number(:0\d{1,2}d)?\}|\{number(:0\d{1,2}d)?\}[^{}]*\{year\})[^{}]*"
)
# Printed, perhaps, but kept out of the data that every copy carries.
_NOT_IN_DATA = {
    "passport_masked",
    "registration_masked",
    "candidate_phone",
    "residence_region",
    "residence_address",
    "in_country",
}


@dataclass(frozen=True)
class Definition:
    """What a programme says about its letters (`programs.manifest.LetterDef.as_dict()`)."""

    template: str
    series: str
    number_pattern: str
    validity_months: int
    title: Mapping[str, str]
    addressee: Mapping[str, str]
    signatory: Mapping[str, str]
    statement: Mapping[str, str]

    @classmethod
    def read(cls, given: Mapping[str, Any], *, programme_slug: str = "") -> "Definition":
        """Raises DesignError when the definition cannot number letters."""
        try:
            definition = cls(
                template=given["template"],
                series=given.get("series") or programme_slug,
                number_pattern=given["number_pattern"],
                validity_months=given.get("validity_months") or 0,
                title=given["title"],
                addressee=given["addressee"],
                signatory=given["signatory"],
                statement=given.get("statement") or {},
            )
        except KeyError as missing:
            raise DesignError(f"the letter definition lacks {missing}") from None
        if not _NUMBER_PATTERN.fullmatch(definition.number_pattern):
            raise DesignError(
                f"{definition.number_pattern!r} must name {{year}} and {{number}} once each"
            )
        return definition

    def number(self, *, year: int, number: int) -> str:
        return self.number_pattern.format(year=year, number=number)

    def unnumbered(self, *, year: int) -> str:
        """What a draft shows where the number will be."""
        return re.sub(r"\{number[^}]*\}", "······", self.number_pattern).format(year=year)


class Replaced(Protocol):
    """The letter in whose place another stands."""

    number: Any
    valid_until: Any


def values_for(
    *,
    definition: Definition,
    office: Office,
    inputs: Mapping[str, object],
    on: date,
    number: str = "",
    token: str = "",
    replaces: "Replaced | None" = None,
) -> Values:
    """Everything the letter can print, in canonical form. Without a number it is a draft. One that
    `replaces` another ends when that one would have."""
    values = clean(inputs)
    site = settings.SITE_URL
    valid_until = replaces.valid_until if replaces else months_after(on, definition.validity_months)
    visa_class = str(values.get("visa_class", ""))
    values |= clean(
        {
            "office_name_ko": office.name_ko,
            "office_name_en": office.name_en,
            "office_department_ko": office.department_ko,
            "office_department_en": office.department_en,
            "office_phone": office.phone,
            "addressee_ko": definition.addressee.get("ko"),
            "addressee_en": definition.addressee.get("en"),
            "issuer_title_ko": definition.signatory.get("ko"),
            "issuer_title_en": definition.signatory.get("en"),
            "letter_title_ko": definition.title.get("ko"),
            "letter_title_en": definition.title.get("en"),
            "statement_ko": definition.statement.get("ko"),
            "statement_en": definition.statement.get("en"),
            "number": number or definition.unnumbered(year=on.year),
            "issue_date": on,
            "valid_until": valid_until,
            "replaces_number": replaces.number if replaces else None,
            # Capitals and digits only: the code needs fewer, larger squares.
            "verification_url": f"{site}/V/{token}".upper() if token else f"{site}/verify/",
            "verification_page": f"{site}/verify/",
            "is_e7": visa_class.startswith("E-7"),
            "is_d2": visa_class.startswith("D-2"),
        }
    )
    return values


def problems_in(values: Mapping[str, Value], printed_empty: list[str]) -> list[str]:
    """Sentences for the person who is about to sign: what is empty, too long or unprintable.

    `printed_empty` names what the design would print without a value.
    """
    wanted = [name for name, v in CATALOGUE.items() if v.required] + printed_empty
    missing = [name for name in dict.fromkeys(wanted) if not has_value(values, name)]
    found = []
    if missing:
        found.append(
            _("추천서에 쓸 값이 비어 있습니다: %(names)s")
            % {"names": ", ".join(label(name) for name in missing)}
        )
    for name in values:
        text = printed(values, name)
        if len(text) > CATALOGUE[name].limit:
            found.append(
                _("추천서에 쓰기에 너무 깁니다: %(name)s (%(size)d자, 최대 %(limit)d자)")
                % {"name": label(name), "size": len(text), "limit": CATALOGUE[name].limit}
            )
        if bad := fonts.unprintable(text.replace("\n", "")):
            found.append(
                _("추천서 글꼴에 없는 글자가 있습니다: %(name)s — %(characters)s")
                % {"name": label(name), "characters": ", ".join(map(_shown, bad))}
            )
    return found


def label(name: str) -> str:
    variable = CATALOGUE[name]
    return variable.en if (get_language() or "ko").startswith("en") else variable.ko


def _shown(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"{character} ({code})" if character.isprintable() else code


def canonical(data: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spare spaces: equal data, equal text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def attached_data(
    values: Mapping[str, Value],
    *,
    kind: str,
    specimen: bool,
    key_id: str,
    office: str,
    programme: str,
    template: str,
    inputs_hash: str,
) -> bytes:
    """The letter as data, inside the signed PDF: no passport, registration or phone number."""
    content = {
        name: value
        for name, value in values.items()
        if name not in _NOT_IN_DATA and CATALOGUE[name].kind != "flag"
    }
    data = {
        "schema": SCHEMA,
        "kind": kind,
        "specimen": specimen,
        "key_id": key_id,
        "office": office,
        "programme": programme,
        "template": template,
        "inputs_sha256": inputs_hash,
        "letter": content,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode()
