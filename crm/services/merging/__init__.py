"""Finding influencers who may be one person, merging them, and undoing that."""
