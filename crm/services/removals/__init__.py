"""Rows that members deleted, and that can be brought back."""
