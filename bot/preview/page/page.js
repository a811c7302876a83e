// The page: what the server tells becomes elements, what a person does becomes a post.

import { foldLongQuotes, offsetIn } from "./formatted.js";
import { avatar, make, messageElement } from "./message.js";
import { Suggestions, fitting } from "./suggestions.js";

const TYPING_MS = 5500; // Telegram shows it for five seconds
const TOAST_MS = 4000;
const LONGEST_TEXT_PX = 160;

const $ = (id) => document.getElementById(id);
const text = $("text");
const log = $("messages");
const suggestions = new Suggestions($("suggestions"), text, $("menu"));

let bot;
let description = "";
let chats = []; // {name, chat, members, commands, messages: Map, writer, draft, unread, typingUntil}
let current;
let context = null; // {kind: "reply" | "edit", message, quote?, position?}

// From the server

function connect() {
  const events = new EventSource("events");
  events.onmessage = (event) => {
    const { kind, body } = JSON.parse(event.data);
    on[kind](body);
  };
  events.onopen = () => showProblem("");
  events.onerror = () => showProblem("The preview has ended. Start it again with: citebot preview");
}

const on = {
  all(body) {
    keepDraft();
    const before = chats;
    bot = body.bot;
    description = body.description;
    chats = body.chats.map((chat) => ({
      ...chat,
      name: chat.chat.type === "private" ? "private" : "group",
      messages: new Map(chat.messages.map((message) => [message.message_id, message])),
      writer: chat.members[0].id,
      draft: "",
      unread: 0,
      typingUntil: 0,
    }));
    for (const chat of chats) {
      const earlier = before.find((other) => other.name === chat.name);
      if (earlier) Object.assign(chat, { writer: earlier.writer, draft: earlier.draft });
    }
    current = null;
    goToAddress();
  },
  message(message) {
    const chat = chats.find((one) => one.chat.id === message.chat.id);
    const isNew = !chat.messages.has(message.message_id);
    chat.messages.set(message.message_id, message);
    if (message.from.is_bot) chat.typingUntil = 0;
    if (chat === current) putMessage(message, isNew);
    else if (isNew) chat.unread += 1;
    showChats();
    showStatus();
  },
  deleted({ chat: id, message }) {
    const chat = chats.find((one) => one.chat.id === id);
    chat.messages.delete(message);
    if (chat === current) {
      $(`message-${message}`)?.remove();
      if (context?.message.message_id === message) setContext(null);
      if (!chat.messages.size) showMessages();
    }
    showChats();
  },
  typing({ chat: id }) {
    const chat = chats.find((one) => one.chat.id === id);
    chat.typingUntil = Date.now() + TYPING_MS;
    showStatus();
    setTimeout(showStatus, TYPING_MS + 50);
  },
  commands({ chat: id, commands }) {
    chats.find((one) => one.chat.id === id).commands = commands;
    if (document.activeElement === text) suggest();
  },
  description(body) {
    description = body;
    if (current && !current.messages.size) showMessages();
  },
  problem(line) {
    showProblem(line);
  },
};

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ chat: current.chat.id, person: current.writer, ...body }),
    });
  } catch {
    toast("The preview cannot be reached.");
    return null;
  }
  const answer = await response.json().catch(() => ({ error: response.statusText }));
  if (response.ok) return answer;
  toast(answer.error);
  return null;
}

// Chats

