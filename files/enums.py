"""Words of stored files."""

from django.db import models


class LedgerKind(models.TextChoices):
    """The kinds of entries of the ledger, in the order in which a restored database does them again."""

    ASKED = "asked", "Erasure asked for"
    ERASED = "erased", "Erasure done"
    PURGED = "purged", "Purge done"


class FileKind(models.TextChoices):
    ORGANIZATION_LOGO = "organization_logo", "Organization's logo"
    INFLUENCER_IMPORT = "influencer_import", "Import of influencers"
    GROUP_LOGO = "group_logo", "Group's logo"
    INFLUENCER_EXPORT = "influencer_export", "Export of influencers"
    REPORT_LOGO = "report_logo", "Client's logo of a report"
    INFLUENCER_FILE = "influencer_file", "File of an influencer"
    BRIEF_FILE = "brief_file", "File of a brief"
    OWN_COPY = "own_copy", "Copy of a person's data"
    DRAFT = "draft", "Draft of a creator"
    PUBLICATION = "publication", "Film to be published"
    APPLICATION_FILE = "application_file", "File of an application"
    LEGACY_IMPORT = "legacy_import", "Import of the old data source"
    LEGACY_PICTURE = "legacy_picture", "Picture of the old data source"
