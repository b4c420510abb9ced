"""Linear-chain CRFs of python-crfsuite (Okazaki 2007) over hand-made features."""

import importlib.metadata
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.text.sentence import Sentence
from ner.text.spans import spans_of
from tests.benchmarks.peers.crf_features import RichFeatures, TutorialFeatures
from tests.benchmarks.peers.peer import Tagger


@dataclass(frozen=True, kw_only=True)
class Crf:
    """Trained by L-BFGS, which has no random numbers, with an elastic net: `c1` is its L1 part, `c2` its L2 part."""

    features: Callable[[Sequence[Sentence]], TutorialFeatures | RichFeatures]  # of the training split
    c1: float = 0.1
    c2: float = 0.1
    iterations: int = 100
    uses_seed: bool = False
    given: str = ""  # beside the training split, in words

    @property
    def settings(self) -> str:
        """`"python-crfsuite 0.9.12, c1 0.1, c2 0.1, at most 100 iterations"`."""
        version = importlib.metadata.version("python-crfsuite")
        return (
            f"python-crfsuite {version}, c1 {self.c1}, c2 {self.c2}, at most {self.iterations} iterations{self.given}"
        )

    def train(self, train: Sequence[Sentence], validation: Sequence[Sentence], seed: int) -> Tagger:
        """A tagger from `train` alone."""
        import pycrfsuite

        extract = self.features(train)
        trainer = pycrfsuite.Trainer(verbose=False)
        for one in train:
            trainer.append(extract(one.tokens, spans_of(one.tags)), one.tags)
        options = {"c1": self.c1, "c2": self.c2, "max_iterations": self.iterations}
        trainer.set_params({**options, "feature.possible_transitions": True})
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, "crf"))
            trainer.train(path)
            tagger = pycrfsuite.Tagger()
            tagger.open(path)  # reads the whole file; `open_inmemory` would keep a pointer into bytes that Python frees
        return lambda sentences: [tagger.tag(extract(tokens)) for tokens in sentences]
