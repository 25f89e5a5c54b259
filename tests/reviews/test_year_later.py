"""A decision of a year ago is read by what it was made on, though everything has changed since:
texts, sources, figures, the version in force, the holidays."""

import re
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from applications.stages import Stage
from portal.demo import samples
from programs import calendar
from programs.loader import load
from programs.models import Evaluation, ProgrammeVersion
from reviews.services import decision
from reviews.services.decision import live_decision
from tests.outbox import deliver_letters
from tests.person import Browser
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db

A_YEAR_LATER = datetime(2027, 10, 11, 10, 0, tzinfo=calendar.SEOUL)
RULE = "연간 임금 총액이 법무부 고시 하한 이상"
NEW_WORDS = "고쳐 쓴 문구입니다"
SOURCE, NEW_SOURCE = "법무부 사증발급 안내매뉴얼", "이름을 고친 안내서"
FLOOR, NEW_FLOOR = "31,120,000원", "45,670,000원"


def change_everything(tmp_path: Path) -> None:
    """Other words and sources in the version that judged, other figures for its days, a newer
    version, other holidays."""
    catalogue = tmp_path / "later"
    shutil.copytree(settings.CATALOGUE_DIR, catalogue)
    for file in (catalogue / GYEONGGI).glob("*.yaml"):
        text = file.read_text("utf-8").replace(RULE, NEW_WORDS).replace(SOURCE, NEW_SOURCE)
        file.write_text(text, "utf-8")
    newest = max((catalogue / GYEONGGI).glob("*.yaml"))
    text = newest.read_text("utf-8")
    text = re.sub(r"label: v\d+", "label: v9", text)
    text = re.sub(r'(version:\n  label: v9\n  from: )"[^"]+"', r'\1"2026-12-01"', text).replace(
        "years: 5", "years: 9"
    )
    (catalogue / GYEONGGI / "2026-12-01.yaml").write_text(text, "utf-8")
    wages = catalogue / "figures" / "wages.yaml"
    wages.write_text(wages.read_text("utf-8").replace("31120000", "45670000"), "utf-8")
    loaded = load([catalogue / GYEONGGI, catalogue / "figures"])
    assert loaded.done, (loaded.problems, loaded.refused)
    assert any("texts updated" in line for line in loaded.lines)
    for number in (13, 14, 15):
        calendar.add_holiday(
            day=date(2026, 10, number), name_ko="임시공휴일", name_en="Holiday", source="later"
        )


@pytest.fixture
def decided(world):
    """A letter, and a refusal for a pay below the floor."""
    issued = world.at(Stage.APPROVED, GYEONGGI)
    deliver_letters()
    refused = world.story(GYEONGGI)
    claims = samples.claims(GYEONGGI)
    claims["contract"][0]["annual_pay"] = 31_000_000
    refused.fill(claims).submit().assign().check_documents().check_claims()
    decision.draft(
        application=refused.fresh(),
        actor=refused.reviewer,
        outcome="refuse",
        reason="임금이 기준에 미치지 못합니다.",
        grounds=["rule:pay-year-e-7-1"],
    )
    refused.sign_off()
    deliver_letters()
    return issued, refused


def everything(words: str) -> None:
    """What the answer must still say, and what it must not."""
    assert RULE in words
    assert NEW_WORDS not in words
    assert f"{SOURCE}, pp.182-183" in words
    assert NEW_SOURCE not in words
    assert FLOOR in words
    assert NEW_FLOOR not in words


def test_all_pages_of_a_decided_case_show_what_it_was_judged_by(decided, tmp_path):
    before = list(Evaluation.objects.order_by("pk").values())
    with calendar.frozen(A_YEAR_LATER):
        change_everything(tmp_path)
        assert ProgrammeVersion.objects.filter(label="v9").exists()
        for story in decided:
            case = story.fresh()
            reviewer, member = Browser(story.reviewer), Browser(story.member)
            page = reviewer.open(reverse("reviews:rules", args=[case.public_id]))
            everything(page.words)
            assert f"{date_format(date(2026, 10, 12), 'DATE_FORMAT')} 기준" in page.words
            assert "요건 판단" in page.words
            everything(member.open(reverse("case", args=[case.public_id])).words)
            signed = live_decision(case)
            lead = Browser(story.lead)
            sheet = lead.open(reverse("reviews:sign_off", args=[signed.public_id]))
            assert RULE in sheet.words
            assert NEW_WORDS not in sheet.words
            assert NEW_FLOOR not in sheet.words
    assert list(Evaluation.objects.order_by("pk").values()) == before


def test_a_refusal_tells_the_company_its_grounds_as_they_were(decided, tmp_path):
    _issued, refused = decided
    ground = f"요건: {RULE} — 확인: 31,000,000원, 기준: {FLOOR} 이상"
    with calendar.frozen(A_YEAR_LATER):
        change_everything(tmp_path)
        page = Browser(refused.member).open(reverse("case", args=[refused.case.public_id]))
        assert ground in page.words
        page = Browser(refused.reviewer).open(
            reverse("reviews:decision", args=[refused.case.public_id])
        )
        assert ground in page.words


def test_every_kept_answer_can_be_opened(decided):
    _issued, refused = decided
    reviewer = Browser(refused.reviewer)
    url = reverse("reviews:rules", args=[refused.case.public_id])
    kept = Evaluation.objects.filter(subject=refused.case.public_id)
    assert {one.purpose for one in kept} == {"submission", "verified"}
    for one in kept:
        page = reviewer.open(f"{url}?answer={one.public_id}")
        assert RULE in page.words
        assert one.get_purpose_display() in page.words
    other = Evaluation.objects.exclude(subject=refused.case.public_id).first()
    assert RULE not in reviewer.open(f"{url}?answer={other.public_id}").words
    assert reviewer.open(f"{url}?answer=nonsense").status == 200


def test_a_case_judged_before_figures_change_is_judged_by_the_new_ones_when_they_hold(
    world, tmp_path
):
    """Only what was decided stays: an open case is judged by the day's figures."""
    story = world.at(Stage.DECISION, GYEONGGI)
    change_everything(tmp_path)
    page = Browser(story.reviewer).open(reverse("reviews:rules", args=[story.case.public_id]))
    assert "45,670,000원" in page.words
    assert date(2026, 10, 12) == calendar.today()
