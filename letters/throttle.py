"""How often one address may ask the public pages. A guesser gets a pause, never another answer."""

from accounts.throttle import Limit

# Typing a number: a guess at somebody's birth date. Files cost CPU; tokens cannot be guessed.
TYPED = Limit("letters.typed", 20, 10 * 60)
UPLOADED = Limit("letters.uploaded", 30, 10 * 60)
UNKNOWN_TOKEN = Limit("letters.token", 60, 10 * 60)
