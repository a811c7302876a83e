"""txtai: paragraphs by its Segmentation, a hybrid index with content, and its extractive pipeline.

The one index answers both ways: by meaning and words (its hybrid search), or by meaning alone.
"""

from pathlib import Path

from harness import FOUND, Found, Peer, Way, articles, distinct, reader_folder, run, weights_folder
from txtai import RAG, Embeddings
from txtai.pipeline import Questions, Segmentation

MEANING_ALONE = 1.0  # the weight of the dense index; 0.5 unless told


def build(corpus: Path, folder: Path) -> int:
    paragraphs = Segmentation(paragraphs=True)
    embeddings = Embeddings(path=weights_folder(), content=True, hybrid=True)
    embeddings.index(
        (f"{article.id}#{number}", paragraph, None)
        for article in articles(corpus)
        for number, paragraph in enumerate(paragraphs(article.text))
    )
    embeddings.save(str(folder))
    return embeddings.count()


def opened(folder: Path) -> Embeddings:
    embeddings = Embeddings()
    embeddings.load(str(folder))
    return embeddings


def find(folder: Path) -> Way:
    embeddings = opened(folder)
    return lambda question: found(embeddings.search(question, FOUND))


def find_by_meaning(folder: Path) -> Way:
    embeddings = opened(folder)
    return lambda question: found(embeddings.search(question, FOUND, weights=MEANING_ALONE))


def found(hits: list[dict[str, str]]) -> Found:
    return Found(distinct(hit["id"].rpartition("#")[0] for hit in hits))


def answer(folder: Path) -> Way:
    """Its retrieval-augmented pipeline with an extractive model: reads the three best in one."""
    rag = RAG(opened(folder), reader_folder(), output="reference")
    keep_to_passage(rag.model)

    def answered(question: str) -> Found:
        said = rag(question)
        reference = said["reference"]
        return Found([reference.rpartition("#")[0]] if reference else [], said["answer"])

    return answered


def keep_to_passage(questions: Questions) -> None:
    """Let the model choose among the passage's tokens only.

    It was trained to point at its first token where a passage does not answer, and there txtai's
    pipeline stops with a TypeError.
    """
    model, separator = questions.model, questions.tokenizer.sep_token_id
    forward = model.forward

    def within_passage(input_ids, token_type_ids, **rest):
        output = forward(input_ids=input_ids, token_type_ids=token_type_ids, **rest)
        outside = (token_type_ids == 0) | (input_ids == separator)
        output.start_logits = output.start_logits.masked_fill(outside, float("-inf"))
        output.end_logits = output.end_logits.masked_fill(outside, float("-inf"))
        return output

    model.forward = within_passage


if __name__ == "__main__":
    run(
        Peer(
            packages=("txtai",),
            build=build,
            ways={"dense": find_by_meaning, "hybrid": find, "reader": answer},
            embedder=lambda: Embeddings(path=weights_folder()).batchtransform,
        )
    )
