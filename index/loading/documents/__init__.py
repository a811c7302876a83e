"""Files of word processors, e-books, e-mail, subtitles and sheets, each read into a `LoadedDocument`."""
