"""The frame of every page, the components and the dressing of forms."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import OperationalError, connection
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path, reverse
from django.utils import translation

from accounts.models import Company, CompanyMembership, Office, StaffMembership, User
from notifications.models import Mail
from portal import menu
from portal.charts import BAR_WIDTH, burndown, quota_bar, ticks
from portal.context import CONTRAST_COOKIE
from portal.demo import people
from portal.forecast import Weeks
from portal.templatetags import krds
from portal.views.styles import SampleForm, SampleRows, samples
from programs.calendar import today
from programs.selectors import open_programmes
from reviews.models import Evaluator

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


HANDLER = re.compile(r"on(click|change|submit|load|input|key\w+|mouse\w+|focus|blur|error|toggle)")


class Page(HTMLParser):
    """The attributes of every element of a page, and what a strict CSP would refuse in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [
            attrs
            for name, attrs in self.elements
            if name == tag and all(attrs.get(key) == value for key, value in wanted.items())
        ]

    def one(self, tag: str, **wanted: str) -> dict[str, str]:
        (found,) = self.all(tag, **wanted)
        return found

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _tag, attrs in self.elements if "id" in attrs]

    @property
    def refused(self) -> list[str]:
        inline = [
            f"<{tag} {name}>"
            for tag, attrs in self.elements
            for name in attrs
            if name == "style" or HANDLER.fullmatch(name)
        ]
        scripts = [
            "inline script"
            for attrs in self.all("script")
            if "src" not in attrs and attrs.get("type") != "application/json"
        ]
        return inline + scripts + [tag for tag, _attrs in self.elements if tag == "style"]


def render(source: str, **context: object) -> str:
    return Template("{% load krds rules %}" + source).render(Context(context))


def user(email: str = "someone@example.org", **fields: object) -> User:
    return User.objects.create_user(
        email=email, password="a-long-password", name="김담당", **fields
    )


@pytest.fixture
def office(db) -> Office:
    return Office.objects.create(code="office", name_ko="보기 기관", name_en="Sample Office")


# --- Forms ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "tag", "css"),
    [
        ("name", "input", "krds-input medium"),
        ("born", "input", "krds-input medium"),
        ("amount", "input", "krds-input medium"),
        ("choice", "select", "krds-form-select medium"),
        ("text", "textarea", "krds-input"),
        ("file", "input", "file-input"),
    ],
)
def test_a_control_is_dressed_by_its_kind(name, tag, css):
    assert Page(str(SampleForm()[name])).one(tag, name=name)["class"] == css


def test_a_date_is_typed_as_text_in_one_notation():
    control = Page(str(SampleForm(initial={"born": date(1994, 5, 17)})["born"])).one("input")
    assert (control["type"], control["inputmode"]) == ("text", "numeric")
    assert (control["placeholder"], control["value"]) == ("YYYY-MM-DD", "1994-05-17")


def test_a_class_of_the_form_s_own_is_kept():
    class Form(forms.Form):
        number = forms.CharField(widget=forms.TextInput(attrs={"class": "num"}))
        admin = forms.CharField(widget=AdminTextInputWidget)

    page = Page(str(Form()))
    assert page.one("input", name="number")["class"] == "num krds-input medium"
    assert page.one("input", name="admin")["class"].startswith("vTextField")


def test_what_describes_a_control_is_on_the_page():
    form = SampleForm({"name": "", "born": "5월"})
    page = Page(str(form))
    named = {
        name for tag, attrs in page.elements for name in attrs.get("aria-describedby", "").split()
    }
    assert named >= {"id_name_helptext", "id_name_error", "id_born_error", "id_kind_error"}
    assert named <= set(page.ids)
    assert page.one("input", name="name")["aria-invalid"] == "true"
    assert len(page.ids) == len(set(page.ids))


def test_every_control_has_a_label_and_every_group_a_legend():
    page = Page(str(SampleForm()))
    controls = [
        attrs["id"]
        for tag, attrs in page.elements
        if tag in {"input", "select", "textarea"} and attrs.get("type") != "hidden"
    ]
    assert sorted(controls) == sorted({label["for"] for label in page.all("label")})
    assert len(page.all("fieldset")) == len(page.all("legend")) == 2


def test_a_required_field_says_so_and_an_optional_one_does_not():
    class Form(forms.Form):
        must = forms.CharField(label="꼭")
        may = forms.CharField(label="덜", required=False)

    html = str(Form())
    assert html.count("(필수)") == 1
    assert re.search(r"꼭 <span class=\"req\">\(필수\)", html)


