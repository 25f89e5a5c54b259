"""What can be recognised in the words of a document. Pure: text in, findings out; no models.

Machines help and people decide: what is recognised is shown beside what was declared, never
written into it.
"""
