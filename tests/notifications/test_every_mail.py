"""Every mail there is, in both languages, as the cases that cause them write it.

Templates are found in the folders: a new one that nothing below sends fails the first test.
"""

import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail as django_mail
from django.template import engines
from django.test.signals import template_rendered

from accounts.models import Company, Office, User
from applications.models import VisaOutcome
from applications.services import (
    aftermath,
    delivery,
    extension,
    more_time,
    reminders,
    supplement,
)
from applications.services.supplement_items import judge_item
from applications.stages import Stage
from notifications import mail
from notifications.models import Mail
from portal.demo import samples
from programs import calendar, quota
from programs.models import Pool
from reviews.models import Evaluator
from reviews.services import (
    assignment,
    decision,
    due_warnings,
    evaluation,
    leases,
    letter_ends,
    objection,
    offers,
    panel,
    returning,
    signing,
)
from reviews.services.line import Acting
from tests.outbox import deliver_letters
from tests.world import GYEONGGI, KOTRA, MONDAY

pytestmark = pytest.mark.django_db

FOLDERS = ("applications/mail", "reviews/mail")
HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
# Nothing here is Hangul or needs escaping: what is, stands out.
NAME = "Reader"
PERSON = {"surname": "ZQXSAMPLE", "passport_no": "Z7654321", "registration_no": "970517-5000008"}
SECRETS = ("Z7654321", "970517", "1997", "5000008")
# What Gyeonggi's receipt numbers begin with, in every language.
RECEIPT = "경기-접수-"
# Who answers: KOTRA, Gyeonggi, and Ulsan as somebody has entered it.
ULSAN = "052-000-0000"
OFFICES = ("02-3460-7388", "031-120", ULSAN)
# A public id is random: any four digits may stand in it.
ADDRESS = re.compile(r"https://chucheon\.example/[\w/.-]*")


def names() -> set[str]:
    """Every template that is a mail of its own: it has a subject, and both forms."""
    root = Path(settings.BASE_DIR) / "templates"
    found = {
        path.relative_to(root).as_posix().removesuffix(".subject.txt")
        for folder in FOLDERS
        for path in (root / folder).glob("*.subject.txt")
    }
    for name in found:
        assert (root / f"{name}.txt").exists(), name
        assert (root / f"{name}.html").exists(), name
    return found


def at(day: date):
    return calendar.frozen(datetime.combine(day, MONDAY.timetz()))


class Told:
    """Which template wrote which mails."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, Mail]] = []
        self.rendered: list[str] = []

    def listen(self, sender, template, **kwargs) -> None:
        if template.name and template.name.endswith(".subject.txt"):
            self.rendered.append(template.name.removesuffix(".subject.txt"))

    def collect(self) -> None:
        before = set(Mail.objects.values_list("pk", flat=True))
        self.rendered.clear()
        deliver_letters()
        new = Mail.objects.exclude(pk__in=before).order_by("pk")
        assert len(new) == len(self.rendered)
        self.mails += zip(self.rendered, new, strict=True)


def tell_all(world, told: Told, language: str) -> None:
    """Cause every mail once or more, by the steps that cause them."""
    User.objects.update(language=language, name=NAME)
    Company.objects.update(name_en="Sample Co., Ltd.")

    def story(slug=KOTRA):
        one = world.story(slug)
        one.person = {**samples.CANDIDATES[0], **PERSON, "language": language}
        return one

    asked = story().reach(Stage.DOCUMENT_REVIEW).ask()
    asked.case.supplements.get().items.update(text="A clearer copy, please.")
    due = asked.fresh().supplements.get().due_on
    longer = story().reach(Stage.DOCUMENT_REVIEW)
    for _each in range(2):
        extension.extend(
            application=longer.fresh(), actor=longer.lead, amount=2, reason="The school is slow."
        )
    with at(date(2026, 11, 11)):
        reminders.tell_progress()
        due_warnings.warn()
        told.collect()
    told.collect()
    for day in (due, due.replace(day=due.day + 1)):
        with at(day):
            reminders.remind_supplements()
            told.collect()

    many_times_asked(story(), told)

    away = asked.reviewer
    today = calendar.today()
    returning.enter_absence(actor=away, user=away, from_on=today, until_on=today)
    asked.answer()
    told.collect()

    taken = story().fill().submit().fresh()
    assignment.take(application=taken, actor=asked.lead)
    with at(date(2026, 10, 30)):
        leases.expire()
        told.collect()

    judged = story().reach(Stage.EXTERNAL_EVALUATION)
    first, second = (
        evaluation.invite(
            application=judged.case,
            actor=judged.reviewer,
            evaluator=Evaluator.objects.get(user=world[login]),
        )
        for login in ("evaluator1", "evaluator2")
    )
    told.collect()
    panel.remind(invitation=first, actor=judged.reviewer)
    later = date(2026, 10, 30)
    panel.extend(invitation=first, actor=judged.reviewer, due_on=later)
    told.collect()
    with at(date(2026, 11, 2)):
        panel.remind_evaluations()
        told.collect()
    evaluation.revoke(invitation=second, actor=judged.reviewer)
    told.collect()

    for outcome in ("refuse", "return"):
        story().reach(Stage.VALIDATION).draft(outcome, "The degree is not confirmed.").sign_off()
    story().reach(Stage.APPROVED)
    told.collect()
    many_objections(world, story, told)
    many_units(story, told)
    many_letters(world, story, told, language)


def many_letters(world, story, told: Told, language: str) -> None:
    """A letter that expires, one that is put right, one that is revoked; and a programme's task."""
    left, wrong, revoked = (story().reach(Stage.APPROVED) for _each in range(3))
    told.collect()
    task = world.bare(Stage.ISSUED, slug="ulsan")
    Office.objects.filter(pk=task.office_id).update(phone=ULSAN)
    task.candidate.email, task.candidate.language = "reader@kept.example", language
    task.candidate.save(update_fields=["email", "language"])
    welder = {"occupation": "7430", "valid_until": None}
    aftermath.open_follow_ups(task, issued_on=calendar.today(), **welder)
    aftermath.report_result(
        application=task,
        outcome=VisaOutcome.GRANTED,
        decided_on=calendar.today(),
        entered_on=calendar.today(),
        actor=left.member,
    )
    for day in (
        date(2026, 11, 12),
        date(2027, 4, 11),
        date(2027, 4, 13),
        date(2027, 9, 1),
        date(2027, 10, 13),
    ):
        with at(day):
            aftermath.remind()
            told.collect()
    corrections = {"candidate_name": "ZQXSAMPLED"}
    for ending in (
        letter_ends.propose_correction(
            application=wrong.fresh(),
            actor=wrong.reviewer,
            reason="A slip in the name.",
            corrections=corrections,
        ),
        letter_ends.propose_revocation(
            application=revoked.fresh(), actor=revoked.reviewer, reason="A paper was forged."
        ),
    ):
        letter_ends.confirm(ending=ending, actor=wrong.lead)
        told.collect()


