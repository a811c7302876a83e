"""HTML pages: where the text stands in a page, its elements as lines, what the page states about itself."""
