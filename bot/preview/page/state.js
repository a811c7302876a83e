// What the page knows: who there is, what was said, and what the person is about to do.

export const $ = (id) => document.getElementById(id);

export const state = {
  bot: null,
  description: "", // of the bot, shown before anything is said
  examples: [], // questions to begin with
  languages: [], // that a Telegram can be in here
  language: {}, // of each person's Telegram, by their id
  inline: false, // whether the bot answers inline queries
  chats: [], // each {name, chat, members, commands, messages: Map, writer, draft, unread, typingUntil}
  current: null, // the open one of them
  context: null, // {kind: "reply", message, quote?, position?} or {kind: "edit", message}
};

export const chatNamed = (name) => state.chats.find((one) => one.name === name);
export const chatWithId = (id) => state.chats.find((one) => one.chat.id === id);
export const titleOf = (chat) => chat.chat.title ?? state.bot.first_name;
export const subtitleOf = (chat) => (chat.name === "private" ? "bot" : `${chat.members.length + 1} members`);
export const writerOf = (chat) => chat.members.find((person) => person.id === chat.writer);

// The chats as the server tells them, with what the person had chosen and begun to write in them.
export function takeOver(told) {
  const before = state.chats;
  state.chats = told.map((chat) => {
    const name = chat.chat.type === "private" ? "private" : "group";
    const earlier = before.find((other) => other.name === name);
    return {
      ...chat,
      name,
      messages: new Map(chat.messages.map((message) => [message.message_id, message])),
      writer: earlier?.writer ?? chat.members[0].id,
      draft: earlier?.draft ?? "",
      unread: 0,
      typingUntil: 0,
    };
  });
}
