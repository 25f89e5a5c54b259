"""Who cannot be asked for an opinion about a case, and why (제척): by what is known without asking.

The database refuses the same (`reviews.models.panel.TIED`), by names spelt alike; here a name is
also found behind a legal form, in another spelling of spaces, or before a department.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import CompanyMembership, StaffMembership
from applications.models import Application
from applications.models.declared import ClaimKind
from reviews.models import Conflict, Evaluator, MailDomain
from reviews.models.panel import PUBLIC_MAIL
from reviews.services import conflicts

_LEGAL_FORM = re.compile(
    r"주식회사|유한책임회사|유한회사|합자회사|합명회사|재단법인|사단법인|학교법인"
    r"|\((?:주|유|재|사|학)\)"
    r"|\b(?:co|ltd|inc|corp|corporation|company|limited|llc|plc|gmbh|jsc)\b\.?"
)
# What one writes beside a name: its English form, a department.
_BESIDE = re.compile(r"[/()·,;|]")
# "University of …" is not a department of "University".
_GOES_ON = frozenset({"of", "for", "at", "and", "in"})


def known_ties(case: Application) -> QuerySet[Evaluator]:
    """All evaluators with what memberships and declarations say of them and this case."""
    member = CompanyMembership.objects.filter(user=OuterRef("user"), company=case.company_id)
    staff = StaffMembership.objects.filter(user=OuterRef("user"), office=case.office_id)
    declared = Conflict.objects.filter(conflicts.live(), user=OuterRef("user")).filter(
        Q(company=case.company_id) | Q(application=case.pk)
    )
    return Evaluator.objects.select_related("user").annotate(
        is_member=Exists(member), is_staff=Exists(staff), is_declared=Exists(declared)
    )


def refusals(case: Application, evaluators: Iterable[Evaluator]) -> dict[int, list[str]]:
    """By evaluator (id), the sentences of what ties them to the case; nobody else is named. The
    evaluators are read by `known_ties`. Two queries, and one for claims that were not read."""
    colleagues = CompanyMembership.objects.filter(company=case.company_id)
    domains = {domain_of(mail) for mail in colleagues.values_list("user__email", flat=True)}
    domains -= public_domains(case.office_id)
    named = institutions_of(case)
    found: dict[int, list[str]] = {}
    for one in evaluators:
        said = []
        if one.is_member:  # type: ignore[attr-defined]
            said.append(_("이 회사의 구성원입니다."))
        elif domain_of(one.user.email) in domains:
            said.append(_("메일 주소가 이 회사의 도메인입니다."))
        if one.is_staff:  # type: ignore[attr-defined]
            said.append(_("이 기관의 직원입니다."))
        if one.is_declared:  # type: ignore[attr-defined]
            said.append(_("이 신청이나 회사와의 이해관계가 신고되어 있습니다."))
        same = dict.fromkeys(
            what for what, name in named if same_institution(one.institution, name)
        )
        if same:
            said.append(_("소속이 신청에 나온 곳과 같습니다: %(what)s") % {"what": ", ".join(same)})
        if said:
            found[one.pk] = said
    return found


def refusal(case: Application, evaluator: Evaluator) -> str | None:
    """What ties one evaluator to the case, in sentences; None when nothing does."""
    said = refusals(case, known_ties(case).filter(pk=evaluator.pk)).get(evaluator.pk)
    return " ".join(said) if said else None


def institutions_of(case: Application) -> list[tuple[str, str]]:
    """The company, schools and employers of a case, each with what it is to the case."""
    company = case.company
    found = [
        (pgettext("exclusion", "신청한 회사"), name) for name in (company.name_ko, company.name_en)
    ]
    for claim in case.claims.all():
        if claim.kind == ClaimKind.DEGREE:
            found.append((pgettext("exclusion", "학교"), claim.declared.get("institution", "")))
        elif claim.kind == ClaimKind.CAREER:
            found.append((pgettext("exclusion", "근무처"), claim.declared.get("employer", "")))
    return [(what, name) for what, name in found if isinstance(name, str) and name.strip()]


def same_institution(own: str, other: str) -> bool:
    """Whether an evaluator's own institution, or one named beside it, is the other one or a
    department of it."""
    wanted = _words(other)
    if not wanted:
        return False
    for part in (without_legal_form(own), *_BESIDE.split(without_legal_form(own))):
        words = _words(part)
        following = words[len(wanted) : len(wanted) + 1]
        if words[: len(wanted)] == wanted and not (following and following[0] in _GOES_ON):
            return True
    return False


def without_legal_form(name: str) -> str:
    """A company's name as people say it: without 주식회사 or Co., Ltd., in small letters."""
    return " ".join(_LEGAL_FORM.sub(" ", unicodedata.normalize("NFKC", name).casefold()).split())


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", without_legal_form(name))


def domain_of(mail: str) -> str:
    return mail.rpartition("@")[2].strip().casefold()


def public_domains(office_id: int) -> set[str]:
    """The mail domains that tie nobody to anybody: the assumed ones as the office changed them."""
    found = set(PUBLIC_MAIL)
    rows: Iterable[tuple[str, bool]] = MailDomain.objects.filter(office_id=office_id).values_list(
        "domain", "public"
    )
    for domain, public in rows:
        (found.add if public else found.discard)(domain)
    return found
