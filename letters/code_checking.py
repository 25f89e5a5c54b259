"""Is this code genuine, and is its letter still valid? Online with the register, or without.

The signature decides who wrote it; the register adds the letter's status, as for a file. What a
code says may be shown to whoever hands it in: they have it already.
"""

from datetime import timedelta
from typing import Any

from cryptography import x509

from letters import authority, codes, keys, keyset, list_reading, verification
from letters.codes import Code, NotACode
from letters.errors import NoTrust
from letters.models import Letter, SigningKey
from letters.verification import GENUINE, Verdict
from programs.calendar import today

# Two clocks: a certificate's and the worker's.
_SLACK = timedelta(days=1)


def check(
    data: bytes, *, trust: bytes | None, offline: bool, revocations: bytes | None = None
) -> Verdict:
    """Check a file, or the text of a code. As `verification.check_bytes`, whose words it uses."""
    if not codes.looks_like_one(data):
        return verification.check_bytes(data, trust=trust, offline=offline, revocations=revocations)
    if len(data) > 2 * codes.LONGEST:
        return Verdict("not a letter", why="longer than any code")
    return check_code(
        data.decode(errors="replace"), trust=trust, offline=offline, revocations=revocations
    )


def check_code(
    text: str, *, trust: bytes | None, offline: bool, revocations: bytes | None = None
) -> Verdict:
    """Check the text that a reader of QR codes gives. Any text is answered.

    Raises NoTrust when there is nothing to check against: offline, and no file of keys that has
    one of any kind; or nobody trusted has signed the list (`revocations`).
    """
    try:
        code = codes.read(text)
    except NotACode as reason:
        begins = codes.looks_like_one(text.encode())
        return Verdict("altered" if begins else "not a letter", why=str(reason))
    certificate = _certificate(code.key_id, trust, offline=offline)
    if certificate is None:
        return Verdict(
            "foreign",
            why="signed by a key that this installation does not trust",
            details={"key_id": code.key_id},
        )
    public_key = certificate.public_key()
    if not codes.fits(public_key) or not codes.verify(code, public_key):
        return Verdict("altered", why="the code is not what was signed")
    if not _in_force(certificate, code):
        return Verdict("foreign", why="its key was not in force when it was signed")
    verdict = _genuine(code, certificate, offline=offline)
    if revocations is None:
        return verdict
    roots = verification.roots_for(trust, offline=offline)
    return verification.with_list(
        verdict,
        list_reading.read(revocations, roots),
        key_id=code.key_id,
        signed_at=code.signed_at,
    )


def _genuine(code: Code, certificate: x509.Certificate, *, offline: bool) -> Verdict:
    specimen = code.specimen or authority.is_specimen(certificate)
    details = said(code)
    if offline:
        word, why = GENUINE, ""
        if code.until is not None and today() > code.until:
            word, why = "expired", "its validity has ended"
        return Verdict(word, specimen, why, details=details)
    letter = Letter.objects.filter(token=code.token, number=code.number).first()
    if letter is None:
        return Verdict("unknown", specimen, "it is not in this register", details=details)
    verdict = verification.status_of(letter)
    specimen = specimen or letter.specimen
    word = "specimen" if specimen and verdict.word == "valid" else verdict.word
    return Verdict(word, specimen, verdict.why, verdict.facts, details)


def said(code: Code) -> dict[str, Any]:
    """What the code says, for whoever compares it with the paper."""
    return {
        "key_id": code.key_id,
        "site": code.site,
        "number": code.number,
        "signed_at": code.signed_at.isoformat(),
        **{name: value for name, value in code.letter.items() if name != "specimen"},
    }


def _certificate(key_id: str, trust: bytes | None, *, offline: bool) -> x509.Certificate | None:
    if trust is not None:
        try:
            chains = keyset.certificates_in(trust)
        except keyset.NotAKeySet as reason:
            raise NoTrust(str(reason)) from None
        leaves = [chain[0] for chain in chains if not _is_ca(chain[0])]
        if not leaves:
            raise NoTrust(
                "The trust file holds roots only, and a code carries no certificate: give the "
                "published key set (verify/keys.json), or the certificate of its key."
            )
        return next((leaf for leaf in leaves if authority.key_id_of(leaf) == key_id), None)
    if offline:
        return keys.certificate_here(key_id)
    key = SigningKey.objects.filter(key_id=key_id).first()
    return None if key is None else x509.load_pem_x509_certificate(key.certificate.encode())


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _in_force(certificate: x509.Certificate, code: Code) -> bool:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return first - _SLACK <= code.signed_at <= last
