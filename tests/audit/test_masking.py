"""What people see of identifiers they need not read."""

from datetime import date

import pytest

from audit import masking


@pytest.mark.parametrize(
    ("number", "shown"),
    [("M12345678", "M12****78"), ("AB1234567", "AB1****67"), ("M123", "M***"), ("", "")],
)
def test_passport(number, shown):
    assert masking.mask_passport(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("900101-5123456", "900101-5******"),
        ("9001015123456", "900101-5******"),
        ("90010151", "********"),
        ("", ""),
    ],
)
def test_registration(number, shown):
    assert masking.mask_registration(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("홍길동", "홍*동"),
        ("이준", "이*"),
        ("남궁민수", "남**수"),
        ("NGUYEN VAN ANH", "N***** V** A**"),
        ("O", "O"),
        ("", ""),
    ],
)
def test_name(name, shown):
    assert masking.mask_name(name) == shown


def test_birth():
    assert masking.mask_birth(date(1990, 1, 31)) == "1990-**-**"
    assert masking.mask_birth(None) == ""


@pytest.mark.parametrize(
    ("address", "shown"),
    [("gildong@example.com", "g******@example.com"), ("nonsense", "********"), ("", "")],
)
def test_email(address, shown):
    assert masking.mask_email(address) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("010-1234-5678", "010-****-5678"),
        ("01012345678", "010****5678"),
        ("1345", "****"),
        ("", ""),
    ],
)
def test_phone(number, shown):
    assert masking.mask_phone(number) == shown
