"""Words of the CRM."""

from django.db import models


class Network(models.TextChoices):
    TIKTOK = "tiktok", "TikTok"
    INSTAGRAM = "instagram", "Instagram"
    YOUTUBE = "youtube", "YouTube"
    X = "x", "X"
    FACEBOOK = "facebook", "Facebook"
    TWITCH = "twitch", "Twitch"


class AccountType(models.TextChoices):
    """The API's word for an account. `tiktok` is the word before the TTCM release; the cut-over replaces it."""

    TIKTOK = "tiktok", "TikTok (before the release)"
    TIKTOK_CREATOR = "tiktok_creator", "TikTok creator"
    INSTAGRAM = "instagram", "Instagram"
    YOUTUBE_CHANNEL = "youtube_channel", "YouTube channel"
    X = "x", "X"
    FACEBOOK_PAGE = "facebook_page", "Facebook page"
    TWITCH = "twitch", "Twitch"


class ConnectState(models.TextChoices):
    """The states of an invitation to connect TikTok."""

    ASKED = "asked", "Asked"
    OPENED = "opened", "Opened"
    CONNECTED = "connected", "Connected"
    DECLINED = "declined", "Said no"
    LATER = "later", "Not now"
    STOPPED = "stopped", "Stopped by the team"


class DeclineReason(models.TextChoices):
    """The reasons that a creator may give for a no, in the words of members."""

    UNKNOWN = "unknown", "does not know your organization"
    PRIVATE = "private", "does not want to share numbers"
    UNSUITED = "unsuited", "says that the brand does not fit"
    OTHER = "other", "gives another reason"


class FieldKind(models.TextChoices):
    """Kinds of custom fields."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    MONEY = "money", "Money"
    DATE = "date", "Date"
    CHOICE = "choice", "Choice"
    MULTI_CHOICE = "multi_choice", "Multiple choice"
    URL = "url", "Web address"
    YES_NO = "yes_no", "Yes or no"


class PostKind(models.TextChoices):
    """Kinds of posts that an influencer has a rate for."""

    VIDEO = "video", "Video"
    SHORT = "short", "Short video"
    PHOTO = "photo", "Photo or carousel"
    STORY = "story", "Story"
    LIVE = "live", "Live stream"
    TEXT = "text", "Text post"


class ContractState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REPLACED = "replaced", "Replaced"


class TagColor(models.TextChoices):
    GREY = "grey", "Grey"
    BLUE = "blue", "Blue"
    GREEN = "green", "Green"
    YELLOW = "yellow", "Yellow"
    RED = "red", "Red"
    PURPLE = "purple", "Purple"


class Density(models.TextChoices):
    """How high the rows of a list are."""

    COMFORTABLE = "comfortable", "Comfortable"
    COMPACT = "compact", "Compact"


class ReadingSource(models.TextChoices):
    """The origin of an account's numbers on a network other than TikTok."""

    IMPORT = "import", "Import"


class ImportStage(models.TextChoices):
    """How far an import is; whether the stage is reached its job says."""

    PREVIEW = "preview", "Preview"
    IMPORT = "import", "Import"
    CHECK = "check", "Check of what changed since"
    ROLL_BACK = "roll_back", "Roll-back"


class ImportFate(models.TextChoices):
    """The fate of a row of an import."""

    NEW = "new", "New"
    UPDATE = "update", "Update"
    UNCHANGED = "unchanged", "Unchanged"
    DUPLICATE = "duplicate", "Duplicate"
    ERROR = "error", "Error"


class PasteResult(models.TextChoices):
    """The result of a pasted line, in the order in which results are told."""

    IN = "in", "In the marketplace"
    OUTSIDE = "outside", "Not in the marketplace"
    NOBODY = "nobody", "Not known to TikTok"
    HERE = "here", "Already here"
    ELSEWHERE = "elsewhere", "Other network"
    TWICE = "twice", "Pasted twice"
    ERROR = "error", "Error"
    OPEN = "open", "Not checked at TikTok yet"


class ImportPolicy(models.TextChoices):
    """The policy of a column where the influencer has a value already."""

    FILL_EMPTY = "fill_empty", "Fill empty"
    OVERWRITE = "overwrite", "Overwrite"
    SKIP = "skip", "Only for new"


class MatchKind(models.TextChoices):
    """Things that two influencers share who may be one person."""

    EMAIL = "email", "Same e-mail address"
    PHONE = "phone", "Same phone number"
    HANDLE = "handle", "Same handle"
    NAME = "name", "Similar name"
    ACCOUNT = "account", "An account of one was connected by the other"


class DuplicateState(models.TextChoices):
    OPEN = "open", "Open"
    DISMISSED = "dismissed", "Not the same"


class BulkState(models.TextChoices):
    """The result of a bulk action for one influencer."""

    DONE = "done", "Done"
    PARTLY = "partly", "Partly done"
    UNCHANGED = "unchanged", "Unchanged"
    REFUSED = "refused", "Not done"
    UNDONE = "undone", "Undone"
    KEPT = "kept", "Kept"


# The results that can be undone.
CHANGED_STATES = (BulkState.DONE, BulkState.PARTLY)


class RecipientState(models.TextChoices):
    """How far an e-mail of a mailing is on its way to one recipient; the words of `mail.enums.MessageState`."""

    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    BOUNCED = "bounced", "Bounced"
    COMPLAINED = "complained", "Marked as spam"
    SKIPPED = "skipped", "Not sent"


class SkipReason(models.TextChoices):
    """Reasons why a recipient of a mailing gets no e-mail."""

    NO_ADDRESS = "no_address", "No e-mail address is known"
    BOUNCED = "bounced", "Earlier e-mail came back"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed from your e-mail"
    COMPLAINED = "complained", "Marked your e-mail as spam"
    ARCHIVED = "archived", "Archived"
    NO_HANDLE = "no_handle", "The text names the handle, and none is known"
    SAME_ADDRESS = "same_address", "Another recipient has the same address"
    HIDDEN = "hidden", "In a group that the sender no longer sees"
    CANCELLED = "cancelled", "The mailing was cancelled"


class ReceiptKind(models.TextChoices):
    """The wish of a creator that a receipt is about."""

    ERASURE = "erasure", "Everything erased"
    WITHDRAWAL = "withdrawal", "Stopped sharing"
    ENDING = "ending", "Disconnected"


class ReceiptState(models.TextChoices):
    """How far a deletion is that a creator has asked for."""

    ENDING = "ending", "Permissions are ended at TikTok"
    DELETING = "deleting", "Data is deleted"
    CHECKING = "checking", "Checked again"
    MAILING = "mailing", "Receipt is sent"
    DONE = "done", "Done"


class ApplicationState(models.TextChoices):
    """How far an application to a program is. A withdrawn one is deleted."""

    STARTED = "started", "Started"
    SUBMITTED = "submitted", "New"
    ASKED_BACK = "asked_back", "Asked back"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"


class Decision(models.TextChoices):
    """The answers that staff give to an application."""

    ACCEPT = "accept", "Accept"
    ASK_BACK = "ask_back", "Ask back"
    DECLINE = "decline", "Decline"


class AccessKind(models.TextChoices):
    """The ways in which somebody reads an influencer's data."""

    PROFILE = "profile", "Profile opened"
    DASHBOARD = "dashboard", "Dashboard opened as the creator"
    REPORT = "report", "Report opened"
    SHARED = "shared", "Shared report opened"
    API = "api", "Read by a program"
    API_LIST = "api_list", "List read by a program"