def test_a_formset_numbers_its_rows_and_keeps_its_hidden_fields():
    page = Page(str(SampleRows(prefix="degrees")))
    assert page.one("input", name="degrees-TOTAL_FORMS")["value"] == "2"
    assert len(page.all("fieldset", **{"class": "form-row"})) == 2
    assert [a["name"] for a in page.all("input", type="checkbox")] == [
        "degrees-0-DELETE",
        "degrees-1-DELETE",
    ]


# --- What is wrong ----------------------------------------------------------------------------
def wrong_rows():
    return SampleRows(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-1-school": "대학교"}
    )


def test_the_summary_links_each_mistake_to_a_field_that_exists():
    form, rows = SampleForm({"name": "x"}), wrong_rows()
    summary = render("{% error_summary form rows %}", form=form, rows=rows)
    targets = [a["href"].removeprefix("#") for a in Page(summary).all("a")]
    page = Page(f"{form}{rows}")
    assert "id_kind_0" in targets, "a group of choices is reached at its first choice"
    assert "id_form-1-awarded" in targets
    assert set(targets) <= set(page.ids)
    assert len(targets) == len(form.errors) + 1
    assert "2번째" in summary


def test_a_mistake_of_no_field_is_said_without_a_link():
    form = SampleForm({})
    form.add_error(None, "<b>앞뒤</b>가 맞지 않습니다.")
    summary = render("{% error_summary form %}", form=form)
    assert "&lt;b&gt;앞뒤&lt;/b&gt;가 맞지 않습니다." in summary


@pytest.mark.parametrize("form", [SampleForm(), SampleRows(), None])
def test_nothing_wrong_is_no_summary(form):
    assert render("{% error_summary form %}", form=form) == ""


# --- Words and marks --------------------------------------------------------------------------
def test_a_text_in_two_languages_is_read_in_the_reader_s():
    words = {"ko": "경기도", "en": "Gyeonggi"}
    office = Office(name_ko="경기도", name_en="", department_ko="팀", department_en="Team")
    assert krds.in_language(words) == "경기도"
    with translation.override("en"):
        assert krds.in_language(words) == "Gyeonggi"
        assert krds.in_language({"ko": "경기도", "en": ""}) == "경기도"
        assert krds.in_language(office) == "경기도", "Korean where there is no English"
        assert krds.in_language(office, "department") == "Team"


@pytest.mark.parametrize(
    ("days", "mark", "words", "tone"),
    [
        (12, "D-12", "12일 남음", "dday"),
        (3, "D-3", "3일 남음", "dday warn"),
        (0, "D-DAY", "오늘까지", "dday warn"),
        (-2, "D+2", "2일 지남", "dday bad"),
    ],
)
def test_a_deadline_is_a_mark_and_words(days, mark, words, tone):
    html = krds.deadline(days)
    assert f'class="{tone}"' in html
    assert (mark in html, words in html) == (True, True)


def test_no_deadline_is_nothing():
    assert krds.deadline(None) == ""


def test_figures_are_written_in_full():
    assert krds.won(30_000_000) == "30,000,000원"
    assert (krds.points(8250), krds.points(8000), krds.points(0)) == ("82.5", "80", "0")
    assert (krds.shown(0), krds.shown(""), krds.shown(None)) == (0, "–", "–")


def test_an_unknown_tone_is_gray_and_a_label_is_escaped():
    assert krds.badge("<i>", "purple") == '<span class="krds-badge bg-light-gray">&lt;i&gt;</span>'


@pytest.mark.parametrize(
    "source",
    [
        "{% box text %}{{ text }}{% endbox %}",
        '{% callout "error" title=text %}{{ text }}{% endcallout %}',
        "{% data_table caption=text %}<tr><td>{{ text }}</td></tr>{% enddata_table %}",
    ],
)
def test_block_components_escape_what_they_are_given(source):
    html = render(source, text="<script>")
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


# --- Rules explained --------------------------------------------------------------------------
def rule(kind, verdict, *children, **more):
    return {
        "kind": kind, "verdict": verdict, "code": "", "text": {"ko": kind, "en": kind},
        "source": [], "assumed": False, "observed": None, "required": None, "missing": [],
        "children": list(children), **more,
    }  # fmt: skip


