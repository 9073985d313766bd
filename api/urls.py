from django.urls import include, path

from api.docs import documentation
from api.schema import SchemaView

app_name = "api"
urlpatterns = [
    path("v1/", include("api.v1.urls")),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("v1/docs/", documentation, name="docs"),
]
