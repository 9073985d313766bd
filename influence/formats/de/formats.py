"""Dates as German readers write them (settings.FORMAT_MODULE_PATH)."""

DATE_FORMAT = "j. F Y"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
