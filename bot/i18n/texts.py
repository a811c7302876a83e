"""Every text of the bot, in English; plain text, with {fields}."""

COMMAND_ASK = "Ask a question about my articles"
COMMAND_WHISPER = "Ask in this group, answered to you alone"
COMMAND_SOURCES = "The articles I answer from"
COMMAND_NEW = "Leave the subject and start afresh"
COMMAND_SETTINGS = "Language and length of answers"
COMMAND_SETTINGS_OF_GROUP = "When and how I answer in this group"
COMMAND_WATCH = "Tell me when the answer to a question changes"
COMMAND_WATCHES = "The questions watched here"
COMMAND_DIGEST = "What is new, once a day at a chosen time"
COMMAND_FORGET = "Delete what I have stored about you"
COMMAND_HELP = "What I can do and how"
DESCRIPTION = (
    "Ask me anything about my articles. I answer with the exact sentence and where it was published, so that "
    "you can check every answer; when my articles don't say, I tell you so.\n\n"
    "Write to me here, or add me to a group and ask with /ask."
)
SHORT_DESCRIPTION = "Answers from articles, each with the exact sentence and its source."

START = (
    "Hello! Ask me anything about my articles: I answer with the exact sentence and where it was "
    "published. When my articles don't say, I tell you so.\n\n"
    "Just write your question. /sources shows what I have read, /help says more."
)
START_IN_GROUP = "Hello! Ask me with /ask and your question, mention me, or reply to me. /help says more."
INTRODUCTION = (
    "Hello, I'm Citebot. I answer questions from my articles, with the exact sentence and its source: use "
    "/ask and your question, mention me, or reply to me. /whisper answers you alone. /help says more."
)
HELP = (
    "Write a question in plain words; a follow-up such as “and how many were killed?” works too.\n\n"
    "• In a group, use /ask and your question, mention me, or reply to one of my messages. "
    "/ask as a reply to a message asks that message. /whisper and your question is answered to you alone, in "
    "private.\n"
    "• Reply to an answer, also to an old one, and your question is about that answer. Select words in it "
    "before you reply, and your question is about those words.\n"
    "• Under each answer: the passage in its context, other passages that came close, and a link that opens "
    "this answer again; in a group answers are short, and all that is one tap away in private. Who asked, "
    "and a group's admins, can collapse or remove an answer.\n"
    "• Share, where it stands under an answer, sends it to another chat. There you can also begin a message "
    "with my @name and a question: I offer answers, and you choose what to send.\n"
    "• 👍 or 👎 under an answer tells whoever looks after me what to mend; your name is not kept.\n"
    "• Edit your question and I edit my answer.\n"
    "• /watch and a question, or /watch as a reply to an answer: I tell you when new articles change it, at "
    "most once an hour. /watches lists what is watched and ends it. /digest 8:00 tells once a day what is "
    "new.\n"
    "• /settings is where you choose my language and how long answers are, and where a group's admins choose "
    "when I answer in it.\n"
    "• /sources lists the articles I answer from. /new leaves the subject and starts afresh. /forget deletes "
    "what I have stored about you."
)
WATCH_WHAT = "Write a question after /watch, or press “Watch” behind “More…” under one of my answers."
WATCHING = "I watch this from now on: “{question}”. When new articles change the answer, I say so here."
TOAST_WATCHING = "When new articles change the answer, I say so here. /watches lists and ends it."
WATCH_TOO_MANY = "At most {limit} questions are watched in a chat. /watches shows them; end one first."
WATCH_IN_ITS_GROUP = "That answer is from the articles of a group: it can be watched there."
WATCH_CHANGED = "The answer to “{question}” has changed. Before: {before}"
WATCH_NOTHING_BEFORE = "the articles did not say"
WATCH_ENDED = "I no longer watch “{question}”."
WATCHES_HELP = "“/watches stop 1” ends the one with that number."
DIGEST = "New since the last digest"
DIGEST_MORE = "… and more new articles: {count}"
DIGEST_SET = (
    "Every day at {time} I send what new articles say, to the questions watched here first; nothing when "
    "nothing is new. “/digest 8:00 +2” sets another time and clock, “/digest off” ends it."
)
NO_DIGEST = "No digest is sent here. “/digest 8:00 +2” begins one, at 8:00 on the clock of UTC+02:00."
DIGEST_ENDED = "I send no digest here any more."
DIGEST_FOR_ADMINS = "Only the group's admins choose when a digest is sent here."
NO_WATCHES = "Nothing is watched here. /watch and a question begins."
GREETED = "Hello! What would you like to know? Just write your question."
THANKED = "You're welcome. Ask me whenever you like."
LEFT = "Goodbye!"
ASK_WHAT = "Write your question after /ask, or reply with /ask to a message that holds one."
MENTION_WHAT = "Yes? Write your question in the same message, or reply to a message that holds one."
UNKNOWN_COMMAND = "I don't know this command. Just write your question, or see /help."
BUDGET_SPENT = (
    "The language model has used up its tokens of today ({tokens}): answers are quotes alone until "
    "midnight UTC."
)
NOT_HEARD = "I could not make out your voice message. Please write your question."
NO_EARS = "I cannot listen to voice messages here. Please write your question."
HEARD = "I heard: “{question}” If that is wrong, edit your message and write the question as its caption."
TEXT_ONLY = "I can only read text. Please write your question."
NO_WORDS = "I see no words in that. Please write your question."
TOO_LONG = "That is too long for one question. Please ask it in at most {limit} characters."
NOT_ALLOWED = "Sorry, this bot only answers in chats it was set up for."

