"""How often one address may ask the public pages. A guesser gets a pause, never another answer."""

import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from audit.crypto import digest


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `seconds`, per address."""

    name: str
    times: int
    seconds: int

    def spend(self, request: HttpRequest) -> bool:
        """Count one try; False when there are none left in this window."""
        key = f"letters.{self.name}.{digest(client_address(request), purpose='letters.throttle')}"
        cache.add(key, 0, self.seconds)
        try:
            return cache.incr(key) <= self.times
        except ValueError:  # the window ended between the two calls
            return True


# Typing a number: a guess at somebody's birth date. Files cost CPU; tokens cannot be guessed.
TYPED = Limit("typed", 20, 10 * 60)
UPLOADED = Limit("uploaded", 30, 10 * 60)
UNKNOWN_TOKEN = Limit("token", 60, 10 * 60)


def client_address(request: HttpRequest) -> str:
    """The address that asked. Behind `TRUSTED_PROXIES` proxies of our own (setting, default
    none) it is the one the outermost of them saw; IPv6 counts by its /64."""
    address = request.META.get("REMOTE_ADDR", "")
    proxies = getattr(settings, "TRUSTED_PROXIES", 0)
    if proxies:
        passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(passed) >= proxies:
            address = passed[-proxies].strip()
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if read.version == 6:
        return str(ipaddress.ip_network((read, 64), strict=False).network_address)
    return str(read)
