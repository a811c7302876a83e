"""What Citebot costs, measured; every benchmark writes its figures into RESULTS."""

from pathlib import Path

RESULTS = Path(__file__).parent / "results"
