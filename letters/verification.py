"""Is this letter genuine, and is it still valid? From its bytes, its token, or its number.

The signature over the whole file against the trusted roots decides whether it is ours; the
register adds its status. A verdict names people only as the register may: masked.
"""

import hashlib
import hmac
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pikepdf
from cryptography import x509

from letters import (
    authority,
    keys,
    keyset,
    later_revisions,
    list_reading,
    rendering,
    signing,
)
from letters.errors import NoTrust
from letters.list_reading import RevocationList
from letters.models import (
    NOTICES,
    EarlierLetter,
    Letter,
    LetterFile,
    LetterKind,
    LetterState,
)
from letters.services import birth_digest
from letters.signature import (
    Signature,
    fingerprint,
    names_root,
    signatures_in,
    trusted_root,
)
from letters.tokens import read_token
from programs.calendar import in_seoul, today

GENUINE = "genuine, status not checked"
EXIT_CODES = {
    "valid": 0,
    "specimen": 0,
    GENUINE: 0,
    "revoked": 3,
    "superseded": 3,
    "expired": 3,
    "void": 3,
    "unknown": 3,
    "earlier": 3,
    "altered": 4,
    "foreign": 4,
    "not a letter": 4,
}
WHYS = {
    "void": "the number was given up before the letter was issued",
    "expired": "its validity has ended",
    "revoked": "the issuing body has revoked it",
    "superseded": "another letter has taken its place",
}
# No letter comes near this; what is larger is not read at all.
LARGEST = 20 * 1024 * 1024
# One of these is in every letter we made, outside its signature: at least one survives any cut.
_TRACES = (signing.FIELD.encode(), rendering.GENERATOR.encode())


@dataclass(frozen=True)
class Facts:
    """What may be told about a letter, and still can be when personal data is gone."""

    number: str
    title_ko: str
    title_en: str
    office_ko: str
    office_en: str
    programme_ko: str
    programme_en: str
    name: str
    birth_year: int | None
    issue_date: date
    valid_until: date | None
    successor: str = ""
    ended_on: date | None = None
    kind: str = LetterKind.RECOMMENDATION


