// A message's text with its entities, as elements. Words become text nodes only: whatever they hold, no
// markup of theirs ever takes effect. Offsets count UTF-16 code units, as JavaScript's strings do.

const STYLES = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
};
const SAFE = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);
const FOLDED_LINES = 3;

export function formatted(text, entities) {
  const root = document.createElement("div");
  root.className = "text";
  root.dir = "auto";
  const open = [{ element: root, end: text.length }];
  let at = 0;
  const writeUntil = (until) => {
    while (at < until) {
      const top = open[open.length - 1];
      const stop = Math.min(until, top.end);
      if (stop > at) top.element.append(text.slice(at, stop));
      at = Math.max(at, stop);
      if (at >= top.end && open.length > 1) open.pop();
    }
    while (open.length > 1 && open[open.length - 1].end <= at) open.pop();
  };
  for (const entity of entities) {
    writeUntil(entity.offset);
    const top = open[open.length - 1];
    const end = Math.min(entity.offset + entity.length, top.end);
    const element = elementOf(entity, text.slice(entity.offset, end));
    top.element.append(element);
    open.push({ element, end });
  }
  writeUntil(text.length);
  root.querySelectorAll("blockquote").forEach(swallowLineBreak);
  root.querySelectorAll("time[data-shown]").forEach(hideWords);
  return root;
}

// Quotes of more than a few lines fold; how many there are is known only once they are on the page.
export function foldLongQuotes(root) {
  for (const quote of root.querySelectorAll("blockquote.expandable")) {
    const toggle = quote.nextElementSibling;
    const lineHeight = parseFloat(getComputedStyle(quote).lineHeight);
    const folds = quote.scrollHeight > lineHeight * (FOLDED_LINES + 0.9);
    toggle.hidden = !folds;
    if (!folds) quote.classList.remove("folded");
  }
}

// How many code units of the text stand before the place that a Range starts at.
export function offsetIn(root, range) {
  const before = document.createRange();
  before.setStart(root, 0);
  before.setEnd(range.startContainer, range.startOffset);
  return before.toString().length;
}

function elementOf(entity, words) {
  switch (entity.type) {
    case "text_link":
      return link(entity.url);
    case "url":
      return link(words);
    case "mention":
      return classed("span", "mention");
    case "bot_command": {
      const command = pressable("command");
      command.dataset.command = words;
      return command;
    }
    case "spoiler":
      return pressable("spoiler");
    case "date_time": {
      const time = document.createElement("time");
      const moment = new Date(entity.unix_time * 1000);
      time.dateTime = moment.toISOString();
      if (entity.date_time_format === "D") time.dataset.shown = moment.toLocaleDateString([], { dateStyle: "long" });
      return time;
    }
    case "expandable_blockquote":
      return classed("blockquote", "expandable folded");
    default:
      return document.createElement(STYLES[entity.type] ?? "span");
  }
}

function link(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return document.createElement("span");
  }
  if (!SAFE.has(url.protocol)) return document.createElement("span");
  const anchor = document.createElement("a");
  anchor.href = url.href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

// Not a button element: words in those cannot be selected.
function pressable(className) {
  const element = classed("span", className);
  element.tabIndex = 0;
  element.role = "button";
  return element;
}

function classed(name, className) {
  const element = document.createElement(name);
  element.className = className;
  return element;
}

// A quote is a block of its own: the line break behind it would make an empty line. It stays in the text,
// hidden, so that offsets still count it. An expandable quote gets the button that unfolds it.
function swallowLineBreak(quote) {
  const next = quote.nextSibling;
  if (next?.nodeType === Node.TEXT_NODE && next.data.startsWith("\n")) {
    next.splitText(1);
    const hidden = classed("span", "line-break");
    next.replaceWith(hidden);
    hidden.append(next);
  }
  if (quote.classList.contains("expandable")) {
    const toggle = classed("button", "unfold");
    toggle.type = "button";
    toggle.setAttribute("aria-expanded", "false");
    toggle.setAttribute("aria-label", "Show the whole quote");
    quote.after(toggle);
  }
}

// A date is shown as the reader writes dates; the words that were sent stay in the text for its offsets.
function hideWords(time) {
  const words = classed("span", "unshown");
  words.append(...time.childNodes);
  time.append(words);
}
