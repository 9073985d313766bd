"""Imports of influencers."""
