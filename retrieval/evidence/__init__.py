"""Which spans are right and what proves them: features, ranker, groups of equal answers, citations."""
