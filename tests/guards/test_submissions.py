"""A form that makes something names its submission, so that it makes it once however often it is sent."""

from __future__ import annotations

import re

from tests.guards import test_templates as templates

FORM = re.compile(r'<form\b(?:(?!</form>).)*?method="post".*?</form>', re.DOTALL)
ACTION = re.compile(r"""\baction="(?:\{% url "([\w:]+)|\{\{ (\w+) \}\})""")
OF_OTHERS = ("account/", "admin/", "allauth/", "components/", "mfa/")  # no rows of ours

# Forms that need no submission, by the reason why sending one twice does what sending it once does: the template, and where
# the form goes if that is not the page itself.
NEED_NONE = {
    "It deletes, ends or takes back: what is gone cannot go again.": """
        portal/sharing.html portal:end_publishing
        staff/organization/migration/notices.html migration:withdraw
        staff/organization/migration/reverse.html action
        portal/_withdraw.html portal:withdraw
        portal/data/erase.html
        public/apply/base.html account_logout
        public/apply/program.html apply_withdraw
        public/apply/withdraw.html apply_withdraw
        portal/home.html portal:disconnect
        public/join.html account_logout
        staff/campaigns/participants/list.html campaigns:participant_remove
        staff/campaigns/campaigns/brief_files.html campaigns:brief_file_remove
        staff/campaigns/report/setup.html campaigns:report_logo_remove
        staff/campaigns/report/share.html campaigns:report_revoke
        staff/campaigns/posts/post.html campaigns:post_remove
        staff/campaigns/posts/post.html campaigns:tie_stop
        public/orders/said.html order_cannot
        staff/campaigns/reviews/thread.html campaigns:comment_remove
        staff/campaigns/reviews/thread.html campaigns:version_remove
        public/orders/said.html order_new_date
        public/orders/said.html order_quiet
        staff/campaigns/orders/acts.html campaigns:order_cancel
        staff/campaigns/orders/page_link.html campaigns:order_page_replace
        staff/crm/accounts/remove.html action
        staff/crm/bulk/results.html crm:cancel_bulk
        staff/crm/bulk/results.html crm:undo_bulk
        staff/crm/contracts/contract.html crm:delete_contract
        staff/crm/contracts/contract.html crm:take_contract_back
        staff/crm/lists/delete.html action
        staff/crm/imports/discard.html crm:discard_import
        staff/crm/imports/outcome.html crm:roll_back_import
        staff/crm/imports/roll_back.html crm:roll_back_import
        staff/crm/imports/row_acts.html crm:restore_row
        staff/crm/imports/pasted/lookup.html crm:cancel_import
        staff/crm/imports/cancel.html crm:cancel_import
        staff/crm/influencers/delete.html action
        staff/crm/influencers/outcome.html crm:delete_segment
        staff/crm/documents/line.html crm:delete_document
        staff/crm/influencers/tags.html crm:remove_list
        staff/crm/influencers/tags.html crm:remove_tag
        staff/crm/mailings/mailing.html crm:cancel_mailing
        staff/crm/merging/merge.html crm:undo_merge
        staff/crm/notes/form.html crm:delete_note
        staff/crm/settings/delete_mail_template.html action
        staff/crm/settings/delete_tag.html action
        staff/crm/tasks/form.html crm:delete_task
        staff/jobs/follow.html jobs:cancel
        staff/jobs/row.html jobs:cancel
        staff/organization/api_keys/revoke.html action
        staff/organization/groups/delete.html action
        staff/organization/groups/group.html groups:remove_logo
        staff/organization/logo.html organization_settings:remove_logo
        staff/organization/members/invitation.html members:revoke
        staff/organization/members/leave.html action
        staff/organization/members/remove.html action
        staff/organization/single_sign_on/domains.html single_sign_on:remove_domain
        staff/organization/single_sign_on/remove.html action
        staff/crm/accounts/next_action.html crm:stop_asking
        public/connect/invitation.html account_logout
        staff/tiktok/disconnect_form.html action
    """,
    "It says how something is to be: said twice, it is so.": """
        staff/organization/migration/progress.html migration:pause
        staff/organization/migration/rules.html migration:rules
        portal/viewing/banner.html crm:stop_viewing
        staff/crm/influencers/facts.html crm:view_as
        public/alerts_off.html
        public/apply/connect.html
        public/apply/form.html
        staff/crm/programs/beside.html crm:decide_application
        staff/crm/programs/beside.html crm:reopen_application
        staff/crm/programs/beside.html crm:vote_on_application
        staff/crm/programs/program.html crm:decide_applications
        staff/crm/programs/program.html crm:switch_program
        staff/alerts/list.html alerts:mark
        staff/alerts/list.html alerts:mark_all
        staff/alerts/notifications.html
        portal/contract.html portal:answer_contract
        portal/link_request.html
        portal/sign_in.html
        portal/sign_in.html portal:sign_in_again
        portal/passkey.html portal:passkey
        portal/sharing.html portal:openings
        portal/publish.html portal:allow_publishing
        public/report/password.html
        public/unsubscribe.html
        public/orders/draft.html
        public/orders/published.html
        staff/campaigns/reviews/review.html campaigns:review_due
        staff/campaigns/reviews/verdict.html campaigns:review_approve
        staff/campaigns/reviews/verdict.html campaigns:review_changes
        public/connect/declined.html connect_decline
        public/connect/declined.html connect_later
        public/connect/invitation.html connect_agree
        public/connect/invitation.html connect_decline
        public/connect/invitation.html connect_later
        public/connect/later.html connect_decline
        public/connect/mail.html
        public/connect/report.html
        public/connect/rows.html connect_reopen
        public/orders/reply.html
        staff/campaigns/orders/replies.html campaigns:settle_reply
        staff/campaigns/orders/replies.html campaigns:allow_mail_again
        staff/campaigns/campaigns/settings.html campaigns:edit
        staff/campaigns/participants/change.html action
        staff/campaigns/orders/details.html campaigns:order_due
        staff/campaigns/orders/acts.html campaigns:order_again
        staff/campaigns/orders/acts.html campaigns:order_remind
        staff/campaigns/orders/acts.html campaigns:order_restore
        staff/campaigns/report/campaigns.html action
        staff/campaigns/report/setup.html campaigns:report_edit
        staff/campaigns/report/setup.html campaigns:report_logo
        staff/campaigns/report/share.html campaigns:report_share
        staff/campaigns/orders/acts.html campaigns:order_sent
        staff/campaigns/posts/columns.html action
        staff/campaigns/networks/acts.html campaigns:network_move
        staff/campaigns/networks/all.html campaigns:network_place
        staff/campaigns/networks/change.html action
        staff/campaigns/networks/missing_accounts.html campaigns:network_import_account
        staff/campaigns/networks/queue.html campaigns:network_move
        staff/campaigns/posts/bar.html campaigns:posts_as
        staff/campaigns/orders/bulk.html
        staff/campaigns/orders/step.html campaigns:order_sent
        staff/campaigns/orders/step.html step_url
        staff/crm/contracts/contract.html crm:contract_state
        staff/crm/imports/columns.html crm:map_import_columns
        staff/crm/imports/correct.html action
        staff/crm/imports/row_acts.html crm:merge_row
        staff/crm/imports/failed.html crm:read_import_otherwise
        staff/crm/imports/preview.html crm:read_import_otherwise
        staff/crm/imports/roll_back.html crm:keep_import
        staff/crm/influencers/archived.html crm:restore_influencer
        staff/crm/influencers/archived_notice.html crm:restore_influencer
        staff/crm/influencers/columns.html crm:columns
        staff/crm/influencers/entries.html undo_url
        staff/crm/influencers/layout.html crm:density
        staff/crm/influencers/outcome.html crm:change_segment
        staff/crm/influencers/menu.html crm:archive_influencer
        staff/crm/notes/card.html crm:pin_note
        staff/crm/mailings/recipient.html crm:mail_answered
        staff/crm/mailings/recipient.html crm:mail_not_answered
        staff/crm/merging/duplicates.html crm:dismiss_duplicate
        staff/crm/settings/fields.html crm:archive_field
        staff/crm/settings/fields.html crm:move_field
        staff/crm/settings/fields.html crm:restore_field
        staff/crm/tasks/line.html crm:finish_task
        staff/mail/mark.html mail:allow_address
        staff/mail/sender.html
        staff/organization/groups/group.html groups:group
        staff/organization/groups/group.html groups:members
        staff/organization/groups/group.html groups:upload_logo
        staff/organization/logo.html organization_settings:restore_logo
        staff/organization/logo.html organization_settings:upload_logo
        staff/organization/members/change.html action
        staff/organization/settings.html organization_settings:rename
        staff/organization/settings.html organization_settings:purpose
        staff/organization/sign_in.html sign_in:second_factor
        staff/organization/single_sign_on.html single_sign_on:require
        staff/organization/single_sign_on.html single_sign_on:rules
        staff/organization/single_sign_on.html single_sign_on:switch
        staff/organization/single_sign_on/domains.html single_sign_on:prove_domain
        staff/organization/single_sign_on/openid.html single_sign_on:provider
        staff/organization/single_sign_on/saml.html single_sign_on:saml
        staff/tiktok/account_actions.html tiktok_settings:choose
    """,
    "What it adds stands there once, by a rule of the database.": """
        portal/publish.html
        public/join.html
        staff/campaigns/of_influencer/join_form.html campaigns:influencer_join
        staff/campaigns/participants/add.html
        staff/campaigns/posts/add_body.html campaigns:post_add
        staff/crm/accounts/add.html action
        staff/crm/imports/pasted/fate.html crm:add_account
        staff/crm/imports/tiktok.html crm:add_account
        staff/crm/influencers/labels.html crm:add_list
        staff/crm/influencers/labels.html crm:add_tag
        staff/crm/merging/compare.html
        staff/organization/members/invite.html action
        staff/organization/single_sign_on/domains.html single_sign_on:add_domain
    """,
    "It starts work that is not started again while it is unfinished, or was done a moment ago.": """
        staff/organization/migration/asking.html migration:ask
        staff/organization/migration/asking.html migration:invite
        staff/organization/migration/notices.html migration:check
        staff/organization/migration/page.html migration:make_plan
        staff/organization/migration/progress.html migration:purge
        staff/organization/migration/purge.html action
        staff/organization/migration/start.html action
        portal/data/copy.html
        staff/campaigns/campaigns/campaign.html campaigns:orders_refresh
        staff/campaigns/campaigns/list.html campaigns:export
        staff/campaigns/report/report.html campaigns:report_export
        staff/campaigns/links/body.html campaigns:post_tie
        staff/campaigns/orders/request_again.html campaigns:request_repeat
        staff/campaigns/orders/request_notices.html campaigns:request_check
        staff/campaigns/posts/post.html campaigns:post_refresh
        staff/campaigns/posts/spark.html campaigns:spark_ask
        staff/campaigns/posts/bar.html export_url
        staff/crm/export_table.html export_url
        staff/campaigns/posts/post.html campaigns:tie_remind
        staff/crm/accounts/bar.html crm:refresh_account
        staff/crm/discovery/creator.html crm:add_found
        staff/crm/discovery/row_end.html crm:add_found
        staff/crm/discovery/selection.html crm:add_found
        staff/crm/imports/pasted/foot.html crm:begin_import
        staff/crm/imports/pasted/lookup.html crm:repeat_lookup
        staff/crm/imports/preview.html crm:begin_import
        staff/crm/imports/roll_back.html crm:check_import
        staff/crm/imports/running.html crm:begin_import
        staff/crm/imports/running.html crm:check_import
        staff/crm/imports/tiktok.html crm:repeat_lookup
        staff/crm/influencers/export.html crm:export
        staff/crm/mailings/mailing.html crm:continue_mailing
        staff/tiktok/account_actions.html tiktok_settings:check
    """,
    "Its mail or invitation goes once: asked for again soon, it is not repeated.": """
        public/apply/program.html apply_form
        staff/campaigns/ending/list.html campaigns:remind_ending
        staff/crm/accounts/next_action.html invite_url
        staff/crm/accounts/next_action.html link_url
        staff/crm/accounts/refused.html ask_url
        staff/crm/accounts/refused.html invite_url
        staff/crm/connections/ask.html action
        staff/crm/connections/link.html action
        staff/crm/invitations/invite.html action
        staff/mail/messages.html mail:send_again
        staff/organization/members/invitation.html members:send_again
    """,
    "It goes on with a draft that has an id or a key of its own, and begins once.": """
        staff/crm/bulk/preview.html crm:begin_bulk
        staff/crm/imports/pasted/outside.html crm:take_way_out
        staff/crm/imports/tiktok.html crm:take_way_out
        staff/crm/influencers/selection.html crm:bulk
        staff/crm/mailings/new.html here
    """,
    "It searches and says what it found; searched twice, it is said twice.": """
        staff/organization/receipt.html verify_purge_receipt
    """,
    "It leads to somebody else's page, or to a preview.": """
        portal/connect.html
        public/single_sign_on.html single_sign_on
        staff/campaigns/orders/new.html
        staff/organization/single_sign_on.html single_sign_on:test
        staff/tiktok/connect_button.html tiktok_settings:connect
    """,
}


def forms() -> dict[str, list[str]]:
    """The texts of all POST forms by template and target."""
    found: dict[str, list[str]] = {}
    for name in templates.pages():
        if name.startswith(OF_OTHERS):
            continue
        for form in FORM.findall(templates.source(name)):
            target = ACTION.search(form)
            place = f"{name} {target[1] or target[2]}" if target else name
            found.setdefault(place, []).append(form)
    return found


def without_submission() -> set[str]:
    return {
        place
        for place, texts in forms().items()
        if any("{% submission %}" not in text for text in texts)
    }


def excused() -> list[str]:
    return [
        line.strip() for lines in NEED_NONE.values() for line in lines.splitlines() if line.strip()
    ]


def test_a_form_that_makes_something_names_its_submission() -> None:
    assert sorted(without_submission()) == sorted(excused())
