"""A person at a browser without JavaScript: reads pages, fills in the forms they really have."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client

QUIET = {"script", "style", "title"}


@dataclass
class Form:
    """One form of a page: where it goes, and what it sends as it stands."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def filled(self, **typed: object) -> dict[str, list[str]]:
        """What is sent when these fields are filled in; None leaves one out. A field the form
        lacks is an error."""
        missing = set(typed) - self.fields - {name for name, _value in self.buttons}
        assert not missing, f"the form has no {sorted(missing)}, only {sorted(self.fields)}"
        sent = dict(self.values)
        for name, value in typed.items():
            if value is None:
                sent.pop(name, None)
            else:
                several = isinstance(value, list | tuple)
                sent[name] = [str(item) for item in value] if several else [str(value)]
        return sent

    def fits(self, wanted: dict[str, str]) -> bool:
        return all(
            self.values.get(name) == [value] or (name, value) in self.buttons
            for name, value in wanted.items()
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.open: Form | None = None
        self.area = self.select = ""
        self.text: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        self.quiet += tag in QUIET
        if tag == "form":
            self.open = Form(got.get("action", ""))
            self.forms.append(self.open)
        name = got.get("name", "")
        if self.open is None or (not name and tag != "option"):
            return
        match tag:
            case "button":
                self.open.buttons.append((name, got.get("value", "")))
            case "textarea":
                self.area, self.text = name, []
                self.open.fields.add(name)
            case "select":
                self.select = name
                self.open.fields.add(name)
            case "option" if "selected" in got or self.select not in self.open.values:
                self.open.values[self.select] = [got.get("value", "")]
            case "input":
                self._input(self.open, got, name)

    @staticmethod
    def _input(form: Form, got: dict[str, str], name: str) -> None:
        form.fields.add(name)
        kind = got.get("type", "text")
        if kind not in ("radio", "checkbox", "file"):
            form.values.setdefault(name, []).append(got.get("value", ""))
        elif "checked" in got:
            form.values.setdefault(name, []).append(got.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in QUIET
        if tag == "form":
            self.open = None
        elif tag == "textarea" and self.open is not None:
            # HTML drops one line break directly after the start tag.
            self.open.values[self.area] = ["".join(self.text).removeprefix("\n")]
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text.append(data)
        elif not self.quiet:
            self.words.append(data)


class Page:
    """An answer, read."""

    def __init__(self, browser: "Browser", response) -> None:
        self.browser, self.response = browser, response
        self.status = response.status_code
        html = "html" in response.get("Content-Type", "")
        self.html = response.content.decode() if html else ""
        reader = _Reader()
        reader.feed(self.html)
        self.forms = reader.forms
        self.words = " ".join(" ".join(reader.words).split())
        self.path = response.request["PATH_INFO"]

    def form(self, **values: str) -> Form:
        """The one form whose hidden fields or buttons have these values."""
        found = [form for form in self.forms if form.fits(values)]
        assert len(found) == 1, f"{len(found)} forms with {values} on {self.path}"
        return found[0]

    def form_to(self, action: str) -> Form:
        """The one form that goes to this address."""
        found = [form for form in self.forms if form.action == action]
        assert len(found) == 1, f"{len(found)} forms to {action} on {self.path}"
        return found[0]

    def has_form(self, **values: str) -> bool:
        return any(form.fits(values) for form in self.forms)

    def send(self, form: Form, **typed: object) -> "Page":
        """Fill in and send a form of this page."""
        return self.browser.send(form.action.split("#")[0] or self.path, form.filled(**typed))

    def do(self, do: str, **typed: object) -> "Page":
        """Send the form that does this, pressing the button of that name if it has one."""
        form = self.form(do=do)
        if ("do", do) in form.buttons:
            typed["do"] = do
        return self.send(form, **typed)


class Browser:
    """Whoever is signed in with it, or nobody."""

    def __init__(self, user=None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def open(self, path: str) -> Page:
        return Page(self, self.client.get(path, follow=True))

    def send(self, path: str, data: dict[str, object]) -> Page:
        return Page(self, self.client.post(path, data, follow=True))

    def status(self, path: str) -> int:
        """The answer's status to a GET, redirects not followed."""
        return self.client.get(path).status_code
