"""Dates as British readers write them (settings.FORMAT_MODULE_PATH)."""

DATE_FORMAT = "j F Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATE_FORMAT = "j M Y"
