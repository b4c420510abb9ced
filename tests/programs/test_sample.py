"""The sample corpus: valid, the same everywhere, varied enough, and never written over what is there."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from data_tools.synthetic import column_files
from data_tools.synthetic.corpus import invent
from ner.errors import InputError
from ner.text.sentence import Sentence
from ner.text.spans import spans_of
from tests.iob2 import tags_of
from tests.programs_without_tensorflow import run_without_tensorflow


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Sentence]]:
    documents = invent(4000, seed=0)
    return {split: [sentence for document in documents[split] for sentence in document] for split in documents}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "data_tools.sample", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def mentions(sentences: list[Sentence]) -> list[tuple[str, str]]:
    return [(span.type, " ".join(s.tokens[span.start : span.end])) for s in sentences for span in spans_of(s.tags)]


@pytest.mark.parametrize("num_sentences", [10, 57, 4000])
def test_invent_gives_exactly_the_sentences_asked_for(num_sentences):
    tenth = num_sentences // 10
    sizes = {split: sum(map(len, documents)) for split, documents in invent(num_sentences, seed=1).items()}
    assert sizes == {"train": num_sentences - 2 * tenth, "validation": tenth, "test": tenth}


def test_invent_tags_are_valid_iob2(corpus):
    for sentence in (sentence for sentences in corpus.values() for sentence in sentences):
        assert tuple(tags_of(spans_of(sentence.tags), len(sentence.tags))) == sentence.tags


def test_invent_tokens_fit_into_columns_and_hold_no_notation_of_the_grammar(corpus):
    tokens = {token for sentences in corpus.values() for sentence in sentences for token in sentence.tokens}
    assert all(token == token.strip() != "" and len(token.split()) == 1 for token in tokens)
    assert not [token for token in tokens if re.search(r"[][|]|<[a-z]", token)]


def test_invent_depends_on_the_seed():
    assert invent(50, seed=1) == invent(50, seed=1)
    assert invent(50, seed=1) != invent(50, seed=2)


def test_corpus_has_the_usual_types_and_a_rare_one(corpus):
    for sentences in corpus.values():
        counts = Counter(entity_type for entity_type, _ in mentions(sentences))
        assert set(counts) == {"PER", "LOC", "ORG", "MISC", "EVENT"}
        assert 0.005 < counts["EVENT"] / counts.total() < 0.03
        assert min(counts[name] for name in ("PER", "LOC", "ORG", "MISC")) > 0.05 * counts.total()


def test_corpus_has_short_and_very_long_sentences(corpus):
    lengths = [len(sentence.tokens) for sentence in corpus["train"]]
    assert 12 < sum(lengths) / len(lengths) < 16
    assert sum(length <= 2 for length in lengths) > 10
    assert sum(length > 60 for length in lengths) > 5
    assert max(lengths) < 500


def test_corpus_names_are_often_ambiguous_and_often_unseen(corpus):
    types: dict[str, set[str]] = {}
    for sentence in corpus["train"]:
        for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
            if tag != "O":
                types.setdefault(token, set()).add(tag[2:])
    assert sum(len(found) > 1 for found in types.values()) > 0.2 * len(types)
    seen = {name for _, name in mentions(corpus["train"])}
    in_test = [name for _, name in mentions(corpus["test"])]
    assert 0.4 < sum(name not in seen for name in in_test) / len(in_test) < 0.9


def test_corpus_has_lower_case_and_capitals(corpus):
    texts = [sentence.text for sentence in corpus["train"]]
    assert sum(text == text.lower() for text in texts) > 0.05 * len(texts)
    assert sum(text == text.upper() != text.lower() for text in texts) > 0.01 * len(texts)


def test_corpus_rarely_repeats_a_train_sentence_in_test(corpus):
    seen = {sentence.text for sentence in corpus["train"]}
    assert sum(sentence.text in seen for sentence in corpus["test"]) < 0.08 * len(corpus["test"])


def test_columns_are_token_and_tag_with_a_line_before_each_document():
    first = [Sentence.from_tokens(["In", "Tarvel"], ["O", "B-LOC"]), Sentence.from_tokens(["No"], ["O"])]
    assert column_files.columns([first, first[1:]]) == (
        "-DOCSTART- O\n\nIn O\nTarvel B-LOC\n\nNo O\n\n-DOCSTART- O\n\nNo O\n"
    )  # fmt: skip


def test_sample_writes_the_same_bytes_whatever_the_hash_seed(tmp_path):
    for seed in ("1", "2"):
        assert run("--sentences=60", f"--output_dir={tmp_path / seed}", PYTHONHASHSEED=seed).returncode == 0
    for split in ("train", "validation", "test"):
        assert (tmp_path / "1" / f"{split}.txt").read_bytes() == (tmp_path / "2" / f"{split}.txt").read_bytes()


def test_sample_prints_counts_and_says_that_the_corpus_is_invented(tmp_path):
    arguments = ["--sentences=100", "--output_dir=sample"]
    printed = run_without_tensorflow("data_tools.sample", *arguments, cwd=tmp_path).stdout
    assert "sample/train.txt: 80 sentences, " in printed
    assert "invented" in printed


def test_sample_refuses_to_overwrite(tmp_path: Path):
    (tmp_path / "test.txt").write_text("mine")
    corpus = invent(10, seed=0)
    with pytest.raises(InputError, match=r"test\.txt: the corpus would replace what is there; give --overwrite"):
        column_files.write_corpus(str(tmp_path), corpus)
    assert [path.name for path in tmp_path.iterdir()] == ["test.txt"]
    assert (tmp_path / "test.txt").read_text() == "mine"
    column_files.write_corpus(str(tmp_path), corpus, overwrite=True)
    assert (tmp_path / "test.txt").read_text().startswith("-DOCSTART- O\n\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sentences=100"], "output_dir"),
        (["--output_dir=x", "--sentences=9"], "--sentences is 9, expected a whole number, 10 or more"),
        (["--output_dir=x", "extra"], "unexpected argument 'extra'"),
    ],
)
def test_sample_answers_a_mistake_with_a_line(tmp_path, arguments, message):
    finished = run_without_tensorflow("data_tools.sample", *arguments, cwd=tmp_path)
    assert finished.returncode == 1
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr
