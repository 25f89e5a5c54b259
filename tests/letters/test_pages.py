"""The public pages: no login, nothing stored, nothing for a guesser."""

import re
from datetime import date, datetime

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from files.models import StoredFile
from letters import keys, services
from letters.models import Letter
from letters.upload import LARGEST_UPLOAD
from programs import calendar

pytestmark = pytest.mark.django_db
VERIFY = "/verify/"


@pytest.fixture(autouse=True)
def _monday_with_an_empty_cache():
    cache.clear()
    with calendar.frozen(datetime(2026, 11, 23, 10, tzinfo=calendar.SEOUL)):
        yield


@pytest.fixture
def letter(kotra, issue) -> Letter:
    return issue(kotra)


def upload(client, data: bytes, name: str = "letter.pdf"):
    file = SimpleUploadedFile(name, data, content_type="application/pdf")
    return client.post(VERIFY, {"file": file})


def text_of(response) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


def test_the_page_is_open_to_everyone(client):
    response = client.get(reverse("letters:verify"))
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize("path", ["/v/{}", "/V/{}"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_the_code_answers_at_once_in_any_case(client, letter, path, case):
    response = client.get(path.format(case(letter.token)))
    text = text_of(response)
    assert response.status_code == 200
    assert "견본입니다. 효력이 없습니다" in text
    assert letter.number in text
    assert "T*** T** M** L**" in text
    assert "1994" in text
    assert "TRAN" not in text
    assert "1994-03-07" not in text
    assert "3. 7." not in text


def test_an_unknown_code_is_not_found_and_says_so(client, letter):
    response = client.get("/V/" + "A" * 26)
    assert response.status_code == 404
    assert "해당하는 추천서가 없습니다" in text_of(response)
    assert client.get("/V/short").status_code == 404


def test_number_and_birth_date_answer(client, letter):
    response = client.post(VERIFY, {"number": f" {letter.number} ", "birth_date": "1994-03-07"})
    assert response.status_code == 200
    assert letter.number in text_of(response)


def test_a_wrong_date_and_a_wrong_number_look_the_same(client, letter):
    answers = [
        client.post(VERIFY, {"number": number, "birth_date": day})
        for number, day in [(letter.number, "1994-03-08"), ("KOTRA-2026-999999", "1994-03-07")]
    ]
    pages = [
        re.sub(r"(csrf[^>]*|X-CSRFToken[^>]*)", "", answer.content.decode()) for answer in answers
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert pages[0] == pages[1]
    assert letter.number not in pages[0]


def test_guessing_is_slowed_down(client, letter):
    statuses = [
        client.post(
            VERIFY, {"number": letter.number, "birth_date": f"1994-03-{day:02d}"}
        ).status_code
        for day in range(8, 30)
    ]
    assert statuses == [200] * 20 + [429] * 2
    # ... even for the right answer, and only for that address.
    right = {"number": letter.number, "birth_date": "1994-03-07"}
    assert client.post(VERIFY, right).status_code == 429
    assert client.post(VERIFY, right, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_a_file_is_checked_and_not_kept(client, letter, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    (tmp_path / "uploads").mkdir()
    data = services.read_file(letter)
    before = StoredFile.objects.count()
    assert "견본입니다. 효력이 없습니다" in text_of(upload(client, data))
    assert "바뀐 파일입니다" in text_of(upload(client, data + b"\n"))
    assert "바뀐 파일입니다" in text_of(upload(client, data[:3000] + b"x" + data[3001:]))
    assert "추천서 파일이 아닙니다" in text_of(upload(client, b"%PDF-1.7 nothing"))
    assert "추천서 파일이 아닙니다" in text_of(upload(client, b""))
    large = upload(client, bytes(LARGEST_UPLOAD + 100_000))
    assert large.status_code == 400
    assert "5 MB" in text_of(large)
    assert StoredFile.objects.count() == before
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"number": ""},
        {"number": "x" * 500, "birth_date": "1994-03-07"},
        {"number": "KOTRA-2026-000001", "birth_date": "yesterday"},
        {"number": "KOTRA-2026-000001", "birth_date": "0000-00-00"},
        {"number": "\x00", "birth_date": "1994-03-07"},
        {"number": "<script>alert(1)</script>", "birth_date": ""},
    ],
)
def test_what_cannot_be_checked_is_asked_for_again(client, specimen_key, given):
    response = client.post(VERIFY, given)
    assert response.status_code == 400
    assert "<script>alert" not in response.content.decode()


def test_forged_posts_from_other_sites_are_refused(kotra):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    given = {"number": "KOTRA-2026-000001", "birth_date": "1994-03-07"}
    assert strict.post(VERIFY, given).status_code == 403
    token = strict.get(VERIFY).context["csrf_token"]
    assert strict.post(VERIFY, {**given, "csrfmiddlewaretoken": str(token)}).status_code == 200


def test_an_expired_specimen_says_specimen_first(client, letter):
    with calendar.frozen(datetime(2027, 6, 1, 10, tzinfo=calendar.SEOUL)):
        text = text_of(client.get(f"/v/{letter.token}"))
    title, _bar, page = text.partition("|")
    assert title.strip() == "견본: 유효기간이 지난 추천서입니다"
    assert page.index("견본입니다") < page.index("유효기간이 지난 추천서입니다")


def test_a_letter_being_made_is_unknown_to_the_public(client, kotra):
    from tests.letters.samples import reserve

    letter = reserve(kotra)
    assert client.get(f"/v/{letter.token}").status_code == 404
    right = {"number": letter.number, "birth_date": "1994-03-07"}
    assert letter.number not in text_of(client.post(VERIFY, right))


def test_keys_and_roots_can_be_downloaded(client, specimen_key):
    page = client.get(reverse("letters:keys"))
    pem = client.get(reverse("letters:certificate", args=[specimen_key.key_id]))
    roots = client.get(reverse("letters:trust"))
    assert specimen_key.fingerprint in page.content.decode()
    assert pem.content.decode().count("BEGIN CERTIFICATE") == 3
    assert roots.content == (keys.folder() / "root.pem").read_bytes()
    assert b"PRIVATE" not in pem.content + roots.content
    assert client.get("/verify/keys/0123456789abcdef.pem").status_code == 404


def test_the_pages_speak_english(client, letter):
    with translation.override("en"):
        response = client.get(f"/v/{letter.token}", headers={"accept-language": "en"})
    assert "Letter of Employment Recommendation" in text_of(response)


def test_the_pages_ask_the_database_little(client, letter, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get(f"/v/{letter.token}")
    with django_assert_max_num_queries(4):
        client.post(VERIFY, {"number": letter.number, "birth_date": date(1994, 3, 7)})
