"""What a programme file says about verifying claims, and what is assumed where it says nothing."""

from programs.document import read_document
from programs.facts import CLAIM_KINDS
from programs.verification import ASSUMED, IDENTITY, METHODS, SUITABLE
from tests.programs.rulebook import document, problems


def read(**validation):
    manifest, found = read_document(document(validation=validation))
    assert found == [], [str(problem) for problem in found]
    return manifest.verification


def test_every_kind_of_claim_has_its_methods():
    assert set(SUITABLE) == {IDENTITY, *CLAIM_KINDS}
    for methods in SUITABLE.values():
        assert set(methods) <= set(METHODS)
        assert len(set(methods)) == len(methods)
    assert {method for methods in SUITABLE.values() for method in methods} == set(METHODS)


def test_what_the_file_leaves_out_is_assumed():
    manifest, _problems = read_document(document())
    assert manifest.verification == ASSUMED
    assert ASSUMED.ways("degree").assumed
    assert ASSUMED.replies.assumed


def test_a_file_may_ask_for_more():
    said = read(
        claims=[{"kind": "degree", "methods": ["apostille", "issuer"], "assumed": True}],
        replies={"days": 30, "reminders": [10, 20], "assumed": True},
    )
    assert said.ways("degree").methods == ("apostille", "issuer")
    assert said.ways("career") == ASSUMED.ways("career")
    assert (said.replies.answer_days, said.replies.reminder_days) == (30, (10, 20))


def test_mistakes_are_told_at_their_place():
    found = problems(
        validation={
            "claims": [
                {"kind": "degree", "methods": ["phone"], "assumed": True},
                {"kind": "degree", "methods": ["issuer", "issuer"], "assumed": True},
            ],
            "replies": {"days": 0, "reminders": [9, 3], "assumed": True},
        }
    )
    told = "\n".join(found)
    for place in (
        "validation.claims[0].methods[0]",
        "validation.claims[1]",
        "validation.claims[1].methods",
        "validation.replies.days",
        "validation.replies.reminders",
    ):
        assert place in told, told
