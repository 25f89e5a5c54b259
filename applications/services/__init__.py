"""Writes of the applying side: drafting, submitting, supplementing, the candidate's link."""