def many_objections(world, story, told: Told) -> None:
    """Put off, dismissed, upheld; and what was signed for a lead who is away."""
    judge = world.second_lead()
    User.objects.update(language=world["kotra.lead"].language, name=NAME)
    judge.refresh_from_db()
    for upheld in (False, True):
        one = story().reach(Stage.VALIDATION).draft("refuse", "The degree is not confirmed.")
        one.sign_off()
        told.collect()
        filed = objection.file_objection(
            application=one.fresh(), actor=one.member, text="Please look again."
        )
        objection.extend_objection(objection=filed, actor=judge, reason="The school is slow.")
        told.collect()
        objection.decide_objection(
            objection=filed, actor=judge, upheld=upheld, answer="Looked at again."
        )
        told.collect()
    today = calendar.today()
    returning.enter_absence(actor=judge, user=judge, from_on=today, until_on=today)
    drafted = story().reach(Stage.VALIDATION).draft("refuse", "The degree is not confirmed.")
    signing.sign_off(
        decision=decision.live_decision(drafted.fresh()),
        actor=drafted.lead,
        acting=Acting(judge, "On a business trip."),
    )
    told.collect()


def many_units(story, told: Told) -> None:
    """One unit and two who wait for it: offered, passed on, declined, late, accepted."""
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    quota.resize(pool=pool, size=1, actor=None, reason="test")
    holder = story(GYEONGGI).reach(Stage.APPROVED)
    first, second = (story(GYEONGGI).reach(Stage.WAITING_QUOTA) for _each in range(2))
    signing.take_back(application=holder.fresh(), actor=holder.lead, reason="A slip.")
    told.collect()
    with at(date(2026, 10, 21)):
        offers.pass_on_late()
        told.collect()
        signing.decline_unit(
            application=second.fresh(), actor=second.lead, reason="They do not hire."
        )
        told.collect()
    with at(date(2026, 10, 30)):
        offers.pass_on_late()
        told.collect()
        signing.accept_unit(application=first.fresh(), actor=first.lead)
        told.collect()


def many_times_asked(one, told: Told) -> None:
    """A round with all that is told of it: undelivered, more time asked for, refused and granted,
    answered in part, asked again."""
    one.reach(Stage.DOCUMENT_REVIEW)
    codes = [document.code for document in one.fresh().manifest.documents[:2]]
    supplement.request_supplement(
        application=one.fresh(),
        actor=one.reviewer,
        days=10,
        items=[supplement.Asked(document_code=code, text="A clearer copy.") for code in codes],
    )
    told.collect()
    request = one.fresh().supplements.get()
    office = {"application": one.case, "actor": one.reviewer}
    company = {"application": one.case, "actor": one.member}
    delivery.note_undelivered(**office, attempt=1, words="It came back.")
    told.collect()
    for granted in (False, True):
        asked = more_time.ask_for_time(
            **company, reason="The school is slow.", until=request.due_on + timedelta(days=4)
        )
        told.collect()
        more_time.answer_time(
            **office, extension=asked, granted=granted, words="" if granted else "Long enough."
        )
        told.collect()
    item = request.items.get(position=0)
    supplement.answer_item(
        **company, item=item, answer="Here it is.", upload=samples.paper("A clearer copy")
    )
    supplement.send_part(**company)
    told.collect()
    judge_item(**office, item=item, verdict="again", words="Still not clear.")
    told.collect()


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.classes: set[str] = set()
        self.styled = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.styled |= "style" in given
        self.classes |= set((given.get("class") or "").split())
        for name in ("href", "src"):
            if name in given:
                self.found.append(given[name])


