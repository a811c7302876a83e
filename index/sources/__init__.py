"""Sources that are read again and again: feeds, sitemaps, pages and folders that keep the index up to date.

What a page or file says is read in index.loading; articles are stored through index.ingest.
"""
