"""Importing influencers from files."""
