from jobs.models.work import Work

__all__ = ["Work"]
