"""Loading the catalogue: idempotent, rules never change, versions follow each other."""

from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Office
from programs.catalogue_files import read_catalogue
from programs.loader import load
from programs.models import (
    Evaluation,
    Figure,
    Holiday,
    Pool,
    Programme,
    ProgrammeVersion,
    Purpose,
    VersionStatus,
)
from programs.selectors import latest_evaluation, open_programmes, version_on
from programs.services import BrokenFacts, NeverJudges, evaluate, explain
from tests.programs.dossiers import GYEONGGI, KOTRA, ON, changed, degree

pytestmark = pytest.mark.django_db

FILE = settings.CATALOGUE_DIR / "gyeonggi" / "2025-09-15.yaml"
BEGINS = 'label: v1\n  from: "2025-09-15"'
V2 = (BEGINS, 'label: v2\n  from: "2026-03-01"')


@pytest.fixture
def written(tmp_path):
    """A file of the Gyeonggi programme with some of its text replaced."""

    def written(*replacements, name="changed"):
        text = FILE.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        file = tmp_path / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        return [file]

    return written


def periods():
    rows = ProgrammeVersion.objects.filter(programme__slug="gyeonggi")
    return {row.label: (row.effective_from, row.effective_to) for row in rows}


def test_the_first_load():
    loaded = load()
    assert loaded.done
    shipped = read_catalogue([settings.CATALOGUE_DIR]).versions
    assert [line for line in loaded.lines if line.endswith(" loaded")] == [
        f"{one.manifest.slug} {one.manifest.label} {one.manifest.effective_from} loaded"
        for one in sorted(shipped, key=lambda one: (one.manifest.slug, one.manifest.effective_from))
    ]
    assert "gyeonggi v1 2025-09-15 loaded" in loaded.lines
    values = Figure.objects.count()
    assert f"figures {values} values {values} new, 0 changed" in loaded.lines
    assert [line for line in loaded.lines if line.startswith("quota ")] == [
        "quota daegu/pilot-2025-2026/total opened with 100",
        "quota gyeonggi/pilot-2025-2026/total opened with 630",
        "quota ulsan/pilot-2025-2026/total opened with 440",
        "quota ulsan/pilot-2025-2026/total/welding opened with 308",
        "quota ulsan/pilot-2025-2026/total/electric opened with 55",
        "quota ulsan/pilot-2025-2026/total/paint opened with 77",
    ]
    assert set(Office.objects.values_list("code", flat=True)) == {
        one.manifest.office.code for one in shipped
    }
    assert Programme.objects.get(slug="gyeonggi").office.department_en == (
        "Immigrant Society Policy Division"
    )
    assert periods() == {
        "v1": (date(2025, 9, 15), date(2026, 6, 16)),
        "v2": (date(2026, 6, 17), date(2026, 12, 31)),
    }
    assert Pool.objects.get(programme__slug="gyeonggi").size == 630
    assert Holiday.objects.exists()


def test_loading_again_changes_nothing():
    load()
    before = list(ProgrammeVersion.objects.values())
    pools = Pool.objects.count()
    loaded = load()
    assert {line.rpartition(" ")[2] for line in loaded.lines} == {"unchanged"}
    assert list(ProgrammeVersion.objects.values()) == before
    assert Pool.objects.count() == pools


def test_words_may_be_corrected(written):
    load(written())
    row = ProgrammeVersion.objects.get(programme__slug="gyeonggi")
    loaded = load(written(('ko: "경기도 광역형 비자 추천"', 'ko: "경기도 광역형 비자"')))
    assert loaded.lines == ["gyeonggi v1 2025-09-15 texts updated"]
    after = ProgrammeVersion.objects.get(pk=row.pk)
    assert after.manifest().names.ko == "경기도 광역형 비자"
    assert (after.rules_hash, after.text_hash == row.text_hash) == (row.rules_hash, False)
    assert after.texts_changed_at is not None
    assert Programme.objects.get(slug="gyeonggi").names["ko"] == "경기도 광역형 비자"


