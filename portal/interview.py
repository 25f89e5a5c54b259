"""The pre-check as a conversation: one question at a time, and only what can still change the
answer. What was said travels in the page itself; nothing is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.manifest import Manifest

# What is asked together, and how. Everything else is asked group by group.
TOGETHER: dict[str, tuple[str, tuple[str, ...], Promise]] = {
    "technology": ("job", ("technology_field",), _("어느 기술 분야의 일인가요?")),
    "occupation": ("job", ("occupation",), _("어떤 직종으로 일하나요?")),
    "place": ("job", ("region",), _("어느 지역에서 일하나요?")),
    "pay": (
        "job",
        ("annual_pay", "monthly_pay", "weekly_hours"),
        _("임금과 근무시간은 얼마인가요?"),
    ),
    "period": ("job", ("from", "to"), _("언제부터 언제까지 일하나요?")),
    "standing": (
        "employer",
        ("tax_arrears", "restricted", "returned_firm"),
        _("회사가 다음에 해당하나요?"),
    ),
}
OF_GROUP: dict[str, Promise] = {
    "degrees": _("어떤 학위가 있나요?"),
    "careers": _("지금까지 어떤 일을 했나요?"),
    "languages": _("한국어 시험이나 과정을 마쳤나요?"),
    "licences": _("직무에 필요한 자격이나 면허가 있나요?"),
    "trainings": _("마친 교육이나 기능 시험이 있나요?"),
    "statuses": _("한국에서 어떤 체류자격으로 지냈나요?"),
    "incomes": _("해마다 얼마를 벌었나요?"),
    "achievements": _("수상, 특허, 논문이 있나요?"),
    "recommendations": _("누구의 추천을 받았나요?"),
    "penalties": _("처벌, 체납, 출입국 위반이 있었나요?"),
    "headcounts": _("회사에서 몇 명이 일하나요?"),
    "foreigners": _("회사에 외국인이 몇 명 있나요?"),
    "own": _("이 프로그램이 더 묻는 것"),
    "employer": _("회사는 어떤 회사인가요?"),
    "candidate": _("추천받을 사람은 누구인가요?"),
    "job": _("어떤 일을 하게 되나요?"),
}


@dataclass(frozen=True)
class Question:
    """`names` are the facts to show; of a list of things (degrees, say) all are shown."""

    key: str
    group: str
    names: frozenset[str]
    title: str


def key_of(path: str) -> str:
    """The question that a needed fact belongs to: `degrees[0].level` → `degrees`."""
    group, _dot, name = path.partition(".")
    group = group.partition("[")[0]
    for key, (of_group, names, _title) in TOGETHER.items():
        if of_group == group and name in names:
            return key
    return group


def keys_of(needs: Iterable[str]) -> list[str]:
    """The questions still open, each once, in the rules' order."""
    return list(dict.fromkeys(key_of(path) for path in needs))


def question(
    key: str, manifest: Manifest, *, needs: Iterable[str], asked: dict[str, set[str]]
) -> Question | None:
    """The question of that key, with the facts that still matter; None when there is none."""
    if key in TOGETHER:
        group, names, title = TOGETHER[key]
    else:
        group, title = key, OF_GROUP.get(key, "")
        names = tuple(name for name in asked.get(group, ()) if key_of(f"{group}.{name}") == key)
    known = asked.get(group, set()) & set(names)
    if not known:
        return None
    matter = {
        path.partition(".")[2]
        for path in needs
        if path.partition("[")[0].partition(".")[0] == group
    }
    label = str(title) or str(manifest.vocabulary.by_name[group].label)
    return Question(key, group, frozenset(known & matter or known), label)
