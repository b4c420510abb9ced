"""The benchmark of other taggers: its features, scores and table; and each library on a few invented sentences."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from data_tools.readers import word_vector_files
from data_tools.synthetic.column_files import write_corpus
from data_tools.synthetic.corpus import invent
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.text.sentence import Sentence
from ner.text.spans import Span
from tests.benchmarks.peers.corpus import load_corpus
from tests.benchmarks.peers.crf_features import RichFeatures, TutorialFeatures, long_shape, short_shape, spelling
from tests.benchmarks.peers.results import Run, load_runs, runs_of_workdirs, save_runs, table
from tests.benchmarks.peers.scoring import entity_scores
from tests.benchmarks.peers.spacy_pipeline import SpacyPipeline
from tests.benchmarks.peers.word_clusters import SIZES, RichFeaturesWithClusters

MODULES = {"crf_tutorial": "pycrfsuite", "crf_rich": "pycrfsuite", "spacy": "spacy"}
TRAINING = [
    Sentence.from_tokens(["Ada", "Bell", "met", "Bo"], ["B-PER", "I-PER", "O", "B-PER"]),
    Sentence.from_tokens(["Bo", "met", "Bo"], ["B-PER", "O", "B-PER"]),
]


def gazetteer_features(features):
    return [[one for one in word if one.startswith("g=")] for word in features]


def entities(micro, macro=0.5):
    return {split: {"micro": {"f1": micro}, "macro": {"f1": macro}} for split in ("validation", "test")}


def run_of(tagger="spacy", seed=0, micro=0.5, cpu_seconds=10.0):
    return Run(corpus="c", tagger=tagger, settings="s", seed=seed, cpu_seconds=cpu_seconds, entities=entities(micro))


def benchmark(*arguments):
    command = [sys.executable, "-m", "tests.benchmarks.peers", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)


def test_tutorial_features_of_the_first_and_last_word():
    first, last = TutorialFeatures(())(["Ada", "met"])
    assert first == [
        "bias",
        "lower=ada",
        "suffix3=Ada",
        "suffix2=da",
        "upper=False",
        "title=True",
        "digit=False",
        "first",
        "1:lower=met",
        "1:title=False",
        "1:upper=False",
    ]
    assert last[-4:] == ["-1:lower=ada", "-1:title=True", "-1:upper=False", "last"]


def test_shapes():
    assert long_shape("McDonald's-27") == "AaAaaaaa'a-00"
    assert short_shape("McDonald's-27") == "AaAa'a-0"


def test_spelling_has_affixes_of_up_to_four_and_ngrams_with_the_ends_of_the_word():
    found = spelling("Ostrel")
    assert [one for one in found if one.startswith(("p=", "s="))] == [
        "p=O", "s=l", "p=Os", "s=el", "p=Ost", "s=rel", "p=Ostr", "s=trel"
    ]  # fmt: skip
    assert {"n=^o", "n=str", "n=rel$", "w=Ostrel", "l=ostrel", "title", "len=6"} <= set(found)
    assert len([one for one in found if one.startswith("n=")]) == 7 + 6 + 5  # of ^ostrel$, 8 characters


def test_rich_features_look_three_words_to_both_sides():
    tokens = ["a", "b", "c", "D", "e", "f", "g", "h"]
    found = RichFeatures(())(tokens)[3]
    assert [one for one in found if ":l=" in one] == ["-3:l=a", "-2:l=b", "-1:l=c", "1:l=e", "2:l=f", "3:l=g"]
    assert {"-1:h=a", "ll=c d", "lr=d e", "lc=c e"} <= set(found)


def test_gazetteer_marks_the_longest_entity_of_the_training_split():
    features = RichFeatures(TRAINING)(["Bo", "saw", "Ada", "Bell"])
    assert gazetteer_features(features) == [["g=B-PER"], [], ["g=B-PER"], ["g=I-PER"]]


def test_gazetteer_does_not_hold_what_occurs_nowhere_but_in_the_sentence_at_hand():
    extract = RichFeatures(TRAINING)
    spans = [Span("PER", 0, 2), Span("PER", 3, 4)]
    assert gazetteer_features(extract(TRAINING[0].tokens, spans)) == [[], [], [], ["g=B-PER"]]  # Bo is in the other one


def test_scores_count_exact_spans_and_types(tmp_path):
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.txt").write_text("New B-LOC\nYork I-LOC\nis O\n\nAda B-PER\n", encoding="utf-8")
    corpus = load_corpus(str(tmp_path))
    assert corpus.labels.names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    test = corpus.splits["test"]
    # IOB1 of New York is the same entity; I-PER after O opens one.
    right = entity_scores(test, [["I-LOC", "I-LOC", "O"], ["I-PER"]], corpus.labels)
    assert (right.micro.f1, right.macro.f1) == (1.0, 1.0)
    wrong = entity_scores(test, [["B-LOC", "O", "B-LOC"], ["B-PER"]], corpus.labels)
    assert wrong.micro[:3] == (1 / 3, 1 / 2, 2 / 5)
    assert wrong.macro.f1 == 1 / 2
    with pytest.raises(ValueError, match="shorter"):
        entity_scores(test, [["O", "O"], ["O"]], corpus.labels)


def test_corpus_needs_one_file_a_split(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        load_corpus(str(tmp_path / "nowhere"))
    (tmp_path / "train.txt").write_text("a O\n", encoding="utf-8")
    (tmp_path / "train.tsv").write_text("a O\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"one file train\.\* is wanted, found train\.tsv, train\.txt"):
        load_corpus(str(tmp_path))


def test_table_has_mean_and_deviation_over_seeds():
    runs = [run_of(seed=0, micro=0.5), run_of("crf_rich", micro=0.75, cpu_seconds=1234.4), run_of(seed=1, micro=0.6)]
    assert table(runs).splitlines()[2:] == [
        "| c | spacy | 0.550 ± 0.071 | 0.500 ± 0.000 | 0.550 ± 0.071 | 0.500 ± 0.000 | 10 | 2 |",
        "| c | crf_rich | 0.750 | 0.500 | 0.750 | 0.500 | 1,234 | 1 |",
        "",
        "spacy: s",
        "crf_rich: s",
    ]


def test_runs_are_kept(tmp_path):
    runs = [run_of(), run_of("ours", cpu_seconds=None)]
    save_runs(tmp_path / "runs.json", runs)
    assert load_runs(tmp_path / "runs.json") == runs
    assert load_runs(tmp_path / "none.json") == []


def test_work_folders_of_one_pattern_are_seeds_of_one_row(tmp_path):
    for seed, micro in enumerate((0.7, 0.8)):
        reports = tmp_path / f"fast,seed={seed}" / "reports"
        reports.mkdir(parents=True)
        for split, scores in entities(micro).items():
            (reports / f"{split}.json").write_text(json.dumps({"entities": scores}), encoding="utf-8")
    runs = runs_of_workdirs(f"{tmp_path}/fast?seed=*", "c")
    row = "| c | fast?seed=* | 0.750 ± 0.071 | 0.500 ± 0.000 | 0.750 ± 0.071 | 0.500 ± 0.000 | not known | 2 |"
    assert table(runs).splitlines()[2:] == [row]
    (tmp_path / "fast,seed=1" / "reports" / "test.json").unlink()
    with pytest.raises(InputError, match=r"fast,seed=1.*test\.json: no such file; run ner\.evaluate"):
        runs_of_workdirs(f"{tmp_path}/fast?seed=*", "c")
    with pytest.raises(InputError, match="no such folder"):
        runs_of_workdirs(f"{tmp_path}/slow", "c")


def test_unknown_peer_is_named():
    done = benchmark("--corpus=wnut17", "--peers=flair")
    assert done.returncode == 1
    assert "--peers: 'flair' is none of crf_tutorial, crf_rich, spacy" in done.stderr


def test_clusters_of_a_word_and_of_its_neighbours_are_features():
    vectors = WordVectors.scaled(["ada", "tarn", "bo"], np.array([[1, 0], [0, 1], [1, 0.01]]))
    extract = RichFeaturesWithClusters([], vectors)
    found = [{one for one in word if ":c" in one} for word in extract(["Ada", "nobody", "BO", "tarn"])]
    own = [{one for one in word if one.startswith("0:c50=")} for word in found]
    assert own[1] == set()
    [[ada], [bo], [tarn]] = own[0], own[2], own[3]
    assert len({ada, bo, tarn}) == 3  # three clusters for three vectors
    assert {one for one in found[1] if ":c50=" in one} == {f"-1{ada[1:]}", f"1{bo[1:]}", f"2{tarn[1:]}"}
    assert {one.split("=")[0] for one in found[0]} == {f"{offset}:c{size}" for offset in (0, 2) for size in SIZES}


@pytest.mark.parametrize(("peer", "given"), [*((peer, False) for peer in MODULES), ("crf_rich", True), ("spacy", True)])
def test_peer_learns_thirty_sentences(tmp_path, peer, given):
    if importlib.util.find_spec(MODULES[peer]) is None:
        pytest.skip(f"{MODULES[peer]} is not installed (extra: bench)")
    documents = invent(38, 0)["train"]
    write_corpus(str(tmp_path / "corpus"), dict.fromkeys(("train", "validation", "test"), documents))
    output = tmp_path / "runs.json"
    words = sorted({token for document in documents for one in document for token in one.tokens})
    word_vector_files.write(f"{tmp_path}/some.vec", words, np.random.default_rng(0).normal(size=(len(words), 5)))
    arguments = (
        f"--corpus={tmp_path}/corpus",
        f"--peers={peer}",
        "--seeds=1",
        "--spacy_updates=120",
        f"--output={output}",
        *([f"--word_vectors={tmp_path}/some.vec"] if given else []),
    )
    done = benchmark(*arguments)
    assert done.returncode == 0, done.stderr
    [run] = load_runs(output)
    assert run.cpu_seconds > 0
    assert run.entities["test"]["micro"]["f1"] > 0.7
    assert f"| corpus | {peer} | " in done.stdout
    assert ("word vectors" in done.stdout) == given
    again = benchmark(*arguments)  # nothing is trained twice
    assert again.stdout == done.stdout
    assert load_runs(output) == [run]


def test_spacy_learns_from_the_tokens_of_the_corpus_where_no_space_parts_them():
    pytest.importorskip("spacy", reason="not installed (extra: bench)")
    sentences = [replace(one, space_after=(False,) * len(one.tokens)) for one in TRAINING]
    tag = SpacyPipeline(max_steps=60).train(sentences, sentences, seed=0)
    assert tag([one.tokens for one in sentences]) == [list(one.tags) for one in sentences]
