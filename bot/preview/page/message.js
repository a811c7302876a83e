// One message as an element: bubble, reply, text, time, keyboard, and what one can do with it.

import { formatted } from "./formatted.js";

const WORDS_FOR = { "👍": "Helpful", "👎": "Not helpful" };
const MISSING = "\u{1FFFE}"; // a noncharacter, which no font has
const ruler = document.createElement("canvas").getContext("2d");

export const clock = (date) =>
  new Date(date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// `name` is that of the chat in addresses; `isOwn` says whether who writes now has written it.
export function messageElement(message, name, isOwn, isGroup) {
  const article = make("article", `message ${isOwn ? "own" : "other"}`);
  article.id = `message-${message.message_id}`;
  article.dataset.message = message.message_id;
  article.tabIndex = 0;
  article.setAttribute("aria-label", `${message.from.first_name}, ${clock(message.date)}`);
  if (isGroup && !isOwn) article.append(avatar(message.from.first_name, message.from.id));
  const column = make("div", "column");
  const bubble = make("div", "bubble");
  if (isGroup && !isOwn) bubble.append(make("div", `sender colour-${message.from.id % 3}`, message.from.first_name));
  if (message.via_bot) bubble.append(make("div", "via", `via @${message.via_bot.username}`));
  if (message.reply_to_message) bubble.append(replied(message, name));
  bubble.append(formatted(message.text, message.entities), timeOf(message, name));
  column.append(bubble);
  if (message.reply_markup) column.append(keyboard(message.reply_markup));
  article.append(column, actions(isOwn && !message.via_bot));
  return article;
}

export function avatar(title, id) {
  const element = make("span", `avatar colour-${Math.abs(id) % 3}`, title[0]);
  element.setAttribute("aria-hidden", "true");
  return element;
}

export function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// The text with words for thumbs that no font here can draw: they are as wide as a missing character.
export function readable(text) {
  ruler.font = getComputedStyle(document.body).font;
  const isMissing = (sign) => ruler.measureText(sign).width === ruler.measureText(MISSING).width;
  return text.replace(/👍|👎/gu, (sign) => (isMissing(sign) ? WORDS_FOR[sign] : sign));
}

function replied(message, name) {
  const original = message.reply_to_message;
  const link = make("a", `reply colour-${original.from.id % 3}`);
  link.href = `#${name}/${original.message_id}`;
  link.append(make("b", "", original.from.first_name));
  link.append(make("span", message.quote ? "quoted" : "", message.quote?.text ?? original.text));
  return link;
}

function timeOf(message, name) {
  const link = make("a", "time");
  link.href = `#${name}/${message.message_id}`;
  link.title = new Date(message.date * 1000).toLocaleString();
  const time = make("time", "", clock(message.date));
  time.dateTime = new Date(message.date * 1000).toISOString();
  if (message.edit_date) link.append("edited ");
  link.append(time);
  return link;
}

function keyboard(markup) {
  const rows = make("div", "keyboard");
  markup.inline_keyboard.forEach((buttons, rowNumber) => {
    const row = make("div", "row");
    buttons.forEach((button, number) => {
      const element = make("button", "", readable(button.text));
      element.type = "button";
      element.dataset.row = rowNumber;
      element.dataset.number = number;
      if (!button.callback_data) element.classList.add(button.copy_text ? "copies" : "leads-out");
      row.append(element);
    });
    rows.append(row);
  });
  return rows;
}

function actions(isOwn) {
  const row = make("div", "actions");
  for (const [action, label, sign] of [["reply", "Reply", "↩\uFE0E"], ...(isOwn ? [["edit", "Edit", "✎\uFE0E"]] : [])]) {
    const button = make("button", "", sign);
    button.type = "button";
    button.title = label;
    button.dataset.action = action;
    button.setAttribute("aria-label", label);
    row.append(button);
  }
  return row;
}
