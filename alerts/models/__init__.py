from alerts.models.alerts import Alert, Preferences, ReadUpTo

__all__ = ["Alert", "Preferences", "ReadUpTo"]
