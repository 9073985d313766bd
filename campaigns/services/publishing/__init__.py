"""Publish from here: a film that TikTok fetches, publishes and links to its order, once."""
