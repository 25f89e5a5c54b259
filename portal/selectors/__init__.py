"""Reads for the desk: quota, cases, programmes, letters and people of one's own offices.

Everything starts from a person's posts (`reviews.permissions.Desk`): another office's figures are
in none of these.
"""
