"""What can be refused among people, each with a sentence for the person who asked."""


class PeopleError(Exception):
    """A refusal that a person can act on. `field` is the form field it belongs to, if any."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(PeopleError):
    """The person has no right to this."""


class NotNow(PeopleError):
    """It cannot be done as things stand."""


class Registered(PeopleError):
    """The business number belongs to a company that is here already: ask to join it."""
