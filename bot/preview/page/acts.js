// What a person does: each act is a post to the server, whose events then tell what came of it.

import { $, chatNamed, state, writerOf } from "./state.js";
import { openChat } from "./chats.js";
import { setContext, writeQuery } from "./composer.js";
import { readable } from "./message.js";

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
    share(button);
  }
}

// t.me/<bot>?start=... opens the private chat with the bot and starts it there; true when it was that.
export function startFromLink(address) {
  const url = new URL(address);
  if (url.host !== "t.me" || url.pathname.slice(1).toLowerCase() !== state.bot.username) return false;
  const name = url.searchParams.has("startgroup") ? "group" : "private";
  const parameter = url.searchParams.get(name === "group" ? "startgroup" : "start");
  if (parameter === null) return false;
  start(name, parameter);
  return true;
}

export function start(name, parameter) {
  const writer = writerOf(state.current);
  const chat = chatNamed(name);
  if (!chat.members.some((person) => person.id === writer.id)) {
    toast(`In Telegram, this opens ${writer.first_name}'s own chat with the bot.`);
    return;
  }
  goTo(chat);
  say(name === "group" ? `/start@${state.bot.username} ${parameter}` : `/start ${parameter}`);
}

export function toast(words) {
  $("toast").textContent = readable(words);
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), TOAST_MS);
}

export function showProblem(line) {
  $("problem").hidden = !line;
  $("problem").textContent = line;
}

// Telegram lets one pick a chat; here it is the group.
function share(button) {
  const inCurrent = button.switch_inline_query_current_chat;
  const words = inCurrent ?? button.switch_inline_query ?? button.switch_inline_query_chosen_chat?.query ?? "";
  if (!state.inline) {
    toast("In Telegram, this lets you pick a chat to share it with.");
    return;
  }
  if (inCurrent === undefined) goTo(chatNamed("group"));
  writeQuery(words);
}

function goTo(chat) {
  if (chat === state.current) return;
  location.hash = chat.name;
  openChat(chat);
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
