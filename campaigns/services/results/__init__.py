"""The results of campaigns, kept as sums that pages read."""
