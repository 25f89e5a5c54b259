"""What is wrong with a design, in the reader's language; the English of DesignError is for logs."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.errors import DesignError

WORDS = {
    "variable": gettext_lazy("변수 목록에 없는 이름입니다: %(name)s"),
    "closes": gettext_lazy("열지 않은 블록을 닫습니다: %(name)s"),
    "open": gettext_lazy("연 블록을 닫지 않았습니다: %(name)s"),
    "stray": gettext_lazy("변수도 블록도 아닌 곳에 겹중괄호가 있습니다: %(name)s"),
    "frame": gettext_lazy("쪽의 틀에 이미 있는 것이라 쓸 수 없습니다: %(name)s"),
    "forbidden": gettext_lazy("서식에 쓸 수 없습니다: %(name)s"),
    "stronger": gettext_lazy("모양에 쓸 수 없습니다: %(name)s"),
    "outside": gettext_lazy(
        "함께 들어 있는 그림만 쓸 수 있습니다"
        "(letter:seal, letter:qr, letter:code, letter:logo): %(name)s"
    ),
    "logo": gettext_lazy("로고 그림을 올리지 않고 로고를 쓸 수 없습니다: %(name)s"),
    "lacks": gettext_lazy("꼭 있어야 하는 것이 없습니다: %(name)s"),
    "verification": gettext_lazy("진위확인 칸이 들어갈 자리가 한 번 있어야 합니다: %(name)s"),
    "style": gettext_lazy("모양을 읽을 수 없습니다: %(name)s"),
    "unknown": gettext_lazy("그런 서식이 없습니다: %(name)s"),
}


def in_words(error: DesignError) -> str:
    """The sentence, with the line it is about."""
    said = str(WORDS[error.what]) % {"name": error.name} if error.what in WORDS else str(error)
    if not error.line or error.what not in WORDS:
        return said
    return _("%(line)d번째 줄: %(sentence)s") % {"line": error.line, "sentence": said}