def words_of(tree) -> list[str]:
    html = render_to_string("components/rule_tree.html", {"tree": tree})
    return re.findall(r'class="rule-v">([^<]+)<', html)


def leaf(verdict):
    return rule("fact", verdict, fact="candidate.in_korea", required={"is": True}, observed=True)


def test_each_rule_is_marked_in_words():
    tree = rule("all_of", "not_met", leaf("met"), leaf("not_met"), leaf("unknown"))
    assert words_of(tree) == ["미충족", "충족", "미충족", "확인 필요"]


def test_a_circumstance_under_not_is_never_called_met():
    tree = rule("not", "met", rule("any_of", "not_met", leaf("not_met"), leaf("not_met")))
    assert words_of(tree) == ["충족", "해당하지 않음", "해당하지 않음", "해당하지 않음"]


def test_a_rule_whose_condition_is_not_met_does_not_apply():
    tree = rule("when", "met", leaf("not_met"), leaf("not_met"), applies="no")
    assert words_of(tree) == ["해당 없음", "해당하지 않음", "해당 없음"]
    tree = rule("when", "not_met", leaf("met"), leaf("not_met"), applies="yes")
    assert words_of(tree) == ["미충족", "해당함", "미충족"]


# --- Charts -----------------------------------------------------------------------------------
def test_a_quota_bar_fills_its_width_and_counts_what_is_left():
    bar = quota_bar(size=10, issued=6, held=4, waiting=2)
    assert sum(float(part.width) for part in bar.segments) == BAR_WIDTH
    assert (bar.free, bar.used_percent, bar.tone) == (0, 100, "bad")


def test_almost_full_is_not_said_to_be_full():
    assert quota_bar(size=630, issued=629, held=0).used_percent == 99


def test_a_pool_of_nothing_can_be_drawn():
    bar = quota_bar(size=0, issued=0, held=0)
    assert (bar.segments, bar.free, bar.used_percent) == ([], 0, 0)


@pytest.mark.parametrize("top", [0, 1, 7, 99, 630, 12_345])
def test_the_scale_starts_at_nothing_and_holds_everything(top):
    values = ticks(top)
    assert values[0] == 0
    assert values[-1] >= top
    assert 2 <= len(values) <= 6


def chart(left, today=date(2026, 7, 1), behind=None):
    start = date(2026, 1, 1)
    rows = [(start + timedelta(days=day), value) for day, value in left]
    return burndown(
        size=100, start=start, end=date(2026, 12, 31), left=rows, today=today, behind=behind
    )


def test_weeks_behind_say_what_is_to_come():
    drawn = chart([(0, 100), (181, 50)], behind=Weeks((2,) * 20, date(2026, 7, 1)))
    told = drawn.foretold
    assert told.at_end.day == drawn.end
    assert told.at_end.low <= 50 - 2 * 26 + 12 <= told.at_end.high
    assert drawn.early_end is not None


@pytest.mark.parametrize("weeks", [(), (3, 3), (0,) * 20])
def test_too_little_behind_foretells_nothing(weeks):
    drawn = chart([(0, 100), (181, 50)], behind=Weeks(weeks, date(2026, 7, 1)))
    assert drawn.foretold is None
    assert (drawn.early_end, drawn.late_end) == (None, None)


@pytest.mark.parametrize(("left", "above"), [(100, False), (40, False), (3, True), (0, True)])
def test_the_last_figure_is_not_written_over_the_names_of_months(left, above):
    assert (float(chart([(0, 100), (50, left)]).last_dy) < 0) == above


def test_no_figures_is_an_error():
    with pytest.raises(ValueError, match="at least one figure"):
        chart([])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_thousands_separator_gets_into_a_coordinate(language):
    start = date(2026, 1, 1)
    drawn = burndown(
        size=12_000, start=start, end=date(2026, 12, 31), left=[(start, 12_000)], today=start
    )
    with translation.override(language):
        html = render_to_string(
            "components/burndown.html", {"chart": drawn, "title": "보기", "anchor": "a"}
        )
    page = Page(html)
    numbers = [
        attrs[name]
        for _tag, attrs in page.elements
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy")
        if name in attrs
    ]
    assert numbers
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in numbers)


