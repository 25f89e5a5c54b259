"""The register of signing keys and seals: what decides whether a letter is a specimen.

Until an office has registered both its seal and a production key, every letter of it is a
specimen. Nothing else decides it: there is no setting for it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office, User
from audit import services as audit
from files import services as files
from files.models import StoredFile
from letters import authority, codes, signature
from letters.errors import NotRegistered, NoTrust, NoUsableKey
from letters.models import Letter, OfficeSeal, SigningKey, TimestampCertificate
from letters.rendering import Image, specimen_seal
from programs.calendar import now

STAMPERS = "stampers.pem"
SEAL_TYPES = {"image/png", "image/jpeg"}


def folder() -> Path:
    """Where private keys lie, on the letter worker's machine only."""
    return Path(settings.KEYS_DIR) / "letters"


def private_key_stem(key: SigningKey) -> Path:
    """Where a key's private half is looked for, without the ending (letters.private_keys)."""
    return folder() / f"{'key' if key.production else 'specimen'}-{key.key_id}"


def ensure_specimen_key() -> SigningKey:
    """Make and register the installation's specimen key if need be. Idempotent."""
    # The machine's own clock, not the calendar's: signatures carry that time too.
    moment = timezone.now()
    made = authority.ensure(folder(), now=moment)
    key, created = SigningKey.objects.get_or_create(
        key_id=authority.key_id_of(made.certificate),
        defaults=_columns(made.certificate, made.chain, moment),
    )
    if created:
        audit.record(
            name="letters.specimen_key_registered",
            subject_type="signing_key",
            subject_id=key.public_id,
            data={"key": key.key_id, "fingerprint": key.fingerprint},
        )
    return key


@transaction.atomic
def register_production_key(*, office: Office, chain_pem: bytes, actor: User) -> SigningKey:
    """Register an office's key by its certificate and the ones above it, up to the root.

    The private half is put on the worker's machine by hand (letters.private_keys). New letters of
    the office are signed with it from now on; those signed before keep verifying. Refuses, with
    NotRegistered, what could not be verified later or says of itself that it is a specimen.
    """
    try:
        certificate, *chain = x509.load_pem_x509_certificates(chain_pem)
    except ValueError:
        raise NotRegistered(_("인증서 파일을 읽을 수 없습니다.")) from None
    if any(authority.is_specimen(each) for each in (certificate, *chain)):
        raise NotRegistered(_("견본용 인증서는 정식 키로 등록할 수 없습니다."))
    moment = timezone.now()
    unsigned = signature.Signature(
        covers_all=True, intact=True, signer=certificate, others=tuple(chain[:-1]), signed_at=moment
    )
    if not chain or not signature.trusted_root(unsigned, [chain[-1]]):
        raise NotRegistered(_("인증서와 상위 인증서가 이어지지 않거나 유효기간이 아닙니다."))
    if not codes.fits(certificate.public_key()):
        raise NotRegistered(_("서명 키는 타원곡선 P-256 또는 P-384 키여야 합니다."))
    if SigningKey.objects.filter(key_id=authority.key_id_of(certificate)).exists():
        raise NotRegistered(_("이미 등록된 키입니다."))
    key = SigningKey.objects.create(
        key_id=authority.key_id_of(certificate),
        office=office,
        production=True,
        registered_by=actor,
        **_columns(certificate, tuple(chain), moment),
    )
    audit.record(
        name="letters.production_key_registered",
        subject_type="signing_key",
        subject_id=key.public_id,
        actor=actor,
        data={"key": key.key_id, "fingerprint": key.fingerprint, "office": office.public_id},
    )
    return key


@transaction.atomic
def retire_key(*, key: SigningKey, actor: User, reason: str) -> SigningKey:
    """Sign nothing more with this key; what it signed keeps verifying. Idempotent.

    Raises NotRegistered without a reason.
    """
    held = SigningKey.objects.select_for_update(no_key=True, of=("self",)).get(pk=key.pk)
    if held.retired_at is not None:
        return held
    if not reason.strip():
        raise NotRegistered(_("키의 사용을 끝내는 사유를 적어 주세요."))
    held.retired_at = timezone.now()
    held.save(update_fields=["retired_at"])
    audit.record(
        name="letters.key_retired",
        subject_type="signing_key",
        subject_id=held.public_id,
        actor=actor,
        data={"key": held.key_id},
        note=reason,
    )
    return held


@transaction.atomic
def register_seal(*, office: Office, image: StoredFile, actor: User) -> OfficeSeal:
    """Register the image of an office's seal; the one before is retired. Raises NotRegistered."""
    if image.content_type not in SEAL_TYPES:
        raise NotRegistered(_("관인은 PNG 또는 JPEG 그림이어야 합니다."))
    moment = now()
    Office.objects.select_for_update(no_key=True, of=("self",)).get(pk=office.pk)
    OfficeSeal.objects.filter(office=office, retired_at=None).update(retired_at=moment)
    seal = OfficeSeal.objects.create(
        office=office, image=image, registered_at=moment, registered_by=actor
    )
    audit.record(
        name="letters.seal_registered",
        subject_type="office_seal",
        subject_id=seal.public_id,
        actor=actor,
        data={"office": office.public_id, "image": image.public_id},
    )
    return seal


