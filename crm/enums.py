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
