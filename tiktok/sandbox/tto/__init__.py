"""TikTok One: ``/tto/…`` and what belongs to it."""
