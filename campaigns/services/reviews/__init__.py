"""Content review: drafts that creators send before they publish, and what the team says to them."""
