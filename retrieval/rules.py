"""The rules by name, so that each can be switched off and measured: `Answerer(..., disabled={"lead"})`."""

from retrieval.evidence import FEATURES

RULES = FEATURES
