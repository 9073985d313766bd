"""The fields that columns are imported into, and the meaning of their cells."""
