"""The door of the web server. A database role that could look past the tenants is refused here."""

import os

from django.core.wsgi import get_wsgi_application

from influence.frames import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "influence.settings")
application = with_room(get_wsgi_application())

from influence.startup import refuse_unsafe_role  # noqa: E402 -- needs the app registry

refuse_unsafe_role()
