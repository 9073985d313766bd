"""Addresses of the CRM, below `/o/<slug>/`."""

from django.urls import path

from crm.views import (
    accounts,
    archive,
    bulk,
    connections,
    contracts,
    details,
    documents,
    duplicates,
    exports,
    filtering,
    influencers,
    invitations,
    layout,
    lists,
    merging,
    notes,
    profile,
    records,
    removals,
    segments,
    tags,
    tasks,
    viewing,
)
from crm.views.discovery import creators as found
from crm.views.discovery import pages as discovery
from crm.views.imports import acts, corrections, downloads, pages
from crm.views.mailings import compose
from crm.views.mailings import pages as mailings
from crm.views.programs import pages as programs
from crm.views.programs import queue
from crm.views.settings import fields as field_settings
from crm.views.settings import mail_templates
from crm.views.settings import tags as tag_settings

app_name = "crm"
SEGMENT = "influencers/segments/<int:segment_pk>/"
ONE = "influencers/<int:pk>/"
ACCOUNT = f"{ONE}accounts/<int:account_pk>/"
NOTE = f"{ONE}notes/<int:note_pk>/"
TASK = f"{ONE}tasks/<int:task_pk>/"
DOCUMENT = f"{ONE}files/<int:document_pk>/"
CONTRACT = f"{ONE}contracts/<int:contract_pk>/"
BULK = "influencers/bulk/<int:action_pk>/"
IMPORT = "influencers/import/<int:import_pk>/"
PAIR = "influencers/duplicates/<int:pair_pk>/"
MERGE = "influencers/merges/<int:merge_pk>/"
MAILING = "mailings/<int:mailing_pk>/"
RECIPIENT = f"{MAILING}recipients/<int:recipient_pk>/"
TEMPLATE = "settings/mail-templates/<int:template_pk>/"
FIELD = "settings/fields/<int:field_pk>/"
TAG = "settings/tags/<int:tag_pk>/"
LIST = "influencers/lists/<int:list_pk>/"
PROGRAM = "programs/<int:program_pk>/"
APPLICATION = "applications/<int:application_pk>/"
urlpatterns = [
    path("influencers/", influencers.influencers, name="influencers"),
    path("influencers/count/", influencers.count_influencers, name="count_influencers"),
    path("influencers/filter/", filtering.edit_filter, name="edit_filter"),
    path("influencers/segments/add/", segments.add_segment, name="add_segment"),
    path("influencers/export/", exports.export, name="export"),
    path("influencers/exports/<int:job_pk>/", exports.export_download, name="export_file"),
    path("influencers/columns/", layout.columns, name="columns"),
    path("influencers/density/", layout.density, name="density"),
    path(f"{SEGMENT}change/", segments.change_segment, name="change_segment"),
    path(f"{SEGMENT}edit/", segments.edit_segment, name="edit_segment"),
    path(
        "influencers/segments/removed/<int:removal_pk>/restore/",
        segments.restore_segment,
        name="restore_segment",
    ),
    path(f"{SEGMENT}delete/", segments.delete_segment, name="delete_segment"),
    path("influencers/lists/", lists.lists, name="lists"),
    path("influencers/lists/add/", lists.add, name="create_list"),
    path(LIST, lists.change, name="change_list"),
    path(f"{LIST}delete/", lists.delete, name="delete_list"),
    path("influencers/add/", accounts.add_account, name="add_account"),
    path("influencers/add/<int:job_pk>/", accounts.added_account, name="added"),
    path("influencers/add/invite/", invitations.invite_handle, name="invite_handle"),
    path("influencers/add/ask/", connections.ask_handle, name="ask_handle"),
    path("influencers/bulk/", bulk.select, name="bulk"),
    path(BULK, bulk.bulk_action, name="bulk_action"),
    path(f"{BULK}begin/", bulk.begin_bulk, name="begin_bulk"),
    path(f"{BULK}cancel/", bulk.cancel_bulk, name="cancel_bulk"),
    path(f"{BULK}undo/", bulk.undo_bulk, name="undo_bulk"),
    path("influencers/import/", pages.imports, name="imports"),
    path("influencers/import/paste/", pages.paste_accounts, name="paste_accounts"),
    path(IMPORT, pages.import_page, name="import"),
    path(f"{IMPORT}look-up/", acts.repeat_lookup, name="repeat_lookup"),
    path(f"{IMPORT}way-out/", acts.take_way_out, name="take_way_out"),
    path(f"{IMPORT}columns/", acts.map_import_columns, name="map_import_columns"),
    path(f"{IMPORT}reading/", acts.read_import_otherwise, name="read_import_otherwise"),
    path(f"{IMPORT}begin/", acts.begin_import, name="begin_import"),
    path(f"{IMPORT}cancel/", acts.cancel_import, name="cancel_import"),
    path(f"{IMPORT}discard/", acts.discard_import, name="discard_import"),
    path(f"{IMPORT}check/", acts.check_import, name="check_import"),
    path(f"{IMPORT}keep/", acts.keep_import, name="keep_import"),
    path(f"{IMPORT}roll-back/", acts.roll_back_import, name="roll_back_import"),
    path(f"{IMPORT}rows/<int:row_number>/", corrections.correct_row, name="correct_row"),
    path(f"{IMPORT}rows/<int:row_number>/merge/", corrections.merge_row, name="merge_row"),
    path(f"{IMPORT}rows/<int:row_number>/restore/", corrections.restore_row, name="restore_row"),
    path(f"{IMPORT}left-out/", downloads.import_errors, name="import_errors"),
    path("influencers/duplicates/", duplicates.duplicates, name="duplicates"),
    path("influencers/duplicates/count/", duplicates.duplicate_count, name="duplicate_count"),
    path(f"{PAIR}dismiss/", duplicates.dismiss_duplicate, name="dismiss_duplicate"),
    path(f"{PAIR}reopen/", duplicates.reopen_duplicate, name="reopen_duplicate"),
    path("influencers/merge/", merging.merge_influencers, name="merge_influencers"),
    path(MERGE, merging.merge, name="merge"),
    path(f"{MERGE}undo/", merging.undo_merge, name="undo_merge"),
    path("influencers/<int:pk>/", profile.influencer, name="influencer"),
    path(f"{ONE}records/", records.records, name="records"),
    path(f"{ONE}timeline/", profile.timeline, name="timeline"),
    path("influencers/new/", details.create_influencer, name="create_influencer"),
    path("influencers/archived/", archive.archived, name="archived_influencers"),
    path("influencers/<int:pk>/edit/", details.edit_influencer, name="edit_influencer"),
    path("influencers/<int:pk>/archive/", archive.archive, name="archive_influencer"),
    path("influencers/<int:pk>/restore/", archive.restore, name="restore_influencer"),
    path("influencers/<int:pk>/delete/", archive.delete, name="delete_influencer"),
    path(f"{ONE}dashboard/", viewing.begin, name="view_as"),
    path(f"{ONE}dashboard/end/", viewing.end, name="stop_viewing"),
    path(f"{ACCOUNT}refresh/", accounts.refresh_account, name="refresh_account"),
    path(f"{ACCOUNT}remove/", accounts.remove_account, name="remove_account"),
    path(f"{ACCOUNT}invite/", invitations.invite_account, name="invite_account"),
    path(f"{ACCOUNT}ask/", connections.ask_account, name="ask_account"),
    path(f"{ACCOUNT}ask/link/", connections.link_to_connect, name="link_to_connect"),
    path(f"{ACCOUNT}ask/stop/", connections.stop_asking, name="stop_asking"),
    path(f"{ACCOUNT}consent/", connections.agreed_text, name="agreed_text"),
    path(f"{ONE}labels/", tags.labels, name="labels"),
    path(f"{ONE}tags/", tags.add_tag, name="add_tag"),
    path(f"{ONE}tags/<int:tag_pk>/remove/", tags.remove_tag, name="remove_tag"),
    path(f"{ONE}lists/", tags.add_list, name="add_list"),
    path(f"{ONE}lists/<int:list_pk>/remove/", tags.remove_list, name="remove_list"),
    path(f"{ONE}notes/", notes.write, name="write_note"),
    path(f"{NOTE}edit/", notes.edit, name="edit_note"),
    path(f"{NOTE}pin/", notes.pin, name="pin_note"),
    path(f"{NOTE}delete/", notes.delete, name="delete_note"),
    path("tasks/", tasks.my_tasks, name="my_tasks"),
    path("tasks/count/", tasks.waiting_count, name="waiting_count"),
    path(f"{ONE}tasks/", tasks.create, name="create_task"),
    path(f"{TASK}edit/", tasks.edit, name="edit_task"),
    path(f"{TASK}done/", tasks.finish, name="finish_task"),
    path(f"{TASK}delete/", tasks.delete, name="delete_task"),
    path(f"{ONE}files/", documents.add, name="add_document"),
    path(DOCUMENT, documents.download, name="document"),
    path(f"{DOCUMENT}delete/", documents.delete, name="delete_document"),
    path(f"{ONE}contracts/", contracts.create, name="create_contract"),
    path(CONTRACT, contracts.contract, name="contract"),
    path(f"{CONTRACT}version/", contracts.next_version, name="next_version"),
    path(f"{CONTRACT}file/", contracts.contract_file, name="contract_file"),
    path(f"{CONTRACT}state/", contracts.contract_state, name="contract_state"),
    path(f"{CONTRACT}back/", contracts.take_contract_back, name="take_contract_back"),
    path(f"{CONTRACT}delete/", contracts.delete_contract, name="delete_contract"),
    path(f"{ONE}removed/<int:removal_pk>/restore/", removals.restore, name="restore_removed"),
    path("discover/", discovery.discover, name="discover"),
    path("discover/rankings/", discovery.rankings, name="rankings"),
    path("discover/creator/", found.found_creator, name="found_creator"),
    path("discover/list/", found.list_found, name="list_found"),
    path("discover/add/", found.add_found, name="add_found"),
    path("mailings/", mailings.mailings, name="mailings"),
    path("mailings/new/", compose.new_mailing, name="new_mailing"),
    path(MAILING, mailings.mailing, name="mailing"),
    path(f"{MAILING}cancel/", mailings.cancel, name="cancel_mailing"),
    path(f"{MAILING}continue/", mailings.go_on, name="continue_mailing"),
    path(f"{RECIPIENT}answered/", mailings.answered, name="mail_answered"),
    path(f"{RECIPIENT}not-answered/", mailings.not_answered, name="mail_not_answered"),
    path("settings/mail-templates/", mail_templates.templates_page, name="mail_templates"),
    path("settings/mail-templates/add/", mail_templates.add, name="add_mail_template"),
    path(TEMPLATE, mail_templates.change, name="change_mail_template"),
    path(f"{TEMPLATE}delete/", mail_templates.delete, name="delete_mail_template"),
    path(
        "settings/mail-templates/removed/<int:removal_pk>/restore/",
        mail_templates.restore,
        name="restore_mail_template",
    ),
    path("settings/fields/", field_settings.fields_page, name="fields"),
    path("settings/fields/add/", field_settings.add, name="add_field"),
    path(FIELD, field_settings.change, name="change_field"),
    path(f"{FIELD}move/", field_settings.move, name="move_field"),
    path(f"{FIELD}archive/", field_settings.archive, name="archive_field"),
    path(f"{FIELD}restore/", field_settings.restore, name="restore_field"),
    path("settings/tags/", tag_settings.tags_page, name="tags"),
    path(TAG, tag_settings.change, name="change_tag"),
    path(f"{TAG}merge/", tag_settings.merge, name="merge_tag"),
    path(f"{TAG}delete/", tag_settings.delete, name="delete_tag"),
    path("programs/", programs.programs, name="programs"),
    path("programs/add/", programs.add, name="add_program"),
    path(PROGRAM, queue.program, name="program"),
    path(f"{PROGRAM}settings/", programs.change, name="change_program"),
    path(f"{PROGRAM}switch/", programs.switch, name="switch_program"),
    path(f"{PROGRAM}export/", queue.export, name="export_applications"),
    path(f"{PROGRAM}decide/", queue.decide_many, name="decide_applications"),
    path(f"{APPLICATION}decide/", queue.decide, name="decide_application"),
    path(f"{APPLICATION}reopen/", queue.reopen, name="reopen_application"),
    path(f"{APPLICATION}vote/", queue.vote, name="vote_on_application"),
    path(f"{APPLICATION}note/", queue.note, name="note_application"),
    path(f"{APPLICATION}file/", queue.file, name="application_file"),
]
