"""A programme's next version, loaded while cases are under way: what changes for whom.

Gyeonggi's first version alone, ten letters, then the second: the quota goes on where it was, open
cases keep the rules they were submitted under, new ones get the new rules, and who was still
writing is shown the difference first.
"""

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from applications.comparing import changes
from applications.stages import Stage
from letters import authority, keys
from letters.models import Letter
from portal.demo import people
from portal.demo.story import Story
from programs import calendar
from programs.loader import load
from programs.models import Evaluation, Pool, Programme, ProgrammeVersion
from programs.selectors import version_on
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI, World

pytestmark = pytest.mark.django_db

FOLDER = settings.CATALOGUE_DIR / GYEONGGI
SECOND = "2026-06-17"
MAY = datetime(2026, 5, 11, 10, 0, tzinfo=calendar.SEOUL)
JULY = datetime(2026, 7, 13, 10, 0, tzinfo=calendar.SEOUL)


@pytest.fixture
def first(db, settings, tmp_path):
    """The shipped catalogue of May 2026: no file of Gyeonggi's second version yet."""
    catalogue = tmp_path / "catalogue"
    shutil.copytree(settings.CATALOGUE_DIR, catalogue)
    (catalogue / GYEONGGI / f"{SECOND}.yaml").unlink()
    settings.CATALOGUE_DIR = catalogue
    with calendar.frozen(MAY):
        load()
        people.seed()
        authority.ensure(keys.folder(), now=datetime.now(calendar.SEOUL))
        keys.ensure_specimen_key()
        yield World()


def load_second() -> list[str]:
    return load([FOLDER]).lines


def page_of(story: Story, name: str) -> str:
    page = Browser(story.member).open(reverse(name, args=[story.case.public_id]))
    assert page.status == 200
    return page.words


def test_ten_letters_then_the_second_version(first):
    for _number in range(10):
        first.at(Stage.APPROVED, GYEONGGI)
    deliver_letters()
    assert Letter.objects.filter(programme_slug=GYEONGGI, state="valid").count() == 10
    reviewed = first.at(Stage.VALIDATION, GYEONGGI)
    draft = first.story(GYEONGGI).fill()

    with calendar.frozen(JULY):
        lines = load_second()
        assert f"{GYEONGGI} v1 2025-09-15 unchanged" in lines
        assert f"{GYEONGGI} v2 {SECOND} loaded" in lines

        pool = Pool.objects.get(programme__slug=GYEONGGI)
        assert (pool.size, pool.issued, pool.held) == (630, 10, 0)
        assert pool.size - pool.issued - pool.held == 620

        # Open cases keep the first version, to the letter.
        assert reviewed.fresh().version.label == "v1"
        reviewed.check_claims().draft().sign_off()
        deliver_letters()
        assert reviewed.fresh().at == Stage.ISSUED
        kept = Evaluation.objects.filter(subject=reviewed.case.public_id, purpose="sign_off")
        assert kept.get().version.label == "v1"
        pool.refresh_from_db()
        assert pool.size - pool.issued - pool.held == 619

        # New ones get the second, and the nurse with it.
        fresh = first.story(GYEONGGI)
        assert fresh.case.version.label == "v2"
        assert fresh.case.manifest.occupation("2430") is not None
        assert reviewed.case.manifest.occupation("2430") is None

        # The draft is shown what changed, and not submitted before it has been.
        words = page_of(draft, "applications:check")
        assert "작성을 시작한 뒤에 기준이 바뀌었습니다." in words
        assert "2430 간호사 (E-7-1)" in words
        browser = Browser(draft.member)
        page = browser.open(reverse("applications:check", args=[draft.case.public_id]))
        form = next(form for form in page.forms if "declared" in form.fields)
        refused = page.send(form, declared="on")
        assert "바뀐 기준을 확인하고 이 칸에 표시해 주세요." in refused.words
        assert draft.fresh().at == Stage.DRAFT
        form = next(form for form in refused.forms if "declared" in form.fields)
        refused.send(form, declared="on", accepted="on")
        assert draft.fresh().at == Stage.DOCUMENT_REVIEW
        assert draft.case.version.label == "v2"


def test_both_versions_in_force_on_their_own_days(first):
    with calendar.frozen(JULY):
        load_second()
    programme = Programme.objects.get(slug=GYEONGGI)
    for day, label in (
        ("2025-09-15", "v1"),
        ("2026-06-16", "v1"),
        ("2026-06-17", "v2"),
        ("2026-12-31", "v2"),
    ):
        assert version_on(programme, datetime.fromisoformat(day).date()).label == label


def third(tmp_path: Path, change) -> ProgrammeVersion:
    """Load a next version in which one thing is otherwise."""
    text = (FOLDER / f"{SECOND}.yaml").read_text("utf-8")
    text = re.sub(r"label: v2", "label: v3", text).replace(
        f'from: "{SECOND}"', 'from: "2026-07-01"', 1
    )
    changed = change(text)
    assert changed != text
    folder = tmp_path / "third" / GYEONGGI
    folder.mkdir(parents=True)
    (folder / "2026-07-01.yaml").write_text(changed, "utf-8")
    loaded = load([folder])
    assert loaded.done, (loaded.problems, loaded.refused)
    return ProgrammeVersion.objects.get(programme__slug=GYEONGGI, label="v3")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "score: {at_least: 61}",
            "score: {at_least: 65}",
            ("사회통합프로그램 사전평가 61점 이상", "", ""),
        ),
        (
            "percent: 30, of: employer.insured_nationals",
            "percent: 20, of: employer.insured_nationals",
            (
                "이번 고용을 포함한 외국인 수가 내국인 피보험자의 30 % 이내 (소수는 반올림)",
                "",
                "",
            ),
        ),
        (
            "fact: employer.months_registered\n            at_least: 3",
            "fact: employer.months_registered\n            at_least: 6",
            ("사업자 등록 후 3개월이 지났습니다.", "3개월 이상", "6개월 이상"),
        ),
        ('period: "10d"', 'period: "14d"', ("처리 기간", "10일", "14일")),
    ],
)
def test_a_changed_value_under_the_same_words_is_told(first, tmp_path, old, new, expected):
    with calendar.frozen(JULY):
        load_second()
        before = ProgrammeVersion.objects.get(programme__slug=GYEONGGI, label="v2")
        after = third(tmp_path, lambda text: text.replace(old, new))
        found = changes(before.manifest(), after.manifest())
    assert (found.gone, found.new) == ([], [])
    assert expected in {(one.what, one.before, one.after) for one in found.changed}
    assert len(found.changed) == 1


def test_nothing_changed_is_nothing_told(first):
    manifest = version_on(Programme.objects.get(slug=GYEONGGI), MAY.date()).manifest()
    found = changes(manifest, manifest)
    assert (found.gone, found.new, found.changed) == ([], [], [])
