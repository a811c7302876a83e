"""Lines that a page carries around every article, and what they and the credits state about it.

A line goes only when all of it matches: a sentence of the article that mentions newsletters,
cookies or comments stays.
"""

import re

_NETWORK = (
    r"(?:facebook|twitter|x|whatsapp|telegram|linkedin|reddit|pinterest|tumblr|pocket|instagram|threads|"
    r"bluesky|mastodon|skype|messenger|flipboard|e-?mail|print|copy link|link|more)"
)

_REST = r"(?:[^.!?]|\.(?=[a-z0-9@/])){0,150}\W*"  # of this sentence: the next one may be the article's

_BOILERPLATE_LINES = (
    # comment forms
    r"loading\s*(?:\.{2,}|…)|loading comments\W*",
    r"(?:leave a|post a|write a|add a|submit a)(?: new)? (?:reply|comment)(?: cancel(?: reply)?)?",
    r"cancel reply|post comment|add your comment|join the conversation|log in to leave a comment",
    r"your email address will not be published\.?(?: required fields are marked\W*)?",
    r"required fields are marked\W*|notify me of (?:new|follow-?up) (?:posts|comments) by e-?mail\W*",
    r"save my name, e-?mail,? and website in this browser for the next time i comment\W*",
    r"(?:no|\d+) (?:comments?|repl(?:y|ies)|responses?)(?: yet)?|view (?:all )?comments(?: \(\d+\))?",
    r"comments? (?:are|is) (?:closed|off|disabled)\W*|be the first to comment\W*",
    # more to read
    r"view all (?:posts|articles|stories)(?: (?:by|from) .{1,80})?",
    r"more (?:posts|articles|stories) (?:by|from) .{1,60}",
    r"(?:related|recommended|popular|trending|similar|recent|more) (?:articles?|posts?|stories|news|content|"
    r"reading|links|topics|coverage)\W*|recommended(?: for you)?\W*",
    r"you (?:may|might) also like\W*|like this:?",
    r"(?:read|see|continue|keep) (?:more|next|also|on|reading)\W*",
    r"(?:previous|next|older|newer) (?:post|article|story|page)s?",
    # sharing
    rf"(?:share|tweet|pin|print|follow|e-?mail|save)(?: (?:this|the))?(?: (?:article|post|story|page|news))?"
    rf"(?: (?:on|via|with|to|by|this|it)(?: (?:your )?friends)?)?\W*(?:{_NETWORK}\W+|and )*(?:{_NETWORK})?",
    rf"(?:{_NETWORK}\W+)+{_NETWORK}|click to (?:share|e-?mail|print)\b{_REST}",
    r".{0,60}\(opens in (?:a )?new window\)|copy(?: this)? (?:link|url)(?: to clipboard)?",
    rf"follow (?:us|me|him|her|them|.{{3,50}}) on {_NETWORK}\b{_REST}",
    # subscribing and signing in
    r"subscribe(?: now)?|sign ?up(?: now)?|register|log ?in|sign ?in|my account|join now",
    r"(?:subscribe|sign up|register)(?: now| here| today)? (?:to|for) [^.!?]{0,80}"
    rf"(?:newsletters?|mailing list|alerts|daily briefing)\b{_REST}",
    rf"(?:enter|type) your e-?mail(?: address)?\b{_REST}",
    rf"get the latest (?:news|posts|stories) (?:delivered|sent|in your inbox)\b{_REST}",
    rf"subscribe to (?:get access|continue reading|keep reading|read more)\b{_REST}",
    r"already a (?:subscriber|member)\?.{0,40}",
    # cookies and consent
    r"(?:we|this (?:web)?site|our (?:web)?site)(?: and our partners)? uses? cookies (?:(?:and|or) .{1,60} )?"
    r"(?:to (?:improve|enhance|give|personali[sz]e|ensure|provide|offer|analy[sz]e|make|store|deliver)|"
    r"so (?:that )?(?:we|you)|on (?:this|our) (?:web)?site)\b.{0,400}",
    r"by (?:continuing|using|clicking|browsing|signing up|subscribing)\b.{0,120}\b"
    r"you (?:agree|accept|consent|acknowledge)\b.{0,250}",
    r"(?:accept|reject|allow|manage|decline)(?: all)? (?:cookies|consent|preferences)|accept all|reject all",
    r"(?:cookie|privacy) (?:settings|policy|preferences|notice)",
    # furniture
    r"advertisements?(?: ?[-–—:] ?scroll to continue)?|sponsored(?: content)?",
    rf"(?:article|story) continues (?:below|after)\b{_REST}",
    r"skip to (?:main )?content|back to top|scroll (?:to|for) more|toggle (?:navigation|menu)|menu|search",
    r"(?:copyright|©|\(c\)).{0,100}all rights reserved\W*|all rights reserved\W*",
    # the same in French, Spanish and German
    r"laisser un commentaire|votre adresse e-?mail ne sera pas publiée\..{0,80}",
    r"(?:partager|articles? similaires?|lire aussi|compartir|teilen)\W*",
    r"deja (?:un comentario|una respuesta)|tu dirección de correo electrónico no será publicada\..{0,80}",
    r"schreibe einen kommentar|deine e-mail-adresse wird nicht veröffentlicht\..{0,80}",
)
_BOILERPLATE = re.compile("|".join(f"(?:{rule})" for rule in _BOILERPLATE_LINES), re.IGNORECASE)
BANNER_CHARS = 600  # the longest cookie banners; longer lines are paragraphs
_EDGES = " \t*_#→←»«›‹|•·>" + "".join(map(chr, range(0xFDD0, 0xFDF0)))  # and the marks of `document`

