"""The API: the same services and permissions as the pages."""
