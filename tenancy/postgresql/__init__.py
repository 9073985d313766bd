"""Database backend with the second fence of tenancy (see `base`)."""
