"""The rules by name, so that each can be switched off and measured: `Answerer(..., disabled={"lead"})`."""

from retrieval.evidence.ranker import RANKED
from retrieval.reading.spans import STEPS

RULES = (
    *RANKED,
    *STEPS,
    "other_time",
    *"tables spelling names parts".split(),
    *"disputes newest_first second broad".split(),
)
