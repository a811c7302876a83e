"""The hub that models can be downloaded from: whether it can be asked at all."""

WAIT_S = 3.0  # to find out that it cannot be reached, instead of its client's long retries


def why_unreachable(name: str) -> str:
    """Why the model of this name cannot be downloaded; empty when the hub answers."""
    import httpx
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return f"{name} is not on this machine and HF_HUB_OFFLINE forbids a download"
    try:
        httpx.head(constants.ENDPOINT, timeout=WAIT_S)
    except httpx.HTTPError as error:
        return f"{name} is not on this machine and {constants.ENDPOINT} does not answer ({error})"
    return ""
