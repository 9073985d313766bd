"""Settings of the CRM: custom fields and tags."""
