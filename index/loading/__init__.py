"""Files, pages and collections become articles: reading each format, cleaning, titles and dates.

Nothing here knows passages, vectors or the store.
"""
