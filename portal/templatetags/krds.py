"""Tags and filters of the look: block components, badges, words in the reader's language.

Block tags wrap what a page writes itself (`{% box "제목" %}…{% endbox %}`); everything with a fixed
shape is an include in `templates/components/`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, npgettext, pgettext
from django.utils.translation import gettext as _

from programs.sourcing import Text

register = template.Library()

# The design system's badge colours; each is also said in words by the badge's text.
TONES = {"gray", "information", "primary", "secondary", "success", "warning", "danger"}
CALLOUTS = {"info", "success", "warning", "error"}


# --- words and figures -----------------------------------------------------------------------
@register.filter
def in_language(value: Any, name: str = "name") -> str:
    """The reader's words: from `{"ko": …, "en": …}`, from a manifest's Text, or from an object's
    `<name>_ko` and `<name>_en`.

    Falls back to Korean, the language every text exists in.
    """
    language = (get_language() or "ko")[:2]
    if isinstance(value, Text):
        return value.in_language(language) or value.ko
    if isinstance(value, Mapping):
        return str(value.get(language) or value.get("ko") or "")
    if value is None or isinstance(value, str):
        return value or ""
    return str(getattr(value, f"{name}_{language}", "") or getattr(value, f"{name}_ko", ""))


@register.filter
def won(amount: int | None) -> str:
    """30000000 → `30,000,000원`, in English `KRW 30,000,000`."""
    if amount is None or amount == "":
        return ""
    return _("%(amount)s원") % {"amount": intcomma(int(amount))}


@register.filter
def points(hundredths: int | None) -> str:
    """Points are kept as integer hundredths: 8250 → `82.5`."""
    if hundredths is None or hundredths == "":
        return ""
    return f"{(Decimal(int(hundredths)) / 100).normalize():f}"


@register.filter
def said(value: Any) -> str:
    """A fact as a person would say it: yes, no, a date in words, a list with commas."""
    if value is None or value == "":
        return _("확인되지 않음")
    if isinstance(value, bool):
        return pgettext("fact", "예") if value else pgettext("fact", "아니오")
    if isinstance(value, int | Decimal):
        return str(intcomma(value))
    if isinstance(value, float):
        return str(intcomma(Decimal(str(value))))
    if isinstance(value, date) and not isinstance(value, datetime):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, Mapping):
        if "ko" in value:
            return in_language(value)
        return ", ".join(f"{key}: {said(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(said(item) for item in value) or pgettext("fact", "없음")
    return str(value)


# --- small marks -----------------------------------------------------------------------------
@register.simple_tag
def badge(label: Any, tone: str = "gray") -> SafeString:
    """A status in words on its colour. An unknown tone is gray."""
    tone = tone if tone in TONES else "gray"
    return format_html('<span class="krds-badge bg-light-{}">{}</span>', tone, label)


@register.simple_tag
def deadline(days: int | None) -> SafeString:
    """`D-7`, `D-DAY`, `D+2`; said out for screen readers; orange from three days, red when past.

    Koreans count like this; who reads English sees "in 7 days".
    """
    if days is None or days == "":
        return mark_safe("")
    days = int(days)
    if days < 0:
        late = {"days": -days}
        mark = npgettext("deadline", "D+%(days)d", "D+%(days)d", -days) % late
        tone = " bad"
        words = ngettext("%(days)d일 지남", "%(days)d일 지남", -days) % late
    elif days == 0:
        mark, tone, words = pgettext("deadline", "D-DAY"), " warn", _("오늘까지")
    else:
        left = {"days": days}
        mark = npgettext("deadline", "D-%(days)d", "D-%(days)d", days) % left
        tone = " warn" if days <= 3 else ""
        words = ngettext("%(days)d일 남음", "%(days)d일 남음", days) % left
    return format_html(
        '<span class="dday{}"><span aria-hidden="true">{}</span>'
        '<span class="sr-only">({})</span></span>',
        tone,
        mark,
        words,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the design system's icons, for the eye only."""
    return format_html('<i class="svg-icon ico-{}" aria-hidden="true"></i>', name)