def seal_of(office: Office) -> OfficeSeal | None:
    return OfficeSeal.objects.filter(office=office, retired_at=None).first()


def seal_image(seal: OfficeSeal | None) -> Image:
    """The picture to print: the office's own, or the invented one that says it is a specimen.

    Raises files.errors.FilesError.
    """
    if seal is None:
        return specimen_seal()
    return Image(files.read(seal.image), seal.image.content_type)


@dataclass(frozen=True)
class Registered:
    """What an office's letters could be made with now."""

    seal: int | None
    production_key: bool
    specimen_key: bool

    @property
    def specimen(self) -> bool:
        return self.seal is None or not self.production_key

    @property
    def can_sign(self) -> bool:
        return self.specimen_key if self.specimen else self.production_key


def registered(office: Office) -> Registered:
    """What the register of keys and seals says of the office: one query."""
    usable = SigningKey.objects.filter(retired_at=None, not_after__gt=now())
    seal = OfficeSeal.objects.filter(office=OuterRef("pk"), retired_at=None)
    found = (
        Office.objects.filter(pk=office.pk)
        .values_list(
            Subquery(seal.values("pk")[:1]),
            Exists(usable.filter(office=OuterRef("pk"), production=True)),
            Exists(usable.filter(office=None, production=False)),
        )
        .get()
    )
    return Registered(*found)


def is_specimen(office: Office) -> bool:
    """Whether a letter reserved now is a specimen: the register of keys and seals says so."""
    return registered(office).specimen


def key_to_sign(letter: Letter) -> SigningKey:
    """The key for a letter as it was reserved. Raises NoUsableKey."""
    office = None if letter.specimen else letter.office
    key = _usable(office=office, production=not letter.specimen)
    if key is None:
        raise NoUsableKey("No signing key in force is registered for this letter.")
    return key


def in_force(key: SigningKey) -> bool:
    """Whether new letters may be signed with it."""
    return key.retired_at is None and key.not_after > now()


def _usable(*, office: Office | None, production: bool) -> SigningKey | None:
    return (
        SigningKey.objects.filter(
            office=office, production=production, retired_at=None, not_after__gt=now()
        )
        .order_by("-registered_at", "-pk")
        .first()
    )


def trusted_roots(*, registered: bool = True) -> list[x509.Certificate]:
    """The roots of this installation: from the key folder and, unless told otherwise, the
    register (no database is opened without it)."""
    pems = [path.read_bytes() for path in sorted(folder().glob("*root*.pem"))]
    if registered:
        pems += [chain.encode() for chain in SigningKey.objects.values_list("chain", flat=True)]
    roots: dict[str, x509.Certificate] = {}
    for pem in pems:
        root = x509.load_pem_x509_certificates(pem)[-1]
        roots[signature.fingerprint(root)] = root
    return list(roots.values())


def certificate_here(key_id: str) -> x509.Certificate | None:
    """A key's certificate as the key folder has it (beside a token's description, as PEM): for
    who may not open a database.

    Raises NoTrust when the folder holds no certificate of any key.
    """
    files = [path for path in folder().glob("*-*") if path.suffix in (".p12", ".pem")]
    if not files:
        raise NoTrust("There is no key to check against: give the key set with --trust.")
    for path in files:
        if path.stem.rpartition("-")[2] == key_id:
            if path.suffix == ".p12":
                return authority.certificate_of(path)
            return x509.load_pem_x509_certificate(path.read_bytes())
    return None


def stampers() -> list[x509.Certificate]:
    """Every certificate that time stamps of our letters may carry."""
    return [
        x509.load_pem_x509_certificate(pem.encode())
        for pem in TimestampCertificate.objects.values_list("certificate", flat=True)
    ]


def stampers_here() -> list[x509.Certificate] | None:
    """The same as the key folder has them, for who may not open a database; None if it has not."""
    path = folder() / STAMPERS
    return x509.load_pem_x509_certificates(path.read_bytes()) if path.exists() else None


def note_stampers() -> None:
    """Write them into the key folder, where `letters verify --offline` finds them."""
    path = folder() / STAMPERS
    beside = path.with_suffix(".new")
    pems = TimestampCertificate.objects.order_by("pk").values_list("certificate", flat=True)
    beside.write_text("".join(pems))
    beside.rename(path)


def trust_pem() -> str:
    """The registered roots, for anyone who wants to check letters without us."""
    return "".join(root.public_bytes(Encoding.PEM).decode() for root in trusted_roots())


def _columns(
    certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], moment: datetime
) -> dict[str, object]:
    return {
        "certificate": certificate.public_bytes(Encoding.PEM).decode(),
        "chain": "".join(each.public_bytes(Encoding.PEM).decode() for each in chain),
        "fingerprint": signature.fingerprint(certificate),
        "not_after": certificate.not_valid_after_utc,
        "registered_at": moment,
    }
