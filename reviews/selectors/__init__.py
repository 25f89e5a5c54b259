"""Reads for the pages of the reviewing side, one module per page."""
