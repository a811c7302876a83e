"""What Citebot costs, measured; every benchmark writes its figures into RESULTS."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"


def waits(took_s: Sequence[float]) -> dict[str, object]:
    """How long people waited, in seconds."""
    p50, p95 = np.percentile(took_s, [50, 95])
    return {
        "answers": len(took_s),
        "p50_s": round(float(p50), 3),
        "p95_s": round(float(p95), 3),
        "max_s": round(max(took_s), 3),
    }
