// The messages of the open chat, and what one does with them.

import { press, say, startFromLink } from "./acts.js";
import { setContext, writeAbout } from "./composer.js";
import { foldLongQuotes, offsetIn } from "./formatted.js";
import { make, messageElement } from "./message.js";
import { $, state } from "./state.js";

const NEAR_END_PX = 80;
const MAX_QUOTE = 1024;

const log = $("messages");

export function showMessages() {
  log.replaceChildren();
  if (!state.current.messages.size) log.append(welcome());
  for (const message of state.current.messages.values()) putMessage(message, true);
  log.scrollTop = log.scrollHeight;
}

// A new message at the end, or a changed one in place of what it was.
export function putMessage(message, isNew) {
  const { current } = state;
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
  const isOwn = message.from.id === current.writer;
  const element = messageElement(message, current.name, isOwn, current.name !== "private");
  const earlier = $(`message-${message.message_id}`);
  if (earlier) {
    const hadFocus = earlier.contains(document.activeElement);
    earlier.replaceWith(element);
    if (hadFocus) element.focus({ preventScroll: true });
  } else {
    log.querySelector(".welcome")?.remove();
    putDay(message);
    log.append(element);
  }
  foldLongQuotes(element);
  if (wasAtEnd || (isNew && isOwn)) log.scrollTop = log.scrollHeight;
}

export function removeMessage(id) {
  $(`message-${id}`)?.remove();
  if (state.context?.message.message_id === id) setContext(null);
  if (!state.current.messages.size) showMessages();
}

function putDay(message) {
  const day = new Date(message.date * 1000).toLocaleDateString([], { day: "numeric", month: "long" });
  const days = log.querySelectorAll(".day");
  if (days[days.length - 1]?.textContent !== day) log.append(make("p", "day", day));
}

function welcome() {
  const { bot, current } = state;
  const card = make("div", "welcome");
  if (current.name === "private") {
    const about = state.description || "It answers from articles, with the sentence it stands in.";
    card.append(make("b", "", "What can this bot do?"), make("p", "", about), pressable("start", "Start"));
    for (const question of state.examples) card.append(pressable("example", question));
  } else {
    const people = current.members.map((person) => person.first_name).join(" and ");
    const how = `${people} are here, and ${bot.first_name}. Write @${bot.username} or /ask before a question,`;
    const silent = "or reply to one of its messages; it is silent otherwise.";
    card.append(make("b", "", "A group"), make("p", "", `${how} ${silent}`));
  }
  return card;
}

function pressable(className, label) {
  const button = make("button", className, label);
  button.type = "button";
  return button;
}

const messageAt = (element) => state.current.messages.get(Number(element.closest(".message").dataset.message));

log.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at(".start")) say("/start");
  else if (at(".example")) say(at(".example").textContent);
  else if (at(".keyboard button")) press(messageAt(event.target), at("button"));
  else if (at("[data-action=reply]")) reply(messageAt(event.target));
  else if (at("[data-action=edit]")) writeAbout({ kind: "edit", message: messageAt(event.target) });
  else if (at(".command")) say(at(".command").dataset.command);
  else if (at(".spoiler")) at(".spoiler").classList.add("revealed");
  else if (at(".unfold")) unfold(at(".unfold").previousElementSibling);
  else if (at("a[target]")) {
    if (startFromLink(at("a").href)) event.preventDefault();
  } else if (at("blockquote.expandable") && getSelection().isCollapsed) unfold(at("blockquote"));
});

log.addEventListener("dblclick", (event) => {
  if (event.target.closest(".message") && getSelection().isCollapsed) reply(messageAt(event.target));
});

log.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-action]")) event.preventDefault(); // keeps the selection that is to be quoted
});

log.addEventListener("keydown", (event) => {
  const isPress = event.key === "Enter" || event.key === " ";
  if (isPress && event.target.matches("[role=button]")) event.target.click();
  else if (event.key === "r" && event.target.matches(".message")) reply(messageAt(event.target));
  else return;
  event.preventDefault();
});

function unfold(quote) {
  const toggle = quote.nextElementSibling;
  if (toggle.hidden) return;
  const isFolded = quote.classList.toggle("folded");
  toggle.setAttribute("aria-expanded", String(!isFolded));
  toggle.setAttribute("aria-label", isFolded ? "Show the whole quote" : "Fold the quote");
}

function reply(message) {
  writeAbout({ kind: "reply", message, ...selectedIn(message) });
}

// The words of this message that are selected, to be replied to as a quote.
function selectedIn(message) {
  const selection = getSelection();
  const root = $(`message-${message.message_id}`).querySelector(".text");
  const { anchorNode, focusNode, isCollapsed } = selection;
  if (isCollapsed || !root.contains(anchorNode) || !root.contains(focusNode)) return {};
  const range = selection.getRangeAt(0);
  const words = range.toString();
  const quote = words.trim();
  if (!quote) return {};
  return { quote: quote.slice(0, MAX_QUOTE), position: offsetIn(root, range) + words.indexOf(quote) };
}
