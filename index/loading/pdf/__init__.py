"""A PDF becomes running text: characters, lines, columns, running heads, paragraphs; OCR of pictures."""
