"""Pages of mailings."""
