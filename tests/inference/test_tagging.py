import dataclasses
import io
from pathlib import Path

import pytest

from ner.inference.inputs.input_text import InputText
from ner.inference.outputs.rendering import RenderOptions, renderer
from ner.inference.pipeline import Tagger
from ner.inference.tagging import write_tagged
from ner.text.tokenizer import TokenizedText
from tests.character_models import local_model


def tagged(document_weight, documents):
    """What is written of two windows of one file, with confidences."""
    model = local_model()
    lattice = dataclasses.replace(model.lattice, document_weight=document_weight)
    nlp = Tagger(dataclasses.replace(model, lattice=lattice))
    texts = zip(("Ada met Bo.", "Bo met Cy.", "Bo"), documents, strict=True)
    first, *rest = (InputText(TokenizedText.from_text(text), "one", 1, document=number) for text, number in texts)
    output = io.StringIO()
    render = renderer(nlp.labels, RenderOptions(output="json", confidence=True))
    write_tagged(nlp, iter([[first], rest]), render, output, batch_size=None)
    return output.getvalue().splitlines()


def test_sentences_of_a_document_inform_each_other_across_windows():
    alone, apart = tagged(0.0, [0, 0, 0]), tagged(0.7, [None, None, None])
    assert apart == alone
    assert len(alone) == 3
    changed = [one != other for one, other in zip(tagged(0.7, [0, 0, 1]), alone, strict=True)]
    assert changed == [True, True, False]


def test_output_that_cannot_be_written_is_named():
    nlp = Tagger(local_model())
    render = renderer(nlp.labels, RenderOptions())
    with Path("/dev/full").open("w") as full:
        with pytest.raises(OSError, match="No space left on device: 'output'"):
            write_tagged(nlp, [[InputText(TokenizedText.from_text("Ada"), "one", 1)]], render, full, batch_size=None)
        with pytest.raises(OSError, match="No space left on device"):
            full.close()
