"""Composition root: settings, URLs, Celery, embedded services, commands across apps."""
