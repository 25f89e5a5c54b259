"""An office gets its production key and its seal: from then on its letters are in force, and the
specimens from before stay specimens."""

from pathlib import Path

import pypdfium2
import pytest
from django.core.management import call_command
from django.urls import reverse

from applications.stages import Stage
from letters import codes, keys
from letters.models import Letter, SigningKey
from tests.letters.test_codes import printed_code
from tests.letters.test_keys import Body, pem, seal_picture
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def body(town) -> Body:
    """The province's own authority; what it leaves in the key folder goes with the test."""
    before = set(keys.folder().iterdir())
    yield Body()
    for path in set(keys.folder().iterdir()) - before:
        path.unlink()


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def verified(pdf: bytes, folder: Path, capsys, *more: str) -> list[str]:
    path = folder / "asked.pdf"
    path.write_bytes(pdf)
    capsys.readouterr()
    call_command("letters", "verify", str(path), *more)
    return capsys.readouterr().out.splitlines()


def issue(world: World) -> tuple[str, Letter]:
    story = world.at(Stage.APPROVED, slug=GYEONGGI)
    deliver_letters()
    letter = Letter.objects.get(subject=story.case.public_id)
    assert letter.state == "valid"
    return reverse("case", args=[story.case.public_id]), letter


def register(body: Body, folder: Path, capsys) -> SigningKey:
    """What whoever runs the installation does, by the book (docs/operating.md)."""
    chain, seal = folder / "chain.pem", folder / "seal.png"
    chain.write_bytes(pem(body.certificate, body.root))
    seal.write_bytes(seal_picture())
    who = ["--office", "gyeonggi", "--by", "gyeonggi.admin@demo.example"]
    capsys.readouterr()
    call_command("letters", "register_key", str(chain), *who)
    kind, key_id, _fingerprint, stem = capsys.readouterr().out.split()
    key = SigningKey.objects.get(key_id=key_id)
    assert (kind, stem) == ("production", str(keys.private_key_stem(key)))
    body.put_private_key(key)
    call_command("letters", "register_seal", str(seal), *who)
    return key


def test_letters_are_in_force_from_the_production_key_on(person, body, tmp_path, capsys):
    world = World()
    own_case, specimen = issue(world)
    company, admin, anybody = person("company"), person("gyeonggi.admin"), person()

    # Before: a specimen, wherever one looks.
    company.open(own_case).reads("견본").shot("specimen")
    before = company.download(company.link("추천서 내려받기 (PDF)"))
    assert "SPECIMEN" in words_of(before)
    assert codes.read(printed_code(specimen, tmp_path)).specimen
    assert verified(before, tmp_path, capsys)[0] == "specimen"
    anybody.open(f"/v/{specimen.token}").reads("견본입니다. 효력이 없습니다")
    admin.open(reverse("desk-keys")).reads("지금 발급하는 추천서는 모두 견본입니다.").shot(
        "missing"
    )
    admin.reads("사용 중인 정식 서명 키").reads("등록된 관인")

    key = register(body, tmp_path, capsys)
    admin.open(reverse("desk-keys")).reads("정식 추천서 발급").reads(key.fingerprint).shot("there")
    admin.reads_not("지금 발급하는 추천서는 모두 견본입니다.")

    # After: none of it.
    own_case, letter = issue(world)
    company.open(own_case).reads(letter.number).reads("유효")
    assert company.page.locator("#letter").get_by_text("견본").count() == 0
    company.shot("in-force")
    pdf = company.download(company.link("추천서 내려받기 (PDF)"))
    assert "SPECIMEN" not in words_of(pdf)
    assert "견본" not in words_of(pdf)
    assert not codes.read(printed_code(letter, tmp_path)).specimen
    root = tmp_path / "root.pem"
    root.write_bytes(pem(body.root))
    said = verified(pdf, tmp_path, capsys, "--trust", str(root))
    assert said[0] == "valid"
    assert not any(line.startswith("specimen") for line in said)
    assert verified(pdf, tmp_path, capsys, "--trust", str(root), "--offline")[0].startswith("gen")
    anybody.open(f"/v/{letter.token}").reads("유효한 추천서입니다").shot("valid")
    anybody.reads_not("견본입니다. 효력이 없습니다")
    admin.open(reverse("desk-letter", args=[letter.public_id])).reads(key.key_id).reads("정식")
    admin.shot("register")
    person("gyeonggi.lead").open(reverse("reviews:letter", args=[letter.subject])).reads(key.key_id)
    admin.open(reverse("desk-letters")).reads(letter.number).reads(specimen.number)
    anybody.open("/verify/keys/").reads(key.key_id)

    # The specimen stays one.
    anybody.open(f"/v/{specimen.token}").reads("견본입니다. 효력이 없습니다")
    assert verified(before, tmp_path, capsys)[0] == "specimen"
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(pem(Body().root))
    with pytest.raises(SystemExit) as foreign:
        verified(pdf, tmp_path, capsys, "--trust", str(stranger))
    assert foreign.value.code == 4
