"""Every sentence the bot says on its own account, in one place. Plain text unless named HTML_..."""

COMMANDS = (
    ("ask", "Ask a question about my articles"),
    ("sources", "The articles I answer from"),
    ("help", "What I can do and how"),
)

START = (
    "Hello! Ask me anything about my articles: I answer with the exact sentence and where it was "
    "published. When my articles don't say, I tell you so.\n\n"
    "Just write your question. /sources shows what I have read, /help says more."
)
START_IN_GROUP = "Hello! Ask me with /ask and your question, mention me, or reply to me. /help says more."
HELP = (
    "Write a question in plain words; a follow-up such as “and how many were killed?” works too.\n\n"
    "• In a group, use /ask and your question, mention me, or reply to one of my messages. "
    "/ask as a reply to a message asks that message.\n"
    "• Under each answer: the passage in its context, and other passages that came close.\n"
    "• 👍 or 👎 under an answer tells whoever looks after me what to mend; your name is not kept.\n"
    "• Edit your question and I edit my answer.\n"
    "• /sources lists the articles I answer from."
)
GREETED = "Hello! What would you like to know? Just write your question."
THANKED = "You're welcome. Ask me whenever you like."
LEFT = "Goodbye!"
ASK_WHAT = "Write your question after /ask, or reply with /ask to a message that holds one."
MENTION_WHAT = "Yes? Write your question in the same message, or reply to a message that holds one."
UNKNOWN_COMMAND = "I don't know this command. Just write your question, or see /help."
TEXT_ONLY = "I can only read text. Please write your question."
NO_WORDS = "I see no words in that. Please write your question."
TOO_LONG = "That is too long for one question. Please ask it in at most {limit} characters."
NOT_ALLOWED = "Sorry, this bot only answers in chats it was set up for."

NOT_FOUND = "My articles don't say."
NEAREST = "The nearest I have:"
DISPUTED = "The articles disagree:"
ALSO_IN = "also in"
ALSO_SAYS = "Also"

NO_SOURCES = "I have no articles yet."
SOURCES_TITLE = "My articles"

BUTTON_CONTEXT = "In context"
BUTTON_OTHERS = "Other passages"
BUTTON_CLOSE = "Close"
BUTTON_BACK = "Back to the answer"
BUTTON_UP = "👍"
BUTTON_DOWN = "👎"
BUTTON_WRONG = "Wrong"
BUTTON_NO_SOURCE = "No source"
BUTTON_OUTDATED = "Outdated"
BUTTON_NEVER_MIND = "Back"
BUTTON_EARLIER = "‹"
BUTTON_LATER = "›"
OTHERS_TITLE = "Other passages"

TOAST_EXPIRED = "I no longer have this answer at hand. Please ask again."
TOAST_KEPT = "Thank you, noted: {voice}. Tap it again to take it back."
TOAST_TAKEN_BACK = "Taken back: {voice}."
TOAST_UNKNOWN = "I don't know this button. Please ask again."

FAILED = "Sorry, something went wrong on my side. Please try again. (Error {error_id})"
MAYBE_LOST = "My answer may not have got through. If you don't see it, please ask again."
