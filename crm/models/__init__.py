from crm.models.access import AccessEntry
from crm.models.bulk import BulkAction, BulkResult
from crm.models.connect_invitations import ConnectInvitation
from crm.models.documents import Contract, Document
from crm.models.fields import CustomField, CustomValue
from crm.models.groups import GroupBranding
from crm.models.imports import AwaitedAccount, Import, ImportMapping, ImportRow
from crm.models.influencers import Influencer, SocialAccount
from crm.models.lists import List, ListEntry
from crm.models.mailings import InfluencerMail, Mailing, MailingRecipient, MailTemplate
from crm.models.merging import Duplicate, Merge
from crm.models.notes import Mention, Note
from crm.models.programs import (
    Application,
    ApplicationNote,
    ApplicationVote,
    Program,
    ProgramQuestion,
)
from crm.models.rates import OtherAddress, Rate
from crm.models.readings import AccountReading
from crm.models.receipts import Receipt
from crm.models.removals import Removal
from crm.models.search import SEARCHED, BioWord, NoteWord, SearchPart, SearchWord
from crm.models.segments import ListLayout, Segment
from crm.models.tags import Tag, Tagging
from crm.models.tasks import Task

__all__ = [
    "SEARCHED",
    "AccessEntry",
    "AccountReading",
    "Application",
    "ApplicationNote",
    "ApplicationVote",
    "AwaitedAccount",
    "BioWord",
    "BulkAction",
    "BulkResult",
    "ConnectInvitation",
    "Contract",
    "CustomField",
    "CustomValue",
    "Document",
    "Duplicate",
    "GroupBranding",
    "Import",
    "ImportMapping",
    "ImportRow",
    "Influencer",
    "InfluencerMail",
    "List",
    "ListEntry",
    "ListLayout",
    "MailTemplate",
    "Mailing",
    "MailingRecipient",
    "Mention",
    "Merge",
    "Note",
    "NoteWord",
    "OtherAddress",
    "Program",
    "ProgramQuestion",
    "Rate",
    "Receipt",
    "Removal",
    "SearchPart",
    "SearchWord",
    "Segment",
    "SocialAccount",
    "Tag",
    "Tagging",
    "Task",
]
