"""The keys and seals of an office as its administrators see them: which signs now, until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q

from accounts.models import Office
from letters import keys
from letters.models import LetterFile, OfficeSeal, SignedList, SigningKey
from programs import calendar

# How many letters of an office a key has signed, and when the last: by key and office.
Uses = dict[tuple[int, int], tuple[int, datetime]]


@dataclass(frozen=True)
class KeyRow:
    """A key, how many letters it has signed (`signed`, `last`), and how it stands: "signing" for
    the one that new letters are signed with, "kept" for one in force that none is, "expired" or
    "retired". `days` are those left to one in force."""

    key: SigningKey
    state: str
    days: int
    ends_soon: bool
    signed: int
    last: datetime | None


@dataclass(frozen=True)
class OfficeKeys:
    """`lacks` is what still makes every letter a specimen: "seal", "key"."""

    office: Office
    rows: list[KeyRow]
    seal: OfficeSeal | None
    lacks: list[str]
    can_sign: bool

    @property
    def specimen(self) -> bool:
        return bool(self.lacks)


def offices_keys(offices: list[Office]) -> list[OfficeKeys]:
    """Three queries for all offices; their own keys and the specimens' key, newest first."""
    found = list(
        SigningKey.objects.filter(Q(office__in=offices) | Q(office=None)).order_by(
            "-registered_at", "-pk"
        )
    )
    seals = {
        seal.office_id: seal
        for seal in OfficeSeal.objects.filter(office__in=offices, retired_at=None).select_related(
            "registered_by"
        )
    }
    signed = (
        LetterFile.objects.filter(letter__office__in=offices)
        .values_list("key", "letter__office")
        .annotate(Count("pk"), Max("made_at"))
        .order_by()
    )
    uses = {(key, office): (count, last) for key, office, count, last in signed}
    return [_of(office, found, seals.get(office.pk), uses) for office in offices]


def signed_list() -> SignedList | None:
    """The revocation list as it was signed last."""
    return SignedList.objects.defer("document").first()


def _of(office: Office, found: list[SigningKey], seal: OfficeSeal | None, uses: Uses) -> OfficeKeys:
    own = [key for key in found if key.office_id == office.pk]
    specimens = [key for key in found if key.office_id is None]
    production = next(filter(keys.in_force, own), None)
    lacks = [name for name, there in (("seal", seal), ("key", production)) if not there]
    signing = next(filter(keys.in_force, specimens), None) if lacks else production
    rows = [
        _row(key, signing, *uses.get((key.pk, office.pk), (0, None))) for key in (*own, *specimens)
    ]
    return OfficeKeys(office, rows, seal, lacks, signing is not None)


def _row(key: SigningKey, signing: SigningKey | None, signed: int, last: datetime | None) -> KeyRow:
    days = (calendar.in_seoul(key.not_after).date() - calendar.today()).days
    if key.retired_at is not None:
        state = "retired"
    elif not keys.in_force(key):
        state = "expired"
    else:
        state = "signing" if signing is not None and key.pk == signing.pk else "kept"
    soon = key.not_after - calendar.now() < timedelta(days=settings.LETTERS_KEY_WARNING_DAYS)
    ends_soon = soon and state in ("signing", "kept")
    return KeyRow(key, state, days, ends_soon, signed, last)