_NAME = r"[A-ZÀ-ÖØ-Þ][\w.’'-]*(?: (?:de|da|van|von|der|bin|al|el|la|[A-ZÀ-ÖØ-Þ][\w.’'-]*)){1,4}"
_POSTS_BY = re.compile(rf"(?i:view all posts by|more (?:posts|articles|stories) (?:by|from)) ({_NAME})\W*")
_BYLINE = re.compile(rf"(?:By|BY|Written by|Author:) ({_NAME})(?: \|.*)?")
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
_SOURCE = re.compile(
    rf"(?i:(?:original(?:ly)? )?(?:source|published (?:by|on|at|in)):?) (?:https?://)?(?:www\.)?({_DOMAIN})(?:/\S*)?\.?"
)
_SPEAKER = re.compile(
    rf"^({_DOMAIN}) (?:Editor|Reporter|Correspondent|Interviewer|Journalist|Staff)\s?:", re.M
)
_BYLINE_LINES = 5  # a byline stands at the head of an article; further down "By ..." begins sentences


def without_boilerplate(text: str) -> str:
    """Clean `text` less the lines that belong to the page; all other lines stay as they are."""
    kept = [line for line in text.split("\n") if not _is_boilerplate(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def stated_author(text: str) -> str | None:
    """The author a byline or a "View all posts by ..." line names; `text` still has its boilerplate."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in lines[:_BYLINE_LINES]:
        if found := _BYLINE.fullmatch(line):
            return found[1]
    for line in lines:
        if found := _POSTS_BY.fullmatch(line):
            return found[1]
    return None


def stated_publisher(text: str) -> str | None:
    """The site that a "Source: ..." line or an interviewer's label ("Time.news Editor: ...") names."""
    for line in text.split("\n"):
        if found := _SOURCE.fullmatch(line.strip()):
            return found[1].lower()
    speaker = _SPEAKER.search(text)
    return speaker[1].lower() if speaker else None


def _is_boilerplate(line: str) -> bool:
    bare = line.strip().strip(_EDGES)
    return 0 < len(bare) <= BANNER_CHARS and _BOILERPLATE.fullmatch(bare) is not None