function showChats() {
  $("chats").replaceChildren(
    ...chats.map((chat) => {
      const title = titleOf(chat);
      const button = make("button", "chat");
      button.type = "button";
      button.dataset.chat = chat.name;
      if (chat === current) button.setAttribute("aria-current", "page");
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

const titleOf = (chat) => chat.chat.title ?? bot.first_name;
const subtitleOf = (chat) => (chat.name === "private" ? "bot" : `${chat.members.length + 1} members`);
const writerOf = (chat) => chat.members.find((person) => person.id === chat.writer);

function openChat(chat) {
  keepDraft();
  current = chat;
  chat.unread = 0;
  const title = titleOf(chat);
  document.title = `${title} · Citebot preview`;
  $("title").textContent = title;
  $("avatar").replaceWith(Object.assign(avatar(title, chat.chat.id), { id: "avatar" }));
  text.value = chat.draft;
  fitText();
  setContext(null);
  showWriters();
  showChats();
  showMessages();
  showStatus();
}

function keepDraft() {
  if (current) current.draft = context?.kind === "edit" ? "" : text.value;
}

function showWriters() {
  $("writers").hidden = current.members.length < 2;
  $("writer-choices").replaceChildren(
    ...current.members.map((person) => {
      const label = make("label", "", person.first_name);
      const radio = make("input");
      Object.assign(radio, { type: "radio", name: "writer", value: person.id, checked: person.id === current.writer });
      label.prepend(radio);
      return label;
    }),
  );
  text.placeholder = current.members.length < 2 ? "Message" : `Message, as ${writerOf(current).first_name}`;
}

function showStatus() {
  if (!current) return;
  const isTyping = current.typingUntil > Date.now();
  const line = current.name === "private" ? "typing" : `${bot.first_name} is typing`;
  $("status").className = isTyping ? "typing" : "";
  $("status").textContent = isTyping ? line : subtitleOf(current);
}

// The address: #private or #group, and the id of a message behind a slash

function goToAddress() {
  const [name, id] = location.hash.slice(1).split("/");
  const chat = chats.find((one) => one.name === name) ?? chats[0];
  if (chat && chat !== current) openChat(chat);
  const element = id && $(`message-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.classList.add("pointed-at");
  element.addEventListener("animationend", () => element.classList.remove("pointed-at"), { once: true });
}

// Messages

function showMessages() {
  log.replaceChildren();
  if (!current.messages.size) log.append(welcome());
  for (const message of current.messages.values()) putMessage(message, true);
  log.scrollTop = log.scrollHeight;
}

function putMessage(message, isNew) {
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const isOwn = message.from.id === current.writer;
  const element = messageElement(message, current.name, isOwn, current.name !== "private");
  const earlier = $(`message-${message.message_id}`);
  if (earlier) {
    const focused = earlier.contains(document.activeElement);
    earlier.replaceWith(element);
    if (focused) element.focus({ preventScroll: true });
  } else {
    log.querySelector(".welcome")?.remove();
    putDay(message);
    log.append(element);
  }
  foldLongQuotes(element);
  if (wasAtEnd || (isNew && isOwn)) log.scrollTop = log.scrollHeight;
}

function putDay(message) {
  const day = new Date(message.date * 1000).toLocaleDateString([], { day: "numeric", month: "long" });
  const days = log.querySelectorAll(".day");
  if (days[days.length - 1]?.textContent !== day) log.append(make("p", "day", day));
}

function welcome() {
  const card = make("div", "welcome");
  if (current.name === "private") {
    card.append(make("b", "", "What can this bot do?"), make("p", "", description || "Answer questions from its articles."));
    const start = make("button", "start", "Start");
    start.type = "button";
    card.append(start);
  } else {
    card.append(
      make("b", "", "A group"),
      make("p", "", `${current.members.map((person) => person.first_name).join(" and ")} are here, and ${bot.first_name}. Write @${bot.username} or /ask before a question, or reply to one of its messages; it is silent otherwise.`),
    );
  }
  return card;
}

log.addEventListener("click", (event) => {
  const target = event.target;
  const element = target.closest(".message");
  const message = element && current.messages.get(Number(element.dataset.message));
  if (target.closest(".start")) say("/start");
  else if (target.closest(".keyboard button")) press(message, target.closest("button"));
  else if (target.closest("[data-action]")) act(target.closest("button").dataset.action, message);
  else if (target.closest(".command")) say(target.closest(".command").dataset.command);
  else if (target.closest(".spoiler")) target.closest(".spoiler").classList.add("revealed");
  else if (target.closest(".unfold")) unfold(target.closest(".unfold").previousElementSibling);
  else if (target.closest("a[target]")) followBotLink(event, target.closest("a").href);
  else if (target.closest("blockquote.expandable") && getSelection().isCollapsed) {
    unfold(target.closest("blockquote"));
  }
});

log.addEventListener("dblclick", (event) => {
  const element = event.target.closest(".message");
  if (element && getSelection().isCollapsed) act("reply", current.messages.get(Number(element.dataset.message)));
});

log.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-action]")) event.preventDefault(); // keeps the selection that is to be quoted
});

log.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.matches("[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
  if (event.key === "r" && event.target.matches(".message")) {
    event.preventDefault();
    act("reply", current.messages.get(Number(event.target.dataset.message)));
  }
});

function unfold(quote) {
  const toggle = quote.nextElementSibling;
  if (toggle.hidden) return;
  const isFolded = quote.classList.toggle("folded");
  toggle.setAttribute("aria-expanded", String(!isFolded));
  toggle.setAttribute("aria-label", isFolded ? "Show the whole quote" : "Fold the quote");
}

function act(action, message) {
  if (action === "edit") {
    text.value = message.text;
    setContext({ kind: "edit", message });
  } else {
    setContext({ kind: "reply", message, ...selectedIn(message) });
  }
  fitText();
  text.focus();
}

// The words of this message that are selected, to be replied to as a quote.
function selectedIn(message) {
  const selection = getSelection();
  const root = $(`message-${message.message_id}`).querySelector(".text");
  if (selection.isCollapsed || !root.contains(selection.anchorNode) || !root.contains(selection.focusNode)) return {};
  const range = selection.getRangeAt(0);
  const words = range.toString();
  const quote = words.trim();
  if (!quote) return {};
  return { quote: quote.slice(0, 1024), position: offsetIn(root, range) + words.indexOf(quote) };
}

async function press(message, element) {
  const button = message.reply_markup.inline_keyboard[element.dataset.row][element.dataset.number];
  if (button.url) {
    if (!startFromLink(button.url)) open(button.url, "_blank", "noopener");
  } else if (button.copy_text) {
    await navigator.clipboard.writeText(button.copy_text.text);
    toast("Copied.");
  } else if (button.callback_data) {
    element.classList.add("waiting");
    element.disabled = true;
    const answer = await post("press", { message: message.message_id, data: button.callback_data });
    element.classList.remove("waiting");
    element.disabled = false;
    if (answer?.url && !startFromLink(answer.url)) open(answer.url, "_blank", "noopener");
    if (answer?.text && answer.show_alert) showAlert(answer.text);
    else if (answer?.text) toast(answer.text);
  } else {
    toast("In Telegram, this lets you pick a chat to share it with.");
  }
}

// t.me/<bot>?start=... opens the private chat with the bot and starts it there.

function followBotLink(event, address) {
  if (startFromLink(address)) event.preventDefault();
}

function startFromLink(address) {
  const url = new URL(address);
  if (url.host !== "t.me" || url.pathname.slice(1).toLowerCase() !== bot.username) return false;
  const group = url.searchParams.has("startgroup");
  const parameter = url.searchParams.get(group ? "startgroup" : "start");
  if (parameter === null) return false;
  const chat = chats.find((one) => one.name === (group ? "group" : "private"));
  if (!chat.members.some((person) => person.id === current.writer)) {
    toast(`In Telegram, this opens ${writerOf(current).first_name}'s own chat with the bot.`);
    return true;
  }
  location.hash = chat.name;
  openChat(chat);
  say(group ? `/start@${bot.username} ${parameter}` : `/start ${parameter}`);
  return true;
}

// Writing

async function say(words) {
  const replied = context?.kind === "reply" ? context : null;
  const body = { text: words };
  if (replied) body.reply_to = replied.message.message_id;
  if (replied?.quote) Object.assign(body, { quote: replied.quote, position: replied.position });
  const said = await post("say", body);
  if (said && replied === context) setContext(null);
  return said;
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = text.value;
  if (!words.trim()) return;
  suggestions.close();
  const editing = context?.kind === "edit" ? context : null;
  text.value = "";
  fitText();
  const done = editing
    ? await post("edit", { message: editing.message.message_id, text: words })
    : await say(words);
  if (!done) {
    text.value = words;
    fitText();
  } else if (editing) setContext(null);
});

text.addEventListener("input", () => {
  fitText();
  suggest();
});

text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const { key } = event;
  if (suggestions.isOpen && (key === "ArrowDown" || key === "ArrowUp")) {
    suggestions.move(key === "ArrowDown" ? 1 : -1);
  } else if (suggestions.isOpen && (key === "Enter" || key === "Tab")) {
    choose(suggestions.entries[suggestions.chosen], key === "Tab");
  } else if (key === "Escape" && suggestions.isOpen) {
    suggestions.close();
  } else if (key === "Escape" && context) {
    cancelContext();
  } else if (key === "Enter" && !event.shiftKey) {
    $("composer").requestSubmit();
  } else if (key === "ArrowUp" && !text.value && !context) {
    const own = [...current.messages.values()].filter((message) => message.from.id === current.writer);
    if (!own.length) return;
    act("edit", own.at(-1));
  } else {
    return;
  }
  event.preventDefault();
});

function suggest() {
  suggestions.show(fitting(text.value.slice(0, text.selectionStart), current, bot));
}

function choose(entry, onlyWrite) {
  suggestions.close();
  text.focus();
  if (entry.send && !onlyWrite) {
    text.value = "";
    say(entry.send);
  } else {
    const before = text.value.slice(0, text.selectionStart).replace(/[@/]\w*$/, entry.insert ?? `${entry.send} `);
    const after = text.value.slice(text.selectionStart);
    text.value = before + after;
    text.setSelectionRange(before.length, before.length);
  }
  fitText();
}

$("suggestions").addEventListener("mousedown", (event) => {
  event.preventDefault(); // the text keeps the focus
  const option = event.target.closest("[role=option]");
  if (option) choose(suggestions.entries[option.dataset.number], false);
});

$("menu").addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
$("menu").addEventListener("click", () => {
  if (suggestions.isOpen) suggestions.close();
  else suggestions.show(fitting("/", current, bot));
  text.focus();
});

text.addEventListener("blur", () => suggestions.close());

$("writer-choices").addEventListener("change", (event) => {
  current.writer = Number(event.target.value);
  if (context?.kind === "edit") cancelContext();
  showWriters();
  showMessages();
  $("writer-choices").querySelector(":checked").focus();
});

$("chats").addEventListener("click", (event) => {
  const button = event.target.closest("[data-chat]");
  if (!button) return;
  location.hash = button.dataset.chat;
  goToAddress();
});

$("context-cancel").addEventListener("click", cancelContext);

function cancelContext() {
  if (context.kind === "edit") text.value = "";
  setContext(null);
  fitText();
  text.focus();
}

function setContext(now) {
  context = now;
  $("context").hidden = !now;
  if (!now) return;
  const { kind, message, quote } = now;
  $("context-title").textContent = kind === "edit" ? "Edit message" : `Reply to ${message.from.first_name}`;
  $("context-text").textContent = quote ? `“${quote}”` : message.text;
}

function fitText() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, LONGEST_TEXT_PX)}px`;
}

// Passing words

let toastTimer;
function toast(words) {
  $("toast").textContent = words;
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), TOAST_MS);
}

function showAlert(words) {
  $("alert-text").textContent = words;
  $("alert").showModal();
}

function showProblem(line) {
  $("problem").hidden = !line;
  $("problem").textContent = line;
}

window.addEventListener("hashchange", goToAddress);
connect();
