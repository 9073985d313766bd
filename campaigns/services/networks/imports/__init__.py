"""Posts of other networks as the subject of imports: the importer is the CRM's, and reads, previews, writes and takes back.

`fields` says what columns may hold, `fates` what becomes of each row, `writing` writes, `rollback` takes back.
"""