def test_rules_never_change(written):
    load()
    before = list(ProgrammeVersion.objects.values())
    loaded = load(written(("years: 5", "years: 4")))
    assert not loaded.done
    (sentence,) = loaded.refused
    assert sentence.startswith("gyeonggi v1 2025-09-15 refused: ")
    assert "give the new rules a label and a date of their own" in sentence
    assert list(ProgrammeVersion.objects.values()) == before


def test_a_broken_file_stops_everything(written):
    loaded = load([*written(("years: 5", "years: many")), *written(name="sound")])
    assert [problem.sentence for problem in loaded.problems] == [
        "`many`, expected a whole number",
        "the label `v1` again, expected versions that follow each other",
    ][:1]
    assert not Programme.objects.exists()
    assert not Figure.objects.exists()


def test_the_next_version_ends_the_one_before(written):
    load(written())
    loaded = load(written(V2, ("years: 5", "years: 4")))
    assert loaded.lines == ["gyeonggi v2 2026-03-01 loaded"]
    assert periods() == {
        "v1": (date(2025, 9, 15), date(2026, 2, 28)),
        "v2": (date(2026, 3, 1), date(2026, 12, 31)),
    }
    programme = Programme.objects.get(slug="gyeonggi")
    days = {
        date(2025, 9, 14): None,
        date(2025, 9, 15): "v1",
        date(2026, 2, 28): "v1",
        date(2026, 3, 1): "v2",
        date(2026, 12, 31): "v2",
        date(2027, 1, 1): None,
    }
    found = {day: version_on(programme, day) for day in days}
    assert {day: version and version.label for day, version in found.items()} == days
    # The first file says nothing of an end, and stays as it is.
    assert load(written(name="again")).done
    assert periods()["v1"] == (date(2025, 9, 15), date(2026, 2, 28))


def test_an_earlier_version_may_come_later(written):
    load(written(V2))
    load(written())
    assert periods() == {
        "v1": (date(2025, 9, 15), date(2026, 2, 28)),
        "v2": (date(2026, 3, 1), date(2026, 12, 31)),
    }


def test_two_versions_of_one_day_are_refused(written):
    load(written())
    (sentence,) = load(written((BEGINS, 'label: v9\n  from: "2025-09-15"'))).refused
    assert "v1 already begins on 2025-09-15" in sentence


def test_a_programme_keeps_its_office_and_kind(written):
    load(written())
    (office,) = load(written(V2, ("code: gyeonggi\n", "code: suwon\n"))).refused
    assert office.endswith("the programme belongs to gyeonggi, not suwon")
    (kind,) = load(written(V2, ("kind: letter\n", "kind: pass\n"))).refused
    assert kind.endswith("the programme is of kind letter, not pass")
    assert set(periods()) == {"v1"}


def test_an_office_is_left_as_its_administrators_have_it(written):
    Office.objects.create(code="gyeonggi", name_ko="경기도청", name_en="Gyeonggi", phone="1")
    load(written())
    assert Office.objects.get().name_ko == "경기도청"


def test_another_quota_changes_no_pool(written):
    load(written())
    loaded = load(written(("size: 630", "size: 700")))
    assert loaded.done
    assert loaded.lines[0] == "gyeonggi v1 2025-09-15 texts updated"
    assert "proposal" in loaded.lines[1]
    assert Pool.objects.get().size == 630


def test_a_changed_figure_is_said(tmp_path):
    load()
    row = Figure.objects.get(key="moj-wage-e-7-1", valid_from=date(2026, 2, 1))
    Figure.objects.filter(pk=row.pk).update(value=1)
    Figure.objects.filter(key="gni-per-head").delete()
    assert "2 new, 1 changed" in " ".join(load().lines)
    assert Figure.objects.get(pk=row.pk).value == 31_120_000


