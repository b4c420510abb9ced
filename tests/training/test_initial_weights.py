"""A run that begins with the weights of another one."""

import re
from pathlib import Path

import numpy as np
import pytest

from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.model.transfer import WeightTransfer
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.trained_tagger import load_tagger
from ner.run_dir.workdir import WorkDir
from ner.text.sentence import Sentence
from ner.training import initial_weights, launch
from ner.training.initial_weights import initialize_from
from ner.training.launch_config import LaunchConfig
from tests.conftest import invented_sentences, write_records
from tests.training import small_run

SMALL = {"embedding_size": 4, "lstm_units": 6, "lstm_layers": 1, "dropout": 0.0, "char_dropout": 0.0}
TRAINING = {"epochs": 1, "batch_size": 8, "learning_rate": 0.01, "warmup_steps": 0}


def make_spec(path, records, **training):
    return small_run.make_spec(path, records, **SMALL | TRAINING | training)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The work folder of a short run, and its records."""
    folder = tmp_path_factory.mktemp("trained")
    made = invented_sentences(20)
    records = str(folder), write_records(folder, {"train": made[:16], "validation": made[16:]})
    assert launch.train(make_spec(folder / "work", records, ema_decay=0.5)) == 0
    return WorkDir(str(folder / "work")), records


@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_a_run_begins_with_the_best_weights_of_another_in_weights_and_averages(tmp_path, trained, ema_decay):
    source, records = trained
    trainer = launch.make_trainer(make_spec(tmp_path, records, ema_decay=ema_decay, seed=5))
    best, step = load_tagger(source)
    assert trainer.state.tagger.weights_sha256() != best.weights_sha256()
    lines = initialize_from(source.path, trainer.state)
    assert trainer.state.tagger.weights_sha256() == best.weights_sha256()
    with trainer.step.eval_weights():
        assert trainer.state.tagger.weights_sha256() == best.weights_sha256()
    count = len(best.trainable_variables)
    assert lines == [f"initial weights from {source.best} (step {step}): {count} of {count} taken whole"]


def test_a_run_validates_at_its_first_step_as_the_other_at_its_best(tmp_path, trained, capsys):
    """With a learning rate of nearly 0."""
    source, records = trained
    assert launch.train(make_spec(tmp_path, records, init_from=source.path, learning_rate=1e-12, seed=5)) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^initial weights from .*: (\d+) of \1 taken whole$", shown, re.MULTILINE)
    best = checkpoints.load(source.best).arrays
    for name, value in checkpoints.load(str(tmp_path / "checkpoints/best.npz")).arrays.items():
        np.testing.assert_allclose(value, best[name], atol=1e-8)


def test_weights_that_were_trained_with_other_word_vectors_are_told(tmp_path, trained):
    """Of a file with fewer words, or with other rounding, they mean the same."""
    records = trained[1]
    words = [f"w{number}" for number in range(9)]
    numbers = np.random.default_rng(0).normal(size=(9, 4))

    def start(name, words, numbers):
        settings = {"encoder": "hierarchical", "word_vectors": "some.vec", "word_units": 4, "ngram_rows": 64}
        vectors = WordVectors.scaled(words, numbers)
        spec = make_spec(tmp_path / name, records, **settings)._replace(word_vectors=vectors)
        vectors.save(spec.work.path)
        return spec

    source = start("source", words, numbers)
    assert launch.train(source) == 0
    cases = [(words[2:7], numbers[2:7] + 1e-3), (words, numbers[::-1]), (["other"], numbers[:1])]
    told = [
        initialize_from(source.work.path, launch.make_trainer(start(str(case), *case_vectors)).state)
        for case, case_vectors in enumerate(cases)
    ]
    assert [lines[-1].startswith("warning: ") for lines in told] == [False, True, True]
    assert told[1][-1].endswith("trained with other --word_vectors, whose numbers mean other things")


def test_a_resumed_run_needs_the_other_one_no_longer(tmp_path, trained, capsys):
    source, records = trained
    copied = tmp_path / "copied"
    copied.mkdir()
    for name in ("config.json", "dataset.json"):
        (copied / name).write_bytes((Path(source.path) / name).read_bytes())
    (copied / "checkpoints").mkdir()
    (copied / "checkpoints/best.npz").write_bytes(Path(source.best).read_bytes())
    settings = {"init_from": str(copied), "validate_every": 1}
    assert launch.train(make_spec(tmp_path / "work", records, **settings)) == 0
    (copied / "checkpoints/best.npz").unlink()
    spec = make_spec(tmp_path / "work", records, **settings, epochs=2)
    options = LaunchConfig(records=records[0], workdir=spec.work.path)
    options.check(spec.config, spec.dataset)
    capsys.readouterr()
    assert launch.train(spec) == 0
    shown = capsys.readouterr().out
    assert "resuming at step 2" in shown
    assert "initial weights" not in shown
    with pytest.raises(InputError, match=r"init_from .*/copied there, '' now; give the same as before, or use"):
        make_spec(tmp_path / "work", records)
    with pytest.raises(InputError, match="there are no trained weights yet"):
        LaunchConfig(records=records[0], workdir=str(tmp_path / "new")).check(spec.config, spec.dataset)


def test_another_corpus_takes_what_it_shares(tmp_path, trained):
    source, _ = trained
    sentences = [Sentence.from_tokens(["Ada", "öffnet", "ein", "Buch"], ["B-PER", "O", "O", "B-WORK"])] * 8
    records = str(tmp_path), write_records(tmp_path, {"train": sentences})
    trainer = launch.make_trainer(make_spec(tmp_path / "work", records))
    lines = initialize_from(source.path, trainer.state)
    characters = set("Ada öffnet ein Buch")
    new = sorted(characters - set(source.dataset().vocabulary.characters))
    assert "ö" in new
    known = f"taken for {len(characters) + 2 - len(new)} of {len(characters) + 2} characters; new: "
    assert lines[1:] == [
        f"  tagger/embedding/embeddings: {known}{' '.join(map(repr, new))}",
        "  tagger/head/kernel, tagger/head/bias: taken for 2 of 3 labels; new: B-WORK",
    ]


def test_what_is_alike_in_all_members_is_told_once(tmp_path, trained):
    source, _ = trained
    sentences = [Sentence.from_tokens(["Ada"], ["B-WORK"])] * 8
    records = str(tmp_path), write_records(tmp_path, {"train": sentences})
    trainer = launch.make_trainer(make_spec(tmp_path / "work", records, members=2))
    heading, *others = initialize_from(source.path, trainer.state)
    count = len(trainer.state.tagger.trainable_variables)
    assert heading.endswith(f": {count - 4} of {count} taken whole")
    assert others == ["  tagger/head/kernel, tagger/head/bias: taken for 1 of 2 labels; new: B-WORK"]


def test_weights_that_only_the_other_run_has_are_not_counted(tmp_path, trained):
    _, records = trained
    two = make_spec(tmp_path / "two", records, members=2, head="crf")
    assert launch.train(two) == 0
    trainer = launch.make_trainer(make_spec(tmp_path / "one", records))
    heading, *others = initialize_from(two.work.path, trainer.state)
    count = len(trainer.state.tagger.trainable_variables)
    assert heading.endswith(f": {count} of {count} taken whole")
    assert any(line.endswith(": not used: missing here") for line in others)
    assert any(line.endswith(": not used: fewer members here") for line in others)


def test_a_model_that_shares_no_weight_is_refused(tmp_path, trained, monkeypatch):
    source, records = trained
    state = launch.make_trainer(make_spec(tmp_path, records)).state
    nothing = [WeightTransfer("tagger/a", False, "not taken: missing there")] * 5
    monkeypatch.setattr(initial_weights, "transfer_weights", lambda *_: nothing)
    message = f"--init_from={source.path}: no weight there has the name and shape of one of this model (tagger/a: "
    with pytest.raises(InputError, match=re.escape(message)):
        initialize_from(source.path, state)


def test_weights_of_another_version_are_named(tmp_path, trained):
    source, records = trained
    arrays, state = checkpoints.load(source.best)
    path = checkpoints.path_of_step(source.checkpoints, 99)
    checkpoints.save(path, Checkpoint(arrays | {"tagger/other": np.zeros(1)}, state))
    trainer = launch.make_trainer(make_spec(tmp_path, records))
    with pytest.raises(InputError, match=r"step-00000099\.npz: weights of another version .*tagger/other"):
        initialize_from(path, trainer.state)
