"""Realistic synthetic load: `manage.py seed`. Everyone and everything in it is invented."""
