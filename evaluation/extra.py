"""What only evaluation needs to have installed: the extra `evaluate`."""

from importlib.util import find_spec

from evaluation.errors import MissingExtra


def need_extra(*, plots: bool) -> None:
    """Raises MissingExtra, one line that says what to install, before any work is done in vain."""
    wanted = {"ir_measures": "ir-measures", **({"matplotlib": "matplotlib"} if plots else {})}
    missing = [package for module, package in wanted.items() if find_spec(module) is None]
    if missing:
        raise MissingExtra(
            f"`citebot evaluate` needs {' and '.join(missing)}: run `make setup`, "
            'or `pip install "citebot[evaluate]"`'
        )
