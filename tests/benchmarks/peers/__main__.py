"""Trains other taggers on a corpus and scores them as we score ours.

    python -m tests.benchmarks.peers --corpus=../shared/corpora/wnut17 [--peers=crf_tutorial,crf_rich,spacy] [--seeds=3]
        [--word_vectors=FILE] [--output=FILE.json] [--workdirs=DIR,DIR]

  crf_tutorial   python-crfsuite with the features of its tutorial
  crf_rich       python-crfsuite with shapes, affixes, character n-grams, a window of 3 words and known entities
  spacy          spaCy from scratch: hashed embeddings and a CNN, its own settings

Each sees the column files alone; with --word_vectors, the file that ner.train reads, clusters of the vectors are
features of crf_rich, and spaCy reads the vectors themselves. A library that is missing (`pip install
'character-ner[bench]'`) ends the program before anything is trained. Prints a table in Markdown: entity F1 (micro,
macro) on the validation and test splits, mean ± standard deviation over the seeds, and CPU seconds of training over all
threads (features, and spaCy's own validations, count; loading the corpus does not). A CRF has no random numbers: it is
trained once.

--output keeps every run as soon as it is scored; runs that it holds are not trained again, so the program may be killed
and repeated. --workdirs adds rows of ours from the reports of work folders; the folders that one glob pattern matches
are seeds of one row.
"""

import importlib.util
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from absl import app, flags

from data_tools.readers import word_vector_files
from ner.config import ModelConfig
from ner.errors import InputError
from ner.text.sentence import Sentence
from tests.benchmarks.peers.corpus import Corpus, load_corpus
from tests.benchmarks.peers.crf import Crf
from tests.benchmarks.peers.crf_features import RichFeatures, TutorialFeatures
from tests.benchmarks.peers.peer import Peer, Tagger
from tests.benchmarks.peers.results import (
    SHOWN_SPLITS,
    Run,
    entities_to_json,
    load_runs,
    runs_of_workdirs,
    save_runs,
    table,
)
from tests.benchmarks.peers.scoring import entity_scores
from tests.benchmarks.peers.spacy_pipeline import SpacyPipeline
from tests.benchmarks.peers.word_clusters import RichFeaturesWithClusters

MODULES = {"crf_tutorial": "pycrfsuite", "crf_rich": "pycrfsuite", "spacy": "spacy"}

_CORPUS = flags.DEFINE_string(
    "corpus", None, "Folder of column files, or its name in ../shared/corpora.", required=True
)
_PEERS = flags.DEFINE_list("peers", list(MODULES), f"Those to be trained, of {', '.join(MODULES)}.")
_SEEDS = flags.DEFINE_integer("seeds", 3, "Seeds, from 0, of those that have random numbers.", lower_bound=1)
_WORD_VECTORS = flags.DEFINE_string("word_vectors", "", "File of word vectors, for crf_rich and spacy.")
_OUTPUT = flags.DEFINE_string("output", None, "JSON file that keeps the runs.")
_SPACY_UPDATES = flags.DEFINE_integer("spacy_updates", 20_000, "Updates of spaCy at most.", lower_bound=1)
_WORKDIRS = flags.DEFINE_list("workdirs", [], "Work folders of ours, or patterns of them, for rows of their own.")


def cli(_: list[str]) -> None:
    """Prints what is wrong with a flag or a file in one line, with exit status 1."""
    try:
        main()
    except InputError as error:
        sys.exit(f"peers: error: {error}")


def main() -> None:
    """Trains and scores what --output does not hold yet, and prints the table of this corpus."""
    check_peers(_PEERS.value)
    peers = make_peers()
    corpus = load_corpus(_CORPUS.value)
    ours = [run for pattern in _WORKDIRS.value for run in runs_of_workdirs(pattern, corpus.name)]
    path = Path(_OUTPUT.value) if _OUTPUT.value else None
    kept = load_runs(path) if path else []
    runs = []
    for name in _PEERS.value:
        for seed in range(_SEEDS.value if peers[name].uses_seed else 1):
            wanted = Run(
                corpus=corpus.name,
                tagger=name,
                settings=peers[name].settings,
                seed=seed,
                cpu_seconds=None,
                entities={},
            )
            run = next((one for one in kept if one.key == wanted.key), None)
            if run is None:
                print(f"{corpus.name}: {name}, seed {seed}: {wanted.settings}", file=sys.stderr)
                run = measure(peers[name], wanted, corpus)
                kept.append(run)
                if path:
                    save_runs(path, kept)
            runs.append(run)
    print(table([*runs, *ours]))


def make_peers() -> dict[str, Peer]:
    """The other taggers by name, in the order of the table."""
    path, tutorial = _WORD_VECTORS.value, Crf(features=TutorialFeatures)
    if not path:
        rich, pipeline = Crf(features=RichFeatures), SpacyPipeline(max_steps=_SPACY_UPDATES.value)
        return {"crf_tutorial": tutorial, "crf_rich": rich, "spacy": pipeline}
    vectors = word_vector_files.read(path, ModelConfig.max_word_vectors)
    with_clusters = partial(RichFeaturesWithClusters, word_vectors=vectors)
    return {
        "crf_tutorial": tutorial,
        "crf_rich": Crf(features=with_clusters, given=f", clusters of word vectors {vectors.fingerprint}"),
        "spacy": SpacyPipeline(max_steps=_SPACY_UPDATES.value, word_vectors=vectors),
    }


def check_peers(names: list[str]) -> None:
    """Raises `InputError` on a name that is no peer, and where its library is not installed."""
    for name in names:
        if name not in MODULES:
            raise InputError(f"--peers: {name!r} is none of {', '.join(MODULES)}")
        if importlib.util.find_spec(MODULES[name]) is None:
            raise InputError(f"--peers: {name} needs the module {MODULES[name]}: pip install 'character-ner[bench]'")


def measure(peer: Peer, wanted: Run, corpus: Corpus) -> Run:
    """The run with its CPU seconds and scores."""
    start = time.process_time()
    tagger = peer.train(corpus.splits["train"], corpus.splits["validation"], wanted.seed)
    seconds = time.process_time() - start
    entities = {split: scored(tagger, corpus.splits[split], corpus) for split in SHOWN_SPLITS}
    return replace(wanted, cpu_seconds=seconds, entities=entities)


def scored(tagger: Tagger, sentences: list[Sentence], corpus: Corpus) -> dict:
    """Entity scores of a tagger that sees the tokens alone."""
    predicted = tagger([one.tokens for one in sentences])
    return entities_to_json(entity_scores(sentences, predicted, corpus.labels))


if __name__ == "__main__":
    app.run(cli)
