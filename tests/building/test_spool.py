"""Batches come back from a spool as they were written, from any of them on."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data_tools.building.spool import pack, read_batches
from ner.text.sentence_batch import SentenceBatch
from tests.text.test_sentence import any_sentence


@given(st.lists(st.lists(any_sentence, min_size=1, max_size=4), min_size=1, max_size=3))
def test_read_batches_inverts_pack(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "spool"
    batches, offsets = [SentenceBatch.from_sentences(sentences) for sentences in written], []
    with path.open("wb") as file:
        for batch in batches:
            offsets.append(file.tell())
            file.write(pack(batch))
    for index, offset in enumerate(offsets):
        read = list(read_batches(str(path), offset))
        assert len(read) == len(batches) - index
        for one, other in zip(read, batches[index:], strict=True):
            for field in dataclasses.fields(SentenceBatch):
                assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name