@dataclass(frozen=True)
class Verdict:
    """`word` is the answer; `specimen` must be said first wherever it is true."""

    word: str
    specimen: bool = False
    why: str = ""
    facts: Facts | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 genuine and valid (or status not asked), 3 genuine but not valid, 4 not genuine."""
        return EXIT_CODES[self.word]

    @property
    def genuine(self) -> bool:
        return self.exit_code != 4

    def as_dict(self) -> dict[str, Any]:
        facts = asdict(self.facts) if self.facts else {}
        return {
            "word": self.word,
            "specimen": self.specimen,
            "exit_code": self.exit_code,
            "why": self.why,
            **self.details,
            **{
                key: str(value) if isinstance(value, date) else value
                for key, value in facts.items()
            },
        }


def check_bytes(
    data: bytes, *, trust: bytes | None, offline: bool, revocations: bytes | None = None
) -> Verdict:
    """Check a file. `trust` is a PEM of roots, or a key set, instead of this installation's;
    `offline` opens no database and so knows of the status only an expiry that the letter itself
    names, and what a copy of the signed list (`revocations`) says. Any bytes are answered, never
    an error of theirs. Raises NoTrust when there is no root to check against, or nobody trusted
    has signed the list.
    """
    roots = roots_for(trust, offline=offline)
    ended = None if revocations is None else list_reading.read(revocations, roots)
    if len(data) > LARGEST:
        return Verdict("not a letter", why="larger than any letter")
    signatures = signatures_in(data)
    for signature in signatures:
        if signature.intact and (root := trusted_root(signature, roots)) is not None:
            if signature.covers_all:
                return _genuine(data, signature, root, offline=offline, ended=ended)
            if moment := _proved_at(data, signature, trust, offline=offline):
                return _genuine(
                    data, signature, root, offline=offline, proved_at=moment, ended=ended
                )
    return _not_genuine(data, signatures, roots)


def _proved_at(
    data: bytes, seal: Signature, trust: bytes | None, *, offline: bool
) -> datetime | None:
    """When the file proves that it was signed, if nothing but such proof follows its seal.

    Raises NoTrust when the proof is somebody's whom this caller was not told about.
    """
    told: list[x509.Certificate] | None
    if trust is not None:
        told = keyset.stampers_in(trust)
    else:
        told = keys.stampers_here() if offline else keys.stampers()
    try:
        return later_revisions.proved_at(data, seal, told or [])
    except later_revisions.UnknownStamper:
        if told is not None:
            return None
        raise NoTrust(
            "The file carries time stamps, and nothing here says who may stamp: give the published "
            "key set (verify/keys.json) with --trust."
        ) from None


def _not_genuine(
    data: bytes, signatures: list[Signature], roots: list[x509.Certificate]
) -> Verdict:
    for signature in signatures:
        if trusted_root(signature, roots, strict=False) is not None:
            why = (
                "bytes were added after the signature"
                if signature.intact and not signature.covers_all
                else "the content is not what was signed"
            )
            return Verdict("altered", why=why)
    for signature in signatures:
        if signature.intact and signature.signer is not None:
            if names_root(signature, roots):
                return Verdict("altered", why="a certificate inside it has been changed")
            return Verdict(
                "foreign",
                why="signed by a key that this installation does not trust",
                details={"signer": signature.signer.subject.rfc4514_string()},
            )
    if any(trace in data for trace in _TRACES):
        return Verdict("altered", why="its signature is missing or damaged")
    if signatures:
        return Verdict("foreign", why="its signature is not one of ours")
    return Verdict("not a letter", why="it carries no signature")


def _genuine(
    data: bytes,
    signature: Signature,
    root: x509.Certificate,
    *,
    offline: bool,
    proved_at: datetime | None = None,
    ended: RevocationList | None = None,
) -> Verdict:
    """These bytes are ours, so from here they may be opened as a PDF."""
    assert signature.signer is not None  # noqa: S101 - an intact signature has one
    said = attached(data)
    letter_said = said.get("letter", {})
    sha256 = hashlib.sha256(data).hexdigest()
    specimen = bool(said.get("specimen", True)) or authority.is_specimen(signature.signer)
    details = {
        "sha256": sha256,
        "signed_at": signature.signed_at.isoformat() if signature.signed_at else "",
        "proved_at": proved_at.isoformat() if proved_at else "",
        "signer": signature.signer.subject.rfc4514_string(),
        "root": fingerprint(root),
        "number": letter_said.get("number", ""),
        "kind": said.get("kind", ""),
    }
    if offline:
        shown = ("office_name_ko", "candidate_name", "birth_date", "issue_date", "valid_until")
        details |= {name: letter_said[name] for name in shown if name in letter_said}
        if str(letter_said.get("valid_until") or "9999") < today().isoformat():
            verdict = Verdict("expired", specimen, "its validity has ended", details=details)
        else:
            verdict = Verdict(GENUINE, specimen=specimen, details=details)
        return with_list(
            verdict,
            ended,
            key_id=authority.key_id_of(signature.signer),
            signed_at=signature.signed_at,
        )
    letter = _registered(sha256, said)
    if letter is None:
        return Verdict("unknown", specimen, "it is not in this register", details=details)
    verdict = status_of(letter)
    specimen = specimen or letter.specimen
    word = "specimen" if specimen and verdict.word == "valid" else verdict.word
    return Verdict(word, specimen, verdict.why, verdict.facts, {**details, **verdict.details})


def with_list(
    verdict: Verdict, ended: RevocationList | None, *, key_id: str, signed_at: datetime | None
) -> Verdict:
    """What a copy of the signed list adds to the verdict on a genuine letter: its end, or, while
    the list is young enough, that it has none. A notice is on no list."""
    if ended is None or verdict.details.get("kind") in NOTICES:
        return verdict
    said = ended.say(
        number=str(verdict.details.get("number", "")),
        sha256=str(verdict.details.get("sha256", "")),
        key_id=key_id,
        signed_at=signed_at,
        specimen=verdict.specimen,
    )
    details = {**verdict.details, "list_issued_at": ended.issued_at.isoformat()}
    if said.word in list_reading.ENDS:
        details |= {"successor": said.successor, "ended_on": said.ended_at[:10]}
        return replace(verdict, word=said.word, why=WHYS[said.word], details=details)
    if verdict.word != GENUINE:
        return replace(verdict, details=details)
    if said.word == "valid":
        word = "specimen" if verdict.specimen else "valid"
        return replace(verdict, word=word, why="it is not on the revocation list", details=details)
    return replace(verdict, why=said.why, details=details)


def attached(data: bytes) -> dict[str, Any]:
    """The data inside a PDF of ours; {} if there is none. Only for bytes already believed."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            said = json.loads(pdf.attachments[rendering.ATTACHMENT].get_file().read_bytes())
    except (pikepdf.PdfError, KeyError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _registered(sha256: str, said: Mapping[str, Any]) -> Letter | None:
    """By the file itself, else by the number and secret address printed in it: a copy made
    before the registered one is as genuine."""
    file = LetterFile.objects.filter(sha256=sha256).select_related("letter").first()
    if file is not None:
        return file.letter
    printed = said.get("letter", {})
    token = read_token(str(printed.get("verification_url", "")).rpartition("/")[2])
    if token is None:
        return None
    return Letter.objects.filter(token=token, number=printed.get("number", "")).first()


def check_token(token: str) -> Verdict:
    """What the QR code's address answers. "unknown" also for a letter not delivered yet."""
    stored = read_token(token)
    letter = Letter.objects.filter(token=stored).first() if stored else None
    return _public(letter)


def check_digest(sha256: str) -> Verdict:
    """What the hash of a file answers. A file that is not ours, or was changed, is "unknown":
    only the file itself tells the two apart."""
    file = LetterFile.objects.filter(sha256=sha256).select_related("letter").first()
    return _public(file.letter if file else None)


def check_number(number: str, birth_date: date) -> Verdict:
    """What a typed number and birth date answer: a wrong date is "unknown", like a wrong number.

    A letter from before this system is "earlier": the office's register has it, and nothing can
    prove a copy. Where the register had no birth date, the number alone is answered, with no name.
    """
    letter: Letter | EarlierLetter | None = Letter.objects.filter(number=number.strip()).first()
    if letter is None:
        letter = EarlierLetter.objects.filter(number=number.strip()).first()
    given = birth_digest(letter.number if letter else number, birth_date.isoformat())
    known = letter.birth_digest if letter else ""
    unasked = isinstance(letter, EarlierLetter) and not known
    # A gap is a gap to everybody: whose letter it might have become, no date can find out.
    gap = isinstance(letter, Letter) and letter.state == LetterState.VOID
    if not hmac.compare_digest(given, known) and not unasked and not gap:
        return _public(None)
    return _earlier(letter) if isinstance(letter, EarlierLetter) else _public(letter)


def _earlier(letter: EarlierLetter) -> Verdict:
    """Nothing but what the office's own register said."""
    register = letter.register
    names = register.programme.names
    office = letter.office
    return Verdict(
        "earlier",
        why="issued before this system; it carries no signature that could be checked",
        facts=Facts(
            number=letter.number,
            title_ko="",
            title_en="",
            office_ko=office.name_ko,
            office_en=office.name_en,
            programme_ko=names.get("ko", ""),
            programme_en=names.get("en", ""),
            name=letter.masked_name if letter.birth_digest else "",
            birth_year=letter.birth_year,
            issue_date=letter.issue_date,
            valid_until=None,
        ),
    )


def _public(letter: Letter | None) -> Verdict:
    if letter is None or letter.state == LetterState.RESERVED:
        return Verdict("unknown", why="no such letter has been issued")
    verdict = status_of(letter)
    if letter.specimen and verdict.word == "valid":
        return Verdict("specimen", True, verdict.why, verdict.facts, verdict.details)
    return verdict


def status_of(letter: Letter) -> Verdict:
    word = letter.status_on(today())
    if word == LetterState.RESERVED:
        return Verdict("unknown", letter.specimen, "it has not been issued")
    successor = Letter.objects.filter(supersedes=letter, state=LetterState.VALID).first()
    # Nobody has seen it: for whom it was begun, and that it was, is not for others to learn.
    unseen = word == LetterState.VOID
    facts = Facts(
        number=letter.number,
        title_ko=letter.title_ko,
        title_en=letter.title_en,
        office_ko=letter.office_name_ko,
        office_en=letter.office_name_en,
        programme_ko=letter.programme_name_ko,
        programme_en=letter.programme_name_en,
        name="" if unseen else letter.masked_name,
        birth_year=None if unseen else letter.birth_year,
        issue_date=letter.issue_date,
        valid_until=None if unseen else letter.valid_until,
        successor=successor.number if successor else "",
        ended_on=in_seoul(letter.ended_at).date() if letter.ended_at else None,
        kind=letter.kind,
    )
    return Verdict(word, letter.specimen, WHYS.get(word, ""), facts)


def roots_for(trust: bytes | None, *, offline: bool) -> list[x509.Certificate]:
    if trust is None:
        roots = keys.trusted_roots(registered=not offline)
    else:
        try:
            roots = [chain[-1] for chain in keyset.certificates_in(trust)]
        except keyset.NotAKeySet as reason:
            raise NoTrust(str(reason)) from None
    if not roots:
        raise NoTrust("There is no root to check against: give one with --trust.")
    return roots
