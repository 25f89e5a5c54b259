"""Answering a supplement item by item: what is kept, what is newer, what is asked again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.papers import current_documents
from applications.services import drafting, supplement
from applications.services.buffer import with_buffer
from applications.stages import Stage
from portal.demo import samples
from tests.pages import at, fields, items_of, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def upload(member, story, item, file):
    url = at("answer_file", story.case, item.public_id)
    return member.post(url, {"file": file}, headers=HTMX)


def row(page, number):
    return page.context["rows"][number - 1]


def test_a_file_answers_its_item_by_itself_and_says_which_one_is_newer(member, asked):
    paper, _words = items_of(asked)
    answer = upload(member, asked, paper, samples.paper("새 여권"))
    assert answer["X-Upload"] == "taken"
    assert "2가지 요청 가운데 1가지에 답했습니다." in text(answer)
    page = member.get(at("supplement", asked.case))
    first = [(file["name"], file["note"]) for file in row(page, 1)["files"]]
    assert first == [
        ("새 여권.pdf", "새 파일: 이 요청에 대한 답변"),
        ("여권 사본.pdf", "이전 파일: 새 파일로 바뀜"),
    ]
    # Answered again: the newest replaces the newer one.
    upload(member, asked, paper, samples.paper("더 새 여권"))
    page = member.get(at("supplement", asked.case))
    notes = [file["note"].partition(":")[0] for file in row(page, 1)["files"]]
    assert notes == ["새 파일", "이전 파일", "이전 파일"]
    code = paper.document_code
    assert asked.case.documents.filter(code=code).count() == 1


def test_a_refused_file_is_said_and_the_item_stays_open(member, asked):
    paper, _words = items_of(asked)
    bad = SimpleUploadedFile("a.pdf", b"MZ" + b"0" * 99)
    assert upload(member, asked, paper, bad)["X-Upload"] == "refused"
    plain = member.post(at("answer_file", asked.case, paper.public_id), {})
    assert plain.url == at("supplement", asked.case) + "#ask-1"
    assert items_of(asked)[0].answered_at is None


def test_words_are_kept_as_they_are_typed_but_a_paper_is_answered_by_a_file(member, asked):
    paper, words = items_of(asked)
    url = at("supplement", asked.fresh())
    sent = fields(member.get(url)) | {
        f"{paper.public_id}-answer": "곧 올립니다.",
        f"{words.public_id}-answer": "서버를\r\n만듭니다.",
        "autosave": "1",
    }
    answer = member.post(url, sent, headers=HTMX)
    assert answer["X-Draft"] == "saved"
    paper, words = items_of(asked)
    assert (paper.answer, paper.answered_at) == ("곧 올립니다.", None)
    assert words.answer == "서버를\n만듭니다."
    assert words.answered_at is not None
    before = asked.fresh().revision
    member.post(url, fields(member.get(url)) | {"autosave": "1"}, headers=HTMX)
    assert asked.fresh().revision == before
    assert asked.case.stage == Stage.SUPPLEMENT


@pytest.mark.incident("T23")
def test_an_answer_written_elsewhere_is_not_overwritten_unseen(member, asked):
    paper, words = items_of(asked)
    url, name = at("supplement", asked.fresh()), f"{words.public_id}-answer"
    mine, theirs = fields(member.get(url)), fields(member.get(url))
    member.post(url, theirs | {name: "Theirs", "save": "2"})
    itself = member.post(url, mine | {name: "Mine", "autosave": "1"}, headers=HTMX)
    assert itself.context["wrong"][0]["name"] == name
    assert items_of(asked)[1].answer == "Theirs"
    page = member.post(url, mine | {name: "Mine", "save": "2"})
    assert "저장되어 있는 답변: Theirs" in text(page)
    shown = fields(page)
    assert shown[name] == "Mine"
    assert member.post(url, shown | {"save": "2"}).url == f"{url}#ask-2"
    assert items_of(asked)[1].answer == "Mine"
    # What somebody else wrote at another item is left alone by a page that is older.
    assert member.post(url, mine | {f"{paper.public_id}-answer": "", "save": ""}).status_code == 302
    assert items_of(asked)[1].answer == "Mine"


def test_taking_the_answering_file_out_opens_the_item_again(member, asked):
    paper, _words = items_of(asked)
    upload(member, asked, paper, samples.paper("새 여권"))
    case = with_buffer(asked.fresh())
    answering = next(one for one in current_documents(case) if one.code == paper.document_code)
    drafting.remove_document(application=asked.case, actor=asked.member, document=answering)
    again = items_of(asked)[0]
    assert (again.document, again.answered_at) == (None, None)


def test_a_round_that_is_over_takes_nothing_more(member, world):
    story = world.at(Stage.SUPPLEMENT)
    item = items_of(story)[0]
    url = at("supplement", story.case)
    sent = fields(member.get(url))
    story.answer()
    assert upload(member, story, item, samples.paper("a")).status_code == 404
    answer = member.post(url, sent | {"autosave": "1"}, headers=HTMX)
    assert (answer.status_code, answer["X-Draft"]) == (409, "stopped")


def test_another_company_s_item_does_not_exist(world, member, asked):
    item = items_of(asked)[0]
    other = world.story(member="company2").case
    assert member.post(at("answer_file", other, item.public_id)).status_code == 404
    own = world.at(Stage.SUPPLEMENT)
    assert member.post(at("answer_file", own.case, item.public_id)).status_code == 404


def test_the_page_asks_no_more_for_more_items(member, asked, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):  # six of them are everybody's: session, person, menu
        member.get(at("supplement", asked.fresh()))


def test_part_is_sent_and_the_rest_stays(member, asked):
    """What is sent can be read, not written; what is optional stays until the case returns."""
    paper, _words = items_of(asked)
    url = at("supplement", asked.case)
    nothing = member.post(url, fields(member.get(url)) | {"send_part": ""})
    assert "보낼 답변이 없습니다." in text(nothing)
    page = member.get(url)
    sent = fields(page) | {f"{_words.public_id}-answer": "서버를 만듭니다.", "send_part": ""}
    assert member.post(url, sent).url == url
    page = member.get(url)
    assert "보낸 답변" in text(page)
    assert f"{_words.public_id}-answer" not in fields(page)
    assert asked.fresh().stage == Stage.SUPPLEMENT
    upload(member, asked, paper, samples.paper("새 여권"))
    answer = member.post(url, fields(member.get(url)) | {"send_part": ""})
    assert answer.url != url
    assert asked.fresh().stage == Stage.DOCUMENT_REVIEW


def test_more_time_is_asked_for_on_the_same_page(member, asked):
    url = at("more_time", asked.case)
    wrong = member.post(url, {"until": "2026-10-13", "reason": ""})
    assert "왜 시간이 더 필요한지 적어 주세요." in text(wrong)
    assert member.post(url, {"until": "soon", "reason": "번역"}).status_code == 200
    early = member.post(url, {"until": "2026-10-13", "reason": "번역"})
    assert "지금의 보완기한보다 뒤의 날을 적어 주세요." in text(early)
    assert fields(early)["reason"] == "번역"
    assert member.post(url, {"until": "2026-11-10", "reason": "번역"}).status_code == 302
    page = member.get(at("supplement", asked.case))
    assert "담당자가 아직 답하지 않았습니다." in text(page)
    assert member.get(url).status_code == 302


def test_a_field_that_was_asked_for_is_answered_by_changing_it(member, world):
    story = world.at(Stage.DOCUMENT_REVIEW)
    ask = supplement.Asked(section="candidate", field="address", reason="incomplete")
    supplement.request_supplement(application=story.case, actor=story.reviewer, items=[ask])
    page = member.get(at("supplement", story.case))
    assert "외국인 정보 · 국내 주소" in text(page)
    assert at("edit", story.case, "candidate") + "#id_address" in page.content.decode()
    edit = at("edit", story.case, "candidate")
    shown = fields(member.get(edit))
    assert member.post(edit, shown | {"address": "수원시 팔달구 1", "next": ""}).status_code == 302
    assert fields(member.get(edit))["address"] == "수원시 팔달구 1"
    assert story.fresh().candidate.address != "수원시 팔달구 1"
    member.post(at("supplement", story.case), {"send": ""})
    assert story.fresh().candidate.address == "수원시 팔달구 1"
    assert story.case.stage == Stage.DOCUMENT_REVIEW


def test_a_field_that_is_asked_for_is_shown_with_what_it_says_now(world, member):
    story = world.at(Stage.DOCUMENT_REVIEW)
    supplement.request_supplement(
        application=story.case,
        actor=story.reviewer,
        items=[
            supplement.Asked(section="candidate", field="passport_no", text="다시 확인해 주세요."),
            supplement.Asked(section="candidate", field="address", text="적어 주세요."),
            supplement.Asked(section="career", field="employer", text="정식 명칭이 아닙니다."),
            supplement.Asked(section="candidate", text="모두 확인해 주세요."),
        ],
    )
    drafting.save_candidate(
        application=story.fresh(), actor=story.member, fields={"address": "경기도 수원시 새길 7"}
    )
    page = member.get(at("supplement", story.case))
    passport, address, career, whole = (one["stated"] for one in page.context["rows"])
    assert story.case.candidate.passport_no not in page.content.decode()
    assert len(passport) == 1
    assert "*" in passport[0]
    # What waits to be sent is what the company has written last.
    assert address == ["경기도 수원시 새길 7"]
    declared = story.case.claims.filter(kind="career").order_by("position")
    assert len(career) == len(declared)
    for line, claim in zip(career, declared, strict=True):
        assert claim.declared["employer"] in line
    assert whole == []
    assert "지금 적혀 있는 값" in text(page)
