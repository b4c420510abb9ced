"""Word vectors for a CRF, which wants words in groups: clusters of different sizes, as Brown clusters are used.

Turian et al. 2010, https://aclanthology.org/P10-1040, give a CRF clusters of a word and of its neighbours.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from ner.data.word_vectors import WordVectors
from ner.text.sentence import Sentence
from ner.text.spans import Span
from tests.benchmarks.peers.crf_features import Features, RichFeatures

SIZES = (50, 200, 1000)  # numbers of clusters
_OFFSETS = (-2, -1, 0, 1, 2)


class RichFeaturesWithClusters(RichFeatures):
    """`RichFeatures`, and the clusters of each word and of two on both sides."""

    def __init__(self, train: Sequence[Sentence], word_vectors: WordVectors) -> None:
        super().__init__(train)
        numbers = np.stack([_clusters(word_vectors.vectors, size) for size in SIZES], axis=1).tolist()
        self._clusters = {word: numbers[row] for word, row in word_vectors.rows_by_spelling().items()}

    def __call__(self, tokens: Sequence[str], held_out: Sequence[Span] = ()) -> Features:
        """The features of each token; see `RichFeatures`."""
        features = super().__call__(tokens, held_out)
        known = [self._clusters.get(token, ()) for token in tokens]
        for position, found in enumerate(features):
            for offset in _OFFSETS:
                if 0 <= position + offset < len(tokens):
                    pairs = zip(SIZES, known[position + offset], strict=False)
                    found += [f"{offset}:c{size}={cluster}" for size, cluster in pairs]
        return features


def _clusters(vectors: np.ndarray, size: int) -> np.ndarray:
    """The cluster of each vector, int [N]."""
    count = min(size, len(vectors))
    means = MiniBatchKMeans(count, random_state=0, n_init=3, batch_size=8_192)
    found: np.ndarray = means.fit_predict(vectors.astype(np.float32))
    return found
