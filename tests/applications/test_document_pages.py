"""Sending, replacing and getting back documents."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AccessLog
from files.models import ScanState, StoredFile
from portal.demo import samples
from tests.pages import at, text

pytestmark = pytest.mark.django_db


def uploading(case, code="passport_copy", upload=None):
    return at("upload", case, code), {"file": upload or samples.paper("여권")}


def test_a_file_is_kept_replaced_and_taken_out(member, draft):
    url, data = uploading(draft)
    assert member.post(url, data).url.endswith("#document-passport_copy")
    first = draft.documents.get(replaced_at=None)
    member.post(*uploading(draft, upload=samples.paper("새 여권")))
    second = draft.documents.get(replaced_at=None)
    assert (second.part, second.stored.name) == (first.part, "새 여권.pdf")
    member.post(at("remove", draft, second.public_id))
    assert not draft.documents.filter(replaced_at=None).exists()
    assert draft.documents.count() == 2  # what was there stays on record


def test_a_document_of_several_parts_takes_several(member, draft):
    for name in ("학사", "석사"):
        member.post(*uploading(draft, "degree_cert", samples.paper(name)))
    assert draft.documents.filter(replaced_at=None).count() == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("여권.hwp", b"\xd0\xcf\x11\xe0" + b"0" * 600),
        ("empty.pdf", b""),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj"),
        ("tool.pdf", b"MZ" + b"0" * 600),
    ],
)
def test_a_bad_upload_is_said_at_its_document_and_nothing_is_lost(member, draft, name, data):
    member.post(*uploading(draft))
    answer = member.post(
        *uploading(draft, "contract", SimpleUploadedFile(name, data, "application/pdf"))
    )
    assert answer.status_code == 200
    rows = {row["code"]: row for row in answer.context["needed"]}
    assert rows["contract"]["error"]
    assert not rows["passport_copy"]["error"]
    assert rows["passport_copy"]["files"]
    assert draft.documents.count() == 1


def test_no_file_chosen_is_a_sentence(member, draft):
    answer = member.post(at("upload", draft, "contract"), {})
    assert "올릴 파일을 먼저 골라 주세요." in text(answer)


def test_an_unlisted_document_does_not_exist(member, draft):
    assert member.post(*uploading(draft, "nothing_of_this")).status_code == 404


def test_ones_own_file_comes_back_as_sent_and_the_look_is_logged(member, world, full):
    case = full.fresh()
    kept = case.documents.order_by("pk").first()
    answer = member.get(at("document", case, kept.public_id))
    assert answer.content == samples.paper("여권 사본").read()
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    log = AccessLog.objects.get()
    assert (log.user, log.what, log.subject_id) == (
        world["company"],
        "document.downloaded",
        case.public_id,
    )


@pytest.mark.incident("T22")
@pytest.mark.parametrize("state", [ScanState.PENDING, ScanState.INFECTED])
def test_a_file_that_may_not_be_opened_says_why(member, full, state):
    kept = full.fresh().documents.select_related("stored").order_by("pk").first()
    StoredFile.objects.filter(pk=kept.stored.pk).update(scan_state=state)
    answer = member.get(at("document", full.case, kept.public_id))
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("text/html")
    assert "열 수 없는 파일" in text(answer)
    assert not AccessLog.objects.exists()


def test_several_files_at_once_each_have_their_own_result(member, draft):
    bad = SimpleUploadedFile("tool.pdf", b"MZ" + b"0" * 600, "application/pdf")
    files = [samples.paper("학사"), bad, samples.paper("석사")]
    answer = member.post(at("upload", draft, "degree_cert"), {"file": files})
    row = next(one for one in answer.context["others"] if one["code"] == "degree_cert")
    assert row["error"].startswith("tool.pdf: ")
    assert [file["name"] for file in row["files"]] == ["학사.pdf", "석사.pdf"]


def test_a_document_of_one_file_takes_the_first_and_says_so(member, draft):
    answer = member.post(
        at("upload", draft, "passport_copy"),
        {"file": [samples.paper("여권"), samples.paper("다른 여권")]},
    )
    row = next(one for one in answer.context["needed"] if one["code"] == "passport_copy")
    assert "파일 하나만 받습니다." in row["error"]
    assert [file["name"] for file in row["files"]] == ["여권.pdf"]


HTMX = {"HX-Request": "true"}


def test_a_page_that_sends_files_by_itself_gets_only_what_changed(member, draft):
    url, data = uploading(draft, "degree_cert")
    answer = member.post(url, data, headers=HTMX)
    assert answer["X-Upload"] == "taken"
    said = answer.content.decode()
    assert "<html" not in said
    assert 'id="document-degree_cert-files"' in said
    assert 'id="form-map"' in said
    kept = draft.documents.get(replaced_at=None)
    gone = member.post(at("remove", draft, kept.public_id), headers=HTMX)
    assert gone["X-Upload"] == "taken"
    assert "뺐습니다: 여권.pdf" in text(gone)
    bad = SimpleUploadedFile("tool.pdf", b"MZ" + b"0" * 600, "application/pdf")
    answer = member.post(url, {"file": bad}, headers=HTMX)
    assert answer["X-Upload"] == "refused"


def test_after_submission_nothing_is_taken_and_the_page_is_told(member, full):
    full.submit()
    url, data = uploading(full.fresh(), "degree_cert")
    answer = member.post(url, data, headers=HTMX)
    assert (answer.status_code, answer["X-Upload"]) == (409, "refused")
    assert member.post(url, {"file": samples.paper("a")}).status_code == 302
