"""What became of a stored answer's quotes, for whatever shows it again."""

from bot.rendering.quote_changes import QuoteChange, quote_changes
from bot.state.answers import StoredAnswer
from bot.workers import WorkerPool


async def changes_since(workers: WorkerPool, answered: StoredAnswer) -> list[QuoteChange]:
    """Which of its quotes the stored articles no longer have."""
    cited = (citation.source.article_id for citation in answered.answer.citations)
    return quote_changes(answered.answer, await workers.articles(cited, answered.where))
