"""Pages of the portal, one module each."""
