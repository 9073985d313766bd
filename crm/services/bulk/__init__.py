"""One action on many influencers: kinds of them, the selection, the preview, the jobs that do and undo it."""
