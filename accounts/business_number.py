"""The business registration number (사업자등록번호) and its check digit.

Weights 1 3 7 1 3 7 1 3 5 and the tens of the last product, recomputed on published company numbers.
python-stdnum 2.2 does not verify the check digit, so this does.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def normalise(text: str) -> str:
    """Digits only: `124-81-00998` and `124 81 00998` are the same number."""
    return re.sub(r"[\s\-‐-―−]", "", text)


def is_valid(number: str) -> bool:
    """True if ten digits whose last is the check digit. Ten zeros pass the sum: refused."""
    if not re.fullmatch(r"[0-9]{10}", number) or number == "0" * 10:
        return False
    digits = [int(digit) for digit in number]
    total = sum(d * w for d, w in zip(digits, WEIGHTS, strict=False)) + digits[8] * 5 // 10
    return (10 - total % 10) % 10 == digits[9]


def validate_business_number(number: str) -> None:
    """Raise ValidationError with a sentence unless the number is well formed."""
    if not is_valid(number):
        raise ValidationError(
            _("사업자등록번호가 올바르지 않습니다. 숫자 10자리를 다시 확인해 주세요."),
            code="business_number",
        )
