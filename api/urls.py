from django.urls import include, path

from api.schema import DocsView, SchemaView

app_name = "api"
urlpatterns = [
    path("v1/", include("api.v1.urls")),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("v1/docs/", DocsView.as_view(), name="docs"),
]
