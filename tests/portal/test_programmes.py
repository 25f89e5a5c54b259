"""The public pages of the catalogue: what there is, and one programme in full."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from programs.models import Pool, Programme, ProgrammeVersion, VersionStatus
from tests.pages import only_reading, text
from tests.world import GYEONGGI, KOTRA, MONDAY

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def anyone(world):
    return Client()


def version(slug: str = KOTRA) -> ProgrammeVersion:
    return ProgrammeVersion.objects.filter(programme__slug=slug).latest("effective_from")


def another(label: str, start: date, status: str, *, end: date | None = None) -> ProgrammeVersion:
    """One more version of the same programme, as if its file had been loaded."""
    now = version()
    if status == VersionStatus.IN_FORCE and end is None:
        now.effective_to = start - timedelta(days=1)
        now.save(update_fields=["effective_to"])
    return ProgrammeVersion.objects.create(
        programme=now.programme,
        label=label,
        effective_from=start,
        effective_to=end,
        status=status,
        document=now.document,
        rules_hash=now.rules_hash,
        text_hash=now.text_hash,
    )


def test_every_programme_is_listed_with_what_is_left_of_it(anyone):
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    Pool.objects.filter(pk=pool.pk).update(issued=10, held=5)
    page = anyone.get("/programmes/")
    slugs = {row.programme.slug for row in page.context["rows"]}
    assert slugs == set(Programme.objects.values_list("slug", flat=True))
    assert f"{pool.size}명 중 {pool.size - 15}명 남음" in text(page)
    assert f"/programmes/{KOTRA}/" in page.content.decode()


def test_a_programme_says_all_that_its_file_says(anyone):
    said = text(anyone.get(f"/programmes/{KOTRA}/"))
    for words in (
        "관련 분야 석사 이상 학위 (경력 불필요)",
        "출처: 인베스트코리아",
        "응용 소프트웨어 개발자 2223",
        "기계공학 기술자 2351",
        "남용 사례가 있어",
        "학위를 내세운 경우",
        "외국인 본인",
        "3개월 이내",
        "처리기간",
        "출입국·외국인관서의 장",
        "1345",
        "사증발급 안내매뉴얼",
        "31,120,000원 이상",
    ):
        assert words in said.replace(" moj-2026", "").replace(" · ", " "), words


def test_what_nobody_has_published_is_marked(anyone):
    manifest = version().manifest()
    page = anyone.get(f"/programmes/{KOTRA}/")
    assert f"그런 값이 {len(manifest.assumed)}개" in text(page)
    # KOTRA's list of documents is assumed as a whole; the diploma has a source.
    rows = {paper.name: paper.assumed for paper in page.context["page"].papers}
    assert rows["여권 사본"] is True
    assert rows["학위증"] is False
    shown = page.content.decode()
    assert shown.count('class="assumed"') > sum(rows.values())


def test_a_source_is_said_once_for_a_branch(anyone):
    asks = anyone.get(f"/programmes/{KOTRA}/").context["page"].asks
    pay = next(one for one in asks.children if one.code == "pay")
    assert pay.sources
    assert [one.sources for one in pay.children] == [(), (), ()]
    assert pay.joined == "모두 충족"


def test_an_announced_version_is_history_and_never_the_one_that_counts(anyone):
    another("announced-1", TODAY - timedelta(days=10), VersionStatus.ANNOUNCED)
    page = anyone.get(f"/programmes/{KOTRA}/")
    assert page.context["page"].version.label == "v1"
    assert "발표만 됨" in text(page)
    page = anyone.get(f"/programmes/{KOTRA}/announced-1/")
    assert "이 판으로는 아무도 심사하지 않습니다." in text(page)
    assert f'href="/check/{KOTRA}/' not in page.content.decode()


def test_a_version_that_begins_later_is_said_to_and_does_not_count_yet(anyone):
    another("v2", TODAY + timedelta(days=30), VersionStatus.IN_FORCE)
    page = anyone.get(f"/programmes/{KOTRA}/")
    assert page.context["page"].version.label == "v1"
    assert "시행 예정" in text(page)
    page = anyone.get(f"/programmes/{KOTRA}/v2/")
    assert "부터 시행될 기준입니다." in text(page)
    assert page.context["page"].other.version.label == "v1"


def test_an_older_version_stays_to_be_read(anyone):
    another("v2", TODAY, VersionStatus.IN_FORCE)
    assert anyone.get(f"/programmes/{KOTRA}/").context["page"].version.label == "v2"
    page = anyone.get(f"/programmes/{KOTRA}/?version=v1")
    assert page.url == f"/programmes/{KOTRA}/v1/"
    assert "지난 기준입니다." in text(anyone.get(page.url))


@pytest.mark.parametrize(
    "path", ["nothing/", f"{KOTRA}/v99/", f"{KOTRA}/?version=../x", f"{KOTRA}/?version=%00"]
)
def test_what_there_is_not_is_not_found(anyone, path):
    assert anyone.get(f"/programmes/{path}").status_code == 404


def test_a_programme_without_versions_is_no_page(anyone):
    Programme.objects.create(
        slug="empty", kind="letter", office=version().programme.office, names={"ko": "빈 것"}
    )
    assert anyone.get("/programmes/empty/").status_code == 404
    assert "빈 것" not in text(anyone.get("/programmes/"))


def test_the_pages_are_cheap_and_only_read(anyone, django_assert_max_num_queries):
    for path in ("/programmes/", f"/programmes/{GYEONGGI}/"):
        anyone.get(path)
        with only_reading(), django_assert_max_num_queries(12):
            anyone.get(path)


def test_more_programmes_take_no_more_queries(anyone, django_assert_num_queries):
    with CaptureQueriesContext(
        connection,
    ) as before:
        rows = len(anyone.get("/programmes/").context["rows"])
    now = version()
    for number in range(3):
        one = Programme.objects.create(
            slug=f"more-{number}",
            kind="letter",
            office=now.programme.office,
            names=now.programme.names,
        )
        ProgrammeVersion.objects.create(
            programme=one,
            label="v1",
            effective_from=now.effective_from,
            status=now.status,
            document=now.document,
            rules_hash=now.rules_hash,
            text_hash=now.text_hash,
        )
    with django_assert_num_queries(len(before)):
        assert len(anyone.get("/programmes/").context["rows"]) == rows + 3
