import dataclasses
import json

import pytest

from ner.config import Config, ModelConfig, differences
from ner.errors import InputError
from ner.settings import settings_of
from ner.training_config import TrainingConfig


def test_from_json_inverts_to_json():
    config = Config(model=ModelConfig(lstm_units=7), training=TrainingConfig(seed=3, schedule="linear"))
    assert Config.from_json(config.to_json(), "here") == config


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": {"colour": 1}, "training": {}}'])
def test_from_json_names_a_file_that_is_no_configuration(text):
    with pytest.raises(InputError, match=r"work/config\.json: not a config\.json"):
        Config.from_json(text, "work/config.json")


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (ModelConfig, {"lstm_units": 0}, "--lstm_units is 0, expected a whole number, 1 or more"),
        (ModelConfig, {"dropout": 1.0}, "--dropout is 1.0, expected a number from 0 to below 1"),
        (TrainingConfig, {"batch_size": -1}, "--batch_size is -1"),
        (TrainingConfig, {"logit_adjustment": 1.5}, "--logit_adjustment is 1.5, expected a number from 0 to 1"),
        (TrainingConfig, {"patience": -1}, "--patience is -1, expected a whole number, 0 or more"),
        (TrainingConfig, {"precision": "float64"}, "--precision is float64, expected one of float32, mixed_bfloat16"),
        (TrainingConfig, {"schedule": "step"}, "--schedule is step, expected one of constant"),
        (ModelConfig, {"encoder": "hierarchical", "bidirectional": False}, "leave --nobidirectional out"),
        (
            ModelConfig,
            {"encoder": "hierarchical", "head": "masked_words", "padding_output": True},
            "--head=masked_words has no outputs of labels: leave --padding_output out",
        ),
        (TrainingConfig, {"logit_adjustment": 1.0, "teacher": "work"}, "with --teacher they are in a part of it"),
    ],
)
def test_values_out_of_range_are_named_with_their_flag(kind, values, message):
    with pytest.raises(InputError, match=message):
        kind(**values)


def test_from_json_checks_values_and_names_the_file():
    text = Config().to_json().replace('"epochs": 20', '"epochs": 0')
    with pytest.raises(InputError, match=r"work/config\.json: not a config\.json.*--epochs is 0"):
        Config.from_json(text, "work/config.json")


def test_a_run_of_a_version_with_more_settings_is_read_where_they_had_no_effect():
    content = json.loads(Config().to_json())
    content["training"]["exchange_mentions"] = 0.0
    assert Config.from_json(json.dumps(content), "config.json") == Config()
    content["training"]["exchange_mentions"] = 0.5
    with pytest.raises(InputError, match=r"not a config\.json of this version .*exchange_mentions"):
        Config.from_json(json.dumps(content), "config.json")
    with pytest.raises(InputError, match=r"not a config\.json of this version"):
        Config.from_json('{"model": [], "training": {}}', "config.json")


def test_a_setting_that_has_another_name_now_is_read():
    content = json.loads(Config().to_json())
    content["training"]["tune_outside_bias"] = not content["training"].pop("tune_type_biases")
    assert Config.from_json(json.dumps(content), "config.json").training.tune_type_biases


def test_a_resumed_run_may_change_what_does_not_touch_the_past():
    assert {name for name, one in settings_of(Config).items() if one.changeable} == {
        *("epochs", "learning_rate", "schedule", "warmup_steps", "weight_decay", "clip_norm", "class_weighting"),
        *("logit_adjustment", "focal_gamma", "deterministic", "validate_every", "patience", "checkpoint_every"),
        *(
            "keep_checkpoints",
            "log_every",
            "train_sample",
            "kept_sentences",
            "uppercase",
            "lowercase",
        ),
        *("tune_type_biases", "tune_document_weight", "distillation", "steps_per_call"),
    }


def test_differences_lists_both_values():
    assert differences(ModelConfig(dropout=0.1), ModelConfig(dropout=0.2)) == {"dropout": (0.1, 0.2)}
    assert differences(ModelConfig(), dataclasses.replace(ModelConfig())) == {}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"folds": 1}, "--folds=1 and --fold=0: expected 2 folds or more"),
        ({"folds": 3, "fold": 3}, "a fold from 0 to folds - 1"),
        ({"fold": 1}, "--folds=0 and --fold=1"),
        ({"train_share": 0.5, "oversample": 0.1}, "leave --train_share and --folds out"),
    ],
)
def test_subsets_of_the_training_split_that_cannot_be_are_refused(settings, reason):
    with pytest.raises(InputError, match=reason):
        TrainingConfig(**settings)
