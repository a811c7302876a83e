"""An article becomes passages with exact offsets: its structure, its sentences, its chunks.

Nothing here reads files or searches.
"""
