"""Posts of campaigns on networks other than TikTok: by hand, by import, by keyword."""
