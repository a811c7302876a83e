"""Every sentence the bot says on its own account, in one place. Plain text unless named HTML_..."""

COMMANDS = (
    ("ask", "Ask a question about my articles"),
    ("sources", "The articles I answer from"),
    ("new", "Leave the subject and start afresh"),
    ("forget", "Delete what I have stored about you"),
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
    "• Reply to an answer, also to an old one, and your question is about that answer. Select words in it "
    "before you reply, and your question is about those words.\n"
    "• Under each answer: the passage in its context, other passages that came close, and a link that opens "
    "this answer again. Who asked, and a group's admins, can remove it.\n"
    "• 👍 or 👎 under an answer tells whoever looks after me what to mend; your name is not kept.\n"
    "• Edit your question and I edit my answer.\n"
    "• /sources lists the articles I answer from. /new leaves the subject and starts afresh. /forget deletes "
    "what I have stored about you."
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

NEW = "Let's start afresh. What would you like to know?"
FORGOT = (
    "Done. I have deleted what I had stored about you (questions with their answers: {answers}, votes: "
    "{votes}). The messages themselves stay in our chats until they are deleted there."
)
NOTHING_TO_FORGET = "I have nothing stored about you."

OPENED = "Asked on {day}: “{question}”"
LINK_UNKNOWN = "I don't have that answer, or no longer. Ask me your question and I'll look in my articles."
LINK_REMOVED = "That answer was removed. Ask me your question and I'll look in my articles again."
REMOVED = "This answer was removed."

DAY = "d MMMM y"  # as in 9 February 2025; the letters are those of Unicode's date patterns
FIRST_OF_MONTH = "1 MMMM y"

NOT_FOUND = "My articles don't say."
NEAREST = "The nearest I have:"
DISPUTED = "The articles disagree:"
NEXT_VOICE = "; "
ALSO_IN = "; also in"
ALSO_SAYS = "Also [{number}]:"

NO_SOURCES = "I have no articles yet."
SOURCES_TITLE = "My articles"

BUTTON_CONTEXT = "In context"
BUTTON_OTHERS = "Other passages"
BUTTON_CLOSE = "Close"
BUTTON_BACK = "Back to the answer"
BUTTON_UP = "👍"
BUTTON_DOWN = "👎"
BUTTON_LINK = "Link"
BUTTON_REMOVE = "Remove"
BUTTON_ERASE = "Yes, remove it"
BUTTON_WRONG = "Wrong"
BUTTON_NO_SOURCE = "No source"
BUTTON_OUTDATED = "Outdated"
BUTTON_NEVER_MIND = "Back"
BUTTON_EARLIER = "‹"
BUTTON_LATER = "›"
OTHERS_TITLE = "Other passages"

TOAST_EXPIRED = "I no longer have this answer at hand. Please ask again."
TOAST_REMOVED = "Removed."
TOAST_WAS_REMOVED = "This answer was removed."
TOAST_NOT_YOURS = "Only who asked the question and the group's admins can remove this answer."
TOAST_KEPT = "Thank you, noted: {voice}. Tap it again to take it back."
TOAST_TAKEN_BACK = "Taken back: {voice}."
TOAST_UNKNOWN = "I don't know this button. Please ask again."

FAILED = "Sorry, something went wrong on my side. Please try again. (Error {error_id})"
MAYBE_LOST = "My answer may not have got through. If you don't see it, please ask again."
