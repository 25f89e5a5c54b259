"""What a refusal or return may rest on: codes, each with its words.

    rule:<code>        a rule not met, or not known, by the answer the decision is drafted on
    checklist:<code>   a point or paper of the checklist that was found wanting
    rubric:<code>      a criterion to which the evaluators gave a low score; `average` for all
    supplement:missing what was asked for and not sent in time
    other:stated       what no list knows: the words beside it say which fact and which rule

A decision keeps the codes and the evaluation they were read from; the words are made again from
that evaluation and the pinned version, in the reader's language. A notice keeps the words.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Application
from programs.manifest import Manifest
from programs.rules import words
from reviews.checklist import DOCUMENT, point_names
from reviews.models import ChecklistMark, Decision, DocumentCheck, Invitation, Outcome
from reviews.read_already import brings
from reviews.standing import Standing, standing

OTHER = "other:stated"
NOT_SENT = "supplement:missing"
AVERAGE = "rubric:average"
# How much an office may write beside the grounds.
LONGEST_REASON = 4000


def possible_grounds(case: Application, tree: dict[str, Any] | None) -> dict[str, str]:
    """`{code: words}` of all that the examination found against the application, rules first, and
    last what nobody but a person can find."""
    found = _rule_grounds(tree, case.manifest)
    found |= _checklist_grounds(case)
    found |= _rubric_grounds(case, standing(case))
    if _not_sent(case):
        found[NOT_SENT] = _fixed()[NOT_SENT]
    return found | {OTHER: _fixed()[OTHER]}


def ground_words(case: Application, decision: Decision, tree: dict[str, Any] | None) -> list[str]:
    """The decision's grounds in words; a code nobody knows any more stays a code."""
    return words_of(case, decision.grounds, tree)


def words_of(case: Application, codes: Iterable[str], tree: dict[str, Any] | None) -> list[str]:
    """The same for codes that no decision holds yet."""
    said = _rule_grounds(tree, case.manifest) | _fixed()
    said |= {
        f"checklist:{code}": _("점검: %(what)s") % {"what": name}
        for code, name in point_names(case.manifest).items()
    }
    said |= {f"rubric:{code}": text for code, text in _criteria(case.manifest).items()}
    return [said.get(code, code) for code in codes]


def problem_with(
    outcome: str, codes: Iterable[str], reason: str, possible: Iterable[str]
) -> str | None:
    """Why a decision cannot be drafted with these grounds, in a sentence; None if it can."""
    codes, known = list(codes), set(possible)
    if len(reason) > LONGEST_REASON:
        return _("결정 사유는 %(most)s자까지 적을 수 있습니다.") % {"most": f"{LONGEST_REASON:,}"}
    if outcome == Outcome.APPROVE:
        return _("승인에는 불허의 근거를 고를 수 없습니다.") if codes else None
    if any(code not in known for code in codes):
        return _("심사에서 확인되지 않은 근거가 있습니다. 근거를 다시 골라 주세요.")
    if outcome == Outcome.REFUSE and not codes:
        return _("불허에는 근거가 하나 이상 필요합니다.")
    return None


def _fixed() -> dict[str, str]:
    return {
        NOT_SENT: _("보완: 요구한 것이 기한까지 제출되지 않았습니다."),
        OTHER: _("그 밖의 사유: 아래 결정 사유에 적은 사실과 기준"),
        AVERAGE: _("외부 평가: 평균이 기준에 미치지 못합니다."),
    }


def _checklist_grounds(case: Application) -> dict[str, str]:
    names = point_names(case.manifest)
    marks = case.marks.all() if brings(case, "marks") else case.marks.order_by("pk")
    wanting = [one.code for one in marks if one.finding == ChecklistMark.Finding.MISSING]
    # A point of papers is as its papers are: each is read and marked by itself.
    papers = DocumentCheck.objects.filter(
        document__application=case,
        document__replaced_at=None,
        finding=DocumentCheck.Finding.WANTING,
    ).values_list("document__code", flat=True)
    wanting += [DOCUMENT + code for code in papers.order_by("document__pk")]
    return {
        f"checklist:{code}": _("점검: %(what)s") % {"what": names[code]}
        for code in wanting
        if code in names
    }


def _rubric_grounds(case: Application, now: Standing | None) -> dict[str, str]:
    """The average below the mark, and every criterion that somebody who has answered scored at or
    below what the rubric calls low."""
    if now is None or not now.answered:
        return {}
    found = {} if now.passed else {AVERAGE: _fixed()[AVERAGE]}
    invitations = (
        case.invitations.all()
        if brings(case, "invitations")
        else case.invitations.prefetch_related("scores")
    )
    low: set[str] = set()
    for invitation in invitations:
        if invitation.state != Invitation.State.SUBMITTED:
            continue
        limits = {one["code"]: one["low"] * 100 for one in invitation.rubric["criteria"]}
        low |= {
            score.criterion
            for score in invitation.scores.all()
            if score.hundredths is not None and score.hundredths <= limits.get(score.criterion, -1)
        }
    names = _criteria(case.manifest)
    return found | {f"rubric:{code}": text for code, text in names.items() if code in low}


def _criteria(manifest: Manifest) -> dict[str, str]:
    if manifest.rubric is None:
        return {}
    return {
        one.code: _("외부 평가: 점수가 낮은 항목 — %(what)s") % {"what": one.names}
        for one in manifest.rubric.criteria
    }


def _not_sent(case: Application) -> bool:
    """Whether the last demand ended with something that was asked for and never sent."""
    last = case.supplements.order_by("round").last()
    return last is not None and last.items.filter(optional=False, sent_at=None).exists()


def _rule_grounds(tree: dict[str, Any] | None, manifest: Manifest) -> dict[str, str]:
    """The rules that are not met or not known, each once: what stands in the way, not every
    alternative of something that is met another way."""
    if tree is None:
        return {}
    found: dict[str, str] = {}
    for node, code in _against(tree, ""):
        found.setdefault(f"rule:{code}", _("요건: %(what)s") % {"what": _reason(node, manifest)})
    return found


def _against(node: dict[str, Any], above: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The rules that count against, each with its code or the one of the rule it is part of."""
    if node["verdict"] == "met" or node.get("applies") == "no":
        return
    code = node["code"] or above
    inside = node["children"]
    if node["kind"] == "when":
        inside = inside[1:]
    choice = node["kind"] in ("any_of", "some_of", "not")
    if code and (choice or not inside):
        yield node, code
    if node["kind"] != "not":
        for child in inside:
            # Below a choice only a rule of its own name says more than the choice does.
            yield from _against(child, "" if choice else code)


def _reason(node: dict[str, Any], manifest: Manifest) -> str:
    """A rule's words with what was found and what is asked, where it compares something."""
    text = words.in_language(node["text"])
    if node["children"]:
        return text
    seen = words.observed_words(node, vocabulary=manifest.vocabulary)
    asked = words.required_words(node, vocabulary=manifest.vocabulary)
    if seen and asked:
        return _("%(rule)s — 확인: %(seen)s, 기준: %(asked)s") % {
            "rule": text,
            "seen": seen,
            "asked": asked,
        }
    return text
