from files.models.files import File
from files.models.ledger import LedgerEntry

__all__ = ["File", "LedgerEntry"]
