"""The influencers' dashboard: who sees my TikTok, what they see, and how I stop it."""
