"""Words of the ground floor: roles, permissions, and the verbs of all events."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Manager"
    VIEWER = "viewer", "Viewer"


class Permission(models.TextChoices):
    """area:object:action"""

    READ = "organization:data:read"
    EDIT_INFLUENCERS = "crm:influencer:edit"
    IMPORT_INFLUENCERS = "crm:influencer:import"
    EDIT_TAGS = "crm:tag:edit"
    INVITE_CREATORS = "tiktok:creator:invite"
    EDIT_CAMPAIGNS = "campaigns:campaign:edit"
    SEND_ORDERS = "campaigns:order:send"
    MANAGE_ORGANIZATION = "tenancy:organization:manage"
    MANAGE_MEMBERS = "tenancy:membership:manage"
    MANAGE_KEYS = "tenancy:api_key:manage"
    MANAGE_TIKTOK = "tiktok:marketplace_account:manage"
    RUN_MIGRATION = "tiktok:legacy:purge"
    READ_EVENTS = "tenancy:event:read"
    READ_MAIL = "mail:message:read"
    SEND_MAIL = "mail:message:send"
    SEE_MONEY = "campaigns:money:read"
    IMPERSONATE = "portal:influencer:impersonate"


class Mailbox(models.TextChoices):
    """Mailboxes of a domain that only who runs it can have: the list by which authorities of certificates ask for consent."""

    POSTMASTER = "postmaster", "postmaster"
    HOSTMASTER = "hostmaster", "hostmaster"
    WEBMASTER = "webmaster", "webmaster"
    ADMIN = "admin", "admin"
    ADMINISTRATOR = "administrator", "administrator"


class Scope(models.TextChoices):
    """The scopes of an API key."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    MONEY = "money", "See money"


