"""The creator's page of an order: `/i/<token>/`."""