# --- Components -------------------------------------------------------------------------------
def test_optional_parts_of_components_may_be_left_out():
    """The suite refuses undefined variables: each component is given only what it must have."""
    least = {
        "page_head": {"title": "제목"},
        "summary": {"items": [{"label": "이름", "value": 0}]},
        "card": {"items": [{"label": "이름", "value": None}]},
        "steps": {"steps": [{"label": "하나", "state": "now"}]},
        "timeline": {"events": [{"state": "done", "title": "접수"}]},
        "tiles": {"tiles": [{"label": "내 담당", "value": 3}]},
        "empty": {"title": "없음"},
        "actions": {"actions": [{"url": "/x", "label": "취하"}]},
        "document_row": {"document": {"code": "a", "name": "계약서"}},
        "file_list": {"files": [{"name": "a.pdf"}]},
        "pagination": {},
        "tabs": {"tabs": [{"label": "전체", "url": "/"}], "label": "목록"},
        "code": {"value": "A-1", "label": "번호"},
        "result": {"tone": "ok", "title": "유효"},
        "quota_meter": {"bar": quota_bar(size=1, issued=0, held=0)},
        "filters": {"form": SampleForm(), "label": "찾기"},
        "link_cards": {"links": []},
    }
    for name, context in least.items():
        assert render_to_string(f"components/{name}.html", context).strip() or name == "pagination"
    assert ">0 <" in render_to_string("components/summary.html", least["summary"])


def test_a_transition_posts_the_version_it_was_shown_and_asks_for_its_reason():
    action = {
        "name": "refuse", "url": "/cases/1/refuse/", "label": "불허", "kind": "danger",
        "reason": "required", "fields": {"<x>": '"1"'},
    }  # fmt: skip
    html = render_to_string("components/actions.html", {"actions": [action], "expected_version": 7})
    page = Page(html)
    assert page.one("form", method="post")["action"] == "/cases/1/refuse/"
    assert page.one("input", name="version")["value"] == "7"
    assert page.one("input", name="<x>")["value"] == '"1"'
    assert "required" in page.one("textarea", name="reason")
    assert page.one("label")["for"] == "reason-refuse"


def test_version_zero_is_a_version():
    html = render_to_string(
        "components/actions.html", {"actions": [{"url": "/", "label": "가"}], "expected_version": 0}
    )
    assert Page(html).one("input", name="version")["value"] == "0"


def test_nothing_to_do_is_no_bar():
    assert render_to_string("components/actions.html", {"actions": []}).strip() == ""


# --- The menu ---------------------------------------------------------------------------------
def role_names(someone, django_assert_num_queries) -> set[str]:
    request = RequestFactory().get("/")
    request.user = someone
    with django_assert_num_queries(1):
        return set(menu.roles_of(request))


def test_nobody_is_the_public():
    assert menu.roles_of(RequestFactory().get("/")) == {"public"}


@pytest.mark.django_db
def test_who_is_neither_staff_nor_evaluator_may_apply(django_assert_num_queries):
    assert role_names(user(), django_assert_num_queries) == {"public", "company"}


@pytest.mark.django_db
def test_roles_come_from_memberships(office, django_assert_num_queries):
    lead, member, evaluator = (user(f"{name}@example.org") for name in ("lead", "member", "eval"))
    StaffMembership.objects.create(office=office, user=lead, role="lead")
    StaffMembership.objects.create(office=office, user=lead, role="administrator")
    company = Company.objects.create(business_no="1248100998", name_ko="보기")
    CompanyMembership.objects.create(company=company, user=member)
    Evaluator.objects.create(user=evaluator, institution="보기 대학교")
    queries = django_assert_num_queries
    assert role_names(lead, queries) == {"public", "lead", "administrator"}
    assert role_names(member, queries) == {"public", "company"}
    assert role_names(evaluator, queries) == {"public", "evaluator"}


def test_a_page_that_no_room_defines_is_left_out(settings):
    settings.ROOT_URLCONF = __name__
    shown = menu.entries({"public", "company", "lead"}, "/check/somewhere/")
    assert [(e["name"], e["current"]) for e in shown] == [("precheck", True)]


urlpatterns = [path("check/", lambda _request: None, name="precheck")]


def test_what_is_one_s_own_comes_first():
    names = [e["name"] for e in menu.entries({"public", "company"}, "/")]
    open_to_all = [name in {"precheck", "letters:verify"} for name in names]
    assert open_to_all == sorted(open_to_all)


# --- Pages ------------------------------------------------------------------------------------
MAIL_FRAME = settings.BASE_DIR / "templates" / "mail" / "document.html"