# --- what the database itself refuses -------------------------------------------------------
@pytest.mark.parametrize(
    "changes",
    [
        {"label": "v1"},
        {"effective_from": date(2025, 9, 15)},
        {"effective_to": date(2025, 1, 1)},
        {"status": "rumoured"},
        {"rules_hash": "x"},
    ],
)
def test_constraints_of_a_version(changes, written):
    load(written())
    row = ProgrammeVersion.objects.get()
    fields = {
        "label": "v2",
        "effective_from": date(2026, 3, 1),
        "effective_to": None,
        "status": VersionStatus.IN_FORCE,
        "document": {},
        "rules_hash": row.rules_hash,
        "text_hash": row.text_hash,
        **changes,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammeVersion.objects.create(programme=row.programme, **fields)


def test_one_version_without_an_end(written):
    load(written())
    row = ProgrammeVersion.objects.get()
    row.effective_to = None
    row.save()
    row.pk, row.public_id, row.label = None, row.programme.public_id, "v2"
    row.effective_from = date(2026, 3, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


# --- services and selectors -----------------------------------------------------------------
def test_an_evaluation_keeps_all_it_was_made_of(django_user_model):
    load()
    actor = django_user_model.objects.create_user(email="a@example.test", name="A")
    version = version_on(Programme.objects.get(slug="kotra-recommendation"), ON)
    subject = version.programme.public_id
    facts = changed(KOTRA, degrees=[degree("master")])
    kept = evaluate(
        version=version, facts=facts, on=ON, purpose="submission", subject=subject, actor=actor
    )
    kept.refresh_from_db()
    assert (kept.verdict, kept.purpose, kept.on) == ("eligible", Purpose.SUBMISSION, ON)
    assert kept.facts == facts
    assert kept.tree["verdict"] == "met"
    assert kept.figures["moj-wage-e-7-1"][0]["value"] == 31_120_000
    # The last one says who needs no letter.
    assert set(kept.figures) == {
        "moj-wage-e-7-1",
        "minimum-wage-hour",
        "minimum-wage-month",
        "gni-per-head",
    }
    # The figures and their words may change; what was said of them stays, and its hash tells.
    Figure.objects.filter(key="moj-wage-e-7-1").update(value=99_000_000)
    later = evaluate(version=version, facts=facts, on=ON, purpose="verified", subject=subject)
    assert later.verdict == "not_eligible"
    assert later.figures_hash != kept.figures_hash
    assert Evaluation.objects.get(pk=kept.pk).tree == kept.tree
    assert latest_evaluation(subject, "submission") == kept
    assert latest_evaluation(subject) == later


def test_explaining_keeps_nothing():
    load()
    version = version_on(Programme.objects.get(slug="gyeonggi"), ON)
    outcome = explain(version=version, facts=changed(GYEONGGI, degrees=[degree("master")]), on=ON)
    assert outcome.verdict == "eligible"
    assert not Evaluation.objects.exists()


def test_broken_facts_are_refused_with_their_problems():
    load()
    version = version_on(Programme.objects.get(slug="gyeonggi"), ON)
    with pytest.raises(BrokenFacts) as refused:
        evaluate(version=version, facts={"job": {"pay": 1}}, on=ON, purpose="precheck")
    assert [problem.path for problem in refused.value.problems] == ["job.pay"]


def test_what_is_only_announced_never_judges(written):
    load(written(("status: in_force", "status: announced")))
    programme = Programme.objects.get()
    assert version_on(programme, ON) is None
    assert open_programmes(ON) == []
    with pytest.raises(NeverJudges):
        explain(version=programme.versions.get(), facts={}, on=ON)


def test_what_is_open_on_a_day(django_assert_num_queries):
    load()
    with django_assert_num_queries(1):
        found = {one.slug: one.version.label for one in open_programmes(ON)}
    assert found["gyeonggi"] == "v2"
    assert found["kotra-recommendation"] == "v1"

    def pilots(day):
        return [one.slug for one in open_programmes(day) if one.slug in ("daegu", "gyeonggi")]

    assert pilots(date(2027, 1, 1)) == []
    assert pilots(date(2025, 9, 14)) == ["daegu"]
    assert pilots(date(2025, 9, 15)) == ["daegu", "gyeonggi"]
    assert "kotra-recommendation" in {one.slug for one in open_programmes(date(2025, 6, 1))}


def test_an_office_has_what_its_programmes_say_of_it_together(db):
    """KOTRA's telephone is in one of its two programmes, which is not the first by name."""
    load()
    kotra = Office.objects.get(code="kotra")
    assert {one.slug for one in kotra.programmes.all()} == {"k-tech-pass", "kotra-recommendation"}
    assert kotra.phone == "02-3460-7388"
