"""`manage.py letters verify | number | drafts | publish | load_designs | register_key | …`."""

import json
import sys
import warnings
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Office, User
from files import services as files
from files.errors import FilesError
from letters import designs, erasure, keys, list_reading, services
from letters.code_checking import check
from letters.errors import LetterError
from letters.models import Letter, LetterFile, LetterState, SigningKey, TemplateDraft
from letters.verification import LARGEST, Verdict, check_number


class Command(BaseCommand):
    help = "Verify letters; make the specimen authority; register keys, seals and designs."
    # A check that needs the database would keep `verify --offline` from running without one.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        verify = actions.add_parser(
            "verify", help="is this file (or text of a code) a genuine letter, and is it valid?"
        )
        verify.add_argument("file", metavar="FILE")
        verify.add_argument(
            "--trust", metavar="PEM", help="roots (PEM) or a key set (JWK) instead of our own"
        )
        verify.add_argument(
            "--offline", action="store_true", help="open no database; the status is not checked"
        )
        verify.add_argument(
            "--revocations", metavar="LIST", help="with --offline: a copy of verify/revoked.jws"
        )
        verify.add_argument("--json", action="store_true", help="one JSON object")
        number = actions.add_parser(
            "number", help="what the register says of a number: as `verify`, or `earlier`"
        )
        number.add_argument("number", metavar="NUMBER")
        number.add_argument("born", metavar="BIRTH-DATE", type=date.fromisoformat)
        number.add_argument("--json", action="store_true", help="one JSON object")
        actions.add_parser("dev_ca", help="make and register the specimen key, if need be")
        actions.add_parser("load_designs", help="publish changed letter designs")
        actions.add_parser("drafts", help="changed designs that wait to be published")
        publish = actions.add_parser("publish", help="let new letters use a changed design")
        publish.add_argument("code", metavar="CODE")
        publish.add_argument("--by", required=True, metavar="EMAIL", help="who answers for it")
        key = actions.add_parser("register_key", help="register an office's production key")
        key.add_argument("certificates", metavar="PEM", help="certificate, then up to the root")
        seal = actions.add_parser("register_seal", help="register the image of an office's seal")
        seal.add_argument("image", metavar="PNG")
        actions.add_parser("timestamp", help="have valid letters time-stamped that are not")
        retire = actions.add_parser("retire_key", help="sign nothing more with a key")
        retire.add_argument("key_id", metavar="KEY-ID")
        retire.add_argument("--by", required=True, metavar="EMAIL", help="who answers for it")
        retire.add_argument("--why", required=True, metavar="REASON")
        erase = actions.add_parser(
            "erase", help="destroy what the letters of a case say of a person; verification stays"
        )
        erase.add_argument("number", metavar="NUMBER", help="any of the case's letters")
        erase.add_argument("--by", required=True, metavar="EMAIL", help="who answers for it")
        erase.add_argument("--why", required=True, metavar="REASON")
        erase.add_argument("--really", action="store_true", help="without it nothing is changed")
        for action in (key, seal):
            action.add_argument("--office", required=True, metavar="CODE")
            action.add_argument("--by", required=True, metavar="EMAIL", help="who answers for it")

    def handle(self, *, action: str, **options) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except (LetterError, FilesError) as reason:
            raise CommandError(str(reason)) from None

    def _verify(
        self,
        *,
        file: str,
        trust: str | None,
        offline: bool,
        revocations: str | None,
        json: bool,
        **_,
    ) -> None:
        if revocations is not None and not offline:
            raise CommandError(
                "--revocations is for --offline: the register knows better.", returncode=2
            )
        roots = None if trust is None else self._read(trust)
        ended = None if revocations is None else self._read(revocations, list_reading.LARGEST)
        with warnings.catch_warnings():
            # Damaged certificates make the library complain; the verdict says it better.
            warnings.simplefilter("ignore")
            verdict = check(self._read(file), trust=roots, offline=offline, revocations=ended)
        self._tell(verdict, as_json=json)
        if verdict.exit_code:
            sys.exit(verdict.exit_code)

    def _number(self, *, number: str, born: date, json: bool, **_) -> None:
        verdict = check_number(number, born)
        self._tell(verdict, as_json=json)
        if verdict.exit_code:
            sys.exit(verdict.exit_code)

    def _tell(self, verdict: Verdict, *, as_json: bool) -> None:
        said = {key: value for key, value in verdict.as_dict().items() if value not in ("", None)}
        if as_json:
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        self.stdout.write(verdict.word)
        for key in ("word", "specimen", "exit_code"):
            said.pop(key)
        if verdict.specimen and verdict.word != "specimen":
            self.stdout.write("specimen: yes")
        for key, value in said.items():
            self.stdout.write(f"{key}: {value}")

    def _dev_ca(self, **_) -> None:
        key = keys.ensure_specimen_key()
        self.stdout.write(f"specimen {key.key_id} {key.fingerprint} {keys.folder() / 'root.pem'}")

    def _load_designs(self, **_) -> None:
        for code in designs.codes():
            version = designs.load(code)
            self.stdout.write(f"{version.code} {version.version} {version.content_hash}")

    def _drafts(self, **_) -> None:
        for draft in TemplateDraft.objects.order_by("code"):
            self.stdout.write(f"{draft.code} {draft.brought_at:%Y-%m-%d} {draft.content_hash}")

    def _publish(self, *, code: str, by: str, **_) -> None:
        draft = TemplateDraft.objects.filter(code=code).first()
        if draft is None:
            raise CommandError(f"No changed design of {code} waits to be published.")
        version = designs.publish_draft(
            code=code, content_hash=draft.content_hash, actor=self._user(by)
        )
        self.stdout.write(f"{version.code} {version.version} {version.content_hash}")

    def _register_key(self, *, certificates: str, office: str, by: str, **_) -> None:
        key = keys.register_production_key(
            office=self._office(office), chain_pem=self._read(certificates), actor=self._user(by)
        )
        stem = keys.private_key_stem(key)
        self.stdout.write(f"production {key.key_id} {key.fingerprint} {stem}")

    def _timestamp(self, **_) -> None:
        if not settings.LETTER_TIMESTAMP_URL:
            raise CommandError("CHUCHEON_TIMESTAMP_URL names no server.")
        proved = LetterFile.objects.filter(letter=OuterRef("pk"), proved_at__isnull=False)
        waiting = Letter.objects.filter(state=LetterState.VALID).exclude(Exists(proved))
        count = 0
        for letter in waiting.order_by("pk").iterator():
            with transaction.atomic():
                count += services.prove_time(letter)
        self.stdout.write(f"waiting {count}")

    def _retire_key(self, *, key_id: str, by: str, why: str, **_) -> None:
        key = SigningKey.objects.filter(key_id=key_id).first()
        if key is None:
            raise CommandError(f"There is no key {key_id}.")
        keys.retire_key(key=key, actor=self._user(by), reason=why)
        self.stdout.write(f"retired {key.key_id}")

    def _erase(self, *, number: str, by: str, why: str, really: bool, **_) -> None:
        letter = Letter.objects.filter(number=number).first()
        if letter is None:
            raise CommandError(f"There is no letter {number}.")
        with transaction.atomic():
            count = erasure.erase(subject=letter.subject, actor=self._user(by), reason=why)
            transaction.set_rollback(not really)
        self.stdout.write(f"{'erased' if really else 'would erase'} {count}")

    def _register_seal(self, *, image: str, office: str, by: str, **_) -> None:
        actor = self._user(by)
        data = self._read(image)
        kind = "image/jpeg" if data.startswith(b"\xff\xd8") else "image/png"
        stored = files.put(data=data, name=Path(image).name, content_type=kind, actor=actor)
        seal = keys.register_seal(office=self._office(office), image=stored, actor=actor)
        self.stdout.write(f"seal {seal.public_id}")

    def _office(self, code: str) -> Office:
        office = Office.objects.filter(code=code).first()
        if office is None:
            raise CommandError(f"There is no office {code}.")
        return office

    def _user(self, email: str) -> User:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"There is no user {email}.")
        return user

    def _read(self, name: str, largest: int = LARGEST) -> bytes:
        """At most one byte more than any letter has: enough to know that it is too large."""
        try:
            with Path(name).open("rb") as source:
                return source.read(largest + 1)
        except OSError as reason:
            raise CommandError(f"{name}: {reason.strerror}") from None