def test_no_template_holds_what_the_csp_refuses():
    found = {
        str(path.relative_to(settings.BASE_DIR)): refused
        for path in TEMPLATES
        # The frame of a mail as it is sent: no page of ours, and nothing of it is served.
        if path != MAIL_FRAME and (refused := Page(path.read_text("utf-8")).refused)
    }
    assert found == {}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_first_page_is_open_and_in_the_reader_s_language(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get("/")
    page = Page(response.content.decode())
    assert response.status_code == 200
    assert page.one("html")["lang"] == language
    assert page.refused == []
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.django_db
def test_the_first_page_greets_who_is_signed_in(client):
    client.force_login(user())
    html = client.get("/").content.decode()
    assert "김담당 님, 무엇을 하시겠습니까?" in html
    assert Page(html).one("form", action=reverse("account_logout"), **{"class": "mm-out"})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["", "?errors"])
def test_every_component_can_be_looked_at(client, kind):
    response = client.get(reverse("styles") + kind)
    page = Page(response.content.decode())
    assert response.status_code == 200
    assert page.refused == []


@pytest.mark.django_db
def test_a_demonstration_says_so_and_never_poses_as_official(client, office, settings):
    office.shown_as_official = True
    office.save()
    settings.DEMONSTRATION = True
    html = client.get("/").content.decode()
    assert "시연용" in html
    assert "공식 전자정부 누리집" not in html


@pytest.mark.django_db
def test_the_official_banner_is_for_an_office_that_declared_it(client, office, settings):
    settings.DEMONSTRATION = False
    assert "공식 전자정부 누리집" not in client.get("/").content.decode()
    office.shown_as_official = True
    office.save()
    html = client.get("/").content.decode()
    assert "공식 전자정부 누리집" in html
    assert "이 누리집은 보기 기관 누리집입니다." in html
    assert "시연용" not in html


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_said_in_our_frame(client):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "페이지를 찾을 수 없습니다" in response.content.decode()


@pytest.mark.django_db
def test_a_forgotten_csrf_token_is_said_in_our_frame():
    response = Client(enforce_csrf_checks=True).post(reverse("contrast"))
    assert response.status_code == 403
    assert "보안 확인에 실패했습니다" in response.content.decode()


def test_the_last_resort_needs_neither_database_nor_context():
    html = render_to_string("500.html")
    assert "오류가 발생했습니다" in html
    assert "Something went wrong" in html
    assert Page(html).refused == []


@pytest.mark.django_db
def test_health_is_the_database_s_too(client):
    assert client.get("/healthz").content == b"ok\n"

    def broken(*_args):
        raise OperationalError

    with connection.execute_wrapper(broken):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"database\n")


@pytest.mark.parametrize("login", ["", "company", "kotra.lead"])
def test_the_first_page_names_what_is_open_in_few_queries(
    client, world, login, django_assert_max_num_queries
):
    if login:
        client.force_login(world[login])
    with django_assert_max_num_queries(7):
        html = client.get("/").content.decode()
    for programme in open_programmes(today()):
        # A self-check ends with its answer: there is nothing to apply for.
        assert (programme.name in html) is programme.takes_cases
    offered = reverse("applications:new") + "?programme=" in html
    assert offered == (login == "company"), "only who may apply is offered to"


@pytest.mark.django_db
def test_invented_people_are_shown_only_where_they_were_made(client, office, settings):
    secret = people.PASSWORD
    assert secret not in client.get("/").content.decode(), "nobody was made"
    someone = people.PEOPLE[0]
    User.objects.create_user(email=someone.email, password=secret, name=someone.name)
    for address in ("/", reverse("account_login")):
        html = client.get(address).content.decode()
        assert (someone.email in html, secret in html) == (True, True)
        assert people.PEOPLE[1].email not in html
    settings.DEMONSTRATION = False
    assert someone.email not in client.get("/").content.decode()


@pytest.mark.django_db
def test_a_refusal_says_why_in_our_frame(client, settings):
    settings.ROOT_URLCONF = "tests.portal.refusing_urls"
    client.force_login(user())
    response = client.get("/refused/")
    html = response.content.decode()
    assert response.status_code == 403
    assert "이 화면은 결재자만 봅니다. &lt;b&gt;" in html


