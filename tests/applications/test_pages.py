"""The company's pages: drafting, documents, submitting, answering, withdrawing."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import CompanyMembership
from applications.models import Application, Claim
from applications.services import drafting, supplement
from applications.stages import Stage
from audit.models import AccessLog
from files.models import ScanState, StoredFile
from portal.demo import samples
from programs import calendar
from programs.document import text_hash
from programs.models import ProgrammeVersion
from tests.pages import fields, hurt, only_reading
from tests.world import KOTRA

pytestmark = pytest.mark.django_db
GYEONGGI = "gyeonggi"


@pytest.fixture
def member(world):
    client = Client()
    client.force_login(world["company"])
    return client


@pytest.fixture
def draft(world) -> Application:
    return world.story().case


@pytest.fixture
def full(world):
    """A draft that lacks nothing."""
    return world.story().fill()


def at(name, case, *more):
    return reverse(f"applications:{name}", args=[case.public_id, *more])


def section(case, name):
    return at("edit", case, name)


def saved(case, kind):
    return [
        c.declared for c in Claim.objects.filter(application=case, kind=kind).order_by("position")
    ]


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- lists and beginning ---------------------------------------------------------------------
def test_an_empty_list_says_how_to_begin(member):
    page = member.get(reverse("applications:list"))
    assert "아직 낸 신청이 없습니다." in text(page)
    assert reverse("applications:new") in page.content.decode()


def test_the_list_says_what_is_to_be_done_next(member, world):
    world.bare(Stage.DRAFT)
    asked = world.at(Stage.SUPPLEMENT).case
    page = member.get(reverse("applications:list"))
    assert "이어서 작성" in text(page)
    assert "보완이 필요합니다" in text(page)
    assert at("supplement", asked) in page.content.decode()
    due = asked.supplements.get().due_on
    assert f"{due.year}. {due.month}. {due.day}." in text(page)


def test_lists_ask_as_many_questions_at_three_rows_as_at_one(
    member, world, django_assert_num_queries
):
    world.bare(Stage.DOCUMENT_REVIEW)
    url = reverse("applications:list")
    member.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        member.get(url)
    world.bare(Stage.DRAFT)
    world.bare(Stage.ISSUED, GYEONGGI)
    with django_assert_num_queries(len(one)):
        assert len(member.get(url).context["rows"]) == 3


def test_the_list_pages_by_key_in_both_directions(member, world, monkeypatch):
    monkeypatch.setattr(
        "applications.selectors.page_of.__kwdefaults__", {"after": "", "before": "", "size": 2}
    )
    cases = [world.bare(Stage.DRAFT) for _one in range(5)][::-1]

    def shown(page):
        return [row["case"].pk for row in page.context["rows"]]

    url = reverse("applications:list")
    first = member.get(url)
    assert shown(first) == [cases[0].pk, cases[1].pk]
    assert first.context["newer_url"] == ""
    second = member.get(url + first.context["older_url"])
    assert shown(second) == [cases[2].pk, cases[3].pk]
    last = member.get(url + second.context["older_url"])
    assert shown(last) == [cases[4].pk]
    assert last.context["older_url"] == ""
    assert shown(member.get(url + last.context["newer_url"])) == shown(second)
    assert shown(member.get(url + second.context["newer_url"])) == shown(first)
    assert shown(member.get(url + "?after=nonsense")) == shown(first)


def test_another_companys_case_is_no_key_to_the_list(member, world):
    other = world.bare(Stage.DRAFT, member="company2")
    mine = world.bare(Stage.DRAFT)
    page = member.get(reverse("applications:list") + f"?before={other.public_id}")
    assert {row["case"].pk for row in page.context["rows"]} <= {mine.pk}


def test_someone_without_a_company_is_told_what_to_do(world):
    CompanyMembership.objects.filter(user=world["company"]).delete()
    client = Client()
    client.force_login(world["company"])
    assert "신청할 회사가 없습니다." in text(client.get(reverse("applications:new")))


def test_beginning_makes_a_draft_and_opens_its_first_section(member):
    page = member.get(reverse("applications:new"))
    sent = fields(page) | {"programme": KOTRA}
    answer = member.post(reverse("applications:new"), sent)
    case = Application.objects.get()
    assert answer.url == section(case, "candidate")
    assert case.stage == Stage.DRAFT


def test_beginning_for_a_company_of_others_is_refused(member, world):
    foreign = world["company2"].company_memberships.get().company
    answer = member.post(
        reverse("applications:new"), {"programme": KOTRA, "company": str(foreign.public_id)}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors["company"]
    assert not Application.objects.exists()


# --- the candidate ---------------------------------------------------------------------------
def test_the_candidate_is_saved_as_the_passport_prints_it(member, draft):
    sent = {
        "version": draft.revision,
        "surname": " nguyen ",
        "given_names": "thi  minh",
        "nationality": "VNM",
        "birth_date": "1994-03-17",
        "sex": "F",
        "passport_no": "m 1234-5678",
        "in_korea": "false",
        "email": "c@demo.example",
        "language": "en",
        "next": "",
    }
    assert member.post(section(draft, "candidate"), sent).url == section(draft, "degree")
    candidate = Application.objects.get(pk=draft.pk).candidate
    assert candidate.passport_name == "NGUYEN THI MINH"
    assert candidate.passport_no == "M12345678"
    assert candidate.in_korea is False


def test_identifiers_are_never_sent_back_and_kept_when_left_empty(member, full):
    case = full.fresh()
    page = member.get(section(case, "candidate"))
    assert "Z00000001" not in page.content.decode()
    assert "Z00****01" in page.content.decode()
    sent = fields(page) | {"name_ko": "응우옌"}
    member.post(section(case, "candidate"), sent)
    assert full.fresh().candidate.passport_no == "Z00000001"
    assert full.case.candidate.name_ko == "응우옌"


@pytest.mark.parametrize(
    ("number", "born", "sex", "wrong"),
    [
        ("940317-6123456", "1994-03-17", "F", False),
        ("9403176123456", "1994-03-17", "F", False),
        ("040317-8123456", "2004-03-17", "F", False),
        ("940317-5123456", "1994-03-17", "F", True),  # a man's digit
        ("940317-8123456", "1994-03-17", "F", True),  # born 2094
        ("940318-6123456", "1994-03-17", "F", True),
        ("940317-1123456", "1994-03-17", "F", True),  # a citizen's number
        ("940317-6123", "1994-03-17", "F", True),
        ("940317-6123456", "", "", False),
        ("940317-6123456", "1994-03-17", "X", False),
    ],
)
def test_a_registration_number_agrees_with_birth_date_and_sex(
    member, draft, number, born, sex, wrong
):
    sent = {
        "version": draft.revision,
        "registration_no": number,
        "birth_date": born,
        "sex": sex,
        "in_korea": "true",
    }
    answer = member.post(section(draft, "candidate"), sent)
    assert (answer.status_code == 200) is wrong
    if wrong:
        assert "registration_no" in answer.context["form"].errors


def test_typed_values_stay_when_one_of_them_is_wrong(member, draft):
    sent = {
        "version": draft.revision,
        "surname": "응우옌",
        "given_names": "thi minh",
        "passport_no": "12",
        "birth_date": "1994-13-45",
        "email": "c@",
        "address": "경기도 수원시",
    }
    answer = member.post(section(draft, "candidate"), sent)
    assert set(answer.context["form"].errors) == {"surname", "passport_no", "birth_date", "email"}
    shown = fields(answer)
    assert {name: shown[name] for name in sent if name != "version"} == {
        name: value for name, value in sent.items() if name != "version"
    }
    assert "error-summary" in answer.content.decode()
    assert 'href="#id_birth_date"' in answer.content.decode()


def test_a_stored_registration_number_can_be_forgotten(member, world):
    story = world.story()
    story.person = samples.CANDIDATES[2]
    case = story.fill().fresh()
    sent = fields(member.get(section(case, "candidate"))) | {
        "in_korea": "false",
        "forget_registration_no": "on",
    }
    member.post(section(case, "candidate"), sent)
    candidate = Application.objects.get(pk=case.pk).candidate
    assert not candidate.registration_no
    assert candidate.registration_digest == ""


# --- facts -----------------------------------------------------------------------------------
def test_rows_are_added_and_removed_without_javascript(member, draft):
    url = section(draft, "degree")
    first = fields(member.get(url)) | {
        "rows-0-institution": "A University",
        "rows-0-level": "master",
    }
    more = member.post(url, first | {"add": "rows"})
    assert fields(more)["rows-0-institution"] == "A University"
    assert fields(more)["rows-1-institution"] == ""
    assert not more.context["form"].is_bound  # nothing is called wrong while rows are arranged
    second = fields(more) | {
        "rows-1-institution": "B University",
        "rows-1-awarded_on": "not a day",
    }
    fewer = member.post(url, second | {"remove": "rows:0"})
    shown = fields(fewer)
    assert shown["rows-0-institution"] == "B University"
    assert shown["rows-0-awarded_on"] == "not a day"
    assert "rows-1-institution" not in shown
    assert saved(draft, "degree") == []


def test_a_saved_row_is_what_was_typed(member, draft):
    url = section(draft, "career")
    sent = fields(member.get(url)) | {
        "rows-0-employer": "Sample Systems",
        "rows-0-from": "2017.03.01",
        "rows-0-to_never": "on",
        "rows-0-share": "100",
        "rows-0-related": "true",
        "save": "",
    }
    assert member.post(url, sent).url == url
    assert saved(draft, "career") == [
        {
            "employer": "Sample Systems",
            "from": "2017-03-01",
            "to": None,
            "share": 100,
            "related": True,
        }
    ]
    assert fields(member.get(url))["rows-0-to_never"] == "on"


def test_an_empty_form_states_nothing(member, draft):
    for name in ("degree", "contract", "employer", "licence"):
        draft = Application.objects.get(pk=draft.pk)
        member.post(section(draft, name), fields(member.get(section(draft, name))) | {"save": ""})
        assert saved(draft, name) == []


def test_money_may_be_typed_with_its_thousands(member, draft):
    url = section(draft, "contract")
    sent = fields(member.get(url)) | {
        "occupation": "2223@moj-2026",
        "annual_pay": "52,000,000원",
        "weekly_hours": "40",
        "to_never": "on",
    }
    member.post(url, sent)
    assert saved(draft, "contract") == [
        {
            "occupation": "2223",
            "occupation_edition": "moj-2026",
            "annual_pay": 52_000_000,
            "weekly_hours": 40,
            "to": None,
        }
    ]
    assert fields(member.get(url))["annual_pay"] == "52,000,000"


def test_a_period_that_ends_before_it_begins_is_said_at_its_field(member, draft):
    url = section(draft, "contract")
    sent = fields(member.get(url)) | {"from": "2027-01-01", "to": "2026-01-01"}
    answer = member.post(url, sent)
    assert list(answer.context["form"].errors) == ["to"]
    assert fields(answer)["from"] == "2027-01-01"


def test_an_abolished_occupation_can_be_stated_and_says_why_it_gets_no_letter(member, draft):
    url = section(draft, "contract")
    sent = fields(member.get(url)) | {"occupation": "2351@moj-2026"}
    assert member.post(url, sent).status_code == 302
    assert "폐지되었습니다" in text(member.get(url))
    assert "폐지되었습니다" in text(member.get(at("check", draft)))


def test_a_licence_the_rules_name_is_chosen_not_guessed(member, world):
    case = world.story(GYEONGGI).case
    page = member.get(section(case, "licence"))
    assert "요양보호사 자격증" in page.content.decode()
    sent = fields(page) | {"rows-0-code": "care-worker", "rows-0-name": "요양보호사"}
    member.post(section(case, "licence"), sent)
    assert saved(case, "licence") == [{"code": "care-worker", "name": "요양보호사"}]


@pytest.mark.incident("T23")
def test_a_conflict_is_announced_and_nothing_typed_is_lost(member, draft):
    url = section(draft, "degree")
    mine = fields(member.get(url)) | {"rows-0-institution": "My University"}
    theirs = mine | {"rows-0-institution": "Their University"}
    assert member.post(url, theirs).status_code == 302
    answer = member.post(url, mine | {"save": ""})
    assert answer.status_code == 409
    assert "그사이 다른 사람이" in text(answer)
    assert "Their University" in text(answer)
    shown = fields(answer)
    assert shown["rows-0-institution"] == "My University"
    assert saved(draft, "degree") == [{"institution": "Their University"}]
    # The page now knows the newest revision: saving again is a decision, not an accident.
    assert member.post(url, shown).status_code == 302
    assert saved(draft, "degree") == [{"institution": "My University"}]


def test_a_submitted_case_is_not_edited(member, world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    for name in ("candidate", "degree", "contract"):
        assert member.get(section(case, name)).url == reverse("case", args=[case.public_id])
        assert member.post(section(case, name), {"version": "1"}).status_code == 302
    assert member.get(at("documents", case)).status_code == 302


def test_an_unknown_section_is_not_found(member, draft):
    assert member.get(section(draft, "identity")).status_code == 404


# --- documents -------------------------------------------------------------------------------
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


# --- checking and submitting -----------------------------------------------------------------
def test_the_check_page_links_to_everything_that_is_missing(member, draft):
    page = member.get(at("check", draft))
    targets = {lack["url"] for lack in page.context["lacks"]}
    assert targets == {
        section(draft, "candidate"),
        section(draft, "degree"),
        section(draft, "contract"),
        section(draft, "employer"),
        at("documents", draft),
    }
    assert page.context["answer"]["verdict"] == "not_eligible"  # neither degree nor career


def test_an_incomplete_draft_is_not_submitted(member, draft):
    sent = fields(member.get(at("check", draft))) | {"declared": "on"}
    answer = member.post(at("check", draft), sent)
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Application.objects.get(pk=draft.pk).stage == Stage.DRAFT


def test_nothing_is_submitted_without_the_declaration(member, full):
    case = full.fresh()
    sent = fields(member.get(at("check", case)))
    answer = member.post(at("check", case), sent)
    assert answer.context["form"].errors["declared"]
    assert full.fresh().stage == Stage.DRAFT


def test_submitting_gives_a_receipt_and_doing_it_twice_the_same_one(member, full):
    case = full.fresh()
    page = member.get(at("check", case))
    assert page.context["lacks"] == []
    assert page.context["answer"]["verdict"] == "eligible"
    sent = fields(page) | {"declared": "on"}
    assert member.post(at("check", case), sent).url == at("receipt", case)
    case = full.fresh()
    assert case.stage == Stage.DOCUMENT_REVIEW
    receipt = text(member.get(at("receipt", case)))
    assert case.receipt_no in receipt
    assert f"{case.due_on.year}. {case.due_on.month}. {case.due_on.day}." in receipt
    assert member.post(at("check", case), sent).url == at("receipt", case)
    assert full.fresh().changes.count() == 1


def test_an_application_that_fails_the_rules_is_received_all_the_same(member, world):
    claims = samples.claims(KOTRA)
    claims["employer"][0]["tax_arrears"] = True
    case = world.story().fill(claims=claims).fresh()
    page = member.get(at("check", case))
    assert page.context["answer"]["verdict"] == "not_eligible"
    assert "요건을 충족하지 않거나 판단할 수 없어도 신청은 접수됩니다." in text(page)
    member.post(at("check", case), fields(page) | {"declared": "on"})
    assert Application.objects.get(pk=case.pk).stage == Stage.DOCUMENT_REVIEW


def test_submitting_an_older_page_asks_to_look_again(member, full):
    case = full.fresh()
    sent = fields(member.get(at("check", case))) | {"declared": "on"}
    drafting.save_claims(application=case, actor=full.member, kind="language", items=[])
    answer = member.post(at("check", case), sent)
    assert answer.status_code == 409
    assert full.fresh().stage == Stage.DRAFT
    assert member.post(at("check", case), fields(answer) | {"declared": "on"}).status_code == 302


def newer(case) -> ProgrammeVersion:
    """The same programme with one rule gone and another text, from today on."""
    old = case.version
    document = {**old.document, "version": {**old.document["version"], "label": "v2"}}
    rules = document["requirements"]
    kept = [rule for rule in rules["all_of"] if rule["code"] != "employer"]
    document["requirements"] = {**rules, "all_of": kept}
    today = calendar.today()
    document["version"]["from"] = today.isoformat()
    old.effective_to = today - timedelta(days=1)
    old.save()
    return ProgrammeVersion.objects.create(
        programme=case.programme,
        label="v2",
        effective_from=today,
        status="in_force",
        document=document,
        rules_hash="2" * 64,
        text_hash=text_hash(document),
    )


def test_rules_that_changed_meanwhile_are_shown_and_accepted_first(member, full):
    case = full.fresh()
    early = fields(member.get(at("check", case))) | {"declared": "on"}
    newer(case)
    # A page from before the change does not submit: it shows the change.
    answer = member.post(at("check", case), early)
    assert answer.status_code == 200
    changes = answer.context["changes"]
    assert (changes.before, changes.after) == ("v1", "v2")
    assert "기업이 초청 제한 사유에 해당하지 않습니다." in changes.gone
    assert changes.new == []
    assert full.fresh().stage == Stage.DRAFT
    # Nor does one that shows it without the box being ticked.
    shown = fields(answer) | {"declared": "on"}
    refused = member.post(at("check", case), shown)
    assert refused.context["form"].errors["accepted"]
    assert member.post(at("check", case), shown | {"accepted": "on"}).status_code == 302
    assert full.fresh().version.label == "v2"


def test_accepting_one_version_does_not_accept_the_next(member, full):
    case = full.fresh()
    newer(case)
    shown = fields(member.get(at("check", case))) | {"declared": "on", "accepted": "on"}
    answer = member.post(at("check", case), shown | {"shown_version": "v1"})
    assert answer.status_code == 200
    assert full.fresh().stage == Stage.DRAFT


# --- supplement ------------------------------------------------------------------------------
@pytest.fixture
def asked(world):
    """A case that is asked for a listed document, for words, and for something optional."""
    story = world.at(Stage.DOCUMENT_REVIEW)
    code = story.fresh().manifest.documents[0].code
    supplement.request_supplement(
        application=story.case,
        actor=story.reviewer,
        items=[
            supplement.Asked(text="여권을 다시 올려 주세요.", document_code=code),
            supplement.Asked(text="직무를 자세히 적어 주세요.", optional=True),
        ],
    )
    return story


def items_of(story):
    return list(story.fresh().supplements.get(closed_at=None).items.order_by("position"))


def test_items_are_answered_one_by_one_and_sent_together(member, asked):
    case, (paper, words) = asked.fresh(), items_of(asked)
    url = at("supplement", case)
    page = member.get(url)
    assert "여권을 다시 올려 주세요." in text(page)
    assert page.context["open_items"] == 1
    # Saved one at a time; the other stays open.
    sent = fields(page) | {f"{words.public_id}-answer": "서버를 만듭니다.", "save": ""}
    assert member.post(url, sent).url == url
    assert [item.answered_at is not None for item in items_of(asked)] == [False, True]
    # Sending without the required file says so, at the top, and keeps what was typed.
    early = fields(member.get(url)) | {f"{paper.public_id}-answer": "곧 올립니다.", "send": ""}
    answer = member.post(url, early)
    assert "서류를 올려 주세요." in text(answer)
    assert fields(answer)[f"{paper.public_id}-answer"] == "곧 올립니다."
    assert asked.fresh().stage == Stage.SUPPLEMENT
    sent = fields(member.get(url)) | {f"{paper.public_id}-file": samples.paper("여권"), "send": ""}
    assert member.post(url, sent).url == reverse("case", args=[case.public_id])
    assert asked.fresh().stage == Stage.DOCUMENT_REVIEW
    assert member.get(url).status_code == 302


def test_answers_are_not_sent_while_a_required_item_is_open(member, asked):
    url = at("supplement", asked.fresh())
    answer = member.post(url, fields(member.get(url)) | {"send": ""})
    assert answer.status_code == 200
    assert "아직 답하지 않은 필수 항목이 1개 있습니다." in text(answer)
    assert asked.fresh().stage == Stage.SUPPLEMENT


def test_a_bad_file_is_said_at_its_item_and_the_others_are_saved(member, asked):
    case, (paper, words) = asked.fresh(), items_of(asked)
    url = at("supplement", case)
    sent = fields(member.get(url)) | {
        f"{paper.public_id}-file": SimpleUploadedFile("a.pdf", b"MZ" + b"0" * 99),
        f"{words.public_id}-answer": "서버를 만듭니다.",
        "send": "",
    }
    answer = member.post(url, sent)
    forms = {form.item.pk: form for form in answer.context["forms"]}
    assert forms[paper.pk].errors["file"]
    assert items_of(asked)[1].answer == "서버를 만듭니다."
    assert asked.fresh().stage == Stage.SUPPLEMENT


def test_sections_and_documents_can_be_changed_while_asked(member, asked):
    case = asked.fresh()
    url = section(case, "language")
    assert member.get(url).status_code == 200
    sent = fields(member.get(url)) | {"rows-0-level": "5", "save": ""}
    assert member.post(url, sent).url == at("supplement", case)
    assert saved(case, "language")[0]["level"] == 5
    assert member.get(at("documents", case)).status_code == 200


# --- withdrawing -----------------------------------------------------------------------------
def test_withdrawing_is_asked_twice(member, world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    page = member.get(at("withdraw", case))
    assert "되돌릴 수 없습니다" in text(page)
    assert Application.objects.get(pk=case.pk).stage == Stage.DOCUMENT_REVIEW
    member.post(at("withdraw", case), fields(page) | {"reason": "채용 취소"})
    case = Application.objects.get(pk=case.pk)
    assert case.stage == Stage.WITHDRAWN
    assert case.changes.latest("id").reason == "채용 취소"
    assert member.get(at("withdraw", case)).status_code == 302


def test_a_decided_case_cannot_be_withdrawn(member, world):
    case = world.bare(Stage.APPROVED)
    answer = member.post(at("withdraw", case), {"version": case.revision})
    assert answer.url == reverse("case", args=[case.public_id])
    assert Application.objects.get(pk=case.pk).stage == Stage.APPROVED


# --- everybody else, and everything else -----------------------------------------------------
NAMES = (
    ("edit", "candidate"),
    ("edit", "degree"),
    ("documents",),
    ("upload", "contract"),
    ("check",),
    ("receipt",),
    ("supplement",),
    ("withdraw",),
)


@pytest.mark.incident("T18")
@pytest.mark.parametrize("login", ["company2", "kotra.reviewer", "kotra.admin", "evaluator1"])
def test_for_others_the_case_does_not_exist(world, login, full):
    client = Client()
    client.force_login(world[login])
    case = full.fresh()
    kept = case.documents.order_by("pk").first()
    urls = [at(name, case, *more) for name, *more in NAMES]
    urls += [at("document", case, kept.public_id), at("remove", case, kept.public_id)]
    for url in urls:
        for method in (client.get, client.post):
            assert method(url).status_code in {404, 405}, url
    assert full.fresh().revision == case.revision


def test_a_file_of_another_case_is_not_found_through_ones_own(member, world):
    mine, other = world.story().fill(), world.story(member="company2").fill()
    theirs = other.fresh().documents.order_by("pk").first()
    assert member.get(at("document", mine.case, theirs.public_id)).status_code == 404
    assert member.post(at("remove", mine.case, theirs.public_id)).status_code == 404


def test_looking_writes_nothing(member, full):
    case = full.fresh()
    urls = [reverse("applications:list"), reverse("applications:new")]
    urls += [at(name, case, *more) for name, *more in NAMES]
    for url in urls:
        with only_reading():
            member.get(url)


@pytest.mark.parametrize(
    "name", ["candidate", "degree", "career", "contract", "employer", "language", "licence"]
)
def test_naughty_text_in_a_section_is_no_failure(member, draft, name):
    alone = {
        "candidate": ("surname", "name_ko", "address"),
        "degree": ("rows-0-institution",),
        "contract": ("title",),
    }
    hurt(member, section(draft, name), alone=alone.get(name, ()))


def test_naughty_text_elsewhere_is_no_failure(member, world, draft):
    hurt(member, reverse("applications:new"))
    hurt(member, at("check", draft))
    for query in ("?after=%00", "?before=%ED%A0%80", "?programme=%00", "?after=" + "x" * 9000):
        assert member.get(reverse("applications:list") + query).status_code < 500
        assert member.get(reverse("applications:new") + query).status_code < 500
    hurt(member, at("withdraw", draft))


def test_naughty_text_in_a_supplement_is_no_failure(member, asked):
    answer = f"{items_of(asked)[1].public_id}-answer"
    hurt(member, at("supplement", asked.fresh()), alone=(answer,))


def test_broken_counts_of_rows_are_no_failure(member, draft):
    url = section(draft, "degree")
    broken = [{"rows-TOTAL_FORMS": count} for count in ("", "-1", "x", "1000", "9" * 50, "1e9")]
    broken += [{"rows-TOTAL_FORMS": "9" * 50, "add": "rows"}, {"remove": "rows:9999999"}]
    broken += [{"remove": word} for word in (":", "rows:", "rows:x", "x:0", "rows:-1")]
    for one in broken:
        sent = {"version": "1", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0"} | one
        assert member.post(url, sent).status_code < 500, one
