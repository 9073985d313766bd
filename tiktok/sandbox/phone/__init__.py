"""Pages on which a person plays a creator, TikTok's reviewers and the clock. Plain forms, no script."""
