"""A copy of the revocation list, signed in the letter worker: what it proves without a connection,
and what it does not."""

import base64
import json
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files import services as files
from letters import ending, keys, keyset, list_reading, registry, services, signed_list
from letters.errors import NoTrust
from letters.models import Letter, OfficeSeal, SignedList, SigningKey
from letters.verification import GENUINE, check_bytes
from notifications import outbox
from notifications.models import OutboxRow
from tests.letters.samples import reserve
from tests.letters.test_codes import printed_code
from tests.letters.test_faults import moved_away
from tests.letters.test_keys import Body, pem, seal_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(officer):
    return officer.__class__.objects.create_user(email="second@example.kr", name="둘째")


@pytest.fixture
def two(kotra, issue) -> tuple[Letter, Letter]:
    return issue(kotra), issue(kotra)


def revoke(letter: Letter, first, second) -> None:
    with transaction.atomic():
        asked = ending.propose_revocation(letter=letter, actor=first, reason="위조")
        ending.confirm_revocation(ending=asked, actor=second)


def sign() -> bytes:
    """What the letter worker does, and who asks is sent."""
    outbox.drain(topic=signed_list.TOPIC)
    answer = Client().get(reverse("letters:revoked_signed"))
    assert answer.status_code == 200
    return answer.content


def roots() -> list[x509.Certificate]:
    return keys.trusted_roots()


def production(office, officer) -> Body:
    """The office's own key and seal."""
    body = Body()
    key = keys.register_production_key(
        office=office, chain_pem=pem(body.certificate, body.root), actor=officer
    )
    body.put_private_key(key)
    if not OfficeSeal.objects.filter(office=office, retired_at=None).exists():
        stored = files.put(data=seal_picture(), name="seal.png", content_type="image/png")
        keys.register_seal(office=office, image=stored, actor=officer)
    return body


def test_a_copy_tells_the_ended_from_the_valid_without_a_database(
    two, officer, second, tmp_path, capsys, django_db_blocker
):
    gone, kept = two
    data = {letter: services.read_file(letter) for letter in two}
    codes = {letter: printed_code(letter, tmp_path) for letter in two}
    revoke(gone, officer, second)
    copy = tmp_path / "revoked.jws"
    copy.write_bytes(sign())
    for letter, word, code in ((gone, "revoked", 3), (kept, "specimen", 0)):
        for given in (data[letter], codes[letter].encode()):
            path = tmp_path / "letter"
            path.write_bytes(given)
            asked = ["letters", "verify", str(path), "--offline", "--revocations", str(copy)]
            with django_db_blocker.block():
                if code:
                    with pytest.raises(SystemExit) as ended:
                        call_command(*asked)
                    assert ended.value.code == code
                else:
                    call_command(*asked)
            said = capsys.readouterr().out.splitlines()
            assert said[0] == word
            assert any(line.startswith("list_issued_at: ") for line in said)
    # Without the list nothing is said of the status, as ever.
    assert check_bytes(data[gone], trust=None, offline=True).word == GENUINE


