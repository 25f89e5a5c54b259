import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.business_number import is_valid, normalise, validate_business_number
from accounts.models import Company

VALID = (
    "1248100998",
    "1168200276",
    "1348672683",
    "0018100002",
    "0018612309",
    "0028204503",
    "0031001201",
)
INVALID = ("1018114195", "1234567890", "0000000000", "124810099", "12481009980", "124810099a", "")


@pytest.mark.parametrize("number", VALID)
def test_a_published_number_is_valid(number):
    assert is_valid(number)
    validate_business_number(number)


@pytest.mark.parametrize("number", INVALID)
def test_a_wrong_number_is_refused_with_a_sentence(number):
    assert not is_valid(number)
    with pytest.raises(ValidationError, match="사업자등록번호"):
        validate_business_number(number)


@given(st.sampled_from(VALID), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed_where_the_weights_allow(number, place, shift):
    """Weights 1, 3, 7 and 5 share no factor with 10 but the ninth digit's 5 does: there two
    digits can stand for the same sum."""
    changed = str((int(number[place]) + shift) % 10)
    wrong = number[:place] + changed + number[place + 1 :]
    if place != 8:
        assert not is_valid(wrong)


@pytest.mark.parametrize("typed", ["124-81-00998", " 124 81 00998 ", "124–81–00998"])
def test_a_number_may_be_typed_with_dashes_and_spaces(typed):
    assert normalise(typed) == "1248100998"


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0000000000", "12345", "12345abcde"])
def test_the_database_refuses_what_is_no_number(number):
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(business_no=number, name_ko="시험")


@pytest.mark.django_db
def test_a_company_is_there_once():
    Company.objects.create(business_no=VALID[0], name_ko="시험")
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(business_no=VALID[0], name_ko="다른 이름")
