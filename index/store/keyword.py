"""The keyword index: BM25 over text, title and heading in Tantivy.

A question is a bag of words here, never query syntax: it is cut by the same analyzers as the text. An
article is stemmed by its own language, a question by each language that there are articles in.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date
from itertools import groupby
from pathlib import Path

from tantivy import (
    Document,
    FieldType,
    Filter,
    Index,
    Occur,
    Query,
    SchemaBuilder,
    Searcher,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from index.languages import ENGLISH, asked_in, content_words, language_of, stems
from index.store.state import KeyRange, Stamp
from index.types import Passage, SearchFilter

_HEAP_BYTES = 50_000_000
_MAX_VOCABULARY = 5_000  # words with one two-letter beginning; far more than a language has
_MAX_TERMS = 64  # of one question; more only cost time
_STAMP = "\0stamp"  # in place of an article id, which never holds a NUL
_MAX_LANGUAGES = 100
_LAYOUT = 4  # raise it when fields or analyzers change

# "exact" holds the words as they stand, so that a name beats its stem, and numbers whole: 16.3, 1500.
# "whole" holds what is spelled with signs: --assume-clean, /etc/fstab, C++. Weight 0.5: of 47 identifiers of
# manuals 33 are first, with 1.0 38, with 2.0 36; 31 without it.
BOOSTS = {"text": 1.0, "exact": 0.5, "whole": 1.0, "title": 0.5, "heading": 0.3}
STEMMED = ("text", "title", "heading")  # these hold stems, spaces between

_THOUSANDS = re.compile(r"[,\u00a0\u202f](?<=\d.)(?=\d{3}(?!\d))")  # in 1,234,567
_SIGNED = re.compile(
    r"""[-./@$#:~\\+]+\w[\w./@$#:~\\+*&=%-]*
    | \w+(?:[-./@$#:~\\+*&=%]+\w | \+\+ | \#)[\w./@$#:~\\+*&=%-]*""",
    re.VERBOSE,
)
_NEVER_LAST = ".:/-*&%~\\=@$"
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")  # WHO, IT, IS: capitals make a stop word a name


class KeywordDamaged(Exception):
    """What Tantivy keeps cannot be read; it has to be built again from the database."""


def _analyzer(tokenizer: Tokenizer) -> TextAnalyzerBuilder:
    builder = TextAnalyzerBuilder(tokenizer)
    return builder.filter(Filter.remove_long(80)).filter(Filter.lowercase()).filter(Filter.ascii_fold())


_WORDS = Tokenizer.regex(r"\d+(?:[.,:]\d+)+|\w+")
_ACCENTED: TextAnalyzer = TextAnalyzerBuilder(_WORDS).filter(Filter.lowercase()).build()
_EXACT: TextAnalyzer = _analyzer(_WORDS).build()
_WHOLE: TextAnalyzer = _analyzer(Tokenizer.whitespace()).build()
_SPACED: TextAnalyzer = TextAnalyzerBuilder(Tokenizer.whitespace()).build()

_builder = SchemaBuilder()
_builder.add_integer_field("key", indexed=True, fast=True)
_builder.add_integer_field("day", indexed=True)
for _name in ("article", "collection", "language"):
    _builder.add_text_field(_name, tokenizer_name="raw", index_option="basic")
for _name in BOOSTS:
    _builder.add_text_field(
        _name, tokenizer_name="spaced" if _name in STEMMED else _name, index_option="freq"
    )
_builder.add_text_field("stamp", stored=True, tokenizer_name="raw", index_option="basic")
_SCHEMA = _builder.build()


@contextmanager
def _damage() -> Iterator[None]:
    """Whatever Tantivy raises over its files, panics of its Rust code included."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise KeywordDamaged(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise KeywordDamaged(str(error)) from error
        raise


class KeywordIndex:
    """Passages by their words. Not safe for several threads: its owner takes turns.

    Without a directory it lives in memory. A directory is opened by any number of processes and
    changed by the one that holds the write lock. `stamp` says which state of the database it holds, None
    when it was made by another layout or nothing is in it; it travels in the same commit as the
    documents, as a document of its own. Every method raises KeywordDamaged.
    """

    def __init__(self, directory: Path | None) -> None:
        with _damage():
            self._index = Index(_SCHEMA, path=str(directory) if directory else None)
            self._index.register_tokenizer("spaced", _SPACED)
            self._index.register_tokenizer("exact", _EXACT)
            self._index.register_tokenizer("whole", _WHOLE)
        self.reload()

    def __len__(self) -> int:
        return max(0, self._searcher.num_docs - 1)  # the stamp is a document too

    def reload(self) -> None:
        """See what another process has written."""
        with _damage():
            self._index.reload()
            self._searcher: Searcher = self._index.searcher()
            self.stamp = self._noted_stamp()
            found = self._searcher.terms_with_prefix("language", "", None, limit=_MAX_LANGUAGES)
            self.languages = tuple(code for code, _ in found) or (ENGLISH,)

    def _noted_stamp(self) -> Stamp | None:
        found = self._searcher.search(_term("article", _STAMP), 1)
        if not found.hits:
            return None
        layout, *stamp = json.loads(self._searcher.doc(found.hits[0][1])["stamp"][0])
        return Stamp(*stamp) if layout == _LAYOUT else None

    def keys(self) -> list[int]:
        """Every key it holds, ascending."""
        with _damage():
            found = self._searcher.search(
                Query.exists_query("key"), max(1, self._searcher.num_docs), count=False
            )
            keys = self._searcher.fast_field_values("key", [address for _, address in found.hits])
        return sorted(int(key) for key in keys if key is not None)

    def write(
        self,
        removed: Sequence[KeyRange],
        added: Iterable[tuple[int, Passage]],
        stamp: Stamp,
        *,
        anew: bool = False,
    ) -> None:
        """Forget and learn passages in one commit, after which it stands at `stamp`."""
        with _damage():
            writer = self._index.writer(_HEAP_BYTES, num_threads=1)
            if anew:
                writer.delete_all_documents()
            for r in removed:
                if r.first <= r.last:
                    writer.delete_documents_by_query(
                        Query.range_query(_SCHEMA, "key", FieldType.Integer, r.first, r.last)
                    )
            for _, of_article in groupby(added, key=lambda one: one[1].source.article_id):
                passages = list(of_article)
                language = language_of([passage.text for _, passage in passages])
                for key, passage in passages:
                    writer.add_document(_document(key, passage, language))
            writer.delete_documents_by_query(_term("article", _STAMP))
            note = Document(article=_STAMP, stamp=json.dumps([_LAYOUT, *astuple(stamp)]))
            writer.add_document(note)
            writer.commit()
            writer.wait_merging_threads()
        self.reload()

    def search(self, text: str, k: int, where: SearchFilter | None) -> list[tuple[int, float]]:
        """Keys and BM25 scores, best first, of passages that share a word with `text` (where=None: all)."""
        words = _words_query(text, self.languages)
        if words is None or k <= 0:
            return []
        query = words
        if where is not None:
            must = [(Occur.Must, words)]
            must += [(Occur.Must, Query.const_score_query(q, 0.0)) for q in _filters(where)]
            query = Query.boolean_query(must)
        with _damage():
            found = self._searcher.search(query, k, count=False)
            keys = self._searcher.fast_field_values("key", [address for _, address in found.hits])
        pairs = zip(keys, found.hits, strict=True)
        return [(int(key), float(score)) for key, (score, _) in pairs if key is not None]

    def vocabulary(self, prefix: str, where: SearchFilter | None) -> dict[str, int]:
        """Words as they stand in the passages, with how many hold each, the commonest first."""
        admitted = None if where is None else Query.boolean_query([(Occur.Must, q) for q in _filters(where)])
        with _damage():
            return dict(self._searcher.terms_with_prefix("exact", prefix, admitted, limit=_MAX_VOCABULARY))


def question_terms(text: str, languages: Sequence[str] = (ENGLISH,)) -> dict[str, list[str]]:
    """The terms a question is searched by, per kind of field: no function words unless it has no others."""
    text = _joined_thousands(text)
    words = list(dict.fromkeys(_ACCENTED.analyze(text)))
    acronyms = set() if text.isupper() else {word.lower() for word in _ACRONYM.findall(text)}
    content = content_words([word for word in words if word not in acronyms])
    telling = [word for word in words if word in acronyms or word in content]
    asked = asked_in(words, languages)
    cut = {
        "stemmed": [stem for word in telling for language in asked for stem in stems(word, language)],
        "exact": [term for word in telling for term in _EXACT.analyze(word)],
        "whole": _WHOLE.analyze(_identifiers(text)),
    }
    return {name: list(dict.fromkeys(terms))[:_MAX_TERMS] for name, terms in cut.items()}


def _joined_thousands(text: str) -> str:
    """The text with 1,234 written as 1234, so that either finds the other."""
    return _THOUSANDS.sub("", text)


def _identifiers(text: str) -> str:
    """The words that are spelled with signs, without those of the sentence around them; spaces between."""
    found: list[str] = []
    for spaced in text.split():
        if spaced.isalnum() or (spaced[:-1].isalnum() and not spaced.endswith(("#", "+"))):
            continue  # a word and at most a comma
        for signed in _SIGNED.findall(spaced):
            word = re.sub(r"^\.{2,}(?=\w)|^:(?=\w)", "", signed.rstrip(_NEVER_LAST))  # "...and", not "../lib"
            found += dict.fromkeys((word, word.partition("=")[0]))  # --format=plain
    return " ".join(word for word in found if not word.replace("_", "a").isalnum())


def _words_query(text: str, languages: Sequence[str]) -> Query | None:
    terms = question_terms(text, languages)
    subqueries = [
        (
            Occur.Should,
            Query.boost_query(Query.term_query(_SCHEMA, field, term, index_option="freq"), boost),
        )
        for field, boost in BOOSTS.items()
        for term in terms["stemmed" if field in STEMMED else field]
    ]
    return Query.boolean_query(subqueries) if subqueries else None


def _filters(where: SearchFilter) -> list[Query]:
    queries = [Query.term_set_query(_SCHEMA, "collection", sorted(where.collections))]
    if where.article_ids is not None:
        queries.append(Query.term_set_query(_SCHEMA, "article", sorted(where.article_ids)))
    if where.published_from is not None or where.published_to is not None:
        first, last = where.published_from or date.min, where.published_to or date.max
        queries.append(
            Query.range_query(_SCHEMA, "day", FieldType.Integer, first.toordinal(), last.toordinal())
        )
    return queries


def _document(key: int, passage: Passage, language: str) -> Document:
    source = passage.source
    title, text, heading = map(_joined_thousands, (source.title, passage.text, passage.heading))
    stemmed = {"text": text, "title": title, "heading": heading}
    document = Document(
        key=key,
        article=source.article_id,
        collection=source.collection,
        language=language,
        exact=f"{title} {text}",
        whole=_identifiers(f"{title} {text} {heading}"),
        **{name: " ".join(stems(said, language)) for name, said in stemmed.items()},
    )
    if source.published is not None:
        document.add_integer("day", source.published.toordinal())
    return document


def _term(field: str, value: str) -> Query:
    return Query.term_query(_SCHEMA, field, value, index_option="basic")
