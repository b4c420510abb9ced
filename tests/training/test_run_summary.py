import dataclasses

import pytest

from ner.config import Config, ModelConfig
from ner.training.run_summary import describe_result, settings_without_effect
from ner.training_config import TrainingConfig
from tests.training.small_run import make_trainer


@pytest.mark.parametrize(
    ("model", "training", "flags"),
    [
        ({"char_loss_weight": 0.0}, {"class_weighting": "inverse_sqrt"}, "--class_weighting"),
        ({"char_loss_weight": 0.0}, {"focal_gamma": 2.0}, "--focal_gamma"),
        (
            {"char_loss_weight": 0.0},
            {"focal_gamma": 2.0, "class_weighting": "inverse_sqrt"},
            "--class_weighting and --focal_gamma",
        ),
        ({"char_loss_weight": 0.0}, {}, ""),
        ({"char_loss_weight": 0.1}, {"focal_gamma": 2.0}, ""),
        ({"head": "softmax"}, {"focal_gamma": 2.0}, ""),
    ],
)
def test_weights_of_characters_that_a_crf_leaves_out_are_named(records, model, training, flags):
    config = Config(model=ModelConfig(**{"head": "crf"} | model), training=TrainingConfig(**training))
    expected = (
        f"{flags}: no effect on the loss, because with --head=crf only the characters' share is weighted, and "
        "--char_loss_weight is 0"
    )
    assert settings_without_effect(config, records[1]) == ([expected] if flags else [])


def test_early_stopping_without_a_validation_split_is_named(records):
    _, dataset = records
    splits = {name: split for name, split in dataset.splits.items() if name != "validation"}
    config = Config(training=TrainingConfig(patience=3, validate_every=5, tune_type_biases=True))
    [warning] = settings_without_effect(config, dataclasses.replace(dataset, splits=splits))
    assert warning == "no validation split: no effect of --patience, --validate_every, --tune_type_biases"
    assert settings_without_effect(config, dataset) == []


@pytest.mark.parametrize("entities", [{}, {"PER": 0}])
def test_a_validation_split_without_entities_is_named(records, entities):
    _, dataset = records
    split = dataclasses.replace(dataset.split("validation"), entities=entities)
    dataset = dataclasses.replace(dataset, splits={**dataset.splits, "validation": split})
    [warning] = settings_without_effect(Config(training=TrainingConfig(patience=3)), dataset)
    assert warning == (
        "validation has no entity: --best_metric=entity/micro_f1 is always 0, so the last weights are kept, and "
        "--patience=3 ends the run early; validate on other files, or with --best_metric=loss"
    )
    assert "patience" not in settings_without_effect(Config(), dataset)[0]
    assert settings_without_effect(Config(training=TrainingConfig(best_metric="loss")), dataset) == []


@pytest.mark.parametrize(
    ("model", "training", "warning"),
    [
        ({"word_units": 8, "masked_share": 0.1}, {}, "--encoder=lstm --head=softmax: --word_units, --masked_share"),
        ({"char_loss_weight": 0.0}, {}, "no effect with --encoder=lstm --head=softmax: --char_loss_weight"),
        ({}, {"logit_adjustment": 1.0}, "--logit_adjustment: no effect without --class_weighting"),
        (
            {"head": "crf"},
            {"logit_adjustment": 1.0, "class_weighting": "inverse_sqrt"},
            "--logit_adjustment: no effect with --head=crf",
        ),
        ({}, {"distillation": 1.0}, "--distillation: no effect without --teacher"),
        ({}, {"distillation": 0.0, "teacher": "other"}, "--teacher: no effect with --distillation=0"),
        (
            {"encoder": "hierarchical", "max_word_vectors": 9},
            {},
            "--max_word_vectors: no effect without --word_vectors",
        ),
        (
            {},
            {"distillation": 1.0, "teacher": "other", "focal_gamma": 2.0},
            "--focal_gamma: no effect with --distillation=1",
        ),
    ],
)
def test_settings_that_need_another_one_are_named(records, model, training, warning):
    config = Config(model=ModelConfig(**model), training=TrainingConfig(**training))
    [found] = settings_without_effect(config, records[1])
    assert warning in found


def test_a_result_says_whether_early_stopping_ended_the_run(tmp_path, records):
    trainer, _ = make_trainer(tmp_path, records, epochs=4)
    config, progress = TrainingConfig(epochs=4, patience=2), trainer.progress
    progress.step, progress.seconds, progress.best_step, progress.best_score = 9, 61.0, 5, 0.25
    progress.sentences = trainer.data.total_sentences
    assert describe_result(config, trainer) == "9 steps in 1:01; best at step 5: validation entity/micro_f1 0.2500"
    progress.sentences //= 2
    assert describe_result(config, trainer).startswith("9 steps in 1:01, stopped early at epoch 2.00/4 (--patience=2);")
    progress.sentences, progress.best_score = trainer.data.total_sentences, None
    assert describe_result(config, trainer) == "9 steps in 1:01; no validation: the last weights are kept"
