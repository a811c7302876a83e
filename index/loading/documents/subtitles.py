"""Subtitles (SubRip and WebVTT) as the text that is spoken."""

import re
from collections.abc import Iterator

from index.loading.document import LoadedDocument

PAUSE_S = 4.0  # between two cues: who speaks next begins a new line
LINE_CHARS = 300  # then a line ends with the sentence

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"{_TIME}\s*-->\s*{_TIME}")
_SPEAKER = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>")
_TAG = re.compile(r"</?[a-z][^<>]*>|<[\d:.]+>|\{\\[^}]*\}", re.IGNORECASE)
_ENDED = re.compile(r"[.!?…][\"'”’»)\]]*$")


def read_subtitles(text: str) -> LoadedDocument:
    """What is said, without times and numbers; what one cue repeats of the one before stands once."""
    return LoadedDocument(text="\n".join(_lines(text)))


def _lines(text: str) -> Iterator[str]:
    said, last, ended_at = "", "", 0.0
    for begin, end, lines in _cues(text):
        for line in lines:
            if line == last:  # captions that roll up
                continue
            last = line
            new_voice = re.match(r"[-–—]\s*\S|[^\s:]{2,20}: ", line) is not None
            pause = begin - ended_at > PAUSE_S
            over = _ENDED.search(said) is not None and (new_voice or pause or len(said) > LINE_CHARS)
            if said and (over or (new_voice and line[0] in "-–—")):
                yield said
                said = ""
            said = f"{said} {line}" if said else line
        ended_at = end
    if said:
        yield said


def _cues(text: str) -> Iterator[tuple[float, float, list[str]]]:
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        at = next((i for i, line in enumerate(lines) if _TIMES.search(line)), None)
        if at is None or (times := _TIMES.search(lines[at])) is None:
            continue
        shown = (_TAG.sub("", _SPEAKER.sub(r"\1: ", line)).strip() for line in lines[at + 1 :])
        yield _seconds(times.groups()[:4]), _seconds(times.groups()[4:]), [line for line in shown if line]


def _seconds(written: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in written)
    return 3600 * hours + 60 * minutes + seconds + thousandths / 1000
