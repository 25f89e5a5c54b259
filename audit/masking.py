"""How identifiers and names are shown to those who need not read them (domain: PIPC 2025-9)."""

import re
from datetime import date

HANGUL = re.compile(r"[\uac00-\ud7a3]")


def mask_passport(number: str) -> str:
    """`M12345678` becomes `M12****78`; a short one keeps its first letter only."""
    number = number.strip()
    if len(number) < 7:
        return number[:1] + "*" * max(len(number) - 1, 0)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def mask_registration(number: str) -> str:
    """`900101-5123456` becomes `900101-5******`, with or without the dash."""
    digits = re.sub(r"[\s-]", "", number)
    if len(digits) != 13:
        return "*" * len(digits)
    return f"{digits[:6]}-{digits[6]}******"


def mask_name(name: str) -> str:
    """`홍길동` becomes `홍*동`, `이준` `이*`, `NGUYEN VAN ANH` `N***** V** A**`."""
    return " ".join(_mask_word(word) for word in name.split())


def mask_birth(day: date | None) -> str:
    """Only the year: `1990-**-**`."""
    return "" if day is None else f"{day.year:04d}-**-**"


def mask_email(address: str) -> str:
    """`gildong@example.com` becomes `g******@example.com`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{'*' * (len(local) - 1)}{at}{domain}" if at else "*" * len(address)


def mask_phone(number: str) -> str:
    """`010-1234-5678` becomes `010-****-5678`."""
    digits = sum(character.isdigit() for character in number)
    kept, seen = [], 0
    for character in number:
        seen += character.isdigit()
        hidden = character.isdigit() and (3 < seen <= digits - 4 or digits < 8)
        kept.append("*" if hidden else character)
    return "".join(kept)


def _mask_word(word: str) -> str:
    if HANGUL.search(word) and len(word) > 2:
        return word[0] + "*" * (len(word) - 2) + word[-1]
    return word[0] + "*" * (len(word) - 1)
