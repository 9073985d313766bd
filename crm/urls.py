"""Addresses of the CRM, below `/o/<slug>/`."""

from django.urls import path

from crm.views import accounts, connections, duplicates, influencers, invitations, merging
from crm.views.imports import acts, downloads, pages

app_name = "crm"
ACCOUNT = "influencers/<int:pk>/accounts/<int:account_pk>/"
IMPORT = "influencers/import/<int:import_pk>/"
PAIR = "influencers/duplicates/<int:pair_pk>/"
MERGE = "influencers/merges/<int:merge_pk>/"
urlpatterns = [
    path("influencers/", influencers.influencers, name="influencers"),
    path("influencers/add/", accounts.add_account, name="add_account"),
    path("influencers/add/<int:job_pk>/", accounts.added_account, name="added"),
    path("influencers/add/invite/", invitations.invite_handle, name="invite_handle"),
    path("influencers/add/ask/", connections.ask_handle, name="ask_handle"),
    path("influencers/invite/", invitations.invite_selected, name="invite_selected"),
    path("influencers/ask/", connections.ask_selected, name="ask_selected"),
    path("influencers/import/", pages.imports, name="imports"),
    path(IMPORT, pages.import_page, name="import"),
    path(f"{IMPORT}columns/", acts.map_import_columns, name="map_import_columns"),
    path(f"{IMPORT}reading/", acts.read_import_otherwise, name="read_import_otherwise"),
    path(f"{IMPORT}begin/", acts.begin_import, name="begin_import"),
    path(f"{IMPORT}cancel/", acts.cancel_import, name="cancel_import"),
    path(f"{IMPORT}discard/", acts.discard_import, name="discard_import"),
    path(f"{IMPORT}check/", acts.check_import, name="check_import"),
    path(f"{IMPORT}keep/", acts.keep_import, name="keep_import"),
    path(f"{IMPORT}roll-back/", acts.roll_back_import, name="roll_back_import"),
    path(f"{IMPORT}left-out/", downloads.import_errors, name="import_errors"),
    path("influencers/duplicates/", duplicates.duplicates, name="duplicates"),
    path("influencers/duplicates/count/", duplicates.duplicate_count, name="duplicate_count"),
    path(f"{PAIR}dismiss/", duplicates.dismiss_duplicate, name="dismiss_duplicate"),
    path(f"{PAIR}reopen/", duplicates.reopen_duplicate, name="reopen_duplicate"),
    path("influencers/merge/", merging.merge_influencers, name="merge_influencers"),
    path(MERGE, merging.merge, name="merge"),
    path(f"{MERGE}undo/", merging.undo_merge, name="undo_merge"),
    path("influencers/<int:pk>/", influencers.influencer, name="influencer"),
    path("influencers/<int:pk>/edit/", influencers.edit_influencer, name="edit_influencer"),
    path(f"{ACCOUNT}refresh/", accounts.refresh_account, name="refresh_account"),
    path(f"{ACCOUNT}invite/", invitations.invite_account, name="invite_account"),
    path(f"{ACCOUNT}ask/", connections.ask_account, name="ask_account"),
]
