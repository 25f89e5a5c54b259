"""Cases of a demonstration: each with its own candidate and papers, and told on the days on which
its people acted, so that no page is empty and each feature has something to show.

The days are counted back from today; an empty database is given the same cases on the same day.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

from accounts.models import User
from applications.models import Application
from applications.stages import Stage
from files.services import TOPIC_RENDER
from notifications import outbox
from portal.demo import office, papers, people
from portal.demo.cast import ACTORS, Actor
from portal.demo.deeds import Deeds
from programs import calendar
from programs.selectors import open_programmes

KOTRA, GYEONGGI, DAEGU, ULSAN, K_TECH = (
    *("kotra-recommendation", "gyeonggi"),
    *("daegu", "ulsan", "k-tech-pass"),
)
_FIRST, _SECOND = "company", "company2"


def seed() -> list[str]:
    """Tell every case, unless there are cases already. One line per case."""
    if Application.objects.exists():
        return []
    today = calendar.today()
    open_now = {one.slug for one in open_programmes(today) if one.takes_cases}
    lines = []
    for number, (slug, member, actor, back, tell) in enumerate(CASES):
        if slug not in open_now:
            continue
        deeds = Deeds(_user(member), actor, slug, partial(_moment, today, number))
        with deeds.on(back):
            deeds.begin()
            tell(deeds)
        case = deeds.story.fresh()
        lines.append(f"made {slug} {case.receipt_no or 'draft'}: {case.stage}")
    office.furnish()
    # The mails of these steps are part of the demonstration; letters and pages of uploads wait
    # for their own worker.
    outbox.drain(without=[TOPIC_RENDER])
    return lines


def _user(login: str) -> User:
    return User.objects.get(email=f"{login}@{people.DOMAIN}")


def _moment(today: date, number: int, days: int) -> datetime:
    """So many working days ago, in the morning; each case at its own minute. Now, for none."""
    if not days:
        return calendar.now()
    day = today
    for _ in range(days):
        day -= timedelta(days=1)
        while not calendar.is_business_day(day):
            day -= timedelta(days=1)
    return datetime.combine(day, time(9, 10 + number), calendar.SEOUL)


# --- what happens in them -------------------------------------------------------------------------
def _draft(deeds: Deeds) -> None:
    deeds.story.fill()


def _submitted(deeds: Deeds) -> None:
    deeds.submit()


def _another_passport(deeds: Deeds) -> None:
    """The passport's number is another than the one typed; the diploma is of another name and
    another day."""
    about = deeds.story.about()
    number = str(about.person["passport_no"])
    deeds.otherwise("passport_copy", person={"passport_no": f"{number[:-1]}9"})
    deeds.otherwise(
        "degree_cert", person={"given_names": "NAMUNO"}, degree={"awarded_on": "2012-08-31"}
    )
    deeds.submit()


def _borrowed_diploma(deeds: Deeds) -> None:
    """The diploma is the very file of the case before."""
    other = replace(
        deeds.story.about(), person=BORROWED.person(), claims=BORROWED.claims(deeds.slug)
    )
    deeds.instead["degree_cert"] = lambda name, _copy: papers.draw("degree_cert", name, other)
    deeds.submit()


def _photographed(deeds: Deeds) -> None:
    """The certificate of employment is a picture; the career overlaps, and has a gap."""
    about = deeds.story.about()
    deeds.instead["career_cert"] = lambda name, _copy: papers.photographed(name, about)
    deeds.submit()


def _overdue(deeds: Deeds) -> None:
    """Nobody finished it in time; the pay in the contract is not what was declared."""
    deeds.otherwise("contract", contract={"annual_pay": 46_800_000, "monthly_pay": 3_900_000})
    deeds.submit()
    with deeds.on(12):
        deeds.look_at(2)


def _extended(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(4):
        deeds.story.check_documents()
    with deeds.on(2):
        deeds.extend()


def _let_go(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(1):
        deeds.release()


def _asked(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(2):
        deeds.ask()
    deeds.ask_for_time()


def _answered_in_part(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(4):
        deeds.ask()
    with deeds.on(1):
        deeds.answer_one()


def _not_answered(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(21):
        deeds.ask()


def _returned(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(5):
        deeds.ask()
    with deeds.on(1):
        deeds.answer_all()


def _inquired(deeds: Deeds) -> None:
    """The school was asked three weeks ago and is silent; the employer has answered."""
    deeds.submit()
    with deeds.on(18):
        deeds.story.check_documents()
    with deeds.on(16):
        deeds.inquire("degree", "issuer", "registrar@school.demo.example")
    with deeds.on(13):
        asked = deeds.inquire("career", "employer", "hr@employer.demo.example")
    for days in (11, 6, 1):
        with deeds.on(days):
            deeds.remind()
    with deeds.on(9):
        deeds.inquiry_answered(asked)


def _corrected(deeds: Deeds) -> None:
    """The career is shorter than declared, which turns the answer of the rules."""
    deeds.submit()
    with deeds.on(3):
        deeds.story.check_documents()
    with deeds.on(1):
        deeds.confirm("identity", "degree")
        deeds.shorten_career()


def _conflicted(deeds: Deeds) -> None:
    deeds.submit()
    with deeds.on(2):
        deeds.declare_conflict()


def _until(stage: Stage) -> Callable[[Deeds], None]:
    def tell(deeds: Deeds) -> None:
        deeds.until(stage)

    return tell


def _old_tax_papers(deeds: Deeds) -> None:
    """Two certificates of the company that are older than the programme takes."""
    deeds.also("tax_national", months_old=5)
    deeds.also("tax_local", months_old=1)
    deeds.submit()


BORROWED = ACTORS[3]
# Who applies, with whom, so many working days ago, and what happened. The oldest first.
CASES: tuple[tuple[str, str, Actor, int, Callable[[Deeds], None]], ...] = (
    (KOTRA, _FIRST, ACTORS[7], 24, _not_answered),
    (KOTRA, _SECOND, ACTORS[10], 20, _inquired),
    (KOTRA, _FIRST, ACTORS[6], 15, _overdue),
    (KOTRA, _FIRST, BORROWED, 9, _until(Stage.DECISION)),
    (KOTRA, _SECOND, ACTORS[9], 8, _until(Stage.EXTERNAL_EVALUATION)),
    (KOTRA, _FIRST, ACTORS[0], 7, _returned),
    (KOTRA, _SECOND, ACTORS[12], 7, _extended),
    (KOTRA, _FIRST, ACTORS[8], 6, _answered_in_part),
    (KOTRA, _SECOND, ACTORS[13], 5, _corrected),
    (KOTRA, _SECOND, ACTORS[11], 4, _conflicted),
    (KOTRA, _FIRST, ACTORS[14], 4, _asked),
    (KOTRA, _FIRST, ACTORS[5], 3, _photographed),
    (KOTRA, _SECOND, ACTORS[4], 3, _borrowed_diploma),
    (KOTRA, _FIRST, ACTORS[1], 2, _another_passport),
    (KOTRA, _SECOND, ACTORS[15], 2, _let_go),
    (KOTRA, _FIRST, ACTORS[2], 1, _submitted),
    (KOTRA, _FIRST, ACTORS[16], 1, _draft),
    (GYEONGGI, _FIRST, ACTORS[17], 6, _until(Stage.DECISION)),
    (GYEONGGI, _FIRST, ACTORS[18], 4, _until(Stage.VALIDATION)),
    (GYEONGGI, _SECOND, ACTORS[22], 2, _old_tax_papers),
    (DAEGU, _FIRST, ACTORS[23], 5, _until(Stage.DECISION)),
    (DAEGU, _FIRST, ACTORS[24], 2, _submitted),
    (ULSAN, _FIRST, ACTORS[19], 5, _until(Stage.VALIDATION)),
    (ULSAN, _FIRST, ACTORS[20], 1, _submitted),
    (K_TECH, _FIRST, ACTORS[21], 5, _until(Stage.VALIDATION)),
)
