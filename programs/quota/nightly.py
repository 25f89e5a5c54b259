"""Every night: do ledger, counters, claims and letters still say the same? If not, administrators
are told, once for each finding."""

import hashlib
import json
from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.access import staff_of
from accounts.models import Office, StaffRole, User
from notifications import mail, outbox
from notifications.outbox import Lease
from programs.calendar import now
from programs.models import BooksCheck
from programs.quota.checking import PoolLine, one_snapshot, snapshot

TOPIC_WRONG = "programs.quota_wrong"
# Hours of the day, in Seoul: when hardly anybody works, and thrice, should one be missed.
NIGHT = range(2, 5)


def check_tonight() -> bool | None:
    """`check` in the hours of the night; None at other times."""
    return check() if now().hour in NIGHT else None


def check() -> bool:
    """Look at all books as they are at one moment; whether they are right.

    Finding the same again only moves the time until which it is known. A new finding that
    something is wrong leaves word for the administrators, in the transaction that keeps it.
    """
    with one_snapshot():
        lines = [line for line in snapshot() if not line.ok]
    wrong = {line.pool.key: list(line.wrong) for line in lines}
    digest = hashlib.sha256(json.dumps(wrong, sort_keys=True).encode()).hexdigest()
    moment = now()
    try:
        with transaction.atomic():
            _keep(wrong, digest, moment, lines)
    except IntegrityError:
        pass  # another check at this very moment keeps and tells what it found
    return not wrong


def _keep(wrong: dict, digest: str, moment: datetime, lines: list[PoolLine]) -> None:
    last = BooksCheck.objects.order_by("-pk").first()
    if last is not None and last.digest == digest:
        BooksCheck.objects.filter(pk=last.pk, last_at__lt=moment).update(last_at=moment)
        return
    found = BooksCheck.objects.create(
        first_at=moment, last_at=moment, wrong=wrong, digest=digest, after=last
    )
    for office in {line.pool.programme.office_id for line in lines}:
        outbox.enqueue(
            topic=TOPIC_WRONG,
            key=f"{found.pk}:{office}",
            payload={"check": found.pk, "office": office},
        )


def mail_wrong(lease: Lease) -> None:
    """Outbox handler: tell the office's administrators which of their pools do not add up."""
    found = BooksCheck.objects.get(pk=lease.payload["check"])
    office = Office.objects.get(pk=lease.payload["office"])
    slugs = set(office.programmes.values_list("slug", flat=True))
    lines: dict[User, list[str]] = defaultdict(list)
    for key, said in found.wrong.items():
        slug = key.partition("/")[0]
        if slug in slugs:
            for person in staff_of(office, StaffRole.ADMINISTRATOR, programme_slug=slug):
                lines[person] += [f"{key}: {one}" for one in said]
    for person, wrong in lines.items():
        english = person.language == "en"
        with translation.override(person.language):
            mail.queue(
                to=person.email,
                language=person.language,
                template="programs/mail/quota_wrong",
                context={
                    "name": person.name,
                    "lines": wrong,
                    "address": settings.SITE_URL + reverse("desk"),
                    "office": office.name_en if english else office.name_ko,
                    "department": office.department_en if english else office.department_ko,
                    "officer": "",
                    "phone": office.phone,
                },
                key=f"{lease.key}:{person.pk}",
                user=person,
                about=office.public_id,
            )


def last_check() -> BooksCheck | None:
    """What the latest check found, for the desk."""
    return BooksCheck.objects.order_by("-pk").first()
