"""Texts of all kinds of lines, for properties that hold of any."""

from hypothesis import strategies as st

from index.loading.document import CODE_MARK, heading_mark, page_mark

LINES = st.lists(
    st.sampled_from(
        [
            *(
                "A Short Title",
                "Top 10",
                "A sentence that ends. And they say more.",
                "The causes include:",
                "",
            ),
            *("- Roads: They are closed.", "2. Second", "• x", "A | B |", "---|---|", "| c | d |", "e | f"),
            *(
                "Editor: Who did it?",
                "Expert: We know.",
                "Cause: Hunger.",
                "Effect: War.",
                "***",
                "|",
                "CNN —",
            ),
            *("Read more:Biden visits Kyiv", "x" * 700, "x" * 5000, "-" * 300, "a | " * 300, "他" * 400),
            *("It was so. " * 90, "word " * 400, "9" * 700 + " end"),
        ]
    ),
    max_size=15,
).map("\n".join)
ANY_TEXT = st.one_of(st.text(), LINES)
MARKS = st.sampled_from(["", "", CODE_MARK, heading_mark(1), heading_mark(3), page_mark(7)])
MARKED_TEXT = st.lists(st.tuples(MARKS, ANY_TEXT), max_size=6).map(
    lambda parts: "\n".join(mark + text for mark, text in parts)
)
