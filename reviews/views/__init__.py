"""Pages of the reviewing side, one module per kind of work."""
