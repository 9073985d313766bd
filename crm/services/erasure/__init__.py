"""Erasing somebody: what names them, the texts of others that do, their person, and the receipts."""