@pytest.fixture
def told(monkeypatch):
    """Templates that say aloud when something is missing, and who wrote what."""
    one = Told()
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "MISSING<%s>")
    template_rendered.connect(one.listen)
    yield one
    template_rendered.disconnect(one.listen)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_mail_is_whole_in_each_language(world, told, language, settings):
    settings.SITE_URL = "https://chucheon.example"
    tell_all(world, told, language)
    assert {name for name, _mail in told.mails} == names()
    sheet = (Path(settings.BASE_DIR) / "static/portal/mail.css").read_text("utf-8")
    for name, one in told.mails:
        assert one.language == language, name
        whole = f"{one.subject}\n{one.text}\n{one.html}"
        assert "MISSING" not in whole, name
        assert "{{" not in whole, name
        assert "None" not in whole, name
        words = ADDRESS.sub("", whole)
        for secret in SECRETS:
            assert secret not in words, name
        html = Links(one.html)
        # As text, what can be pressed stands there too, and nothing leads elsewhere.
        assert len(set(html.found)) == 1, name
        assert html.found[0].startswith("https://chucheon.example/"), name
        assert html.found[0] in one.text, name
        assert all(
            link.startswith("https://chucheon.example/")
            for link in re.findall(r"\S*//\S*", one.text)
        ), name
        assert not html.styled, f"{name} cannot be shown under the content security policy"
        assert all(f".{css} {{" in sheet for css in html.classes), name
        assert any(phone in one.text and phone in one.html for phone in OFFICES), name
        assert NAME in one.text or PERSON["surname"] in one.text, name
        if language == "en":
            assert not HANGUL.search(whole.replace(RECEIPT, "")), f"{name}: {whole}"
    every_one_is_sent_in_two_forms(told)


def every_one_is_sent_in_two_forms(told: Told) -> None:
    """As text, and as a whole document with the sheet's rules in its elements."""
    sent = {message.subject: message for message in django_mail.outbox}
    for _name, one in told.mails:
        parts = [part.get_content_type() for part in sent[one.subject].message().walk()]
        assert parts == ["multipart/alternative", "text/plain", "text/html"]
        document = sent[one.subject].alternatives[0][0]
        assert 'class="' not in document
        assert document.count("<style>") == 1


def test_a_refusal_says_why_and_until_when_to_object(world):
    story = world.at(Stage.VALIDATION)
    story.draft("refuse", "학위를 <확인>할 수 없습니다.\n둘째 줄").sign_off()
    deliver_letters()
    (one,) = Mail.objects.filter(key__contains=":refused")
    assert "학위를 <확인>할 수 없습니다.\n둘째 줄" in one.text
    assert "학위를 &lt;확인&gt;할 수 없습니다.<br>둘째 줄" in one.html
    # 60 days from Monday 12 October, moved past a Friday that is a working day.
    assert "2026. 12. 11." in one.text


HURTING = {
    "script": "<script>alert(1)</script>\"'",
    "formula": '=HYPERLINK("x")',
    "class": '" class="m-page" style="x',
    "right to left": "\u202eevil\u202c",
    "lines": "first\r\nBcc: everyone@example.invalid",
    "long": "W" * 300,
    "braces": "{{ 7|add:7 }}{% now 'Y' %}",
}


@pytest.mark.parametrize("name", HURTING.values(), ids=HURTING)
def test_what_people_typed_stays_text_and_in_its_place(world, name):
    invited = {
        "name": name,
        "programme": name,
        "due_on": name,
        "office": name,
        "department": "",
        "officer": "",
        "phone": "02",
        "address": f"{settings.SITE_URL}/reviews/evaluations/",
    }
    mail.queue(
        to="reader@example.invalid",
        language="ko",
        template="reviews/mail/evaluator_invited",
        context=invited,
        key="hurt",
    )
    deliver_letters()
    (one,) = Mail.objects.all()
    assert "\n" not in one.subject
    assert "\r" not in one.subject
    assert len(one.subject) <= mail.SUBJECT_LENGTH
    assert name.splitlines()[0] in one.text
    (sent,) = django_mail.outbox
    assert sent.recipients() == ["reader@example.invalid"]
    headers = sent.message()
    assert "Bcc" not in headers
    document = sent.alternatives[0][0]
    assert "<script" not in document
    assert ">14" not in document
    seen = Links(one.html)
    assert set(seen.found) == {invited["address"]}
    assert not seen.styled
    assert "m-page" not in seen.classes
