"""Measurements, each against what it should reach: `make bench`."""
