"""Imports of influencers from CSV, TSV and XLSX.

`layouts` finds out how a file is written, `reading` gives its rows, `mapping` what its columns mean, `values` what a cell
means, `fates` what becomes of each row, `writing` writes, `lookups` asks TikTok, `rollback` takes back; `runs` is what
pages call, `kinds` holds the jobs that do the work in slices.
"""
