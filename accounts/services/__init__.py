"""Writes of this room, a module for each concern."""

from accounts.services.people import change_profile, remember_language

__all__ = ["change_profile", "remember_language"]
