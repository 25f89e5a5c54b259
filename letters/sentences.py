"""A verdict in plain words, for whoever holds a letter in their hand."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from letters.models import NOTICES
from letters.verification import Facts, Verdict


@dataclass(frozen=True)
class Sentences:
    """`tone` is ok, warn or bad; `items` are labels and values for components/pairs.html."""

    tone: str
    title: str
    text: str
    items: list[dict[str, Any]]


_Row = tuple[str, str | Promise, str | Promise]
_WORDS: dict[str, _Row] = {
    "valid": (
        "ok",
        pgettext_lazy("verdict", "유효한 추천서입니다"),
        gettext_lazy(
            "발급 대장에 있고 지금 유효합니다. 손에 있는 추천서의 내용과 아래 내용을 비교해 보세요."
        ),
    ),
    "specimen": (
        "warn",
        pgettext_lazy("verdict", "견본입니다. 효력이 없습니다"),
        gettext_lazy(
            "이 시스템이 만든 문서가 맞지만 견본입니다. 사증이나 체류자격 신청에 쓸 수 없습니다."
        ),
    ),
    "revoked": (
        "bad",
        pgettext_lazy("verdict", "발급이 취소된 추천서입니다"),
        gettext_lazy("추천기관이 발급을 취소했습니다. 이 추천서는 더 이상 효력이 없습니다."),
    ),
    "superseded": (
        "bad",
        pgettext_lazy("verdict", "새 추천서로 대체되었습니다"),
        gettext_lazy("내용을 바로잡은 새 추천서가 발급되었습니다. 이 추천서는 효력이 없습니다."),
    ),
    "expired": (
        "bad",
        pgettext_lazy("verdict", "유효기간이 지난 추천서입니다"),
        gettext_lazy("발급된 추천서가 맞지만 유효기간이 지났습니다."),
    ),
    "void": (
        "bad",
        pgettext_lazy("verdict", "교부되지 않은 번호입니다"),
        gettext_lazy("번호만 정해졌다가 교부 전에 결번으로 처리되었습니다. 효력이 없습니다."),
    ),
    "unknown": (
        "bad",
        pgettext_lazy("verdict", "해당하는 추천서가 없습니다"),
        gettext_lazy(
            "발급번호와 생년월일을 다시 확인해 주세요. 하나라도 다르거나 발급되지 않은 추천서이면 "
            "같은 답이 나옵니다."
        ),
    ),
    "earlier": (
        "warn",
        pgettext_lazy("verdict", "이 시스템 이전에 발급된 추천서입니다"),
        gettext_lazy(
            "추천기관이 옮겨 등록한 발급 대장에 있는 번호입니다. 전자서명이 없어 문서가 진본인지는 "
            "이 시스템에서 확인할 수 없습니다. 지금 유효한지는 추천기관에 물어보세요."
        ),
    ),
    "altered": (
        "bad",
        pgettext_lazy("verdict", "바뀐 파일입니다"),
        gettext_lazy("발급된 뒤에 파일의 내용이 바뀌었거나 손상되었습니다. 믿지 마세요."),
    ),
    "foreign": (
        "bad",
        pgettext_lazy("verdict", "이 시스템이 발급한 추천서가 아닙니다"),
        gettext_lazy("다른 곳의 열쇠로 서명된 파일입니다."),
    ),
    "not a letter": (
        "bad",
        pgettext_lazy("verdict", "추천서 파일이 아닙니다"),
        gettext_lazy(
            "전자서명된 추천서 원본 PDF를 올려 주세요. 인쇄본을 찍거나 스캔한 파일은 "
            "확인할 수 없습니다."
        ),
    ),
}


# The same words about a notice, which recommends nobody: that is said first.
_OF_NOTICES: dict[str, _Row] = {
    "valid": (
        "warn",
        pgettext_lazy("verdict", "진본인 통지서입니다. 추천서가 아닙니다"),
        gettext_lazy(
            "추천하지 않는다는 결정이나 반려를 알린 문서이며, 그 결정은 지금도 그대로입니다. "
            "사증이나 체류자격 신청에 쓸 수 없습니다."
        ),
    ),
    "specimen": (
        "warn",
        pgettext_lazy("verdict", "견본 통지서입니다. 추천서가 아닙니다"),
        gettext_lazy("이 시스템이 만든 문서가 맞지만 견본이며 효력이 없습니다."),
    ),
    "revoked": (
        "bad",
        pgettext_lazy("verdict", "효력이 없어진 통지서입니다. 추천서가 아닙니다"),
        gettext_lazy("이의신청이 받아들여져 이 통지서가 알린 결정은 효력이 없어졌습니다."),
    ),
    "void": (
        "bad",
        pgettext_lazy("verdict", "교부되지 않은 번호입니다"),
        gettext_lazy("번호만 정해졌다가 교부 전에 결번으로 처리되었습니다. 효력이 없습니다."),
    ),
}


# What is said of a file, said of a code.
_OF_CODES: dict[str, tuple[str | Promise, str | Promise]] = {
    "unknown": (
        pgettext_lazy("verdict", "발급 대장에 없는 코드입니다"),
        gettext_lazy("이 시스템의 서명이 있지만 발급된 추천서로 등록되어 있지 않습니다."),
    ),
    "altered": (
        pgettext_lazy("verdict", "바뀐 코드입니다"),
        gettext_lazy(
            "코드의 글자가 서명된 것과 다르거나 손상되었습니다. 다시 찍어 보고, 그래도 같으면 믿지 "
            "마세요."
        ),
    ),
    "foreign": (
        pgettext_lazy("verdict", "이 시스템이 발급한 추천서가 아닙니다"),
        gettext_lazy("이 시스템의 키로 서명된 코드가 아닙니다."),
    ),
    "not a letter": (
        pgettext_lazy("verdict", "추천서의 코드가 아닙니다"),
        gettext_lazy("추천서 오른쪽 아래 코드를 찍어 나온 글자를 모두 넣어 주세요."),
    ),
}


def sentences_for(verdict: Verdict, *, way: str) -> Sentences:
    """The words for a page. `way` is how it was asked: "number", "code" (the address in the QR
    code), "signed code", "file" or "hash"."""
    tone, title, text = _WORDS[verdict.word]
    if verdict.facts is not None and verdict.facts.kind in NOTICES:
        tone, title, text = _OF_NOTICES.get(verdict.word, (tone, title, text))
    if verdict.word == "unknown" and way == "file":
        title = pgettext("verdict", "발급 대장에 없는 파일입니다")
        text = _("이 시스템의 서명이 있지만 발급된 추천서로 등록되어 있지 않습니다.")
    elif verdict.word == "unknown" and way == "hash":
        title = pgettext("verdict", "발급 대장에 없는 파일입니다")
        text = _(
            "발급한 파일 가운데 이 지문과 같은 것이 없습니다. 추천서가 아니거나 바뀐 파일입니다. "
            "파일을 올리면 어느 쪽인지 알려 드립니다."
        )
    elif way == "signed code" and verdict.word in _OF_CODES:
        title, text = map(str, _OF_CODES[verdict.word])
    elif verdict.word == "unknown" and way == "code":
        text = _("이 주소로 확인할 수 있는 추천서가 없습니다. QR 코드를 다시 찍어 보세요.")
    items = _items(verdict.facts) if verdict.facts else []
    return Sentences(tone, str(title), str(text), items)


def in_code(verdict: Verdict) -> list[dict[str, Any]]:
    """What the code itself says, to be compared with the paper; [] when nobody signed it."""
    said = verdict.details
    if "number" not in said:
        return []
    labels = {
        "number": _("발급번호"),
        "name": _("성명(여권 영문)"),
        "born": _("생년월일"),
        "issued": _("발급일"),
        "until": _("유효기간"),
        "employer": _("사업자등록번호"),
        "visa": _("체류자격"),
        "job": _("직종 코드"),
    }
    days = {"born", "issued", "until"}
    return [
        {
            "label": label,
            "value": date_format(date.fromisoformat(said[name])) if name in days else said[name],
        }
        for name, label in labels.items()
        if said.get(name)
    ]


def _items(facts: Facts) -> list[dict[str, Any]]:
    english = (get_language() or "ko").startswith("en")
    rows = [
        (_("발급번호"), facts.number),
        (_("문서"), facts.title_en if english else facts.title_ko),
        (_("추천기관"), facts.office_en if english else facts.office_ko),
        (_("프로그램"), facts.programme_en if english else facts.programme_ko),
        (_("대상자"), facts.name),
        (_("출생 연도"), str(facts.birth_year or "")),
        (_("발급일"), date_format(facts.issue_date)),
    ]
    # A letter from before this system has no title, and perhaps no name.
    items = [{"label": label, "value": value} for label, value in rows if value]
    if facts.valid_until:
        items.append({"label": _("유효기간"), "value": date_format(facts.valid_until)})
    if facts.ended_on:
        items.append({"label": _("효력이 끝난 날"), "value": date_format(facts.ended_on)})
    if facts.successor:
        items.append({"label": _("대체한 추천서"), "value": facts.successor})
    return items
