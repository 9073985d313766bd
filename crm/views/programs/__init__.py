"""Pages of programs and of their applications."""
