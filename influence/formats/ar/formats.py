"""Dates as Arabic readers write them: the day before the month, as in `SHORT_DATE_FORMAT` (settings.FORMAT_MODULE_PATH)."""

SHORT_DATETIME_FORMAT = "d\u200f/m\u200f/Y\u060c H:i"
