"""What is refused before a run starts."""

import dataclasses

import pytest

from ner.config import Config, ModelConfig
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED
from ner.training.launch_config import LaunchConfig
from tests.conftest import invented_sentences, write_records


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_records_that_nobody_annotated_are_refused_by_heads_that_learn_labels(tmp_path, head):
    made = [dataclasses.replace(one, tags=(NOT_ANNOTATED,) * len(one.tags)) for one in invented_sentences(6)]
    options = LaunchConfig(records="records", workdir=str(tmp_path / "work"))
    config = Config(model=ModelConfig(head=head))
    message = r"records: no token of the training split is annotated: these records are for --head=masked_words"
    with pytest.raises(InputError, match=message):
        options.check(config, write_records(tmp_path / "plain", {"train": made}))
    made[0] = invented_sentences(1)[0]
    options.check(config, write_records(tmp_path / "partly", {"train": made}))
