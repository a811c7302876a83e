// The list of chats, the head of the open one, and the address: #private or #group, and a message's id.

import { post } from "./acts.js";
import { fitText, keepDraft, setContext, takeDraft } from "./composer.js";
import { avatar, make } from "./message.js";
import { showMessages } from "./log.js";
import { $, chatNamed, state, subtitleOf, titleOf, writerOf } from "./state.js";

export function showChats() {
  $("chats").replaceChildren(
    ...state.chats.map((chat) => {
      const title = titleOf(chat);
      const button = make("button", "chat");
      button.type = "button";
      button.dataset.chat = chat.name;
      if (chat === state.current) button.setAttribute("aria-current", "page");
      const last = [...chat.messages.values()].at(-1);
      const lines = make("span", "lines");
      lines.append(make("b", "", title), make("span", "last", last ? last.text : subtitleOf(chat)));
      button.append(avatar(title, chat.chat.id), lines);
      if (chat.unread) {
        const badge = make("span", "badge", String(chat.unread));
        badge.setAttribute("aria-label", `${chat.unread} new`);
        button.append(badge);
      }
      return button;
    }),
  );
}

export function openChat(chat) {
  keepDraft();
  state.current = chat;
  chat.unread = 0;
  const title = titleOf(chat);
  document.title = `${title} · Citebot preview`;
  $("title").textContent = title;
  $("avatar").replaceWith(Object.assign(avatar(title, chat.chat.id), { id: "avatar" }));
  takeDraft();
  showWriters();
  showChats();
  showMessages();
  showStatus();
}

export function showStatus() {
  const { current, bot } = state;
  if (!current) return;
  const isTyping = current.typingUntil > Date.now();
  const line = current.name === "private" ? "typing" : `${bot.first_name} is typing`;
  $("status").className = isTyping ? "typing" : "";
  $("status").textContent = isTyping ? line : subtitleOf(current);
}

export function goToAddress() {
  const [name, id] = location.hash.slice(1).split("/");
  const chat = chatNamed(name) ?? state.chats[0];
  if (chat && chat !== state.current) openChat(chat);
  const element = id && $(`message-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.classList.add("pointed-at");
  element.addEventListener("animationend", () => element.classList.remove("pointed-at"), { once: true });
}

// The language of the writer's Telegram, each by its own name.
export function showLanguage() {
  if (!state.current) return;
  const spoken = state.language[state.current.writer];
  $("language-choice").replaceChildren(
    ...state.languages.map((code) => {
      const name = new Intl.DisplayNames(code, { type: "language" }).of(code);
      return new Option(name[0].toUpperCase() + name.slice(1), code, false, code === spoken);
    }),
  );
}

function showWriters() {
  const { current } = state;
  $("writers").hidden = current.members.length < 2;
  $("writer-choices").replaceChildren(
    ...current.members.map((person) => {
      const label = make("label", "", person.first_name);
      const radio = make("input");
      const checked = person.id === current.writer;
      Object.assign(radio, { type: "radio", name: "writer", value: person.id, checked });
      label.prepend(radio);
      return label;
    }),
  );
  showLanguage();
  $("text").placeholder =
    current.members.length < 2 ? "Message" : `Message, as ${writerOf(current).first_name}`;
}

$("writer-choices").addEventListener("change", (event) => {
  state.current.writer = Number(event.target.value);
  if (state.context?.kind === "edit") {
    $("text").value = "";
    setContext(null);
    fitText();
  }
  showWriters();
  showMessages();
  $("writer-choices").querySelector(":checked").focus();
});

$("language-choice").addEventListener("change", (event) => post("language", { language: event.target.value }));

$("chats").addEventListener("click", (event) => {
  const button = event.target.closest("[data-chat]");
  if (!button) return;
  location.hash = button.dataset.chat;
  goToAddress();
});

window.addEventListener("hashchange", goToAddress);
