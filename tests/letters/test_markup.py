"""The language of designs, and the notation of values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters import markup
from letters.errors import BadValue, DesignError
from letters.variables import CATALOGUE, clean, printed

VALUES = clean(
    {
        "candidate_name": "A <b>&\"'",
        "issue_date": "2026-11-01",
        "annual_pay": 41600000,
        "sex": "F",
        "in_country": True,
    }
)


@pytest.mark.parametrize(
    ("design", "text"),
    [
        ("{{ candidate_name }}", "A &lt;b&gt;&amp;&quot;&#x27;"),
        (
            "{{issue_date}}|{{ issue_date.en }}|{{ issue_date.iso }}",
            "2026. 11. 1.|1 November 2026|2026-11-01",
        ),
        ("{{ annual_pay }}|{{ annual_pay.en }}", "41,600,000원|KRW 41,600,000"),
        ("{{ sex }}{{ sex.en }}", "여Female"),
        ("{{# in_country }}yes{{/ in_country }}", "yes"),
        ("{{^ in_country }}no{{/ in_country }}", ""),
        ("{{# company_phone }}T {{ company_phone }}{{/ company_phone }}", ""),
        ("{{# sex }}{{^ in_country }}a{{/ in_country }}b{{/ sex }}", "b"),
    ],
)
def test_values_and_blocks(design, text):
    assert markup.fill(markup.parse(design), VALUES) == markup.Filled(text, [])


def test_what_is_printed_without_a_value_is_named_once():
    design = "{{ company_phone }}{{ company_phone }}{{# number }}{{ receipt_no }}{{/ number }}"
    assert markup.fill(markup.parse(design), VALUES).empty == ["company_phone"]


@pytest.mark.parametrize(
    ("design", "line"),
    [
        ("a\n{{ nothing }}", "line 2"),
        ("{{ number", "line 1"),
        ("\n\n}} x", "line 3"),
        ("{{# sex }}x", "never closed"),
        ("{{/ sex }}", "closes no block"),
        ("{{# sex }}{{/ number }}", "closes no block"),
        ("{{ number|upper }}", "line 1"),
        ("{{ number.__class__ }}", "line 1"),
    ],
)
def test_mistakes_are_named_with_their_line(design, line):
    with pytest.raises(DesignError, match=line):
        markup.parse(design)


@given(st.text(alphabet="{}#^/ abnumber\n<>&.", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        parts = markup.parse(text)
    except DesignError:
        return
    assert "{{" not in markup.fill(parts, VALUES).text


@given(st.text(max_size=80))
def test_a_value_is_never_read_as_markup(name):
    values = {"candidate_name": name}
    filled = markup.fill(markup.parse("<p>{{ candidate_name }}</p>"), values).text
    inside = filled[3:-4]
    assert not set(inside) & set("<>\"'")
    import html

    assert html.unescape(inside) == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birth_date", "1994-02-30"),
        ("birth_date", 19940307),
        ("annual_pay", "41600000"),
        ("annual_pay", True),
        ("annual_pay", 1.5),
        ("sex", "W"),
        ("in_country", "yes"),
        ("candidate_name", 7),
    ],
)
def test_a_value_of_the_wrong_kind_is_the_programmers_mistake(name, value):
    with pytest.raises(BadValue, match=name):
        clean({name: value})


def test_texts_are_one_composed_line_and_empty_ones_are_gone():
    given_ = {"company_address": " 경기도\n\t성남시\u3000분당구 ", "company_phone": " ", "sex": ""}
    assert clean(given_) == {"company_address": "경기도 성남시 분당구"}


def test_the_catalogue_says_what_each_variable_is():
    for variable in CATALOGUE.values():
        assert variable.ko
        assert variable.en
        assert printed({}, variable.name) == ""
    never = {"passport_no", "registration_no", "arc_no"}
    assert not never & CATALOGUE.keys()
