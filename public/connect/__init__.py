"""The page of an invitation to connect TikTok: `/c/<token>/`."""
