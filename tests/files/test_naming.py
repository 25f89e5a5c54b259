"""File names as they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.naming import safe_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("졸업증명서.pdf", "졸업증명서.pdf"),
        ("/etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\a.pdf", "a.pdf"),
        ("C:\\Users\\홍길동\\여권.PDF", "여권.PDF"),
        ("..", "파일.pdf"),
        ("", "파일.pdf"),
        (".pdf", "pdf.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("annex\u202efdp.exe", "annexfdp.exe.pdf"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ("  many\u3000 spaces .pdf", "many spaces.pdf"),
        ('a<b>c:d"e|f?g*h.pdf', "abcdefgh.pdf"),
        ("con.pdf", "_con.pdf"),
        ("a.jpg", "a.jpg.pdf"),
        ("a" * 500 + ".pdf", "a" * 116 + ".pdf"),
        ("가" * 500 + ".pdf", "가" * 78 + ".pdf"),
        ("졸업".encode().decode() + ".pdf", "졸업.pdf"),
        ("\u1112\u1161\u11ab.pdf", "한.pdf"),
        ("=HYPERLINK(1).pdf", "=HYPERLINK(1).pdf"),
    ],
)
def test_a_name_is_one_visible_name(name, kept):
    assert safe_name(name, content_type="application/pdf") == kept


def test_without_a_known_type_the_extension_stays():
    assert safe_name("letter.xml", content_type="application/xml") == "letter.xml"
    assert safe_name("noname") == "noname"


@given(st.text(), st.sampled_from(["application/pdf", "image/jpeg", "text/plain", ""]))
def test_whatever_the_name_the_result_is_short_and_stays_what_it_is(name, content_type):
    kept = safe_name(name, content_type=content_type)
    assert kept
    assert len(kept) <= 120
    assert len(kept.encode()) <= 240
    assert not set(kept) & set('/\\<>:"|?*\x00\r\n\u202e')
    assert kept not in {".", ".."}
    assert safe_name(kept, content_type=content_type) == kept
