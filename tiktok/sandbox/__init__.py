"""A runnable, stateful stand-in for TikTok's Creator Marketplace API. Shares nothing with the client."""
