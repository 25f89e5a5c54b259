"""Several processes that load the catalogue at once, as containers do when they start."""

import threading

import pytest
from django.conf import settings
from django.db import IntegrityError, connections

from programs import sql_postgresql
from programs.calendar import ChangedMeanwhile
from programs.catalogue_files import read_catalogue
from programs.loader import load
from programs.models import Figure, Pool, ProgrammeVersion

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("protected", [False, True])
def test_the_first_load_from_several_processes(protected, monkeypatch):
    if not protected:
        monkeypatch.setattr(sql_postgresql, "be_the_only_loader", lambda: None)
    gate = threading.Barrier(4)
    done, problems = [], []

    def loader():
        try:
            gate.wait(10)
            done.append(load())
        except (IntegrityError, ChangedMeanwhile) as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=loader) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Without the lock they run into one another; unique constraints keep the data whole, the
    # holidays' by a sentence of its own.
    assert bool(problems) is not protected
    assert len(done) + len(problems) == 4
    shipped = read_catalogue([settings.CATALOGUE_DIR])
    assert ProgrammeVersion.objects.count() == len(shipped.versions)
    assert Pool.objects.filter(programme__slug="gyeonggi").count() == 1
    assert Figure.objects.count() == len(shipped.figures)
    if protected:
        assert sum("gyeonggi v1 2025-09-15 loaded" in loaded.lines for loaded in done) == 1
        assert all(loaded.done for loaded in done)