NEW = "Let's start afresh. What would you like to know?"
FORGOT = (
    "Done. I have deleted what I had stored about you (questions with their answers: {answers}, votes: "
    "{votes}); your settings are as they were at first. The messages themselves stay in our chats until they "
    "are deleted there."
)
NOTHING_TO_FORGET = "I have nothing stored about you."

SHARED = "“{question}”"
YOU_ASKED = "You asked: “{question}”"
DID_YOU_MEAN = "“{question}” could mean several things. Did you mean one of these?"
SPELLED = "I read “{typed}” as “{used}”."

OPENED = "Asked on {day}: “{question}”"
LINK_UNKNOWN = "I don't have that answer, or no longer. Ask me your question and I'll look in my articles."
FOR_ITS_GROUP = "Only members of its group can see that answer."
LINK_REMOVED = "That answer was removed. Ask me your question and I'll look in my articles again."

WHISPER_WHAT = "Write your question after /whisper, and I answer you alone, in private."
WHISPER_IN_PRIVATE = "Here we are in private already: just write your question. /whisper is for groups."
WHISPER_WHO = "I can't see who you are, so I don't know whom to whisper to. Please use /ask."
WHISPER_NOT_ALLOWED = "I was not set up to write to you in private. Please use /ask."
WHISPER_WAITING = "{name}, I can't write to you in private yet. Tap the button to read your answer there."
NOT_POSTED = "I cannot write in that group at present. You can tap the button again later."
WHISPER_NOT_YOURS = "That answer is for somebody else. Ask me your question and I'll look in my articles."

TOO_MANY = "One moment, please: that is a lot at once. You can go on in {seconds} s."
TOO_MANY_HERE = "One moment, please: this group has asked a lot at once. You can go on in {seconds} s."
IN_LINE = "Many are asking right now: you are number {number}, in about {seconds} s."
REMOVED = "This answer was removed."

