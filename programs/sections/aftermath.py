"""What follows an issued letter: when its end is announced, the visa's result, dated tasks."""

from __future__ import annotations

from programs.outcome import AfterIssue, FollowUpDef
from programs.reading import At, unknown
from programs.sections.shape import SOURCED, items, once
from programs.sourcing import NOTHING

# Days; nobody is asked about a letter a year after its day.
LONGEST = 365
# Months; the longest duty that follows a letter is one of three years, and some room.
LONGEST_DUTY = 120
SINCE = ("issue", "result", "entry")


def after_issue(place: At, *, occupations: frozenset[str]) -> AfterIssue:
    """`occupations` are the codes that a follow-up may be narrowed to."""
    if not place.mapping(allowed=("expiry", "result", "follow_ups", *SOURCED)):
        return AfterIssue()
    if "source" in place or "assumed" in place:
        place, _sourced = place.with_sources()
    expiry_days, expiry_assumed = place.optional("expiry", _days, (0, False))
    asked, again, result_assumed = place.optional("result", _result, (0, 0, False))
    return AfterIssue(
        expiry_days=expiry_days,
        expiry_assumed=expiry_assumed,
        ask_after_days=asked,
        ask_again_days=again,
        result_assumed=result_assumed,
        follow_ups=place.optional("follow_ups", lambda at: _follow_ups(at, occupations), ()),
    )


def _days(place: At) -> tuple[int, bool]:
    place.mapping(required=("days",), allowed=SOURCED)
    return place["days"].whole(1, LONGEST), place.sourced().assumed


def _result(place: At) -> tuple[int, int, bool]:
    place.mapping(required=("ask_after", "again_after"), allowed=SOURCED)
    return (
        place["ask_after"].whole(1, LONGEST),
        place["again_after"].whole(1, LONGEST),
        place.sourced().assumed,
    )


def _follow_ups(section: At, occupations: frozenset[str]) -> tuple[FollowUpDef, ...]:
    found = []
    for place in once(items(section), "code"):
        place.mapping(
            required=("code", "names", "since", "months", "remind"),
            allowed=("description", "occupations", *SOURCED),
        )
        remind, remind_assumed = place.optional("remind", _days, (0, False))
        found.append(
            FollowUpDef(
                code=place["code"].slug(),
                names=place["names"].words(),
                since=place["since"].one_of(SINCE),
                months=place["months"].whole(1, LONGEST_DUTY),
                remind_days=remind,
                remind_assumed=remind_assumed,
                description=place.optional("description", At.words, NOTHING),
                occupations=_only(place["occupations"], occupations)
                if "occupations" in place
                else (),
                sourced=place.sourced(),
            )
        )
    return tuple(found)


def _only(place: At, known: frozenset[str]) -> tuple[str, ...]:
    codes = []
    for one in place.items(at_least=1):
        code = one.code()
        if code and code not in known:
            one.problem(unknown("occupation", code, sorted(known)))
        codes.append(code)
    return tuple(codes)
