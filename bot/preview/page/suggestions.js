// What one can choose from while writing: the bot's commands after "/", the members of a group after "@".

import { make } from "./message.js";

export class Suggestions {
  constructor(list, text, menu) {
    this.list = list;
    this.text = text;
    this.menu = menu;
    this.entries = [];
    this.chosen = -1;
  }

  get isOpen() {
    return this.entries.length > 0;
  }

  get current() {
    return this.entries[this.chosen];
  }

  // Each entry has a label, a note, and what to do: insert, send, result or start (see composer.js).
  // None is chosen at first where Enter should still send what was written.
  show(entries, chosen = 0) {
    this.entries = entries;
    this.chosen = entries.length ? chosen : -1;
    this.list.hidden = !entries.length;
    this.menu.setAttribute("aria-expanded", String(entries.length > 0));
    this.list.replaceChildren(
      ...entries.map((entry, number) => {
        const option = make("div", "suggestion");
        option.role = "option";
        option.id = `suggestion-${number}`;
        option.dataset.number = number;
        option.append(make("b", "", entry.label), make("span", "", entry.note));
        return option;
      }),
    );
    this.#mark();
  }

  close() {
    this.show([]);
  }

  move(step) {
    const before = this.chosen < 0 && step < 0 ? 0 : this.chosen;
    this.chosen = (before + step + this.entries.length) % this.entries.length;
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === this.chosen));
      if (number === this.chosen) option.scrollIntoView({ block: "nearest" });
    });
    if (this.chosen < 0) this.text.removeAttribute("aria-activedescendant");
    else this.text.setAttribute("aria-activedescendant", `suggestion-${this.chosen}`);
  }
}

// The entries that fit what stands before the caret.
export function fitting(before, chat, bot) {
  const command = /^\/(\w*)$/.exec(before);
  if (command) {
    const inGroup = chat.chat.type !== "private";
    return chat.commands
      .filter((entry) => entry.command.startsWith(command[1].toLowerCase()))
      .map((entry) => ({
        label: `/${entry.command}`,
        note: entry.description,
        send: `/${entry.command}${inGroup ? `@${bot.username}` : ""}`,
      }));
  }
  const mention = /(?:^|\s)@(\w*)$/.exec(before);
  if (mention && chat.chat.type !== "private") {
    return [bot, ...chat.members]
      .filter((user) => user.username.startsWith(mention[1].toLowerCase()))
      .map((user) => ({ label: user.first_name, note: `@${user.username}`, insert: `@${user.username} ` }));
  }
  return [];
}
