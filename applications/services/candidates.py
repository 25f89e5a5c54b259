"""The candidate's own way in: a link by mail, opened with name and birth date."""

import secrets
import unicodedata
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from applications.errors import Invalid
from applications.models import Application, CandidateLink
from applications.services.contact import company_name, contact
from audit.crypto import digest
from audit.services import record
from notifications import mail
from notifications.models import Mail
from programs import calendar

LINK_DAYS = 180
MOST_FAILURES = 10


@transaction.atomic
def send_link(
    *, application: Application, occasion: str, key: str, actor: User | None = None
) -> bool:
    """Make a new link, void the older ones and queue the mail that carries it.

    Only a keyed digest of the token is kept. False when the candidate gave no mail address, or
    when the mail with this key exists already.
    """
    candidate = application.candidate
    if not candidate.email or Mail.objects.filter(key=key).exists():
        return False
    now = calendar.now()
    application.candidate_links.filter(revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(16)
    CandidateLink.objects.create(
        application=application,
        token_digest=_digest(token),
        created_at=now,
        expires_at=now + timedelta(days=LINK_DAYS),
    )
    language = candidate.language or "en"
    names = application.manifest.names
    mail.queue(
        to=candidate.email,
        language=language,
        template=f"applications/mail/candidate_{occasion}",
        context={
            "name": candidate.passport_name,
            "company": company_name(application.company, language),
            "receipt_no": application.receipt_no or "",
            "address": settings.SITE_URL + reverse("candidate-enter", kwargs={"token": token}),
            "programme": names.in_language(language),
            "days": LINK_DAYS,
            **contact(application, language),
        },
        key=key,
        about=application.public_id,
    )
    record(
        name="application.candidate_link_sent",
        subject_type="application",
        subject_id=application.public_id,
        actor=actor,
        data={"occasion": occasion},
    )
    return True


def find_link(token: str) -> CandidateLink | None:
    """The live link of a token, or None: expired, revoked, worn out and unknown look the same."""
    return _live_links().filter(token_digest=_digest(token)).first()


def link_still_open(link_id: int) -> CandidateLink | None:
    """A link that was opened before, if it is still live."""
    return _live_links().filter(pk=link_id).first()


def _live_links() -> QuerySet[CandidateLink]:
    return CandidateLink.objects.filter(
        revoked_at=None, expires_at__gt=calendar.now(), failures__lt=MOST_FAILURES
    ).select_related(
        "application__candidate",
        "application__programme",
        "application__version",
        "application__company",
        "application__office",
    )


def confirm(*, link: CandidateLink, name: str, birth_date: date) -> Application:
    """Check that the person knows the candidate's passport name and birth date.

    Raises Invalid with one sentence for either mistake, and counts it.
    """
    candidate = link.application.candidate
    same_name = _plain(name) in {
        _plain(candidate.passport_name),
        _plain(f"{candidate.given_names} {candidate.surname}"),
    }
    if not (same_name and candidate.birth_date == birth_date):
        CandidateLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1)
        raise Invalid(_("이름이나 생년월일이 신청서와 다릅니다. 여권에 적힌 대로 입력해 주세요."))
    record(
        name="application.candidate_entered",
        subject_type="application",
        subject_id=link.application.public_id,
        actor_kind="candidate",
    )
    return link.application


def _plain(name: str) -> str:
    """Letters only, without case, accents or spacing: how a person types their own name."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in decomposed if char.isalnum())


def _digest(token: str) -> str:
    return digest(token, purpose="candidate-link")
