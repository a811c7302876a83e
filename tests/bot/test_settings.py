"""What people choose: how it is kept, and what it changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.memory import Memory
from bot.settings import (
    Length,
    QuietHours,
    Settings,
    choose,
    drop_settings,
    language_for,
    move_settings,
    settings_of,
    unchosen,
)

ADA, GROUP = 42, -500
CHOSEN = Settings("fr", Length.FULL, False, QuietHours(True, 23, 6, 330))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(tmp_path / "bot.sqlite3")
    yield memory
    memory.close()


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{clock}").replace(tzinfo=UTC)


def test_answers_are_short_in_a_group_and_whole_in_private_until_somebody_chooses(memory: Memory):
    assert memory.do(lambda notes: settings_of(notes, GROUP)) == unchosen(GROUP)
    assert unchosen(GROUP) == Settings(None, Length.SHORT, True, QuietHours())
    assert unchosen(ADA).length is Length.FULL


def test_what_was_chosen_is_kept_over_a_restart_and_for_that_chat_alone(memory: Memory):
    memory.do(lambda notes: choose(notes, GROUP, CHOSEN))
    memory.close()
    again = Memory(memory.path)
    assert again.do(lambda notes: settings_of(notes, GROUP)) == CHOSEN
    assert again.do(lambda notes: settings_of(notes, ADA)) == unchosen(ADA)
    again.close()


def test_settings_go_with_a_group_that_becomes_a_supergroup(memory: Memory):
    memory.do(lambda notes: choose(notes, GROUP, CHOSEN))
    memory.do(lambda notes: move_settings(notes, GROUP, -1000500))
    assert memory.do(lambda notes: settings_of(notes, -1000500)) == CHOSEN
    assert memory.do(lambda notes: settings_of(notes, GROUP)) == unchosen(GROUP)


def test_dropped_settings_are_as_at_the_start(memory: Memory):
    memory.do(lambda notes: choose(notes, ADA, CHOSEN))
    assert memory.do(lambda notes: drop_settings(notes, ADA))
    assert memory.do(lambda notes: settings_of(notes, ADA)) == unchosen(ADA)
    assert not memory.do(lambda notes: drop_settings(notes, ADA))


@pytest.mark.parametrize(
    ("quiet", "clock", "is_quiet"),
    [
        (QuietHours(True, 22, 7), "21:59", False),
        (QuietHours(True, 22, 7), "22:00", True),
        (QuietHours(True, 22, 7), "06:59", True),
        (QuietHours(True, 22, 7), "07:00", False),
        (QuietHours(True, 12, 14), "13:59", True),
        (QuietHours(True, 12, 14), "14:00", False),
        (QuietHours(True, 12, 14), "11:59", False),
        (QuietHours(True, 22, 7, offset=330), "16:30", True),
        (QuietHours(True, 22, 7, offset=330), "16:29", False),
        (QuietHours(True, 22, 7, offset=-300), "02:59", False),
        (QuietHours(True, 22, 7, offset=-300), "03:00", True),
        (QuietHours(True, 9, 9), "03:00", True),
        (QuietHours(False, 22, 7), "23:00", False),
        (QuietHours(False, 12, 14), "13:00", False),
    ],
)
def test_quiet_hours_go_by_the_groups_own_clock_and_over_midnight(
    quiet: QuietHours, clock: str, is_quiet: bool
):
    assert quiet.include(at(clock)) is is_quiet


@pytest.mark.parametrize(("begin", "end", "offset"), [(24, 7, 0), (22, -1, 0), (22, 7, 1440)])
def test_there_are_no_hours_but_those_of_a_clock(begin: int, end: int, offset: int):
    with pytest.raises(ValueError, match="no such hours"):
        QuietHours(True, begin, end, offset)


@pytest.mark.parametrize(
    ("own", "of_the_group", "code", "language"),
    [
        ("en", "fr", "fr", "en"),
        (None, "fr", "en", "fr"),
        (None, None, "fr", "fr"),
        (None, None, "fr-CA", "fr"),
        (None, None, "de", "en"),
        (None, None, None, "en"),
        ("xx", None, "fr", "en"),  # its catalogue was there once
    ],
)
def test_a_persons_choice_comes_before_the_groups_and_that_before_their_telegrams(
    memory: Memory, own: str | None, of_the_group: str | None, code: str | None, language: str
):
    memory.do(lambda notes: choose(notes, ADA, replace(unchosen(ADA), language=own)))
    memory.do(lambda notes: choose(notes, GROUP, replace(unchosen(GROUP), language=of_the_group)))
    assert memory.do(lambda notes: language_for(notes, ADA, code, GROUP)) == language
