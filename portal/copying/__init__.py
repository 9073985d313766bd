"""A copy of everything that is held about a person: a ZIP with pages to read and the same as JSON."""
