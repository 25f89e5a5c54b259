"""An application that exists only in workers started by fault tests (CHUCHEON_EXTRA_APPS)."""
