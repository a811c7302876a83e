"""The rules by name, so that each can be switched off and measured: `Answerer(..., disabled={"lead"})`."""

from retrieval.evidence.ranker import RANKED
from retrieval.reading.spans import STEPS

RULES = (
    *RANKED,
    *STEPS,
    *"order parts headings other_time".split(),
    *"tables tables.deeds abbreviations spelling names contenders".split(),
    *"disputes newest_first second broad broad.doer broad.names topics".split(),
    *"sentences.reader sentences.coverage sentences.diversity".split(),
)
