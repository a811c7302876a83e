"""Threads: pages of posts that are built alike, as forums, question boards and live blogs have them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.etree import _Element

from index.loading.dates import find_date
from index.loading.html.weights import Weights

HOLD_OF_PAGE = 0.6  # of its paragraphs
HOLD_OF_PLACE = 0.75  # of those in the smallest block around the posts
ONE_OF_TWO = 0.9  # of their paragraphs in one post of two: then the other is none
DATED_GAPS = 0.8  # of the stretches between two posts: other blocks of one name have no dates between them
LINE_WORDS = 12  # a date in a longer text belongs to a sentence
_POST = ("div", "td", "article", "section", "blockquote")
_FIGURES = re.compile(r"(?<!\d)(?:\d{1,2}:\d{2}(?!\d)|\d{1,4}([./-])\d{1,2}\1\d{2,4})")  # 14:05, 3.5.2024
_ISO_DATE = re.compile(r"(?:19|20)\d{2}-\d{2}-\d{2}")


def post_bodies(body: _Element, weights: Weights) -> list[_Element]:
    """The elements that hold the words of the posts, in order; empty when the page is no thread.

    They share a class, or an id but for its number, hold most of the page's paragraphs, and a date stands
    between each and the next.
    """
    least = HOLD_OF_PAGE * weights[body].prose
    by_name: dict[tuple[str, str], list[_Element]] = defaultdict(list)
    for element in body.iter(*_POST) if least else ():
        if element in weights and weights[element].words:
            for name in _names(element):
                by_name[element.tag, name].append(element)
    found: list[list[_Element]] = []
    for group in dict.fromkeys(map(tuple, by_name.values())):
        if len(group) > 1 and sum(weights[element].prose for element in group) > least:
            posts = list(_outermost(group))
            if len(posts) > 1 and _hold_prose(posts, least, weights) and _are_dated(posts):
                found.append(posts)
    if not found:
        return []
    found.sort(key=lambda posts: sum(weights[post].words for post in posts))
    most = [post for post in max(found, key=len) if weights[post].prose]
    return next(posts for posts in found if _cover(posts, most))  # a name may be that of the answers alone


def _names(element: _Element) -> set[str]:
    """Its classes, and its id without the number: "post_message_#"."""
    named = re.sub(r"\d+", "#", element.get("id", ""))
    return {*element.get("class", "").split(), *([named] if "#" in named else ())}


def common_ancestor(elements: Sequence[_Element]) -> _Element:
    """The smallest element around all of these."""
    return _ancestors_of_all(elements)[0]


def _ancestors_of_all(elements: Sequence[_Element]) -> list[_Element]:
    """The elements around all of these, the smallest first."""
    around = list(elements[0].iterancestors())
    for element in elements[1:]:
        others = set(element.iterancestors())
        around = [one for one in around if one in others]
    return around


def _outermost(elements: Sequence[_Element]) -> Iterator[_Element]:
    inside = set(elements)
    return (one for one in elements if not any(around in inside for around in one.iterancestors()))


def _hold_prose(posts: Sequence[_Element], least: float, weights: Weights) -> bool:
    """Whether they hold enough paragraphs of the page and of the place where they stand."""
    each = [weights[post].prose for post in posts]
    if sum(each) <= least or (len(each) == 2 and max(each) > ONE_OF_TWO * sum(each)):
        return False
    around = next(one for one in _ancestors_of_all(posts) if one in weights)
    return sum(each) > HOLD_OF_PLACE * weights[around].prose


def _cover(posts: Sequence[_Element], others: Sequence[_Element]) -> bool:
    """Whether each of the others lies in a post or holds one."""
    inside = set(posts)
    holds = {around for post in posts for around in post.iterancestors()}
    return all(
        other in holds or other in inside or any(around in inside for around in other.iterancestors())
        for other in others
    )


def _are_dated(posts: Sequence[_Element]) -> bool:
    """Whether a date or a time of day stands in most of the stretches between two posts."""
    inside, last = set(posts), posts[-1]
    dated = [False]  # before the first post and between the others
    walk = etree.iterwalk(common_ancestor(posts), events=("start", "end"))
    for event, element in walk:
        if event == "end":
            dated[-1] = dated[-1] or _states_date(element.tail)
        elif element is last:
            break
        elif element in inside:
            dated.append(False)
            walk.skip_subtree()
        elif element.tag in ("pre", "code", "script"):
            walk.skip_subtree()
        elif not dated[-1] and isinstance(element.tag, str):
            dated[-1] = _is_dated(element)
    return sum(dated[1:]) >= DATED_GAPS * (len(posts) - 1)


def _is_dated(element: _Element) -> bool:
    if element.tag == "time" or _states_date(element.text):
        return True
    return any(_ISO_DATE.match(element.get(name, "")) for name in ("title", "datetime", "data-time"))


def _states_date(text: str | None) -> bool:
    if not text or not re.search(r"\d", text) or len(text.split()) > LINE_WORDS:
        return False
    return _FIGURES.search(text) is not None or find_date(text) is not None
