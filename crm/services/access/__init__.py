"""The access log of influencers."""