def test_another_program_finds_the_signature_right(two, officer, second, tmp_path):
    revoke(two[0], officer, second)
    document = json.loads(sign())
    (one,) = document["signatures"]

    def plain(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "==")

    header = json.loads(plain(one["protected"]))
    leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    public = leaf.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    raw = plain(one["signature"])
    whole = utils.encode_dss_signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    )
    for name, content in (
        ("public.pem", public),
        ("signature", whole),
        ("signed", f"{one['protected']}.{document['payload']}".encode()),
    ):
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature"]
    done = subprocess.run(
        [*command, "signed"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "Verified OK"
    assert (header["alg"], header["kid"]) == ("ES256", SigningKey.objects.get().key_id)
    assert "TRAN" not in plain(document["payload"]).decode()


def test_who_signs_decides_for_whom_it_counts(kotra, officer, second, issue):
    specimen = issue(kotra)
    body = production(kotra, officer)
    real = issue(kotra)
    assert (specimen.specimen, real.specimen) == (True, False)
    revoke(specimen, officer, second)
    revoke(real, officer, second)
    whole = sign()
    assert len(json.loads(whole)["signatures"]) == 2
    published = json.dumps(keyset.jwk_set()).encode()
    own_root = body.root.public_bytes(Encoding.PEM)
    data = services.read_file(real)
    for trust in (published, own_root):
        asked = {"trust": trust, "offline": True, "revocations": whole}
        assert check_bytes(data, **asked).word == "revoked"
    # The specimen key alone: nothing of a letter with legal effect.
    document = json.loads(whole)
    document["signatures"] = [
        one
        for one in document["signatures"]
        if SigningKey.objects.get(production=False).key_id
        in base64.urlsafe_b64decode(one["protected"] + "==").decode()
    ]
    assert len(document["signatures"]) == 1
    verdict = check_bytes(
        data, trust=published, offline=True, revocations=json.dumps(document).encode()
    )
    assert (verdict.word, verdict.why) == (
        GENUINE,
        "only a specimen key has signed the revocation list",
    )
    with pytest.raises(NoTrust):
        check_bytes(data, trust=own_root, offline=True, revocations=json.dumps(document).encode())


def test_a_changed_list_or_a_strangers_is_not_believed(two, officer, second, tmp_path):
    revoke(two[0], officer, second)
    data, whole = services.read_file(two[0]), sign()
    document = json.loads(whole)
    payload = base64.urlsafe_b64decode(document["payload"] + "==")
    emptied = json.dumps({**json.loads(payload), "letters": []}).encode()
    changed = {
        **document,
        "payload": base64.urlsafe_b64encode(emptied).decode().rstrip("="),
    }
    flipped = json.loads(whole)
    signature = flipped["signatures"][0]["signature"]
    flipped["signatures"][0]["signature"] = ("A" if signature[0] != "A" else "B") + signature[1:]
    for given in (changed, flipped, {**document, "signatures": []}, {}, [], "x", None):
        with pytest.raises(NoTrust):
            check_bytes(data, trust=None, offline=True, revocations=json.dumps(given).encode())
    for odd in (b"", b"\xff\xfe", b"{" * 5000, whole[:-40]):
        with pytest.raises(NoTrust):
            list_reading.read(odd, roots())
    stranger = Body().root.public_bytes(Encoding.PEM)
    with pytest.raises(NoTrust):
        check_bytes(data, trust=stranger, offline=True, revocations=whole)
    # What is no letter of ours is still told so.
    assert check_bytes(b"x", trust=None, offline=True, revocations=whole).word == "not a letter"


def test_an_old_copy_still_tells_what_was_revoked_and_not_what_was_not(
    two, officer, second, settings
):
    gone, kept = two
    revoke(gone, officer, second)
    found = list_reading.read(sign(), roots())
    late = list_reading.RevocationList(
        found.issued_at - timedelta(days=3),
        found.issued_at - timedelta(days=2),
        found.covers,
        found.letters,
        found.binding,
    )
    key = SigningKey.objects.get().key_id
    asked = {"sha256": "", "key_id": key, "specimen": True}
    old = {**asked, "signed_at": found.issued_at - timedelta(days=9)}
    assert late.say(number=gone.number, **old).word == "revoked"
    assert "renewed" in late.say(number=kept.number, **old).why
    assert (
        "older"
        in late.say(number=kept.number, **asked, signed_at=found.issued_at - timedelta(days=1)).why
    )
    assert found.say(number=kept.number, **old).word == "valid"
    assert "cover" in found.say(number=kept.number, **{**old, "key_id": "0" * 16}).why


def test_a_retired_keys_letters_are_covered_by_the_next_key(kotra, officer, second, issue):
    production(kotra, officer)
    old, kept = issue(kotra), issue(kotra)
    first = old.current_file().key
    keys.retire_key(key=first, actor=officer, reason="정기 교체")
    production(kotra, officer)
    revoke(old, officer, second)
    whole = sign()
    published = json.dumps(keyset.jwk_set()).encode()
    asked = {"trust": published, "offline": True, "revocations": whole}
    assert check_bytes(services.read_file(old), **asked).word == "revoked"
    assert check_bytes(services.read_file(kept), **asked).word == "valid"


def test_page_and_plain_list_wait_for_no_key(two, officer, second):
    assert Client().get(reverse("letters:revoked_signed")).status_code == 404
    path = keys.private_key_stem(SigningKey.objects.get()).with_suffix(".p12")
    with moved_away(path):
        revoke(two[0], officer, second)
        outbox.drain(topic=signed_list.TOPIC)
        row = OutboxRow.objects.get(topic=signed_list.TOPIC)
        assert "no key can sign" in row.last_error
        assert two[0].number in Client().get(reverse("letters:revoked")).content.decode()
        plain = Client().get(reverse("letters:revoked_json")).json()
        assert [one["number"] for one in plain["letters"]] == [two[0].number]
    OutboxRow.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert sign()
    page = Client().get(reverse("letters:revoked")).content.decode()
    assert reverse("letters:revoked_signed") in page


def test_it_is_kept_fresh_and_one_is_kept(two, officer, second):
    assert signed_list.keep_fresh()
    assert not signed_list.keep_fresh(), "asked for already"
    sign()
    assert not signed_list.keep_fresh(), "fresh"
    newest = SignedList.objects.get()
    SignedList.objects.update(
        issued_at=newest.issued_at - timedelta(hours=13),
        next_update=newest.next_update - timedelta(hours=13),
    )
    assert signed_list.keep_fresh()
    sign()
    renewed = SignedList.objects.get()
    assert renewed.issued_at >= newest.issued_at
    # A key that came into force since signs it too.
    production(two[0].office, officer)
    assert signed_list.keep_fresh()
    assert len(json.loads(sign())["signatures"]) == 2


def test_a_number_given_up_after_its_file_was_made_is_on_it(kotra, officer):
    registry.register_release("left", lambda letter: False)
    made, unmade = reserve(kotra, subject_kind="left"), reserve(kotra, wait=timedelta(hours=1))
    outbox.drain(topic="letters.make")
    data = files.read(made.current_file().stored)
    for letter in (made, unmade):
        with transaction.atomic():
            services.void(letter=letter, actor=officer, reason="결정을 거둠")
    signed_list.keep_fresh()
    whole = sign()
    assert set(list_reading.read(whole, roots()).letters) == {made.number}
    verdict = check_bytes(data, trust=None, offline=True, revocations=whole)
    assert (verdict.word, verdict.exit_code) == ("void", 3)


def test_it_is_for_offline_only(two, tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(services.read_file(two[0]))
    with pytest.raises(CommandError) as refused:
        call_command("letters", "verify", str(path), "--revocations", str(path))
    assert refused.value.returncode == 2