SETTINGS_OF_GROUP = "Settings of this group"
SETTINGS_OF_PERSON = "Your settings"
SETTINGS_FOR_ADMINS = (
    "Only this group's admins can choose how I behave here. Your own settings: write me /settings in private."
)
SETTING_WHEN = "When I answer: {chosen}"
ANSWERS_REPLIES = "to commands, to mentions, and to replies to my answers"
ANSWERS_MENTIONS = "to commands and to mentions only"
SETTING_LANGUAGE = "Language: {chosen}"
LANGUAGE_OF_WRITER = "that of whoever writes to me"
LANGUAGE_OF_TELEGRAM = "that of your Telegram"
SETTING_LENGTH = "Answers: {chosen}"
LENGTH_SHORT = "short, with the rest one tap away"
LENGTH_FULL = "in full"
SETTING_WORDED = "Wording: {chosen}"
ANSWERS_WORDED = "sentences by a language model, each checked against its quotes"
ANSWERS_QUOTED = "quotes alone"
SETTING_QUIET = "Quiet hours: {chosen}"
QUIET_OFF = "none"
QUIET_ON = "from {begin} to {end} ({zone})"
QUIET_TITLE = "Quiet hours"
ABOUT_QUIET_ON = (
    "From {begin} to {end} I answer only commands, such as /ask. Mentions and replies stay unanswered then."
)
ABOUT_QUIET_OFF = (
    "There are none. Once you switch them on, I answer only commands, such as /ask, from {begin} to {end}; "
    "mentions and replies stay unanswered then."
)
ABOUT_CLOCK = (
    "By my clock it is {now} where you are ({zone}). I know nothing of summer time: set my clock again when "
    "yours changes."
)
WHICH_CLOCK = "What time is it where you are?"
ARTICLES_SETTINGS_TITLE = "Articles and topics"
ABOUT_ALL_ARTICLES = "I answer this group from my articles, and from those that its admins added here (/add)."
ABOUT_OWN_ARTICLES = "I answer this group only from the articles that its admins added here (/add)."
ABOUT_TOPICS_SHARED = "All topics share one conversation, and the group's own articles."
ABOUT_TOPICS_CONVERSATIONS = "Each topic has its own conversation; the group's own articles are for all."
ABOUT_TOPICS_APART = "Each topic has its own conversation and its own articles, which no other topic sees."
BUTTON_ARTICLES = "Articles and topics…"
BUTTON_ALL_ARTICLES = "All articles"
BUTTON_OWN_ARTICLES = "Only this group's"
BUTTON_TOPICS_SHARED = "Topics share everything"
BUTTON_TOPICS_CONVERSATIONS = "Topics share articles"
BUTTON_TOPICS_APART = "Topics share nothing"
BUTTON_REPLIES = "Replies too"
BUTTON_MENTIONS = "Mentions only"
BUTTON_AUTOMATIC = "Automatic"
BUTTON_SHORT = "Short"
BUTTON_FULL = "In full"
BUTTON_WORDED = "Worded"
BUTTON_QUOTED = "Quotes alone"
BUTTON_QUIET = "Quiet hours…"
BUTTON_ON = "On"
BUTTON_OFF = "Off"
BUTTON_BEGIN = "from {hour}"
BUTTON_END = "to {hour}"
BUTTON_MINUS = "−"
BUTTON_PLUS = "+"
BUTTON_CLOCK = "My clock: {now}"
BUTTON_HALF_HOURS = "Half an hour off these"
TOAST_SETTINGS_FOR_ADMINS = "Only this group's admins can change these settings."

DAY = "d MMMM y"  # as in 9 February 2025; the letters are those of Unicode's date patterns
FIRST_OF_MONTH = "1 MMMM y"

INLINE_HINT = "Write a question about my articles"
INLINE_NOT_FOUND = "My articles don't say. Ask me in private"
INLINE_VAGUE = "That could mean several things. Ask me in private"
INLINE_WAIT = "One moment, please: that is a lot at once"
INLINE_UNKNOWN = "I don't have that answer, or no longer"
GUEST_LOOKING = "One moment, I'm looking in my articles …"
GUEST_FAILED = "Sorry, something went wrong on my side. Please try again."

NOT_FOUND = "My articles don't say."
WORDED_BY = "Worded by {model}; each sentence was checked against its quotes."
NEAREST = "The nearest I have:"
DISPUTED = "The articles disagree:"
NEXT_VOICE = "; "
BY_AUTHOR = "by {author}"
PUBLISHED = "published {day}"
PAGES = "p. {pages}"
PASSAGE_OF = "passage {number} of {count}"
SINCE_CORRECTED = "since corrected; this is what it said"
SINCE_WITHDRAWN = "the article is gone since; this is what it said"
CORRECTED = "Since corrected: [{number}]."
WITHDRAWN = "The article of [{number}] is no longer among those I read."
NOW_IT_SAYS = "Now it says:"
SENTENCE_GONE = "This sentence is no longer in the article."
INDEPENDENT = "{count} independent sources"
NEWEST = "newest"
NEWEST_DIFFERS = "The newest article, from {day}, says otherwise: {value}."
ALSO_IN = "; also in"
ONE_ORIGIN = "{count} articles, 1 origin"
ALSO_SAYS = "Also [{number}]:"
ALSO = "also: "
BRIEF_MORE = "… and {count} more."
COLLAPSED = "Answer to “{question}”: {answer} [{sources}]"
COLLAPSED_NOT_FOUND = "Answer to “{question}”: my articles don't say."

