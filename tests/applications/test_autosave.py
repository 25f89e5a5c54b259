"""A section that saves by itself: versions, conflicts, and what cannot be taken yet."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import CompanyMembership, User
from applications import completeness
from applications.models import Application, SectionVersion
from applications.services import drafting, withdrawal
from applications.services.versions import Seen
from applications.stages import Stage
from audit.models import Event
from portal.demo import people
from tests.pages import FORM, NAUGHTY, at, fields, raw, saved, section, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def colleague(world, draft):
    """Someone else of the same company."""
    user = User.objects.create_user(email=f"colleague@{people.DOMAIN}", name="이동료")
    CompanyMembership.objects.create(user=user, company=draft.company)
    client = Client()
    client.force_login(user)
    return client


def by_itself(client, url, sent):
    return client.post(url, sent | {"autosave": "1"}, headers=HTMX)


def fresh(case) -> Application:
    return Application.objects.select_related(
        "candidate", "programme", "version", "office", "company"
    ).get(pk=case.pk)


def lacking(case, name):
    return [lack for lack in completeness.problems(fresh(case)) if lack.section == name]


# --- saving ----------------------------------------------------------------------------------
def test_the_page_is_told_its_new_version_and_what_is_still_missing(member, draft):
    url = section(draft, "candidate")
    page = member.get(url)
    answer = by_itself(member, url, fields(page) | {"surname": "nguyen"})
    assert answer["X-Draft"] == "saved"
    assert fresh(draft).candidate.surname == "NGUYEN"
    version = SectionVersion.objects.get()
    assert (version.section, version.number) == ("candidate", 1)
    said = answer.content.decode()
    assert 'data-version="1"' in said
    assert "10:00에 저장했습니다." in said
    assert 'id="form-map"' in said
    assert "<html" not in said


def test_what_is_stored_already_is_not_written_again(member, draft):
    url = section(draft, "degree")
    sent = fields(member.get(url)) | {"rows-0-institution": "A University"}
    by_itself(member, url, sent)
    before = fresh(draft).revision
    answer = by_itself(member, url, sent)
    assert answer["X-Draft"] == "saved"
    assert fresh(draft).revision == before
    assert SectionVersion.objects.get().number == 1


def test_one_page_leaves_one_line_in_the_log_however_much_is_typed(member, draft):
    url = section(draft, "contract")
    sent = fields(member.get(url))
    for title in ("서", "서버", "서버 개발자"):
        assert by_itself(member, url, sent | {"title": title})["X-Draft"] == "saved"
    assert saved(draft, "contract") == [{"title": "서버 개발자"}]
    assert Event.objects.filter(name="application.edited").count() == 1
    by_itself(member, url, fields(member.get(url)) | {"title": "개발자"})
    assert Event.objects.filter(name="application.edited").count() == 2


# --- two pages -------------------------------------------------------------------------------
@pytest.mark.incident("T23")
def test_two_sections_never_conflict(member, colleague, draft):
    pages = {
        name: fields(member.get(section(draft, name))) for name in ("candidate", "degree", "career")
    }
    pages["candidate"]["surname"] = "NGUYEN"
    pages["degree"]["rows-0-institution"] = "A University"
    pages["career"]["rows-0-employer"] = "A Company"
    for client, (name, sent) in zip((member, colleague, member), pages.items(), strict=True):
        assert by_itself(client, section(draft, name), sent)["X-Draft"] == "saved"
    assert saved(draft, "career") == [{"employer": "A Company"}]
    assert saved(draft, "degree") == [{"institution": "A University"}]


@pytest.mark.incident("T23")
@pytest.mark.parametrize("itself", [True, False])
def test_a_conflict_says_who_when_and_both_values_and_loses_nothing(
    member, colleague, draft, itself
):
    url = section(draft, "degree")
    mine = fields(member.get(url)) | {
        "rows-0-institution": "My University",
        "rows-0-level": "master",
    }
    theirs = fields(colleague.get(url)) | {
        "rows-0-institution": "Their University",
        "rows-0-level": "master",
    }
    assert colleague.post(url, theirs).status_code == 302
    answer = by_itself(member, url, mine) if itself else member.post(url, mine | {"save": ""})
    assert answer.status_code == 409
    assert answer["X-Draft"] == "conflict"
    said = text(answer)
    assert "그사이 다른 사람이 이 항목을 저장했습니다." in said
    assert "이동료" in said
    conflict = answer.context["conflict"]
    assert [(one.label, one.mine, one.theirs) for one in conflict["differences"]] == [
        ("학위 1 – 교육기관", "My University", "Their University")
    ]
    assert saved(draft, "degree")[0]["institution"] == "Their University"
    # Nothing is overwritten by accident: not by the next save, only by the choice.
    assert by_itself(member, url, mine).status_code == 409
    assert member.post(url, mine | {"next": ""}).status_code == 409
    if not itself:
        assert fields(answer)["rows-0-institution"] == "My University"
    chosen = member.post(url, mine | {"keep": str(conflict["number"])})
    assert chosen.status_code == 302
    assert saved(draft, "degree")[0]["institution"] == "My University"


@pytest.mark.incident("T23")
def test_a_choice_made_on_an_older_state_is_asked_again(member, colleague, draft):
    url = section(draft, "career")
    mine = fields(member.get(url)) | {"rows-0-employer": "Mine"}
    for employer in ("First", "Second"):
        colleague.post(url, fields(colleague.get(url)) | {"rows-0-employer": employer})
    answer = member.post(url, mine | {"keep": "1"})
    assert answer.status_code == 409
    assert [one.theirs for one in answer.context["conflict"]["differences"]] == ["Second"]


@pytest.mark.incident("T23")
def test_another_window_of_ones_own_is_named_as_such(member, draft):
    url = section(draft, "candidate")
    first, second = fields(member.get(url)), fields(member.get(url))
    by_itself(member, url, second | {"surname": "SECOND"})
    answer = by_itself(member, url, first | {"surname": "FIRST", "in_korea": "false"})
    assert answer.status_code == 409
    assert "다른 창에서 이 항목을 먼저 저장하셨습니다." in text(answer)
    assert {
        (one.label, one.mine, one.theirs) for one in answer.context["conflict"]["differences"]
    } == {
        ("성 (여권 영문)", "FIRST", "SECOND"),
        ("현재 국내 체류", "아니요", ""),
    }


@pytest.mark.incident("T23")
def test_a_page_may_save_over_its_own_saves(member, draft):
    """A save under way when the button is pressed: the page does not know its answer yet."""
    url = section(draft, "contract")
    sent = fields(member.get(url))
    by_itself(member, url, sent | {"title": "개발"})
    assert member.post(url, sent | {"title": "개발자", "save": ""}).status_code == 302
    assert saved(draft, "contract") == [{"title": "개발자"}]


def test_the_same_thing_typed_twice_is_no_conflict(member, colleague, draft):
    url = section(draft, "licence")
    mine, theirs = fields(member.get(url)), fields(colleague.get(url))
    for client, sent in ((colleague, theirs), (member, mine)):
        assert client.post(url, sent | {"rows-0-name": "정보처리기사"}).status_code == 302


def test_programs_that_know_the_case_s_revision_are_heard_as_before(world, draft):
    member = world["company"]
    drafting.save_claims(
        application=draft, actor=member, kind="licence", items=[{"name": "a"}], expected_revision=1
    )
    page = Seen(0, "another-page")
    with pytest.raises(drafting.StaleCase):
        drafting.save_claims(
            application=draft, actor=member, kind="licence", items=[{"name": "b"}], seen=page
        )


# --- what cannot be taken yet ----------------------------------------------------------------
@pytest.mark.incident("T23")
def test_what_is_wrong_is_kept_as_typed_and_the_rest_is_saved(member, draft):
    url = section(draft, "candidate")
    sent = fields(member.get(url)) | {"surname": "NGUYEN", "birth_date": "1994-13-", "email": "c@"}
    answer = by_itself(member, url, sent)
    assert answer["X-Draft"] == "saved"
    assert [one["name"] for one in answer.context["wrong"]] == ["birth_date", "email"]
    assert 'data-wrong="birth_date"' in answer.content.decode()
    candidate = fresh(draft).candidate
    assert (candidate.surname, candidate.birth_date, candidate.email) == ("NGUYEN", None, "")
    # Another day, another browser: what was typed is there, with what is wrong with it.
    again = member.get(url)
    assert fields(again)["birth_date"] == "1994-13-"
    assert set(again.context["form"].errors) == {"birth_date", "email"}
    assert [(lack.sentence, lack.anchor) for lack in lacking(draft, "candidate")][-2:] == [
        ("고쳐 주세요: 생년월일", "id_birth_date"),
        ("고쳐 주세요: 이메일", "id_email"),
    ]
    assert "입력해 주세요: 생년월일" not in {one.sentence for one in lacking(draft, "candidate")}
    by_itself(member, url, fields(again) | {"birth_date": "1994-03-17", "email": ""})
    assert SectionVersion.objects.get().unfinished is None
    assert fresh(draft).candidate.birth_date.isoformat() == "1994-03-17"


def test_a_draft_with_something_to_correct_is_not_submitted(member, full):
    case = full.fresh()
    url = section(case, "career")
    by_itself(member, url, fields(member.get(url)) | {"rows-0-to": "2023-02-31"})
    page = member.get(at("check", case))
    assert [one["url"] for one in page.context["lacks"]] == [f"{url}#id_rows-0-to"]
    answer = member.post(at("check", case), fields(page) | {"declared": "on"})
    assert "고쳐 주세요: 경력 1 – 근무 종료일" in text(answer)
    assert full.fresh().stage == Stage.DRAFT


def test_rows_with_a_mistake_come_back_as_they_were_typed(member, draft):
    url = section(draft, "career")
    sent = fields(member.get(url)) | {"rows-0-employer": "A", "add": "rows"}
    sent = fields(member.post(url, sent)) | {"rows-1-employer": "B", "rows-1-from": "2020-1"}
    by_itself(member, url, sent)
    shown = fields(member.get(url))
    assert (shown["rows-0-employer"], shown["rows-1-employer"]) == ("A", "B")
    assert shown["rows-1-from"] == "2020-1"
    assert saved(draft, "career") == [{"employer": "A"}, {"employer": "B"}]
    assert "고쳐 주세요: 경력 2 – 근무 시작일" in {one.sentence for one in lacking(draft, "career")}


def test_half_an_identifier_is_never_kept_nor_sent_back(member, full):
    case = full.fresh()
    url = section(case, "candidate")
    sent = fields(member.get(url)) | {"passport_no": "Q7", "registration_no": "940317-612"}
    answer = by_itself(member, url, sent)
    assert {one["name"] for one in answer.context["wrong"]} == {"passport_no", "registration_no"}
    assert full.fresh().candidate.passport_no == "Z00000001"
    by_itself(member, url, sent | {"email": "x@"})
    kept = SectionVersion.objects.get(section="candidate").unfinished
    assert kept["wrong"] == ["email"]
    assert "passport_no" not in kept["typed"]
    assert "940317" not in member.get(url).content.decode()


def test_what_was_typed_is_sealed_in_the_database(member, draft):
    url = section(draft, "candidate")
    by_itself(member, url, fields(member.get(url)) | {"email": "half-an-address@"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT unfinished FROM applications_sectionversion")
        assert b"half-an-address" not in bytes(cursor.fetchone()[0])


# --- when it may not -------------------------------------------------------------------------
def test_a_case_that_went_away_is_said_where_it_is_typed(member, draft):
    url = section(draft, "degree")
    sent = fields(member.get(url)) | {"rows-0-institution": "A"}
    withdrawal.withdraw(application=draft, actor=draft.created_by)
    answer = by_itself(member, url, sent)
    assert (answer.status_code, answer["X-Draft"]) == (409, "stopped")
    assert reverse("case", args=[draft.public_id]) in answer.content.decode()


def test_during_a_supplement_only_a_whole_section_is_saved(member, asked):
    case = asked.fresh()
    url = section(case, "career")
    page = member.get(url)
    assert "data-autosave" not in page.content.decode()
    before = saved(case, "career")
    answer = member.post(url, fields(page) | {"rows-0-title": "팀장", "rows-0-from": "작년"})
    assert answer.status_code == 200
    assert saved(case, "career") == before


def test_a_stranger_s_page_saves_nothing(world, draft):
    client = Client()
    client.force_login(world["company2"])
    assert by_itself(client, section(draft, "degree"), {"version": "0"}).status_code == 404
    assert not SectionVersion.objects.exists()


@pytest.mark.parametrize("name", ["candidate", "degree", "contract"])
def test_naughty_text_that_saves_by_itself_is_no_failure(member, draft, name):
    url = section(draft, name)
    known = fields(member.get(url))
    for naughty in NAUGHTY.values():
        for kept in ((), ("rows-TOTAL_FORMS", "rows-INITIAL_FORMS")):
            body = dict.fromkeys(known, naughty) | {"autosave": b"1"}
            body |= {field: known[field].encode() for field in kept if field in known}
            answer = member.post(url, raw(body), content_type=FORM, headers=HTMX)
            assert answer.status_code in (200, 409)
            assert b"<script>alert(1)" not in answer.content
            assert member.get(url).status_code == 200
            assert member.get(at("check", draft)).status_code == 200
