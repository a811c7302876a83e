// Where one writes: the text, what it replies to or edits, and suggestions while writing.

import { post, say, start } from "./acts.js";
import { $, state } from "./state.js";
import { Suggestions, fitting } from "./suggestions.js";

const LONGEST_TEXT_PX = 160;
const MAX_QUERY = 256;
const QUERY_PAUSE_MS = 300; // an inline query is not sent at every letter

const text = $("text");
let queryTimer;
const suggestions = new Suggestions($("suggestions"), text, $("menu"));

export function setContext(context) {
  state.context = context;
  $("context").hidden = !context;
  if (!context) return;
  const { kind, message, quote } = context;
  $("context-title").textContent = kind === "edit" ? "Edit message" : `Reply to ${message.from.first_name}`;
  $("context-text").textContent = quote ? `“${quote}”` : message.text;
}

// Begin to write a reply, or to edit a message.
export function writeAbout(context) {
  setContext(context);
  if (context.kind === "edit") text.value = context.message.text;
  fitText();
  text.focus();
}

// What was begun stays with its chat.
export function keepDraft() {
  if (state.current) state.current.draft = state.context?.kind === "edit" ? "" : text.value;
}

export function takeDraft() {
  text.value = state.current.draft;
  setContext(null);
  fitText();
}

export function fitText() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, LONGEST_TEXT_PX)}px`;
}

export function suggest() {
  if (document.activeElement !== text) return;
  clearTimeout(queryTimer);
  const query = inlineQuery();
  if (query !== null) {
    if (suggestions.chosen >= 0) suggestions.close(); // the members that a name was chosen from
    queryTimer = setTimeout(() => offer(query), QUERY_PAUSE_MS);
  } else {
    suggestions.show(fitting(text.value.slice(0, text.selectionStart), state.current, state.bot));
  }
}

// Begin an inline query for these words.
export function writeQuery(words) {
  text.value = `@${state.bot.username} ${words}`;
  fitText();
  text.focus();
  suggest();
}

// What stands behind the bot's name at the beginning of the text, be it nothing yet; null for any other text.
function inlineQuery() {
  const name = `@${state.bot.username} `;
  const isQuery = state.inline && state.context?.kind !== "edit" && text.value.toLowerCase().startsWith(name);
  return isQuery ? text.value.slice(name.length).trim().slice(0, MAX_QUERY) : null;
}

async function offer(query) {
  const told = await post("query", { query });
  if (!told?.offer || inlineQuery() !== query || document.activeElement !== text) return;
  const entries = told.results.map(({ id, title, note }) => ({ label: title, note, result: id, offer: told.offer }));
  if (told.button) entries.unshift({ label: told.button.text, note: "", start: told.button.start_parameter });
  suggestions.show(entries, -1);
}

function cancelContext() {
  if (state.context.kind === "edit") text.value = "";
  setContext(null);
  fitText();
  text.focus();
}

// `onlyWrite`: put it into the text even where choosing it would send it.
function choose(entry, onlyWrite) {
  suggestions.close();
  text.focus();
  if (entry.result) {
    text.value = "";
    post("choose", { offer: entry.offer, result: entry.result });
  } else if (entry.start !== undefined) {
    text.value = "";
    start("private", entry.start);
  } else if (entry.send && !onlyWrite) {
    text.value = "";
    say(entry.send);
  } else {
    const before = text.value.slice(0, text.selectionStart);
    const after = text.value.slice(text.selectionStart);
    const written = before.replace(/[@/]\w*$/, "") + (entry.insert ?? `${entry.send} `);
    text.value = written + after;
    text.setSelectionRange(written.length, written.length);
  }
  fitText();
}

async function send() {
  const words = text.value;
  if (!words.trim()) return;
  suggestions.close();
  const editing = state.context?.kind === "edit" ? state.context : null;
  text.value = "";
  fitText();
  const done = editing
    ? await post("edit", { message: editing.message.message_id, text: words })
    : await say(words);
  if (done && editing) setContext(null);
  if (!done) {
    text.value = words;
    fitText();
  }
}

function editLast() {
  const { messages, writer } = state.current;
  const own = [...messages.values()].filter((message) => message.from.id === writer && !message.via_bot);
  if (own.length) writeAbout({ kind: "edit", message: own.at(-1) });
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

text.addEventListener("input", () => {
  fitText();
  suggest();
});

text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const { key } = event;
  if (suggestions.isOpen && key === "ArrowDown") suggestions.move(1);
  else if (suggestions.isOpen && key === "ArrowUp") suggestions.move(-1);
  else if (suggestions.current && (key === "Enter" || key === "Tab")) choose(suggestions.current, key === "Tab");
  else if (suggestions.isOpen && key === "Escape") suggestions.close();
  else if (state.context && key === "Escape") cancelContext();
  else if (key === "Enter" && !event.shiftKey) send();
  else if (key === "ArrowUp" && !text.value && !state.context) editLast();
  else return;
  event.preventDefault();
});

text.addEventListener("blur", () => suggestions.close());

$("suggestions").addEventListener("mousedown", (event) => {
  event.preventDefault(); // the text keeps the focus
  const option = event.target.closest("[role=option]");
  if (option) choose(suggestions.entries[option.dataset.number], false);
});

$("menu").addEventListener("mousedown", (event) => event.preventDefault()); // likewise
$("menu").addEventListener("click", () => {
  text.focus();
  if (suggestions.isOpen) suggestions.close();
  else suggestions.show(fitting("/", state.current, state.bot));
});

$("context-cancel").addEventListener("click", cancelContext);
