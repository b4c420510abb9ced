from pathlib import Path

import numpy as np
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from ner.tensorboard import projector
from ner.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(("\t", " ", "A", "z", "é", "7", "\u0301", "\u200b"))


def test_characters_are_named_so_that_each_can_be_read():
    lines = [line.split("\t") for line in projector.characters_tsv(VOCABULARY).splitlines()]
    assert lines[0] == ["character", "kind", "code", "name", "id"]
    assert lines[1] == ["<unknown>", "special", "", "any other character", "1"]
    assert lines[2] == ["<U+0009>", "control", "U+0009", "", "2"]
    assert lines[3] == ["<space>", "space", "U+0020", "SPACE", "3"]
    assert lines[4] == ["A", "upper case", "U+0041", "LATIN CAPITAL LETTER A", "4"]
    assert [line[:2] for line in lines[5:]] == [
        ["z", "lower case"],
        ["é", "lower case"],
        ["7", "digit"],
        ["<combining acute accent>", "mark"],
        ["<zero width space>", "control"],
    ]


def test_the_projector_finds_a_vector_for_each_character(tmp_path):
    vectors = np.arange(20.0).reshape(10, 2)
    projector.write(str(tmp_path), vectors, VOCABULARY)
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (described,) = config.embeddings
    found = np.loadtxt(tmp_path / described.tensor_path, delimiter="\t")
    assert np.array_equal(found, vectors[1:]), "all but padding"
    lines = Path(tmp_path / described.metadata_path).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(found)
