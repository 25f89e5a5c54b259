"""Finding cases by words: how a name becomes terms, and how a question becomes terms.

Everything is compared without case, accents, spaces and punctuation, in composed Hangul. A name
gives its pairs of characters and the first character of each word; a number gives its runs of four.
A word of two syllables is then one term, and a longer one is where all its pairs are and the text
has it whole. No extension of a database is needed.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.db.models import Q

from applications.models import SearchRow
from audit.crypto import digest, normalised

# More words than anybody needs to find one case.
MOST_WORDS = 6
# A word that is in more cases than this finds the first of them, and the page says so.
MOST_FOUND = 1000
PAIR, RUN = 2, 4
# What a personal number has at least; shorter words are not digested.
SHORTEST_IDENTIFIER = 6
FIRST, NUMBER, PROGRAMME, IDENTIFIER = "^", "#", "@", "~"
# Every second company has one: they distinguish nothing.
LEGAL_FORMS = re.compile(r"주식회사|유한회사|\(주\)|\(유\)")
PURPOSES = ("passport", "registration")


def plain(text: str) -> str:
    """Letters and digits only, folded: what is compared."""
    return "".join(_words(text))


def name_terms(name: str) -> set[str]:
    words = _words(name)
    return {FIRST + word[0] for word in words} | _cut("".join(words), PAIR)


def number_terms(number: str) -> set[str]:
    return {NUMBER + run for run in _cut(plain(number), RUN)}


def programme_term(programme_id: int) -> str:
    return f"{PROGRAMME}{programme_id}"


def identifier_term(keyed_digest: str) -> str:
    # Half of a digest is enough to find by; nobody needs the whole twice.
    return IDENTIFIER + keyed_digest[:32]


def found_by(question: str, programmes: Iterable[int]) -> Q:
    """Rows of SearchRow of these programmes that have every word of the question."""
    words = [word for word in _words(question)[:MOST_WORDS] if word]
    if not words:
        return Q(pk__in=[])
    found = Q(terms__any=sorted(map(programme_term, programmes)))
    for word in words:
        found &= _has(word)
    return found


def hits(question: str, programmes: Sequence[int], *, most: int | None = MOST_FOUND) -> Q:
    """Applications (by primary key) with every word; at most so many, for pages."""
    if not programmes:
        return Q(pk__in=[])
    rows = SearchRow.objects.filter(found_by(question, programmes)).values("pk")
    return Q(pk__in=rows if most is None else rows[:most])


def says_nothing(question: str) -> bool:
    """Whether it has words, but none that tells one case from another."""
    return any(one.isalnum() for one in question) and not _words(question)


def _has(word: str) -> Q:
    if len(word) == 1:
        return Q(terms__all=[FIRST + word])
    found = Q(terms__all=sorted(_cut(word, PAIR)))
    if len(word) > PAIR:
        found &= Q(text__contains=word)
    if len(word) >= RUN and any(one.isdigit() for one in word):
        found |= Q(terms__all=sorted(NUMBER + run for run in _cut(word, RUN)))
    if len(word) >= SHORTEST_IDENTIFIER and any(one.isdigit() for one in word):
        number = normalised(word)
        for purpose in PURPOSES:
            found |= Q(terms__all=[identifier_term(digest(number, purpose=purpose))])
    return found


def _words(text: str) -> list[str]:
    """The words of a text, each as it is compared; accents go, Hangul stays composed."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in apart if unicodedata.category(one) != "Mn")
    folded = LEGAL_FORMS.sub(" ", unicodedata.normalize("NFC", bare).casefold())
    kept = ("".join(one for one in word if one.isalnum()) for word in folded.split())
    return [word for word in kept if word]


def _cut(word: str, length: int) -> set[str]:
    """Its runs of so many characters; the word itself where it is shorter."""
    if len(word) <= length:
        return {word} if word else set()
    return {word[start : start + length] for start in range(len(word) - length + 1)}
