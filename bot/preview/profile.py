"""The bot's command menus and descriptions, by language."""

from dataclasses import dataclass, field

from bot.preview.objects import GROUP, PRIVATE, Command

SCOPES = {
    PRIVATE["id"]: ("all_private_chats", "default"),
    GROUP["id"]: ("all_chat_administrators", "all_group_chats", "default"),
}
"""Whose command menu each chat shows, the first that is there (Ada is an administrator)."""


@dataclass(slots=True)
class Profile:
    """Menus by scope and language, descriptions by language; "" is the default language."""

    menus: dict[tuple[str, str], list[Command]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)  # on a profile, not seen in the preview

    def commands(self, chat_id: int, language: str) -> list[Command]:
        """The menu in the chat."""
        keys = ((scope, code) for scope in SCOPES[chat_id] for code in (language, ""))
        return next((self.menus[key] for key in keys if key in self.menus), [])

    def description(self, language: str) -> str:
        """The description shown in an empty private chat."""
        return self.descriptions.get(language) or self.descriptions.get("", "")
