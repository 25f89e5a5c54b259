"""How an office's letters look: its administrators change a design, look at it, publish it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.models import Office, StaffRole
from applications.views.cases import person
from applications.views.documents import attachment
from audit.services import log_access
from letters import design_samples, design_trial, design_words, designs, logo, own_designs
from letters.errors import DesignError, LetterError, NotAdministrator, NotPublishable, StaleDesign
from letters.models import TemplateVersion
from letters.own_designs import LONGEST_SOURCE, OfficeDesign
from portal.selectors import letter_designs as seen
from portal.selectors.letter_designs import With
from portal.views.desk import posts_at, shared
from programs.calendar import today
from reviews.permissions import Desk, case_for
from reviews.views.sign_offs import picture

CODE = {"rows": 32, "spellcheck": "false", "autocomplete": "off", "wrap": "off", "class": "code"}


class DesignForm(forms.Form):
    """A design's text. `seen` is what it was when the form was opened."""

    html = forms.CharField(
        label=gettext_lazy("내용 (HTML)"),
        help_text=gettext_lazy(
            "변수는 겹중괄호로 씁니다. <code>&lt;!-- verification --&gt;</code> 자리에 "
            "진위확인 칸이 들어갑니다."
        ),
        max_length=LONGEST_SOURCE,
        strip=False,
        widget=forms.Textarea(attrs=CODE),
    )
    css = forms.CharField(
        label=gettext_lazy("모양 (CSS)"),
        required=False,
        max_length=LONGEST_SOURCE,
        strip=False,
        widget=forms.Textarea(attrs=CODE | {"rows": 12}),
    )
    logo = forms.FileField(
        label=gettext_lazy("로고 (PNG 또는 JPEG)"),
        help_text=gettext_lazy(
            "올리면 서식에서 &lt;img class=&quot;logo&quot; src=&quot;letter:logo&quot; "
            "alt=&quot;기관 이름&quot;&gt;으로 씁니다."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("지금 로고를 빼기"), required=False)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput())

    def __init__(self, *args: Any, has_logo: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not has_logo:
            del self.fields["no_logo"]

    def clean_logo(self) -> bytes | None:
        """The picture as it will be printed; None when none was chosen."""
        given = self.cleaned_data.get("logo")
        if given is None:
            return None
        try:
            return logo.taken(given.read(), name=given.name)
        except DesignError as wrong:
            raise forms.ValidationError(str(wrong)) from None

    def clean(self) -> dict[str, Any]:
        """`logo` as `own_designs.save_draft` takes it."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.pop("no_logo", False) and said.get("logo") is None:
            said["logo"] = b""
        return said


@dataclass(frozen=True)
class Found:
    """A design for the person who may change it."""

    posts: Desk
    design: OfficeDesign

    def page(self, name: str) -> str:
        return reverse(name, args=[self.design.office.code, self.design.code])

    def context(self) -> dict[str, Any]:
        return shared(self.posts, "desk-designs", [self.design.office]) | {
            "design": self.design,
            "title": seen.title_of(self.design),
            "programmes": seen.programmes_of(self.design),
        }


def _administrators(request: HttpRequest) -> Desk:
    posts = posts_at(request)
    if not posts.has(StaffRole.ADMINISTRATOR):
        raise PermissionDenied(_("이 화면을 볼 권한이 없습니다."))
    return posts


def _found(request: HttpRequest, office: str, code: str) -> Found:
    """Raises Http404 for another office's, or one that others decide on too."""
    posts = _administrators(request)
    mine = get_object_or_404(Office, code=office, pk__in=posts.offices(StaffRole.ADMINISTRATOR))
    design = own_designs.design_of(mine, code)
    if design is None or not seen.may_see(posts, design):
        raise Http404
    return Found(posts, design)


@never_cache
@require_safe
def desk_designs(request: HttpRequest) -> HttpResponse:
    """Every design that the person's offices write letters with."""
    posts = _administrators(request)
    mine = people.administered(person(request))
    context = shared(posts, "desk-designs") | {
        "listed": [(office, seen.rows(posts, office)) for office in mine]
    }
    return render(request, "portal/desk_designs.html", context)


@never_cache
@require_safe
def letter_design(request: HttpRequest, office: str, code: str) -> HttpResponse:
    """One design: what is in force, the draft, and everything that ever was."""
    found = _found(request, office, code)
    context = found.context() | {
        "history": own_designs.history(found.design.office, code),
    }
    return render(request, "portal/letter_design.html", context)


@require_POST
def letter_design_drop(request: HttpRequest, office: str, code: str) -> HttpResponse:
    """Forget the draft, or (`back`) what the office has changed."""
    found = _found(request, office, code)
    design = found.design
    try:
        if request.POST.get("do") == "back":
            own_designs.go_back(office=design.office, code=code, actor=person(request))
            messages.success(
                request, _("함께 쓰는 서식으로 돌아갔습니다. 이제부터 결재하는 문서에 쓰입니다.")
            )
        else:
            own_designs.drop_draft(
                office=design.office,
                code=code,
                seen=request.POST.get("seen", ""),
                actor=person(request),
            )
            messages.success(request, _("초안을 지웠습니다."))
    except LetterError as refused:
        messages.error(request, str(refused))
    return redirect(found.page("letter-design"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter_design_edit(request: HttpRequest, office: str, code: str) -> HttpResponse:
    """The editor, with the catalogue of variables beside it."""
    found = _found(request, office, code)
    design = found.design
    if request.method == "POST":
        form = DesignForm(request.POST, request.FILES, has_logo=bool(design.logo))
        if form.is_valid() and _saved(request, design, form):
            messages.success(
                request, _("초안을 저장했습니다. 아직 어떤 추천서에도 쓰이지 않습니다.")
            )
            return redirect(found.page("letter-design-preview"))
    else:
        html, css = design.source()
        form = DesignForm(
            initial={"html": html, "css": css, "seen": design.seen}, has_logo=bool(design.logo)
        )
    context = found.context() | {"form": form, "catalogue": seen.catalogue()}
    return render(request, "portal/letter_design_edit.html", context)


def _saved(request: HttpRequest, design: OfficeDesign, form: DesignForm) -> bool:
    """What is wrong is said at the field it is in."""
    try:
        own_designs.save_draft(
            office=design.office, code=design.code, actor=person(request), **form.cleaned_data
        )
    except DesignError as wrong:
        form.add_error("html" if wrong.part == "html" else "css", design_words.in_words(wrong))
    except (StaleDesign, NotAdministrator) as refused:
        form.add_error(None, str(refused))
    return form.is_valid()


# --- looking at it ---------------------------------------------------------------------------
@never_cache
@require_safe
def letter_design_preview(request: HttpRequest, office: str, code: str) -> HttpResponse:
    """The design filled with a sample or a case: what is missing, and the pages as a picture."""
    found = _found(request, office, code)
    context = found.context() | {
        "samples": seen.samples(found.design),
        "cases": seen.cases_for(found.posts, found.design, request.user),
        "typed": request.GET.get("number", ""),
    }
    chosen, problem = _chosen(request, found, "page")
    trial = None
    if chosen is not None:
        try:
            trial = _tried(found.design, chosen)
        except DesignError as wrong:
            problem = design_words.in_words(wrong)
    html, css = _text(found.design)
    context |= {
        "chosen": chosen,
        "trial": trial,
        "problem": problem,
        "no_glyph": design_trial.unprintable_lines(html, css),
    }
    return render(request, "portal/letter_design_preview.html", context)


@never_cache
@require_safe
def letter_design_drawn(request: HttpRequest, office: str, code: str, kind: str) -> HttpResponse:
    """The preview as a PDF, or its pages as one picture. Nothing is stored."""
    found = _found(request, office, code)
    chosen, _problem = _chosen(request, found, kind)
    if chosen is None:
        raise Http404
    try:
        pdf = _tried(found.design, chosen).pdf
    except DesignError as wrong:
        messages.error(request, design_words.in_words(wrong))
        return redirect(found.page("letter-design-preview"))
    if kind == "png":
        answer = HttpResponse(picture(pdf), content_type="image/png")
        answer["Cache-Control"] = "private, no-store"
        return answer
    return attachment(pdf, name=f"{code} draft.pdf", content_type="application/pdf")


@never_cache
@require_safe
def letter_design_version(
    request: HttpRequest, office: str, code: str, public_id: UUID
) -> HttpResponse:
    """A published design as a PDF, filled with a sample and marked as a draft."""
    found = _found(request, office, code)
    history = own_designs.history(found.design.office, code)
    row = get_object_or_404(history, public_id=public_id)
    version = TemplateVersion.objects.get(pk=row.pk)
    use = found.design.uses[0]
    try:
        pdf = design_trial.try_out(
            version.html,
            version.css,
            office=found.design.office,
            use=use,
            inputs=design_samples.sample_inputs(use, design_samples.USUAL),
            on=today(),
            logo=bytes(version.logo),
        ).pdf
    except DesignError as wrong:
        messages.error(request, design_words.in_words(wrong))
        return redirect(found.page("letter-design"))
    name = f"{version.code} {version.version}.pdf"
    return attachment(pdf, name=name, content_type="application/pdf")


def _chosen(request: HttpRequest, found: Found, way: str) -> tuple[With | None, str]:
    """What the address asks for (`with`: a sample or a case, `number`: a receipt number), and a
    sentence when there is no such thing. Looking at a case goes on its log of accesses."""
    wanted, number = request.GET.get("with", ""), request.GET.get("number", "").strip()
    samples = seen.samples(found.design)
    if not wanted and not number:
        return samples[0], ""
    for one in samples:
        if one.query == wanted:
            return one, ""
    public_id = _uuid(wanted)
    if number:
        case = seen.case_numbered(found.posts, found.design, number)
        public_id = None if case is None else case.public_id
    if public_id is None:
        return None, _("그런 접수번호의 신청이 이 기관에 없습니다.")
    case = case_for(person(request), public_id, desk=found.posts)
    if case.office_id != found.design.office.pk:
        raise Http404
    chosen = seen.of_case(found.design, case)
    if chosen is None:
        return None, _("이 신청에는 이 서식으로 쓰는 문서가 없습니다.")
    log_access(
        actor=request.user,
        what="letter.design_previewed",
        subject_type="application",
        subject_id=case.public_id,
        address=request.META.get("REMOTE_ADDR", ""),
        detail=way,
    )
    return chosen, ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _text(design: OfficeDesign) -> tuple[str, str]:
    """The draft's own text, or that of the version in force."""
    try:
        return design.source()
    except DesignError:
        return "", ""


def _tried(design: OfficeDesign, chosen: With) -> design_trial.Trial:
    """Draws: no transaction is open here (ATOMIC_REQUESTS is off)."""
    if design.draft is not None:
        html, css = designs.assembled(design.draft.html, design.draft.css)
    else:
        html, css = design.in_force.html, design.in_force.css
    return design_trial.try_out(
        html,
        css,
        office=design.office,
        use=chosen.use,
        inputs=chosen.inputs,
        on=today(),
        numbered=chosen.case is None,
        logo=design.logo,
    )


# --- letting letters use it ------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter_design_publish(request: HttpRequest, office: str, code: str) -> HttpResponse:
    """What the draft changes, and the button that lets new letters use it."""
    found = _found(request, office, code)
    design = found.design
    if design.draft is None:
        messages.error(request, _("게시할 초안이 없습니다."))
        return redirect(found.page("letter-design"))
    problems: list[str] = []
    if request.method == "POST":
        try:
            version = own_designs.publish_own(
                office=design.office,
                code=code,
                seen=request.POST.get("seen", ""),
                actor=person(request),
            )
        except NotPublishable as refused:
            problems = refused.problems
        except LetterError as refused:
            problems = [str(refused)]
        else:
            messages.success(
                request,
                _("새 서식을 게시했습니다: %(code)s. 이제부터 결재하는 추천서에 쓰입니다.")
                % {"code": f"{code} {version.version}"},
            )
            return redirect(found.page("letter-design"))
    context = found.context() | {
        "problems": problems,
        "difference": own_designs.difference(design, design.draft),
    }
    return render(request, "portal/letter_design_publish.html", context)
