"""The last look, submitting, and answering what is asked for afterwards."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Application
from applications.services import drafting
from applications.stages import Stage
from portal.demo import samples
from programs import calendar
from programs.document import text_hash
from programs.models import ProgrammeVersion
from tests.pages import at, fields, items_of, saved, section, text
from tests.world import KOTRA

pytestmark = pytest.mark.django_db


def test_the_check_page_links_to_everything_that_is_missing(member, draft):
    page = member.get(at("check", draft))
    targets = {lack["url"] for lack in page.context["lacks"]}
    assert {
        section(draft, "candidate") + "#id_passport_no",
        section(draft, "candidate") + "#id_sex_0",
        section(draft, "degree") + "#id_rows-0-level",
        section(draft, "contract") + "#id_occupation",
        section(draft, "employer") + "#id_insured_nationals",
        at("documents", draft) + "#document-passport_copy",
    } <= targets
    # Each leads to something that is there.
    for target in targets:
        address, _hash, anchor = target.partition("#")
        assert f'id="{anchor}"' in member.get(address).content.decode(), target
    assert page.context["answer"]["verdict"] == "undecided"  # nothing has been said yet


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
    """What is changed waits with what it answers: the office sees it when it is sent."""
    case = asked.fresh()
    url = section(case, "language")
    assert member.get(url).status_code == 200
    sent = fields(member.get(url)) | {"rows-0-level": "5", "save": ""}
    assert member.post(url, sent).url == at("supplement", case)
    assert fields(member.get(url))["rows-0-level"] == "5"
    assert saved(case, "language")[0]["level"] == 4
    assert member.get(at("documents", case)).status_code == 200
    asked.answer()
    assert saved(case, "language")[0]["level"] == 5