class Verb(models.TextChoices):
    """Everything that an event can say: subject, dot, what happened to it. Used by every app, declared only here."""

    ORGANIZATION_CREATED = "organization.created", "Organization created"
    ORGANIZATION_RENAMED = "organization.renamed", "Organization renamed"
    ORGANIZATION_LOGO_SET = "organization.logo_set", "Logo set"
    ORGANIZATION_LOGO_REMOVED = "organization.logo_removed", "Logo removed"
    ORGANIZATION_SECOND_FACTOR_SET = (
        "organization.second_factor_set",
        "Requirement of a second factor changed",
    )
    SINGLE_SIGN_ON_SET = "single_sign_on.set", "Provider of single sign-on entered"
    SINGLE_SIGN_ON_TESTED = "single_sign_on.tested", "Single sign-on tested"
    SINGLE_SIGN_ON_TURNED_ON = "single_sign_on.turned_on", "Single sign-on turned on"
    SINGLE_SIGN_ON_TURNED_OFF = "single_sign_on.turned_off", "Single sign-on turned off"
    SINGLE_SIGN_ON_REQUIRED = (
        "single_sign_on.required",
        "Requirement of single sign-on changed",
    )
    SINGLE_SIGN_ON_RULES_SET = "single_sign_on.rules_set", "Rules of single sign-on changed"
    SINGLE_SIGN_ON_REMOVED = "single_sign_on.removed", "Provider of single sign-on removed"
    SINGLE_SIGN_ON_LINKED = "single_sign_on.linked", "Member linked with the provider"
    SIGN_ON_DOMAIN_ADDED = "sign_on_domain.added", "Domain added, code sent"
    SIGN_ON_DOMAIN_PROVEN = "sign_on_domain.proven", "Domain proven"
    SIGN_ON_DOMAIN_REMOVED = "sign_on_domain.removed", "Domain removed"
    MEMBERSHIP_SET = "membership.set", "Role given"
    MEMBERSHIP_LIMITED = "membership.limited", "Groups of a member changed"
    MEMBERSHIP_REMOVED = "membership.removed", "Member removed"
    MEMBERSHIP_LEFT = "membership.left", "Member left"
    INVITATION_SENT = "invitation.sent", "Member invited"
    INVITATION_REVOKED = "invitation.revoked", "Invitation revoked"
    GROUP_CREATED = "group.created", "Group created"
    GROUP_CHANGED = "group.changed", "Group changed"
    GROUP_MEMBERS_CHANGED = "group.members_changed", "Members of a group changed"
    GROUP_DELETED = "group.deleted", "Group deleted"
    API_KEY_CREATED = "api_key.created", "API key created"
    API_KEY_REVOKED = "api_key.revoked", "API key revoked"
    ADMIN_ADDED = "admin.added", "Added by operations"
    ADMIN_CHANGED = "admin.changed", "Changed by operations"
    ADMIN_REMOVED = "admin.removed", "Removed by operations"
    ADMIN_MADE_DUE = "admin.made_due", "Made due by operations"
    ADMIN_SECOND_FACTOR_REMOVED = "admin.second_factor_removed", "Second factor removed"

    MARKETPLACE_ACCOUNT_STARTED = "marketplace_account.started", "Connecting started"
    MARKETPLACE_ACCOUNT_DENIED = "marketplace_account.denied", "Connecting denied at TikTok"
    MARKETPLACE_ACCOUNT_REFUSED = "marketplace_account.refused", "Connecting refused"
    MARKETPLACE_ACCOUNT_CONNECTED = "marketplace_account.connected", "TikTok account connected"
    MARKETPLACE_ACCOUNT_CHOSEN = "marketplace_account.chosen", "TikTok account chosen"
    MARKETPLACE_ACCOUNT_ENDED = "marketplace_account.ended", "TikTok account ended by TikTok"
    MARKETPLACE_ACCOUNT_DISCONNECTED = (
        "marketplace_account.disconnected",
        "TikTok account disconnected",
    )

    CONNECTION_STARTED = "connection.started", "Connecting started"
    CONNECTION_DENIED = "connection.denied", "Connecting denied at TikTok"
    CONNECTION_REFUSED = "connection.refused", "Connecting refused"
    CONNECTION_CONNECTED = "connection.connected", "TikTok connected"
    CONNECTION_EXPIRED = "connection.expired", "TikTok connection expired"
    CONNECTION_REVOKED = "connection.revoked", "TikTok connection ended"
    CONNECTION_MISSING_SCOPE = "connection.missing_scope", "TikTok connection lacks a permission"
    CONSENT_WITHDRAWN = "consent.withdrawn", "Sharing stopped by the creator"

    CREATOR_INVITED = "creator.invited", "Invited to the Creator Marketplace"
    CREATOR_ASKED_TO_JOIN = (
        "creator.asked_to_join",
        "Asked by e-mail to join the Creator Marketplace",
    )
    CREATOR_RENAMED = "creator.renamed", "Handle changed at TikTok"
    CREATOR_HANDLE_TAKEN = "creator.handle_taken", "New handle belongs to another account here"

    LEGACY_IMPORTED = "legacy.imported", "Old data imported"
    LEGACY_CUT_OVER = "legacy.cut_over", "Cut over to TikTok's data"
    PURGE_STARTED = "purge.started", "Purge started"
    PURGE_FINISHED = "purge.finished", "Purge finished"

    MAIL_SENDER_CHANGED = "mail.sender_changed", "Sender of e-mail changed"
    MAIL_SENT_AGAIN = "mail.sent_again", "Failed e-mail sent again"
    MAIL_ADDRESS_ALLOWED = "mail.address_allowed", "E-mail to a bounced address allowed again"
    MAIL_ANSWERED = "mail.answered", "Answered an e-mail"
    MAIL_ANSWER_TAKEN_BACK = "mail.answer_taken_back", "Answer to an e-mail taken back"
    MAIL_TEMPLATE_CREATED = "mail_template.created", "Mail template created"
    MAIL_TEMPLATE_CHANGED = "mail_template.changed", "Mail template changed"
    MAIL_TEMPLATE_DELETED = "mail_template.deleted", "Mail template deleted"
    MAILING_CREATED = "mailing.created", "Mailing created"
    MAILING_CONTINUED = "mailing.continued", "Mailing continued"
    MAILING_CANCELLED = "mailing.cancelled", "Mailing cancelled"

    INFLUENCER_CREATED = "influencer.created", "Creator added"
    INFLUENCER_EDITED = "influencer.edited", "Details edited"
    INFLUENCER_ARCHIVED = "influencer.archived", "Archived"
    INFLUENCER_RESTORED = "influencer.restored", "Restored from the archive"
    INFLUENCER_DELETED = "influencer.deleted", "Creator deleted"
    INFLUENCER_TAGGED = "influencer.tagged", "Tag added"
    INFLUENCER_UNTAGGED = "influencer.untagged", "Tag removed"
    INFLUENCER_LISTED = "influencer.listed", "Added to a list"
    INFLUENCER_UNLISTED = "influencer.unlisted", "Removed from a list"
    INFLUENCER_MERGED = "influencer.merged", "Merged with another creator"
    INFLUENCER_MERGE_UNDONE = "influencer.merge_undone", "Merge undone"
    DUPLICATE_DISMISSED = "duplicate.dismissed", "Marked as not the same"
    DUPLICATE_REOPENED = "duplicate.reopened", "Possible duplicate again"
    TAG_CREATED = "tag.created", "Tag created"
    TAG_CHANGED = "tag.changed", "Tag changed"
    TAG_DELETED = "tag.deleted", "Tag deleted"
    LIST_CREATED = "list.created", "List created"
    LIST_CHANGED = "list.changed", "List changed"
    LIST_DELETED = "list.deleted", "List deleted"
    SEGMENT_CREATED = "segment.created", "Segment saved"
    SEGMENT_CHANGED = "segment.changed", "Segment changed"
    SEGMENT_DELETED = "segment.deleted", "Segment deleted"
    FIELD_CREATED = "field.created", "Custom field created"
    FIELD_CHANGED = "field.changed", "Custom field changed"
    FIELD_ARCHIVED = "field.archived", "Custom field archived"
    FIELD_RESTORED = "field.restored", "Custom field restored"
    NOTE_WRITTEN = "note.written", "Note written"
    NOTE_EDITED = "note.edited", "Note edited"
    NOTE_DELETED = "note.deleted", "Note deleted"
    TASK_CREATED = "task.created", "Task created"
    TASK_CHANGED = "task.changed", "Task changed"
    TASK_DONE = "task.done", "Task done"
    TASK_REOPENED = "task.reopened", "Task reopened"
    TASK_DELETED = "task.deleted", "Task deleted"
    INFLUENCER_IMPORTED = "influencer.imported", "Added by an import"
    INFLUENCER_IMPORT_UPDATED = "influencer.import_updated", "Updated by an import"
    INFLUENCER_IMPORT_UNDONE = "influencer.import_undone", "Update by an import rolled back"
    INFLUENCERS_EXPORTED = "influencer.exported", "Creators exported"
    FILE_ADDED = "file.added", "File added"
    FILE_DELETED = "file.deleted", "File deleted"
    CONTRACT_CREATED = "contract.created", "Contract created"
    CONTRACT_CHANGED = "contract.changed", "State of a contract changed"
    CONTRACT_DELETED = "contract.deleted", "Draft of a contract deleted"
    INFLUENCER_ASKED_TO_CONNECT = "influencer.asked_to_connect", "Asked to connect TikTok"
    ACCOUNT_ADDED = "account.added", "Account added"
    ACCOUNT_REMOVED = "account.removed", "Account removed"

    IMPORT_STARTED = "import.started", "Import started"
    IMPORT_FINISHED = "import.finished", "Import finished"
    IMPORT_ROLLED_BACK = "import.rolled_back", "Import rolled back"

    CAMPAIGN_CREATED = "campaign.created", "Campaign created"
    CAMPAIGN_CHANGED = "campaign.changed", "Campaign changed"
    CAMPAIGN_PARTICIPANTS_ADDED = "campaign.participants_added", "Participants added"
    CAMPAIGN_PARTICIPANTS_REMOVED = "campaign.participants_removed", "Participants removed"
    PARTICIPANT_ADDED = "participant.added", "Added to a campaign"
    PARTICIPANT_REMOVED = "participant.removed", "Removed from a campaign"
    ORDER_REQUESTED = "order.requested", "Orders requested"
    ORDER_CREATING = "order.creating", "Order requested from TikTok"
    ORDER_CREATED = "order.created", "Order created at TikTok"
    ORDER_SENT = "order.sent", "Invitation sent"
    ORDER_OPENED = "order.opened", "Invitation opened"
    ORDER_ACCEPTED = "order.accepted", "Order accepted"
    ORDER_POSTING = "order.posting", "Videos being posted"
    ORDER_IN_REVIEW = "order.in_review", "Videos in review"
    ORDER_FULFILLED = "order.fulfilled", "Order fulfilled"
    ORDER_FAILED = "order.failed", "Order failed"
    ORDER_REJECTED = "order.rejected", "Video rejected"
    ORDER_OVERDUE = "order.overdue", "Order overdue"
    ORDER_CANCELLED = "order.cancelled", "Order cancelled"
    ORDER_RECONCILED = "order.reconciled", "Orders compared with TikTok"
    ORDER_REPEATED = "order.repeated", "Orders requested again"
    ORDER_MARKED_SENT = "order.marked_sent", "Marked as sent by hand"
    POST_ADDED_BY_HAND = "post.added_by_hand", "Post added by hand"
    POST_TIE_REQUESTED = "post.tie_requested", "Creator asked to link a video"
    POST_TIE_REMINDED = "post.tie_reminded", "Creator reminded to link a video"
    POST_TIE_REQUEST_TAKEN_BACK = (
        "post.tie_request_taken_back",
        "Request to link a video taken back",
    )


def verb_groups() -> list[tuple[str, str]]:
    """The subjects of events: the part of a verb before its dot, with a label."""
    names = sorted({verb.value.partition(".")[0] for verb in Verb})
    return [(name, name.replace("_", " ").capitalize().replace("Api", "API")) for name in names]


def verbs() -> list[tuple[str, str]]:
    """The choices of a column that holds a verb. A function, so that a new verb needs no migration."""
    return Verb.choices
