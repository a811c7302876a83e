"""What became of a stored answer's quotes, for whatever shows it again."""

from bot.rendering.quote_changes import QuoteChange, quote_changes
from bot.workers import WorkerPool
from retrieval.types import Answer


async def changes_since(workers: WorkerPool, answer: Answer) -> list[QuoteChange]:
    """Which of its quotes the stored articles no longer have."""
    cited = (citation.source.article_id for citation in answer.citations)
    return quote_changes(answer, await workers.articles(cited))
