"""A run that learns from unannotated text, and taggers that begin with what it learnt."""

import contextlib
import io
import re

import numpy as np
import pytest
import tensorflow as tf

from ner.config import Config, ModelConfig
from ner.errors import InputError
from ner.model.dropout import RowDropout
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.words import Words
from ner.run_dir import checkpoints
from ner.run_dir.trained_tagger import load_tagger
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence import Sentence
from ner.training import launch
from ner.training.initial_weights import initialize_from
from ner.training.launch_config import LaunchConfig
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records
from tests.training import small_run

SIZES = {"embedding_size": 4, "lstm_units": 6, "lstm_layers": 1, "word_units": 6, "ngram_size": 4, "ngram_rows": 64}
PRETRAINING = {"encoder": "hierarchical", "head": "masked_words", **SIZES}
TRAINING = {"epochs": 1, "batch_size": 8, "learning_rate": 0.01, "warmup_steps": 0, "log_every": 1}


def make_spec(path, records, **settings):
    return small_run.make_spec(path, records, **PRETRAINING | TRAINING | settings)


@pytest.fixture(scope="module")
def unannotated(tmp_path_factory):
    """Records of 16 unannotated sentences."""
    folder = tmp_path_factory.mktemp("text")
    made = invented_sentences(16)
    text = [Sentence(one.tokens, (NOT_ANNOTATED,) * len(one.tokens), one.space_after) for one in made]
    return str(folder), write_records(folder, {"train": text})


@pytest.fixture(scope="module")
def run(tmp_path_factory, unannotated):
    """The work folder of a run on them, and what it has printed."""
    spec, shown = make_spec(tmp_path_factory.mktemp("pretrained"), unannotated), io.StringIO()
    with contextlib.redirect_stdout(shown):
        assert launch.train(spec) == 0
    return spec.work, shown.getvalue()


@pytest.fixture
def pretrained(run):
    return run[0]


def test_a_run_says_what_comes_next(run):
    work, shown = run
    start = "next: python -m ner.train --flagfile=launch/flags/fast.flags"
    assert f"{start} --init_from={work.path} --records=RECORDS" in shown


def test_an_update_learns_from_the_mean_over_all_characters(tmp_path, unannotated):
    trainer = launch.make_trainer(make_spec(tmp_path, unannotated))
    batch = next(iter(trainer.data.batches(0)))
    assert int(batch.unlabelled) == int(batch.characters) > 0
    part, tagger = batch.parts[0], trainer.state.tagger
    dropout = RowDropout(tf.constant([0, 0]), part.row_offset, batch.longest)
    with tf.GradientTape() as tape:
        words = Words(part.starts, part.ends)
        total = tagger.training_loss(part.char_ids, part.labels, words, CharacterLoss(), dropout)
    gradients = [tf.convert_to_tensor(one) for one in tape.gradient(total, tagger.trainable_variables)]
    trainer.step(0, batch, 0.01)
    metrics, characters = trainer.state.metrics.read(), float(batch.characters)
    assert metrics.scalars(1, 0)["loss"] == pytest.approx(float(total) / characters, rel=1e-4)
    assert metrics.gradient_norm == pytest.approx(float(tf.linalg.global_norm(gradients)) / characters, rel=1e-4)


def test_a_tagger_begins_with_what_was_learnt_of_unannotated_text(tmp_path, pretrained):
    records = str(tmp_path), write_records(tmp_path, {"train": invented_sentences(16)})
    spec = make_spec(tmp_path / "work", records, head="crf")
    state = launch.make_trainer(spec).state
    lines = initialize_from(pretrained.path, state)
    found, wanted = state.tagger.weights_by_name(), checkpoints.load(pretrained.best).arrays
    for name in ("tagger/ngrams/embeddings", "tagger/word_forward_0/lstm_cell/kernel"):
        np.testing.assert_array_equal(found[name], wanted[name])
    assert "  head/keys: not used: missing here" in lines


def test_a_pretrained_encoder_is_no_tagger(pretrained):
    with pytest.raises(InputError, match=r"pretrained without labels .*train a tagger that starts from it"):
        load_tagger(pretrained)


@pytest.mark.parametrize(
    ("splits", "training", "named"),
    [
        (("train", "validation"), {}, "a validation split (build records of the text with --train alone)"),
        (("train",), {"class_weighting": "effective_number", "train_sample": 8}, "--class_weighting, --train_sample"),
        (("train",), {"teacher": "work", "oversample": 0.5}, "--teacher, --oversample"),
    ],
)
def test_what_needs_labels_is_refused(tmp_path, splits, training, named):
    made = invented_sentences(8)
    dataset = write_records(tmp_path, dict.fromkeys(splits, made))
    config = Config(model=ModelConfig(**PRETRAINING), training=TrainingConfig(**training))
    with pytest.raises(InputError, match=re.escape(f"learns no labels, and cannot have {named}")):
        LaunchConfig(records=str(tmp_path), workdir=str(tmp_path / "work")).check(config, dataset)
