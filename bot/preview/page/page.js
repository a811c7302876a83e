// What the server tells, as it happens.

import { showProblem } from "./acts.js";
import { goToAddress, showChats, showLanguage, showStatus } from "./chats.js";
import { keepDraft, suggest } from "./composer.js";
import { putMessage, removeMessage, showMessages } from "./log.js";
import { chatWithId, state, takeOver } from "./state.js";

const TYPING_MS = 5500; // Telegram shows it for five seconds

const on = {
  all({ chats, ...known }) {
    keepDraft();
    Object.assign(state, known, { current: null });
    takeOver(chats);
    goToAddress();
  },
  message(message) {
    const chat = chatWithId(message.chat.id);
    const isNew = !chat.messages.has(message.message_id);
    chat.messages.set(message.message_id, message);
    if (message.from.is_bot) chat.typingUntil = 0;
    if (chat === state.current) putMessage(message, isNew);
    else if (isNew) chat.unread += 1;
    showChats();
    showStatus();
  },
  deleted({ chat: id, message }) {
    const chat = chatWithId(id);
    chat.messages.delete(message);
    if (chat === state.current) removeMessage(message);
    showChats();
  },
  typing({ chat: id }) {
    chatWithId(id).typingUntil = Date.now() + TYPING_MS;
    showStatus();
    setTimeout(showStatus, TYPING_MS + 50);
  },
  commands({ chat: id, commands }) {
    chatWithId(id).commands = commands;
    suggest();
  },
  description(description) {
    state.description = description;
    if (!state.current.messages.size) showMessages();
  },
  language({ person, language }) {
    state.language[person] = language;
    showLanguage();
  },
  inline(inline) {
    state.inline = inline;
    suggest();
  },
  problem: showProblem,
};

const events = new EventSource("events");
events.onmessage = (event) => {
  const { kind, body } = JSON.parse(event.data);
  on[kind](body);
};
events.onopen = () => showProblem("");
events.onerror = () => showProblem("The preview has ended. Start it again with: citebot preview");
