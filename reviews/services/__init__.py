"""Writes of the reviewing side: assignment, examination, evaluation, decision, issue, objection."""
