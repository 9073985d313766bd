"""The move off the old source, for all that an organization sees: import, plan, cut-over."""
