"""Letters: CPU of a signed one in a warm worker against bare WeasyPrint and a bare signature, what
a worker's first one costs, and 630 in one batch: rate and memory.

The bare version is handed what the product has to make first: the finished HTML, the parsed
stylesheets, both codes as pictures. It draws with one font configuration, packs each stream once,
leaves out attachment, PDF/UA identifier and file identifier, and signs with a key opened before.
"""

from __future__ import annotations

import gc
import io
import multiprocessing
import statistics
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import Measure

DATABASE = True
MOST_OF_BARE = 1.25
# Letters of each design, one by the product and one bare in turn.
PAIRS, QUICK_PAIRS = 25, 5
# The first letter of a warmed worker, as a multiple of its later ones.
MOST_OF_FIRST = 1.5
WORKERS, QUICK_WORKERS = 3, 1
LATER = 5
BATCH, QUICK_BATCH = 630, 30
LOOKED_AT, QUICK_LOOKED_AT = (50, 100, 200, 400, 630), (10, 20, 30)
# Memory after all of a batch, as a multiple of that after its first hundred (quick: ten).
MOST_GROWTH = 1.10
DAY = date(2026, 11, 23)
FAMILY = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구"
GIVEN = "민서지우하준도윤시예원채아소율은유건현재린빛나래솔한결찬별햇살뷁"
LATIN = "ABCDEGHIJKLMNOPRSTUVY"


def measures(*, quick: bool) -> list[Measure]:
    """Quick: too few of each design and too few workers to hold them to anything one by one; the
    mean of the designs, and memory, are."""
    _seed()
    if quick:
        single = _against_bare(QUICK_PAIRS)
        single[:-1] = [replace(one, target=None) for one in single[:-1]]
        single += [replace(one, target=None) for one in _first_letters(QUICK_WORKERS)]
        return single + _batch(QUICK_BATCH, QUICK_LOOKED_AT, "10")
    return _against_bare(PAIRS) + _first_letters(WORKERS) + _batch(BATCH, LOOKED_AT, "100")


def _seed() -> None:
    from accounts.models import Office
    from letters import keys

    keys.ensure_specimen_key()
    for code, ko, en in (
        ("kotra", "대한무역투자진흥공사", "Korea Trade-Investment Promotion Agency"),
        ("gyeonggi", "경기도", "Gyeonggi Province"),
    ):
        Office.objects.get_or_create(code=code, defaults={"name_ko": ko, "name_en": en})


# --- letters -----------------------------------------------------------------------------------
def _definitions() -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """By design: the office, what a programme says of its letter, and what a case adds."""
    from letters import designs
    from tests.letters import samples

    notice = {
        **samples.KOTRA,
        "template": designs.NOTICE,
        "series": "kotra-notices",
        "number_pattern": "KOTRA-N-{year}-{number:06d}",
        "validity_months": 0,
        "title": {"ko": "추천 불허 통지서", "en": "Notice of Refusal"},
        "statement": {},
    }
    said = {
        "is_refusal": True,
        "objection_until": "2027-01-25",
        "grounds_ko": "학위 요건을 갖추지 못함",
        "grounds_en": "The degree is not in the field of the occupation.",
        "reason": "제출한 학위증의 전공이 신청 직종과 다릅니다.\n경력증명서로도 확인되지 않습니다.",
    }
    whom = ("candidate_", "birth_", "nationality", "company_", "business_no", "programme_")
    refused = {name: value for name, value in samples.INPUTS.items() if name.startswith(whom)}
    return {
        "kotra-recommendation": ("kotra", samples.KOTRA, samples.INPUTS),
        "provincial-recommendation": (
            "gyeonggi",
            samples.GYEONGGI | {"template": "provincial-recommendation"},
            samples.IN_COUNTRY,
        ),
        "k-tech-pass": ("kotra", samples.PASS, samples.INPUTS),
        designs.NOTICE: ("kotra", notice, refused | said),
    }


def _reserved(design: str, number: int) -> Any:
    """A letter as a sign-off leaves it, to somebody of a name of their own."""
    from accounts.models import Office
    from tests.letters import samples

    office, letter_def, inputs = _definitions()[design]
    person = {
        "candidate_name": " ".join(_drawn(LATIN, number + part, 7) for part in range(3)),
        "candidate_name_ko": _drawn(FAMILY, number, 1) + _drawn(GIVEN, number, 2),
        "birth_date": date(1970 + number % 33, 1 + number % 12, 1 + number % 28).isoformat(),
        "company_name_ko": f"㈜{_drawn(GIVEN, number * 3, 4)}소프트웨어",
    }
    kind = "refusal" if "is_refusal" in inputs else "recommendation"
    return samples.reserve(
        Office.objects.get(code=office), letter_def, {**inputs, **person}, kind=kind, on=DAY
    )


