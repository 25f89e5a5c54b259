"""Names of people, schools and firms as documents write them: any order, any case, accents or
none, with or without the words for what a firm is."""

import re
import unicodedata
from functools import lru_cache

# What a firm or a school is, which one paper says and another leaves out.
FORMS = re.compile(
    r"주식회사|유한회사|유한책임회사|합자회사|합명회사|재단법인|사단법인|학교법인|㈜|\(주\)|\(유\)|"
    r"\b(?:co|corp|corporation|inc|incorporated|ltd|limited|llc|llp|plc|gmbh|ag|sa|jsc|pte|pvt|kk|"
    r"company|the)\b\.?",
    re.IGNORECASE,
)
TITLES = re.compile(r"\b(?:mr|mrs|ms|miss|dr|prof)\b\.?|귀하|님$", re.IGNORECASE)


@lru_cache(maxsize=512)
def plain(words: str) -> str:
    """Letters and digits only, in lower case, without accents: what can be looked up in another
    plain text."""
    spread = unicodedata.normalize("NFKD", words)
    bare = "".join(one for one in spread if not unicodedata.combining(one))
    joined = unicodedata.normalize("NFKC", bare).casefold()
    return "".join(one for one in joined if one.isalnum())


def plain_text(text: str) -> str:
    """The same for a page; not remembered."""
    return plain.__wrapped__(text)


def words_of(name: str) -> list[str]:
    """A person's name in its plain words."""
    name = TITLES.sub(" ", unicodedata.normalize("NFKC", name))
    return [word for part in re.split(r"[\s,.\-·/]+", name) if (word := plain(part))]


def person_in(page: str, *, surname: str, given_names: str) -> bool:
    """Whether the plain text of a page has the person's name: surname first or last, given names
    in their order, joined or apart."""
    family, given = "".join(words_of(surname)), "".join(words_of(given_names))
    if not family:
        return bool(given) and given in page
    return family + given in page or (bool(given) and given + family in page)


def person_nearly_in(page: str, *, surname: str, given_names: str) -> bool:
    """Whether every word of the name stands somewhere on the page, in whatever order."""
    words = words_of(f"{surname} {given_names}")
    long = [word for word in words if len(word) > 1]
    return bool(long) and all(word in page for word in long)


def body_in(page: str, name: str) -> bool:
    """Whether the plain text of a page names the firm or school, whatever it calls its form."""
    bare = plain(FORMS.sub(" ", unicodedata.normalize("NFKC", name)))
    full = plain(name)
    return bool(full) and (full in page or (len(bare) > 1 and bare in page))
