"""Pages of one's own account and company, a module for each."""
