"""What the audit room refuses."""


class AuditError(Exception):
    """Base of everything this room raises."""


class PersonalData(AuditError, ValueError):
    """An event was handed something that is not a reference, a code or a digest.

    A mistake of the programmer, never of the person at the screen: words about people go into
    `note=`, identifiers nowhere.
    """


class Unreadable(AuditError):
    """Sealed bytes that no key opens: altered, moved to another row, or the key is gone."""


class KeysMissing(AuditError):
    """No keys were given, and this installation may not make its own."""
