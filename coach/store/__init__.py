"""What is kept: plans, their blocks and history, accounts and their notes, drafts under way, shares, preferences.

The database is the only truth. SQLAlchemy Core; SQLite by default, PostgreSQL by URL. Knows nothing about screens,
models or how a page is written.
"""
