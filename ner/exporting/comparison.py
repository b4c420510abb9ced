"""Compares an export, loaded in a new process, with the tagger that it was made from."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import Any

from ner import files
from ner.errors import InputError
from ner.inference.doc import Doc
from ner.run_dir.workdir import WorkDir
from ner.text.detokenizer import space_after
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

NUM_TEXTS = 100
TOLERANCE = 1e-4  # of confidences
_ODD = (
    "",
    " ",
    "\x00",
    "\N{SNOWMAN} \N{REPLACEMENT CHARACTER}",
    "J. Smith's U.S.-based 1,000.5",
    "e\u0301\u200d \u6771\u4eac",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of a text: tags and confidences of its tokens, and entities `(type, start, end, confidence)`."""

    tags: list[str]
    confidences: list[float]
    entities: list[tuple[str, int, int, float]]

    @classmethod
    def of_doc(cls, doc: Doc) -> "Answer":
        """What `ner.Tagger` says."""
        entities = [(entity.label, entity.start, entity.end, entity.confidence) for entity in doc.ents]
        return cls(list(doc.tags), list(doc.confidences), entities)

    @classmethod
    def of_padded(cls, outputs: dict[str, list[Any]]) -> list["Answer"]:
        """What a SavedModel says of each text, from the rows of its padded outputs."""
        names = ("entity_types", "entity_starts", "entity_ends", "entity_confidences")
        answers = []
        for row, (tokens, entities) in enumerate(zip(outputs["num_tokens"], outputs["num_entities"], strict=True)):
            tags, confidences = (outputs[name][row][:tokens] for name in ("token_tags", "token_confidences"))
            columns = [outputs[name][row][:entities] for name in names]
            answers.append(cls(tags, confidences, list(zip(*columns, strict=True))))
        return answers

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Answer":
        """The answer that `dataclasses.asdict` made a JSON object of."""
        return cls(content["tags"], content["confidences"], [tuple(entity) for entity in content["entities"]])

    def same_tags(self, other: "Answer") -> int:
        """How many tokens have the same tag in both."""
        return sum(one == another for one, another in zip(self.tags, other.tags, strict=True))

    def agrees(self, other: "Answer") -> bool:
        """Whether all tags, types and places are the same, and confidences to `TOLERANCE`."""
        mine, others = (one.confidences + [entity[3] for entity in one.entities] for one in (self, other))
        places = [[entity[:3] for entity in one.entities] for one in (self, other)]
        return (
            self.tags == other.tags
            and places[0] == places[1]
            and all(abs(a - b) <= TOLERANCE for a, b in zip(mine, others, strict=True))
        )


def predicted_sentences(work: WorkDir, count: int) -> list[str]:
    """Up to `count` sentences of a run's reports (`reports/SPLIT.conll`), as running text; none without a report."""
    names = files.list_folder(work.reports) if files.exists(work.reports) else []
    found: list[str] = []
    for name in (name for name in names if name.endswith(".conll")):
        with files.open_file(files.join(work.reports, name), "r") as file:
            for is_token, lines in groupby(file, key=lambda line: "\t" in line):
                if len(found) == count:
                    return found
                if is_token:
                    tokens = [line.partition("\t")[0] for line in lines]
                    found.append(TokenizedText.from_tokens(tokens, space_after(tokens)).text)
    return found


def sample_texts(vocabulary: Vocabulary, sentences: Sequence[str] = ()) -> list[str]:
    """A hundred texts: `sentences`, random words over the characters of a vocabulary, and what it does not know."""
    random = Random(0)
    letters = [character for character in vocabulary.characters if not character.isspace()] or ["x"]

    def word() -> str:
        return "".join(random.choices(letters, k=random.randint(1, 12)))

    count = NUM_TEXTS - len(_ODD) - len(sentences)
    lengths = [600, *(random.randint(1, 40) for _ in range(count - 1))]  # the first is read in windows
    return [*_ODD, *sentences, *(" ".join(word() for _ in range(length)) for length in lengths)]


def run_loader(arguments: Sequence[str], folder: str, texts: Sequence[str]) -> Any:
    """What a new Python with `arguments`, which loads the export in `folder`, prints of `texts`, from JSON.

    Raises `InputError` with what it printed where it failed.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # the same modules as here
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise InputError(f"{folder}: the export was written but cannot be loaded; a new process printed\n{done.stderr}")
    return json.loads(done.stdout)


def check_same(texts: Sequence[str], expected: Sequence[Answer], found: Sequence[Answer]) -> None:
    """Raises RuntimeError that shows the first text of which an export does not say the same as its tagger."""
    for text, one, other in zip(texts, expected, found, strict=True):
        if not one.agrees(other):
            raise RuntimeError(f"the export says something else than its tagger of {text!r}:\n{other}\nnot\n{one}")
