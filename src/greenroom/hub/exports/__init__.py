"""
Tables that people take away: CSV, XLSX and JSON.

The engine knows no table. Each app declares its own in `exports.py`; see `tables.table`.
"""
