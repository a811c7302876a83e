"""Page furniture goes, every sentence of the article stays."""

import pytest

from index.loading.boilerplate import stated_author, stated_publisher, without_boilerplate


@pytest.mark.parametrize(
    "line",
    [
        "Loading...",
        "Leave a Reply",
        "Leave a Comment Cancel reply",
        "Your email address will not be published. Required fields are marked *",
        "Required fields are marked *",
        "Save my name, email, and website in this browser for the next time I comment.",
        "View all posts by Marcus Chen →",
        "3 Comments",
        "Related Articles",
        "You may also like:",
        "Read more »",
        "Share this:",
        "Share on Facebook",
        "Share this article on X",
        "Facebook | Twitter | WhatsApp | Email",
        "Click to share on Reddit (Opens in new window)",
        "Follow us on Facebook and Twitter.",
        "Subscribe",
        "Sign up for our weekly newsletter.",
        "Enter your email address to follow this blog",
        "We use cookies to give you the best experience. Click accept to go on.",
        "By continuing to use this site, you agree to our use of cookies.",
        "Accept all cookies",
        "ADVERTISEMENT",
        "Story continues below",
        "Skip to content",
        "© 2024 The Arlen Post. All rights reserved.",
        "Laisser un commentaire",
    ],
)
def test_a_line_of_the_page_is_no_text(line: str) -> None:
    assert without_boilerplate(f"The bridge reopened.\n{line}\nTraffic is light.") == (
        "The bridge reopened.\nTraffic is light."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Loading the trucks took three days, the driver said.",
        "By using facial recognition, the agency broke its privacy policy, a court found.",
        "We use cookies and cakes for our festival, the baker said.",
        "Leave a reply on his desk, the minister was told.",
        "Sign up for the newsletter. The mayor has resigned.",
        "Subscribe to the theory or not, the river rose by two metres.",
        "Follow us on Twitter. Nine people died.",
        "Share prices fell by 4%.",
        "Related groups attacked the convoy.",
        "Search teams found 12 survivors.",
        "Print on demand saved the publisher.",
        "Email showed that the minister knew.",
        "X, Facebook and TikTok were blocked during the vote.",
        "The site uses cookies to track readers, the regulator said.",
        "Original Source: moderntokyotimes.com",
        "About Marcus Chen",
        "- Share of households with water: 40%",
        "---|---|",
    ],
)
def test_a_sentence_of_the_article_is_never_taken_for_the_page(sentence: str) -> None:
    assert without_boilerplate(f"First line.\n{sentence}") == f"First line.\n{sentence}"


def test_the_author_is_whom_a_byline_or_a_list_of_posts_names() -> None:
    assert stated_author("Floods in Arlen\nBy Jane van Roe\nThe river rose.") == "Jane van Roe"
    assert stated_author("The river rose.\n\nView all posts by Marcus Chen →") == "Marcus Chen"
    assert stated_author("The river rose.\nBy Monday Evening it had fallen.") is None


def test_the_publisher_is_whom_a_source_line_or_an_interviewer_names() -> None:
    assert (
        stated_publisher("Text.\nOriginal Source: https://www.Arlenpost.example/floods")
        == "arlenpost.example"
    )
    assert stated_publisher("Time.news Editor: Why now?\nExpert: Because.") == "time.news"
    assert stated_publisher("The Editor: Why now?\nThe source: a man in the know.") is None
