"""What a question asks, told from its words: its spelling, its kind, its clauses, the two it may be made of.

Nothing here looks at articles.
"""
