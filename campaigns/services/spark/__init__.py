"""Spark Ads: the permission of creators to advertise with their posts."""
