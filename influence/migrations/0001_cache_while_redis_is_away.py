"""The table in which limits count while Redis is away (`influence.cache`), as Django's cache in a database wants it."""

from django.db import migrations

MAKE = """
CREATE TABLE influence_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX influence_cache_expires ON influence_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(MAKE, "DROP TABLE influence_cache")]
