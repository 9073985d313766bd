"""Invitations to connect TikTok: asking, the page behind the link of the mail, and what the creator answers there."""
