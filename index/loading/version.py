"""Which reader took the text out of a page or file."""

READER_VERSION = 4  # raise it when loading comes to store another text, outline or date for the same input
