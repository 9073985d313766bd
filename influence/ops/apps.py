from django.contrib.admin.apps import AdminConfig


class OpsConfig(AdminConfig):
    """Django's admin on our site: signed into through allauth, one organization at a time."""

    default_site = "influence.ops.site.OpsSite"
