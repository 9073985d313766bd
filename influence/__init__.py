"""Composition root: settings, URLs, Celery, embedded services, commands across apps."""

from influence.celery import app as celery_app

__all__ = ["celery_app"]
