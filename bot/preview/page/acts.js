// What a person does: each act is a post to the server, whose events then tell what came of it.

import { $, chatNamed, state, writerOf } from "./state.js";
import { openChat } from "./chats.js";
import { setContext } from "./composer.js";

const TOAST_MS = 4000;
let toastTimer;

// The server's answer; null when there is none, which is then said.
export async function post(path, body) {
  const { current } = state;
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

export async function say(words) {
  const replied = state.context?.kind === "reply" ? state.context : null;
  const body = { text: words };
  if (replied) body.reply_to = replied.message.message_id;
  if (replied?.quote) Object.assign(body, { quote: replied.quote, position: replied.position });
  const said = await post("say", body);
  if (said && replied === state.context) setContext(null);
  return said;
}

export async function press(message, element) {
  const button = message.reply_markup.inline_keyboard[element.dataset.row][element.dataset.number];
  if (button.url) {
    follow(button.url);
  } else if (button.copy_text) {
    await copy(button.copy_text.text);
  } else if (button.callback_data) {
    element.classList.add("waiting");
    element.disabled = true;
    const answer = await post("press", { message: message.message_id, data: button.callback_data });
    element.classList.remove("waiting");
    element.disabled = false;
    if (answer?.url) follow(answer.url);
    if (answer?.text && answer.show_alert) showAlert(answer.text);
    else if (answer?.text) toast(answer.text);
  } else {
    toast("In Telegram, this lets you pick a chat to share it with.");
  }
}

// t.me/<bot>?start=... opens the private chat with the bot and starts it there; true when it was that.
export function startFromLink(address) {
  const { bot, current } = state;
  const url = new URL(address);
  if (url.host !== "t.me" || url.pathname.slice(1).toLowerCase() !== bot.username) return false;
  const inGroup = url.searchParams.has("startgroup");
  const parameter = url.searchParams.get(inGroup ? "startgroup" : "start");
  if (parameter === null) return false;
  const chat = chatNamed(inGroup ? "group" : "private");
  if (!chat.members.some((person) => person.id === current.writer)) {
    toast(`In Telegram, this opens ${writerOf(current).first_name}'s own chat with the bot.`);
    return true;
  }
  location.hash = chat.name;
  openChat(chat);
  say(inGroup ? `/start@${bot.username} ${parameter}` : `/start ${parameter}`);
  return true;
}

export function toast(words) {
  $("toast").textContent = words;
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), TOAST_MS);
}

export function showProblem(line) {
  $("problem").hidden = !line;
  $("problem").textContent = line;
}

function showAlert(words) {
  $("alert-text").textContent = words;
  $("alert").showModal();
}

function follow(address) {
  if (!startFromLink(address)) open(address, "_blank", "noopener");
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast("Copied.");
  } catch {
    showAlert(words); // the browser does not let the page copy: it can be copied from here
  }
}
