"""How often one person or address may ask. A guesser gets a pause, never another answer."""

import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.crypto import digest


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `seconds`. `name` is dotted, with the room first."""

    name: str
    times: int
    seconds: int

    def spend(self, request: HttpRequest) -> bool:
        """Count one try of the caller's address; False when none are left in this window."""
        return self._count(client_address(request))

    def spend_by(self, user_id: int) -> bool:
        """Count one try of a signed-in person, wherever they are."""
        return self._count(f"user:{user_id}")

    def _count(self, who: str) -> bool:
        key = f"throttle.{self.name}.{digest(who, purpose='throttle')}"
        cache.add(key, 0, self.seconds)
        try:
            return cache.incr(key) <= self.times
        except ValueError:  # the window ended between the two calls
            return True


# What sends mails to others, or tells whether a business number is known.
REGISTER = Limit("accounts.register", 10, 60 * 60)
JOIN = Limit("accounts.join", 10, 60 * 60)
INVITE = Limit("accounts.invite", 30, 60 * 60)
# Tokens cannot be guessed; whoever tries is told to stop.
UNKNOWN_INVITATION = Limit("accounts.invitation", 60, 10 * 60)


def client_address(request: HttpRequest) -> str:
    """The address that asked. Behind `TRUSTED_PROXIES` proxies of our own (setting, default
    none) it is the one the outermost of them saw; IPv6 counts by its /64."""
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        passed = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(passed) >= proxies and passed[-proxies]:
            address = passed[-proxies]
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if read.version == 6:
        return str(ipaddress.ip_network((read, 64), strict=False).network_address)
    return str(read)


def too_many(request: HttpRequest) -> HttpResponse:
    """The answer to one try too many."""
    return render(request, "429.html", status=429)
