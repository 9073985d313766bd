"""Files and contracts kept about influencers."""
