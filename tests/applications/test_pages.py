"""The company's list, beginning and withdrawing; and everybody else, who sees nothing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import CompanyMembership
from applications.models import Application
from applications.stages import Stage
from tests.pages import NAUGHTY, at, fields, hurt, items_of, only_reading, section, text
from tests.world import KOTRA

pytestmark = pytest.mark.django_db
GYEONGGI = "gyeonggi"


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
    world.bare(Stage.ISSUED, GYEONGGI)
    url = reverse("applications:list")
    member.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        member.get(url)
    world.bare(Stage.DRAFT)
    world.bare(Stage.DOCUMENT_REVIEW)
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


def test_the_list_is_narrowed_by_stage_programme_and_words(member, world):
    draft = world.story().case
    story = world.story(GYEONGGI).fill().submit()
    world.bare(Stage.ISSUED)
    url = reverse("applications:list")

    def found(query: str) -> list[int]:
        return [row["case"].pk for row in member.get(f"{url}?{query}").context["rows"]]

    receipt = story.fresh().receipt_no
    assert found("group=todo") == [draft.pk]
    assert found(f"programme={GYEONGGI}") == [story.case.pk]
    assert found("group=open&q=nguyen+sample") == [story.case.pk]
    assert found(f"q={receipt[-4:]}") == [story.case.pk]
    assert found("q=nobody") == []
    assert "조건에 맞는 신청이 없습니다." in text(member.get(f"{url}?q=nobody"))
    # What is no filter narrows nothing; another company's case is found by nobody else.
    assert len(found("group=nothing&programme=%00")) == 3
    theirs = world.story(member="company2").fill().submit().fresh().receipt_no
    assert found(f"q={theirs}") == []
    sheet = member.get(reverse("applications:list_csv") + f"?q={receipt}")
    lines = b"".join(sheet.streaming_content).decode().strip().splitlines()
    assert len(lines) == 2
    assert receipt in lines[1]


def test_pages_keep_what_narrows_the_list(member, world, monkeypatch):
    monkeypatch.setattr(
        "applications.selectors.page_of.__kwdefaults__", {"after": "", "before": "", "size": 1}
    )
    for _one in range(3):
        world.bare(Stage.DRAFT)
    world.bare(Stage.ISSUED)
    url = reverse("applications:list")
    first = member.get(f"{url}?group=todo")
    second = member.get(url + first.context["older_url"])
    assert second.context["older_url"].startswith("?group=todo&after=")
    assert second.context["newer_url"].startswith("?group=todo&before=")


def test_another_companys_case_is_no_key_to_the_list(member, world):
    other = world.bare(Stage.DRAFT, member="company2")
    mine = world.bare(Stage.DRAFT)
    page = member.get(reverse("applications:list") + f"?before={other.public_id}")
    assert {row["case"].pk for row in page.context["rows"]} <= {mine.pk}


def test_someone_without_a_company_is_led_to_theirs_and_back(world):
    CompanyMembership.objects.filter(user=world["company"]).delete()
    client = Client()
    client.force_login(world["company"])
    wanted = f"{reverse('applications:new')}?programme={KOTRA}"
    page = client.get(wanted, follow=True)
    assert page.request["PATH_INFO"] == reverse("accounts:start")
    register = page.context["register_url"]
    filled = fields(client.get(register)) | {
        "business_no": "116-82-00276",
        "name_ko": "새로운회사",
        "representative": "가나다",
        "address": "서울특별시 중구 세종대로 110",
        "phone": "02-000-0000",
    }
    assert client.post(reverse("accounts:register"), filled).url == wanted


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
    for query in (
        "?after=%00",
        "?before=%ED%A0%80",
        "?programme=%00",
        "?after=" + "x" * 9000,
        "?q=%00",
        "?q=" + "x" * 900,
    ):
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


@pytest.mark.parametrize("word", ["rtl", "emoji", "script", "formula", "braces"])
def test_a_draft_is_discarded_whatever_is_typed_as_the_reason(member, draft, word):
    """What can be stored is stored as it is, and shown as text."""
    page = member.get(at("withdraw", draft))
    typed = NAUGHTY[word].decode()
    answer = member.post(at("withdraw", draft), fields(page) | {"reason": typed})
    assert answer.status_code == 302
    case = Application.objects.get(pk=draft.pk)
    assert case.stage == Stage.WITHDRAWN
    assert case.changes.latest("id").reason == typed.strip()
    shown = member.get(reverse("case", args=[case.public_id])).content.decode()
    assert "<script>alert(1)" not in shown


@pytest.mark.parametrize("typed", ["a\x00b", "가" * 5000])
def test_a_reason_that_cannot_be_kept_is_said_and_discards_nothing(member, draft, typed):
    page = member.get(at("withdraw", draft))
    answer = member.post(at("withdraw", draft), fields(page) | {"reason": typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors["reason"]
    assert Application.objects.get(pk=draft.pk).stage == Stage.DRAFT