# --- How it is shown --------------------------------------------------------------------------
@pytest.mark.django_db
def test_anyone_may_choose_a_language(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "/accounts/login/"})
    assert response.headers["Location"] == "/accounts/login/"
    assert Page(client.get("/").content.decode()).one("html")["lang"] == "en"


@pytest.mark.django_db
def test_anyone_may_choose_high_contrast_and_leave_it(client):
    for choice, mode in [("high", "high-contrast"), ("normal", "light")]:
        client.post(reverse("contrast"), {"contrast": choice, "next": "/"})
        page = Page(client.get("/").content.decode())
        assert page.one("html")["data-krds-mode"] == mode


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:1", ""])
def test_the_switch_sends_nobody_elsewhere(client, target):
    response = client.post(reverse("contrast"), {"contrast": "high", "next": target})
    assert response.headers["Location"] == "/"


def test_a_contrast_nobody_offers_is_not_kept(client):
    response = client.post(reverse("contrast"), {"contrast": "</html>"})
    assert CONTRAST_COOKIE not in response.cookies


# --- Accounts ---------------------------------------------------------------------------------
ENTRANCE = ["account_login", "account_signup", "account_reset_password",
            "account_reset_password_done", "account_reset_password_from_key_done",
            "account_email_verification_sent", "account_inactive"]  # fmt: skip
OWN = ["account_email", "account_change_password", "account_logout", "account_reauthenticate",
       "mfa_index"]  # fmt: skip


def account_page(client, name, **kwargs) -> Page:
    response = client.get(reverse(name, kwargs=kwargs))
    assert response.status_code == 200, name
    page = Page(response.content.decode())
    assert page.one("header", id="krds-header")
    assert len(page.all("h1")) == 1
    assert page.refused == []
    return page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRANCE)
def test_account_pages_are_in_our_frame(client, name):
    account_page(client, name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN)
def test_a_person_s_own_pages_are_in_our_frame(client, name):
    client.force_login(user())
    account_page(client, name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("account_confirm_email", {"key": "no-such-key"}),
        ("account_reset_password_from_key", {"uidb36": "1", "key": "no-such-key"}),
    ],
)
def test_a_stale_link_is_said_in_our_frame(client, name, kwargs):
    account_page(client, name, **kwargs)


@pytest.mark.django_db
def test_the_admin_has_no_way_in_of_its_own(client):
    for address in ("/admin/", "/admin/login/"):
        response = client.get(address, follow=True)
        assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


SIGN_UP = {
    "email": "new@example.org",
    "name": "새사람",
    "password1": "a-long-password",
    "password2": "a-long-password",
}


@pytest.mark.django_db
def test_signing_up_mails_a_link_in_our_words_that_completes_it(client):
    response = client.post(reverse("account_signup"), SIGN_UP, follow=True)
    assert "메일을 확인해 주세요" in response.content.decode()
    mail = Mail.objects.get()
    assert mail.subject == "[추천 Chucheon] 이메일 주소를 확인해 주세요"
    (link,) = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", mail.text)
    assert "본인의 것이 맞으면" in client.get(link).content.decode()
    html = client.post(link, follow=True).content.decode()
    assert "새사람 님, 로그인되었습니다." in html


@pytest.mark.django_db
def test_signing_up_twice_does_not_tell_who_has_an_account(client):
    # Another address than above: one address is written to at most once in three minutes.
    user("known@example.org")
    known = {**SIGN_UP, "email": "known@example.org"}
    response = client.post(reverse("account_signup"), known, follow=True)
    assert "메일을 확인해 주세요" in response.content.decode()
    mail = Mail.objects.get()
    assert "이미 가입된 이메일 주소입니다" in mail.subject


@pytest.mark.django_db
def test_a_forgotten_password_is_set_anew_through_the_mail(client):
    user("lost@example.org")
    client.post(reverse("account_reset_password"), {"email": "lost@example.org"})
    mail = Mail.objects.get()
    (link,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mail.text)
    response = client.get(link, follow=True)
    assert "새 비밀번호" in response.content.decode()
    new = {"password1": "another-long-password", "password2": "another-long-password"}
    response = client.post(response.request["PATH_INFO"], new, follow=True)
    assert "비밀번호를 바꾸었습니다" in response.content.decode()
    assert client.login(email="lost@example.org", password=new["password1"])


def test_the_samples_are_invented():
    """The gallery shows no figure or rule of a real programme."""
    assert all("보기" in row["company"] for row in samples()["rows"])
