"""Pouring synthetic cases into the database, in pieces."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Max

from accounts.models import Company, Office, StaffMembership, StaffRole, User
from applications.models import Application, ReceiptSeries, SupplementRequest
from applications.models.search import TermsField
from applications.models.search import vendor_sql as search_sql
from audit.services import record
from portal import sql_postgresql, sql_sqlite
from portal.seeding import names
from portal.seeding.cases import CASES_PER_COMPANY, Cast, Maker, Rules
from programs import calendar
from programs.models import Programme
from programs.selectors import version_on
from reviews.models import Evaluator, MailDomain

PIECE = 20_000
# From here on it is quicker to build the search index anew than to keep it.
MANY = 50_000
REVIEWERS, EVALUATORS = 16, 9
BENCHMARK = "bench"


class Refused(Exception):
    """Not here, or not so; the text says why."""


def require_somewhere_harmless() -> None:
    """Synthetic cases belong into a demonstration, or into a database made for measuring."""
    name = str(connection.settings_dict["NAME"])
    if not settings.DEMONSTRATION and BENCHMARK not in name:
        raise Refused(
            "Synthetic cases are made in a demonstration only, or in a database with "
            f"{BENCHMARK!r} in its name."
        )


def seed(*, cases: int, office: str = "", tell: Callable[[str], None] = lambda said: None) -> int:
    """Make so many cases, of one office or of all that have a programme in force; how many."""
    require_somewhere_harmless()
    _vendor().take_time()
    rules = _rules(office)
    cast = _cast(cases, rules)
    counters: dict[tuple[int, int], int] = {}
    before = dict.fromkeys((Application, SupplementRequest), 1)
    for model in before:
        before[model] += model.objects.aggregate(last=Max("pk"))["last"] or 0
    maker = Maker(cast, rules, lambda programme, year: _number(counters, programme, year), before)
    touched: set[type[models.Model]] = set()
    with _search_index_rebuilt(cases >= MANY):
        for start in range(0, cases, PIECE):
            few = range(start, min(start + PIECE, cases))
            with transaction.atomic():
                touched |= _pour(row for number in few for row in maker.case(number))
                _keep_numbers(counters)
            tell(f"{few.stop} of {cases}")
    _reset_keys(touched)
    record(
        name="portal.seeded",
        subject_type="synthetic_cases",
        subject_id=uuid.uuid4(),
        data={"cases": cases},
    )
    _vendor().settle(sorted(model._meta.db_table for model in touched))
    return cases


def _vendor() -> ModuleType:
    return {"postgresql": sql_postgresql, "sqlite": sql_sqlite}[connection.vendor]


def _rules(office: str) -> list[Rules]:
    programmes = Programme.objects.select_related("office").order_by("pk")
    if office:
        programmes = programmes.filter(office__code=office)
    today = calendar.today()
    found = [(one, version) for one in programmes if (version := version_on(one, today))]
    usable = [Rules.of(one, version) for one, version in found if version.manifest().stages]
    if not usable:
        raise Refused(f"No programme takes cases there: {office or 'load the catalogue first'}.")
    return usable


def _cast(cases: int, rules: list[Rules]) -> Cast:
    """Reviewers, leads, evaluators and companies; those of an earlier seeding are used again."""
    reviewers, leads = {}, {}
    for office in Office.objects.filter(pk__in={one.programme.office_id for one in rules}):
        reviewers[office.pk] = [
            _staff(office, StaffRole.REVIEWER, number) for number in range(1, REVIEWERS + 1)
        ]
        leads[office.pk] = _staff(office, StaffRole.LEAD, 1)
        # Everybody's address is here: it ties no evaluator to a company.
        MailDomain.objects.get_or_create(
            office=office, domain=names.DOMAIN, defaults={"changed_at": calendar.now()}
        )
    evaluators = []
    for number in range(1, EVALUATORS + 1):
        user = _user(f"evaluator{number}", f"가상평가{number}")
        evaluators.append(
            Evaluator.objects.get_or_create(user=user, defaults={"institution": "가상대학교"})[0]
        )
    return Cast(_user("member", "가상담당"), _companies(cases), reviewers, leads, evaluators)


def _user(login: str, name: str) -> User:
    email = f"{login}@{names.DOMAIN}"
    return User.objects.filter(email=email).first() or User.objects.create_user(
        email=email, name=name
    )


def _staff(office: Office, role: str, number: int) -> User:
    user = _user(f"{office.code}.{role}{number}", f"가상{StaffRole(role).label}{number}")
    StaffMembership.objects.get_or_create(office=office, user=user, role=role)
    return user


def _companies(cases: int) -> list[Company]:
    wanted = max(5, cases // CASES_PER_COMPANY)
    about = [(names.business_number(number), *names.company(number)) for number in range(wanted)]
    Company.objects.bulk_create(
        [
            Company(
                business_no=number,
                name_ko=korean,
                name_en=english,
                representative="가상대표",
                address=names.ADDRESS,
            )
            for number, korean, english in about
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    numbers = {number for number, _ko, _en in about}
    ours = Company.objects.filter(name_ko__endswith=names.MARK).order_by("pk")
    return [one for one in ours if one.business_no in numbers]


def _number(counters: dict[tuple[int, int], int], programme: Programme, year: int) -> int:
    key = (programme.pk, year)
    if key not in counters:
        series = ReceiptSeries.objects.filter(programme=programme, year=year)
        counters[key] = series.values_list("last", flat=True).first() or 0
    counters[key] += 1
    return counters[key]


def _keep_numbers(counters: dict[tuple[int, int], int]) -> None:
    """The next real case goes on where the synthetic ones stopped."""
    for (programme, year), last in counters.items():
        ReceiptSeries.objects.update_or_create(
            programme_id=programme, year=year, defaults={"last": last}
        )


def _pour(rows: Iterator[tuple[type[models.Model], dict[str, Any]]]) -> set[type[models.Model]]:
    """Write the rows, each table at once; a column nobody names gets the model's default."""
    tables: dict[type[models.Model], list[dict[str, Any]]] = defaultdict(list)
    for model, values in rows:
        tables[model].append(values)
    for model, found in tables.items():
        fields = [one for one in model._meta.concrete_fields if not one.generated]
        if not any("id" in values for values in found):
            fields = [one for one in fields if one.attname != "id"]
        _vendor().pour(model._meta.db_table, [one.column for one in fields], _values(fields, found))
    return set(tables)


def _values(fields: Sequence[models.Field], found: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Each row's values in the order of the fields. Only what the database's driver does not know
    by itself is made ready one by one."""
    vendor = _vendor()
    missing = {
        one.attname: vendor.ready(one, one.get_default())
        for one in fields
        if not isinstance(one, TermsField)
    }
    special = [one for one in fields if vendor.needs_care(one)]
    order = [one.attname for one in fields]
    for values in found:
        row = missing | values
        for one in special:
            if one.attname in values:
                row[one.attname] = vendor.ready(one, values[one.attname])
        yield [row[name] for name in order]


def _reset_keys(touched: set[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(touched)):
            cursor.execute(statement)


@contextmanager
def _search_index_rebuilt(many: bool) -> Iterator[None]:
    create = search_sql(connection).TERMS_INDEX
    if not many or not create:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute('DROP INDEX "search_terms"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(create)