NO_SOURCES = "I have no articles yet."
SOURCES_TITLE = "My articles"

BUTTON_CONTEXT = "In context"
BUTTON_OTHERS = "Other passages"
BUTTON_CLOSE = "Close"
BUTTON_BACK = "Back to the answer"
BUTTON_UP = "👍"
BUTTON_DOWN = "👎"
BUTTON_LINK = "Link"
BUTTON_SHARE = "Share"
BUTTON_WATCH = "Watch"
BUTTON_REMOVE = "Remove"
BUTTON_MORE = "More…"
BUTTON_LESS = "Less"
BUTTON_IN_PRIVATE = "In private"
BUTTON_COLLAPSE = "Collapse"
BUTTON_SHOW = "Show"
BUTTON_OPEN_WHISPER = "Read my answer"
BUTTON_POST = "Post to the group"
BUTTON_ERASE = "Yes, remove it"
BUTTON_WRONG = "Wrong"
BUTTON_NO_SOURCE = "No source"
BUTTON_OUTDATED = "Outdated"
BUTTON_NEVER_MIND = "Back"
BUTTON_EARLIER_PASSAGE = "Earlier passage"
BUTTON_LATER_PASSAGE = "Later passage"
BUTTON_EARLIER = "‹"
BUTTON_LATER = "›"
OTHERS_TITLE = "Other passages"

TOAST_EXPIRED = "I no longer have this answer at hand. Please ask again."
TOAST_REMOVED = "Removed."
TOAST_WAS_REMOVED = "This answer was removed."
TOAST_NOT_YOURS = "Only who asked the question and the group's admins can remove this answer."
TOAST_NOT_YOURS_TO_FOLD = "Only who asked and the group's admins can collapse or show this answer."
TOAST_POSTING = "I am posting it to the group."
TOAST_WAS_POSTED = "It was posted to the group already."
TOAST_MAY_NOT_POST = "Only who may write in the group can post there, and it seems you may not at present."
TOAST_KEPT = "Thank you, noted: {rating}. Tap it again to take it back."
TOAST_TAKEN_BACK = "Taken back: {rating}."
TOAST_UNKNOWN = "I don't know this button. Please ask again."

FAILED = "Sorry, something went wrong on my side. Please try again. (Error {error_id})"
MAYBE_LOST = "My answer may not have got through. If you don't see it, please ask again."