# --- block components ------------------------------------------------------------------------
@register.simple_block_tag
def box(content: str, title: Any = "", tint: bool = False, level: int = 2, anchor: str = "") -> str:
    """A bordered section with a heading: `{% box "제출 서류" %}…{% endbox %}`."""
    head = format_html("<h{0}{2}>{1}</h{0}>", level, title, _id(anchor)) if title else ""
    tag = "section" if title else "div"
    label = format_html(' aria-labelledby="{}"', anchor) if title and anchor else ""
    return format_html(
        '<{0}{4} class="box{1}">{2}{3}</{0}>', tag, " tint" if tint else "", head, content, label
    )


@register.simple_block_tag
def callout(content: str, kind: str = "info", title: Any = "") -> str:
    """A note that must be seen: info, success, warning or error."""
    kind = kind if kind in CALLOUTS else "info"
    head = format_html('<p class="callout-t">{}</p>', title) if title else ""
    return format_html(
        '<div class="callout {}"><i class="callout-ico" aria-hidden="true"></i>'
        '<div class="callout-b">{}{}</div></div>',
        kind,
        head,
        content,
    )


@register.simple_block_tag
def data_table(content: str, caption: Any = "", anchor: str = "", wide: bool = False) -> str:
    """A table that becomes cards on a phone: give each cell `data-l="column's name"`.

    The caption is read out and names the region; `wide` keeps it a table that scrolls instead.
    """
    return format_html(
        '<div class="krds-table-wrap data-table{}" role="region" tabindex="0" aria-label="{}">'
        '<table{} class="tbl col data"><caption class="sr-only">{}</caption>{}</table></div>',
        " wide" if wide else "",
        caption,
        _id(anchor),
        caption,
        content,
    )


@register.simple_block_tag
def action_bar(content: str, label: Any = "") -> str:
    """The page's buttons, in one place at its end; the main one last."""
    return format_html(
        '<div class="action-bar" role="group" aria-label="{}">{}</div>',
        label or pgettext("group of buttons", "할 수 있는 일"),
        content,
    )


def _id(value: str) -> SafeString:
    return format_html(' id="{}"', value) if value else mark_safe("")


# --- forms -----------------------------------------------------------------------------------
@register.simple_tag
def error_summary(*forms: "BaseForm | BaseFormSet[Any] | None") -> str:
    """All that is wrong in these forms and formsets, each line a link to its field.

    Empty while nothing is wrong; portal.js moves the focus here.
    """
    lines = [line for form in forms if form is not None for line in _problems(form)]
    if not lines:
        return ""
    return render_to_string("forms/error_summary.html", {"lines": lines})


def _problems(form: "BaseForm | BaseFormSet[Any]") -> Iterable[dict[str, Any]]:
    if isinstance(form, BaseFormSet):
        if not form.is_bound:
            return
        for message in form.non_form_errors():
            yield {"id": "", "label": "", "message": message}
        for number, row in enumerate(form.forms, 1):
            place = _("%(number)d번째") % {"number": number}
            for line in _problems(row):
                yield {**line, "label": f"{place} {line['label']}".strip()}
        return
    for message in form.non_field_errors():
        yield {"id": "", "label": "", "message": message}
    for name, messages in form.errors.items():
        if name in form.fields:
            field = form[name]
            for message in messages:
                yield {"id": target(field), "label": field.label, "message": message}


@register.filter
def target(field: Any) -> str:
    """The id a link to this field must name: of a group of choices, the first choice's."""
    if field.is_hidden:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def with_class(field: Any, css: str) -> SafeString:
    """The field's control alone, with one more class."""
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{own} {css}".strip()})


@register.filter
def shown(value: Any) -> Any:
    """The value, or a dash where there is none. Zero is a value."""
    return "–" if value is None or value == "" else value
