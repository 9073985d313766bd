"""Exports of influencers as files of tables: few at once, many as a job."""
