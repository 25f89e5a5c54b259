"""Users for rooms that know nothing of people."""

from itertools import count

from django.contrib.auth import get_user_model

_numbers = count(1)


def make_user(**fields):
    number = next(_numbers)
    return get_user_model().objects.create(
        **{"email": f"person{number}@example.invalid", "name": f"Person {number}", **fields}
    )
