"""E-mail to many creators: templates, mailings, and what becomes of them."""
