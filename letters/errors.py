"""What can go wrong here, as sentences a person can read (text) or for the log (English)."""


class LetterError(Exception):
    """Base of everything this room raises on purpose."""


class UnknownVariable(LetterError):
    """The caller gave, or a design prints, a name that the catalogue does not have."""


class BadValue(LetterError):
    """A value has the wrong type for its variable."""


class CannotIssue(LetterError):
    """The letter could never be made: every problem, one sentence each, in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class DesignError(LetterError):
    """A letter design cannot be read. The text, for logs and commands, says where and why in
    English; `letters.design_words` says it to people, by `what`, `line`, `part` and `name`."""

    def __init__(
        self, message: str, *, what: str = "", line: int = 0, part: str = "html", name: str = ""
    ) -> None:
        place = "" if not line else f"line {line}: " if part == "html" else f"{part} line {line}: "
        super().__init__(place + message)
        self.what, self.line, self.part, self.name = what, line, part, name


class StaleDesign(LetterError):
    """Somebody else has saved, published or dropped the draft since it was opened."""


class NotPublishable(LetterError):
    """What a design lacks, one sentence each, in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class NotReserved(LetterError):
    """Only a letter that nobody has received yet can be made void."""


class NotAdministrator(LetterError):
    """Only an office's administrators publish its designs."""


class WrongState(LetterError):
    """The letter is not in a state that allows this."""


class SamePerson(LetterError):
    """What one person proposed, another has to confirm."""


class NoUsableKey(LetterError):
    """No signing key fits: none registered, or its private part is not on this machine."""


class WrongBytes(LetterError):
    """Storage gave back other bytes than were written."""


class NotStamped(LetterError):
    """No proof of time could be added now: no answer, or none that could be verified later."""


class NoRelease(LetterError):
    """No room registered how a letter of this subject kind becomes visible."""


class NotRegistered(LetterError):
    """A key or a seal that may not be registered; the sentence says why."""


class NoTrust(LetterError):
    """There is no root certificate to check a signature against."""
