"""Filling in the sections of an application."""

import pytest
from django.urls import reverse

from applications.models import Application
from applications.stages import Stage
from portal.demo import samples
from tests.pages import at, fields, saved, section, text

pytestmark = pytest.mark.django_db
GYEONGGI = "gyeonggi"


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


def test_a_submitted_case_is_not_edited(member, world):
    case = world.at(Stage.DOCUMENT_REVIEW).case
    for name in ("candidate", "degree", "contract"):
        assert member.get(section(case, name)).url == reverse("case", args=[case.public_id])
        assert member.post(section(case, name), {"version": "1"}).status_code == 302
    assert member.get(at("documents", case)).status_code == 302


def test_an_unknown_section_is_not_found(member, draft):
    assert member.get(section(draft, "identity")).status_code == 404