def _drawn(letters: str, number: int, length: int) -> str:
    """Another word for another number, the same for the same."""
    return "".join(
        letters[(number * 31 + place * 17 + number // len(letters)) % len(letters)]
        for place in range(length)
    )


# --- against bare ------------------------------------------------------------------------------
def _against_bare(pairs: int) -> list[Measure]:
    from letters import keys, making, signing, warming

    key = keys.ensure_specimen_key()
    bare = _Bare(key)
    warming.warm_up()
    taken: dict[str, dict[str, list[float]]] = {}
    for design in _definitions():
        letters = [_reserved(design, number) for number in range(pairs + 2)]
        times: dict[str, list[float]] = {"product": [], "bare": [], "signature": []}
        for number, letter in enumerate(letters):
            private = signing.private_half(key)
            work = bare.work(making._sheet(letter, key, private))
            runs: list[tuple[str, Callable[[], bytes]]] = [
                ("product", _made(letter)),
                ("bare", work),
            ]
            # Neither is always the one that runs in the other's warmed caches.
            for name, run in runs if number % 2 else reversed(runs):
                times[name].append(_cpu(run))
            if number == 1:
                gc.collect()
                gc.freeze()
        taken[design] = {name: found[2:] for name, found in times.items()}
    found = [
        _compared(f"a signed letter, {design}", times["product"], times["bare"])
        for design, times in taken.items()
    ]
    whole = [statistics.median(times["product"]) for times in taken.values()]
    reference = [statistics.median(times["bare"]) for times in taken.values()]
    value, bare_value = statistics.mean(whole), statistics.mean(reference)
    found.append(
        Measure(
            "a signed letter, mean of the designs",
            "CPU ms",
            value,
            target=bare_value * MOST_OF_BARE,
            reference=bare_value,
            runs=pairs * len(taken),
        )
    )
    return found


def _compared(name: str, product: list[float], bare: list[float]) -> Measure:
    value, reference = statistics.median(product), statistics.median(bare)
    return Measure(
        name,
        "CPU ms",
        value,
        target=reference * MOST_OF_BARE,
        reference=reference,
        spread=(max(product) - min(product)) / value,
        runs=len(product),
    )


def _made(letter: Any) -> Callable[[], bytes]:
    """What the worker does between reading the letter and storing its file."""
    from letters import keys, making

    return lambda: making.signed_file(letter, keys.key_to_sign(letter))


def _cpu(run: Callable[[], object]) -> float:
    """Milliseconds of processor time, of all threads of this process."""
    begun = time.process_time()
    run()
    return (time.process_time() - begun) * 1000


class _Bare:
    def __init__(self, key: Any) -> None:
        from pyhanko.sign import signers
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        from letters import fonts, keys, private_keys

        path = keys.private_key_stem(key).with_suffix(private_keys.P12)
        self.signer = signers.SimpleSigner.load_pkcs12(path, passphrase=_password(path))
        self.configuration = FontConfiguration()
        self.faces = CSS(
            string=fonts.stylesheet(), font_config=self.configuration, url_fetcher=_fetcher({})
        )
        self.styles: dict[str, Any] = {}

    def work(self, sheet: Any) -> Callable[[], bytes]:
        """Everything that is left when the letter's text, styles and pictures are there."""
        from letters import markup, rendering

        text = rendering._with_mark(
            markup.fill(markup.parse(sheet.html), sheet.values).text, sheet.mark
        )
        styles = [self.faces, self._style(sheet.css), self._style(rendering._mark_css(sheet.mark))]
        fetcher = _fetcher(rendering.images(sheet))
        return lambda: self._signed(self._drawn(text, styles, fetcher))

    def _style(self, css: str) -> Any:
        from weasyprint import CSS

        if css not in self.styles:
            self.styles[css] = CSS(
                string=css, font_config=self.configuration, url_fetcher=_fetcher({})
            )
        return self.styles[css]

    def _drawn(self, text: str, styles: list[Any], fetcher: Any) -> bytes:
        from weasyprint import HTML

        pdf = HTML(string=text, url_fetcher=fetcher).write_pdf(
            font_config=self.configuration,
            stylesheets=styles,
            pdf_variant="pdf/a-3a",
            pdf_identifier=False,
            finisher=_packed_once,
        )
        return bytes(pdf)

    def _signed(self, pdf: bytes) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers

        metadata = signers.PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        output = io.BytesIO()
        signers.PdfSigner(
            metadata, self.signer, new_field_spec=fields.SigFieldSpec("Seal", on_page=0)
        ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output, bytes_reserved=16384)
        return output.getvalue()


def _password(path: Path) -> bytes:
    from letters import private_keys

    return private_keys.password_of(path)


def _fetcher(images: dict[str, Any]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from letters import fonts

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if image := images.get(url.removeprefix("letter:")):
                return URLFetcherResponse(url, image.data, {"Content-Type": image.content_type})
            data = fonts.font_path(url.removeprefix("letter:font/")).read_bytes()
            return URLFetcherResponse(url, data, {"Content-Type": "font/ttf"})

    return Fetcher()


def _packed_once(_document: Any, pdf: Any) -> None:
    for thing in pdf.objects:
        if getattr(thing, "compress", False):
            raw = b"\n".join(map(_bytes_of, thing.stream))
            thing.stream, thing.compress = [zlib.compress(raw, 6)], False
            thing.extra["Filter"] = "/FlateDecode"


def _bytes_of(part: Any) -> bytes:
    import pydyf

    if isinstance(part, bytes):
        return part
    return part.data if isinstance(part, pydyf.Object) else str(part).encode()


# --- a worker's first letters ------------------------------------------------------------------
def _first_letters(workers: int) -> list[Measure]:
    """In processes of their own: one that begins cold, one that warms up as a worker does."""
    found: dict[bool, list[tuple[float, float, float]]] = {}
    for warm in (False, True):
        found[warm] = [_alone(_first_and_later, warm) for _worker in range(workers)]
    later = statistics.median(one[2] for one in found[True])
    measured = []
    for warm, name in ((False, "a cold process"), (True, "a worker that warmed up")):
        first = [one[1] for one in found[warm]]
        measured.append(
            Measure(
                f"the first signed letter of {name}",
                "CPU ms",
                statistics.median(first),
                target=later * MOST_OF_FIRST if warm else None,
                reference=later,
                spread=(max(first) - min(first)) / statistics.median(first),
                runs=workers,
            )
        )
    starts = [one[0] for one in found[True]]
    measured.append(
        Measure("warming up, once per worker", "CPU ms", statistics.median(starts), runs=workers)
    )
    return measured


def _alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a new process answers, which has loaded nothing of ours before."""
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=work, args=(results, *arguments))
    process.start()
    try:
        return results.get(timeout=1800)
    finally:
        process.join()


def _first_and_later(results: Any, warm: bool) -> None:
    import django

    django.setup()
    from letters import keys, warming

    letters = [_reserved("kotra-recommendation", number) for number in range(LATER + 1)]
    key = keys.ensure_specimen_key()
    assert key
    start = _cpu(warming.warm_up) if warm else 0.0
    first, *later = (_cpu(_made(letter)) for letter in letters)
    results.put((start, first, statistics.median(later)))


# --- one batch ---------------------------------------------------------------------------------
def _batch(count: int, looked_at: tuple[int, ...], begun: str) -> list[Measure]:
    """So many letters one after another by the outbox: rendered, signed, stored, read back,
    registered and released in the database."""
    seconds, cpu, memory, valid = _alone(_make_all, count, looked_at)
    bound = memory[begun] * MOST_GROWTH
    said = f"{count} letters in one batch"
    return [
        Measure(f"{said}: not valid at the end", "", count - valid, target=0),
        Measure(said, "letters/s", count / seconds, better="higher", runs=count),
        Measure(f"{said}: whole of making one", "CPU ms", cpu / count, runs=count),
        *(
            Measure(
                f"{said}: memory after {number}",
                "MB",
                memory[str(number)],
                target=bound if number == count else None,
                reference=memory[begun],
            )
            for number in looked_at
        ),
    ]


def _make_all(results: Any, count: int, looked_at: tuple[int, ...]) -> None:
    import django

    django.setup()
    from letters import warming
    from letters.models import Letter
    from notifications import outbox
    from notifications.models import OutboxRow

    designs = list(_definitions())
    letters = [_reserved(designs[number % len(designs)], number).pk for number in range(count)]
    rows = list(
        OutboxRow.objects.filter(
            topic="letters.make",
            key__in=[
                str(found)
                for found in Letter.objects.filter(pk__in=letters).values_list(
                    "public_id", flat=True
                )
            ],
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    warming.warm_up()
    memory: dict[str, float] = {}
    begun, cpu = time.perf_counter(), time.process_time()
    for number, row in enumerate(rows, start=1):
        outbox.run(row)
        if number in looked_at:
            memory[str(number)] = _held()
    seconds, cpu = time.perf_counter() - begun, (time.process_time() - cpu) * 1000
    valid = Letter.objects.filter(pk__in=letters, state="valid", files__isnull=False).count()
    results.put((seconds, cpu, memory, valid))


def _held() -> float:
    """MB of this process's own that it needs now: garbage is collected first, and what the kernel
    may drop and read again (the pages of libraries) is not counted."""
    gc.collect()
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("benchmarks: /proc tells no memory here")
