"""What the files room refuses, in sentences for people."""

from django.utils.translation import gettext as _


class FilesError(Exception):
    """Base of everything this room raises. `str(error)` is a translated sentence."""


class Refused(FilesError):
    """An upload that is not taken; the sentence says what it is and what to do.

    `code` is stable, for programs.
    """

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class Damaged(FilesError):
    """The storage gives no bytes, or others than were written."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence or _("저장된 파일이 손상되어 열 수 없습니다. 담당자에게 알려 주세요.")
        )


class NotReadable(FilesError):
    """The file may not be opened by anyone yet, or ever: not scanned, or infected."""
