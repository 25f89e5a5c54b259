"""Forms in KRDS's look, whoever wrote them.

Widgets get their classes here, by type, so that a form names its fields and nothing else.
Field order inside a group: label, error, hint and control are tied together by the ids Django
puts into `aria-describedby` (`<auto_id>_error`, `<auto_id>_helptext`).
"""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

STOCK = "django/forms/widgets/"
TEXT = {"text", "number", "email", "url", "password", "date", "datetime", "time", "search", "tel"}
# Django's template name (without folder and ending) -> KRDS class of the control.
CLASSES = {
    **dict.fromkeys(TEXT, "krds-input medium"),
    "textarea": "krds-input",
    "select": "krds-form-select medium",
    "file": "file-input",
    "clearable_file_input": "file-input",
}
# Widgets whose markup, not only class, is ours.
TEMPLATES = {
    "radio": "forms/choices.html",
    "checkbox_select": "forms/choices.html",
    "file": "forms/file.html",
    "clearable_file_input": "forms/file.html",
}
DATE_ATTRS = {
    "inputmode": "numeric",
    "placeholder": "YYYY-MM-DD",
    "autocomplete": "off",
    "data-date": True,
}


class KrdsRenderer(TemplatesSetting):
    """Django's form renderer (setting FORM_RENDERER) with the templates of `templates/forms/`."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        widget = context.get("widget")
        if widget and template_name.startswith(STOCK):
            kind = template_name.removeprefix(STOCK).removesuffix(".html")
            dress(widget, kind)
            template_name = TEMPLATES.get(kind, template_name)
        return super().render(template_name, context, request)


def dress(widget: dict[str, Any], kind: str) -> None:
    """Add KRDS's class (and a date's typing aids) to a widget's rendering context, in place."""
    attrs = widget["attrs"] = dict(widget.get("attrs") or {})
    if css := CLASSES.get(kind):
        # The admin's widgets bring classes of their own and do not load our style sheet.
        attrs["class"] = f"{attrs.get('class', '')} {css}".strip()
    if kind == "date":
        for name, value in DATE_ATTRS.items():
            attrs.setdefault(name, value)