# For the people in TELEGRAM_ADMIN_IDS, in their private chats
OPERATOR_COMMANDS = (
    ("add", "Add an article: a link or a document"),
    ("remove", "Take an article out"),
    ("articles", "All articles with their numbers"),
    ("source", "Feeds and pages that I follow"),
    ("stats", "How much there is, and what was asked"),
)
GROUP_ARTICLE_COMMANDS = (
    ("add", "Add an article for this group alone: a link or a document"),
    ("remove", "Take an article of this group out"),
    ("articles", "The articles that this group alone has"),
    ("source", "Feeds and pages that I follow for this group alone"),
)
ARTICLES_FOR_ADMINS = "Only this group's admins can choose which articles it has of its own."
SOURCE_FULL = "A group can follow at most {limit} sources. /source lists yours; remove one first."
SOURCE_NONE = "I follow nothing yet."
SOURCE_HELP = (
    "/source with the address of a feed, sitemap or page follows it; /source pause 1, resume 1 or remove 1 "
    "is about the one with that number; /source refresh reads all of them now."
)
SOURCE_LINE = "{id}. {source} (articles: {articles})"
SOURCE_MORE = "… and {count} more: “citebot source list” shows all of them."
SOURCE_IS_PAUSED = "paused"
SOURCE_FOLLOWED = "I follow this now: {sources}. Its articles come in a moment."
SOURCE_REFRESHING = "I am reading all of them now."
SOURCE_PAUSED = "Paused: {source}. Its articles stay."
SOURCE_RESUMED = "I follow it again: {source}."
SOURCE_REMOVED = "I no longer follow it: {source}. Its articles stay."
SOURCE_PAUSED_NOTICE = (
    "I have paused “{source}”: it could not be read {failures} times, the last time because: {reason}. "
    "/source resume {id} tries it again."
)
ADD_WHAT = (
    "Send /add with a link, send a document with the caption /add, or reply with /add to a message that has "
    "one. I can read {kinds}."
)
KINDS = (
    "text, Markdown, HTML, PDF, DOCX, ODT, RTF, EPUB, e-mail (.eml), subtitles (.srt, .vtt), "
    ".csv, .tsv, .xlsx, .jsonl or .jsonl.gz"
)
ADD_TOO_LARGE = (
    "That file has {size} MB, and Telegram gives bots files of at most {limit} MB. Please split it, or add "
    "it on the server with “citebot index add”."
)
ADD_KIND = "I can't read that kind of file. I can read {kinds}: please save it as one of these."
ADD_FULL = "there is no room for it: this group has {articles} articles with {passages} passages of its own"
ADD_TOO_MANY = "Too many articles of this group are waiting. Please send “{what}” again when they are in."
ADD_NOT_FETCHED = "Telegram did not give me the file ({reason}). Please send it again."
ADD_WAITING = "I am still busy with another article; then “{what}” comes by itself (ahead of it: {ahead})."
ADD_FETCHING = "Fetching “{what}” …"
ADD_READING = "Reading “{what}” …"
ADD_EMBEDDING = "Learning “{what}”: {done} of {of} passages …"
ADD_ADDED = "Added: “{title}” (passages: {passages}). You can ask about it now."
ADD_REPLACED = "Brought up to date: “{title}” (passages: {passages})."
ADD_UNCHANGED = "I have this already, and nothing has changed: “{title}”."
ADD_SEVERAL = (
    "Done with “{what}”: {added} added, {replaced} brought up to date, {unchanged} unchanged, {failed} "
    "failed (passages: {passages})."
)
ADD_FAILED = "That did not work with “{what}”: {reason}."
ADD_STOPPED = "I was stopped before “{what}” was in. Please send it again once I am back."
ADD_BROKE = "Something went wrong with “{what}”; what I had before is as it was."
REMOVE_WHAT = "Which one? Send /remove with a number from /articles, or with the id of an article."
REMOVE_UNKNOWN = "I have no article “{asked}”. /articles shows all of them."
REMOVE_SURE = (
    "Take this out?\n\n{article}\n\nNobody will find it any more. Answers that were given from it stay."
)
REMOVE_ALL_SURE = (
    "Take out all articles that this group has of its own here, and follow its sources no longer? My answers "
    "from them can then no longer be opened."
)
REMOVE_ALL_DONE = "All articles of this group are taken out."
REMOVE_ALL_KEPT = "They all stay."
REMOVE_DONE = "Taken out: {article}"
REMOVE_GONE = "That article is no longer there."
REMOVE_KEPT = "It stays: {article}"
BUTTON_TAKE_OUT = "Yes, take it out"
BUTTON_LEAVE = "No"
INDEX_TROUBLE = "That did not work: {reason}."
ARTICLES_TITLE = "Articles: {count}"
STATS = (
    "Citebot {version}\n"
    "Articles: {articles}, passages: {passages}\n"
    "Index: {index_mib} MiB on disk\n"
    "Questions today (UTC): {today}\n"
    "Questions in all: {in_all}\n"
    "Votes: 👍 {up}, 👎 {down}"
)
STATS_FOUND = "{answered} answered, {not_found} not found, {disputed} disputed"
STATS_MEMORY = "Memory: {memory_mib} MiB"
