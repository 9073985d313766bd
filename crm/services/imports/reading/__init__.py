"""How a file is written, and its rows."""
