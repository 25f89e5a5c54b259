"""Public pages: is this letter genuine, and still valid? No login; nothing is stored."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from letters import keys, keyset, throttle
from letters.code_checking import check_code
from letters.forms import CodeForm, DigestForm, FileForm, NumberForm
from letters.models import SigningKey
from letters.sentences import in_code, sentences_for
from letters.upload import InMemoryOnly
from letters.verification import (
    Verdict,
    check_bytes,
    check_digest,
    check_number,
    check_token,
)


# The upload handler must be chosen before anything reads the request, and the CSRF check is the
# first that would: so it runs inside, after the choice.
@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Type a number and a birth date, or hand in the code's text, the file, or the file's hash."""
    request.upload_handlers = [InMemoryOnly(request)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request)
    if "number" in request.POST:
        form = NumberForm(request.POST)
        if not form.is_valid():
            return _ask(request, number=form, status=400)
        if not throttle.TYPED.spend(request):
            return _too_many(request)
        return _answer(request, check_number(**form.cleaned_data), way="number")
    if "code" in request.POST:
        return _typed_code(request)
    if "sha256" in request.POST:
        return _digest(request)
    upload = FileForm(request.POST, request.FILES)
    if not upload.is_valid():
        return _ask(request, file=upload, status=400)
    if not throttle.UPLOADED.spend(request):
        return _too_many(request)
    data = upload.cleaned_data["file"].read()
    return _answer(request, check_bytes(data, trust=None, offline=False), way="file")


def _typed_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, code=form, status=400)
    if not throttle.UPLOADED.spend(request):
        return _too_many(request)
    verdict = check_code(form.cleaned_data["code"], trust=None, offline=False)
    return _answer(request, verdict, way="signed code")


def _digest(request: HttpRequest) -> HttpResponse:
    """A file that stayed on its own machine: only its SHA-256 came here."""
    form = DigestForm(request.POST)
    if not form.is_valid():
        return _ask(request, status=400)
    if not throttle.UPLOADED.spend(request):
        return _too_many(request)
    return _answer(request, check_digest(form.cleaned_data["sha256"]), way="hash")


@never_cache
@login_not_required
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code leads: the answer at once, to whoever holds the letter."""
    verdict = check_token(token)
    if verdict.word == "unknown" and not throttle.UNKNOWN_TOKEN.spend(request):
        return _too_many(request)
    return _answer(request, verdict, way="code", code=404 if verdict.word == "unknown" else 200)


@never_cache
@login_not_required
@require_safe
def signing_keys(request: HttpRequest) -> HttpResponse:
    """Every key that signs or signed letters, for people who check without us."""
    registered = SigningKey.objects.select_related("office").order_by("-registered_at")
    return render(request, "letters/keys.html", {"keys": registered})


@login_not_required
@require_safe
def certificate(request: HttpRequest, key_id: str) -> HttpResponse:
    """One key's certificate and those above it, as PEM."""
    key = get_object_or_404(SigningKey, key_id=key_id)
    return _pem(key.certificate + key.chain, f"{key.key_id}.pem")


@login_not_required
@require_safe
def jwk_set(request: HttpRequest) -> HttpResponse:
    """Every public key as a JWK set: for any program, from any page."""
    text = json.dumps(keyset.jwk_set(), ensure_ascii=False, indent=1)
    return _published(HttpResponse(text, content_type="application/jwk-set+json"))


@login_not_required
@require_safe
def cose_key_set(request: HttpRequest) -> HttpResponse:
    """Every public key as a COSE key set."""
    return _published(HttpResponse(keyset.cose_key_set(), content_type="application/cose-key-set"))


def _published(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    # A new key is used some time after it was registered; five minutes keep a queue of readers off.
    response["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """The roots, as PEM: what `letters verify --trust` takes."""
    return _pem(keys.trust_pem(), "trust.pem")


def _pem(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/x-pem-file")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _ask(
    request: HttpRequest,
    *,
    number: NumberForm | None = None,
    file: FileForm | None = None,
    code: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "number_form": number or NumberForm(),
        "file_form": file or FileForm(),
        "code_form": code or CodeForm(),
        "digest_form": DigestForm(),
    }
    return render(request, "letters/verify.html", context, status=status)


def _answer(request: HttpRequest, verdict: Verdict, *, way: str, code: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "verdict": verdict,
        "said": sentences_for(verdict, way=way),
        "specimen": verdict.specimen and verdict.word != "specimen",
        "way": way,
        "written": in_code(verdict) if way == "signed code" else [],
    }
    return render(request, "letters/verdict.html", context, status=code)


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "letters/too_many.html", status=429)
