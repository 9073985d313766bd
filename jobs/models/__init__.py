from jobs.models.jobs import Job
from jobs.models.work import Work

__all__ = ["Job", "Work"]
