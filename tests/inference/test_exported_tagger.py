import dataclasses
import json

import numpy as np

from ner.inference.models.exported_tagger import read_tagger, write_tagger
from tests.character_models import local_model


def test_what_decoding_needs_is_read_as_it_was_written(tmp_path):
    model = dataclasses.replace(local_model(), lone_marks="-'")
    lattice = dataclasses.replace(model.lattice, length_scale=(0.5, -0.25), document_weight=0.4)
    lattice = lattice.with_biases(np.array([-1.5, *[0.0] * (len(lattice.start) - 1)])).with_temperature(2.0)
    write_tagger(str(tmp_path), dataclasses.replace(model, lattice=lattice))
    found = read_tagger(str(tmp_path), model.log_probs)
    assert (found.vocabulary, found.labels, found.spacing) == (model.vocabulary, model.labels, model.spacing)
    assert found.lone_marks == "-'"
    for field in dataclasses.fields(lattice):
        np.testing.assert_array_equal(getattr(found.lattice, field.name), getattr(lattice, field.name))
    assert (found.lattice.temperature, found.lattice.document_weight) == (2.0, 0.4)


def test_exports_of_earlier_versions_have_the_tokens_of_the_rule(tmp_path):
    write_tagger(str(tmp_path), local_model())
    content = json.loads((tmp_path / "tagger.json").read_text())
    del content["lone_marks"]
    (tmp_path / "tagger.json").write_text(json.dumps(content))
    assert read_tagger(str(tmp_path), local_model().log_probs).lone_marks == ""
