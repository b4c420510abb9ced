"""From text to tokens, their labels and entities: everything that `ner.tag` does, as TensorFlow ops."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from ner.inference.models.thresholds import Thresholds
from ner.model.gathered_words import GatheredWords
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.saved_model.batching import MAX_BATCH_CHARACTERS, map_batches, rows_of
from ner.saved_model.characters import positions_read
from ner.saved_model.decoding import decode_words, word_scores
from ner.saved_model.entities import Entities, confident_labels, entities_of
from ner.saved_model.texts import Texts
from ner.saved_model.windows import Windows, windows_of
from ner.text.spacing import BETWEEN_TOKENS
from ner.text.vocabulary import UNKNOWN

Outputs = dict[str, tf.Tensor | tf.RaggedTensor]
# Windows [B], words [B, W], log-probabilities [B, T, C] -> how many rows each window has [B], and the rows, [rows, C].
_OfWindows = Callable[[Windows, Words, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class TaggingGraph:
    """What a tagger says of texts; `spacing` is that of its training texts (`ner.text.spacing`).

    `lone_marks` are tokens by themselves (`TokenizedText.from_text`). With `thresholds`, entities of less confidence
    are left out, and the tags of their tokens are O. `log_probs` is the network alone: `char_ids`, `starts` and `ends`
    of padded batches to float32 [B, T, C]. All other results are ragged, N texts in the order they came. Positions are
    int32, ends exclusive, confidences float32.
    """

    def __init__(
        self, tagger: Tagger, spacing: str, thresholds: Thresholds | None = None, lone_marks: str = ""
    ) -> None:
        self._labels, self._spacing, self._thresholds = tagger.labels, spacing, thresholds
        self._lone_marks = lone_marks
        batch = [tf.TensorSpec([None, None], tf.int32)] * 3

        @tf.function(input_signature=batch, autograph=False, jit_compile=False)  # in the graph once, for all its calls
        def log_probs(char_ids: tf.Tensor, starts: tf.Tensor, ends: tf.Tensor) -> tf.Tensor:
            return tagger.log_probs(char_ids, GatheredWords(starts, ends))

        self.log_probs = log_probs
        known = np.array([ord(character) for character in tagger.vocabulary.characters], np.int32)
        order = np.argsort(known)
        self._code_points = known[order]
        self._ids = tagger.vocabulary.encode("".join(tagger.vocabulary.characters)).astype(np.int32)[order]
        self._lattice = tagger.lattice()

    def tag(self, texts: tf.Tensor) -> Outputs:
        """Tokens and entities of UTF-8 strings [N], with their places in the text in characters."""
        given = Texts.from_text(texts, self._lone_marks)
        labels, confidences = self._label_words(self._as_trained(given, given.gaps()))
        entities = entities_of(self._labels, labels, confidences)
        return {
            "token_starts": given.starts,
            "token_ends": given.ends,
            **self._token_outputs(labels, confidences),
            "entity_starts": tf.gather(given.starts, entities.first_words, batch_dims=1),
            "entity_ends": tf.gather(given.ends, entities.end_words - 1, batch_dims=1),
            **_entity_outputs(entities),
        }

    def tag_tokens(self, tokens: tf.RaggedTensor, space_after: tf.RaggedTensor) -> Outputs:
        """Tags and entities of tokens, UTF-8 strings, ragged [N, W], none empty; places count tokens.

        `space_after` ragged bool [N, W] says where a space stands after a token.
        """
        texts = Texts.from_tokens(tokens)
        labels, confidences = self._label_words(self._as_trained(texts, space_after.flat_values))
        entities = entities_of(self._labels, labels, confidences)
        return {
            **self._token_outputs(labels, confidences),
            "entity_starts": entities.first_words,
            "entity_ends": entities.end_words,
            **_entity_outputs(entities),
        }

    def tag_characters(self, texts: tf.Tensor) -> Outputs:
        """The likeliest label of each character of UTF-8 strings [N], and the probabilities of all, [N, T, C].

        White space around a text was not read, nor what follows the first 2,000 characters of a word: there the label
        is empty, and the probabilities are 0.
        """
        given = Texts.from_text(texts, self._lone_marks)
        read = self._as_trained(given, given.gaps())
        positions = positions_read(given, read) + 1  # 0 for what was not read
        probabilities = tf.gather(tf.pad(self._probabilities(read), [[1, 0], [0, 0]]), positions)
        names = tf.gather(self._labels.names, tf.argmax(probabilities, axis=-1))
        return {
            "labels": given.characters.with_flat_values(tf.where(tf.reduce_any(probabilities > 0, axis=-1), names, "")),
            "probabilities": given.characters.with_flat_values(probabilities),
        }

    def _as_trained(self, texts: Texts, gaps: tf.Tensor) -> Texts:
        """See `ner.text.spacing.as_trained`."""
        return texts.spaced(None if self._spacing == BETWEEN_TOKENS else gaps)

    def _char_ids(self, texts: Texts) -> tf.Tensor:
        """Ids of the characters of all texts, int32 [T of all]."""
        codes = texts.characters.flat_values
        place = tf.minimum(tf.searchsorted(self._code_points, codes), len(self._code_points) - 1)
        known = tf.gather(self._code_points, place) == codes
        return tf.where(known, tf.gather(self._ids, place), UNKNOWN)

    def _label_words(self, texts: Texts) -> tuple[tf.RaggedTensor, tf.RaggedTensor]:
        """Label ids int32 and confidences float64 of words, ragged [N, W]."""
        scores = self._word_scores(texts)  # [W of all, C]
        counts = tf.cast(texts.starts.row_lengths(), tf.int32)
        first_words = tf.cast(texts.starts.row_starts(), tf.int32)

        def decode(rows: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
            lengths = tf.gather(counts, rows)
            real = tf.sequence_mask(lengths)
            found = decode_words(rows_of(scores, tf.gather(first_words, rows), lengths), real, self._lattice)
            return lengths, [tf.boolean_mask(values, real) for values in found]

        specs = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float64)]
        found = map_batches(counts, MAX_BATCH_CHARACTERS, decode, specs)
        labels, confidences = (texts.starts.with_flat_values(values) for values in found)
        if self._thresholds is not None:
            labels = confident_labels(self._labels, labels, confidences, self._thresholds)
        return labels, confidences

    def _word_scores(self, texts: Texts) -> tf.Tensor:
        """Scores of all words, float64 [W of all, C], each from the window in which it counts."""

        def scores_of(windows: Windows, words: Words, log_probs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            number = windows.first_word[:, None] + tf.range(tf.shape(words.starts)[1])
            counted = (number >= windows.first_counted[:, None]) & (number < windows.end_counted[:, None])
            scores = word_scores(log_probs, words, self._lattice)
            return windows.end_counted - windows.first_counted, tf.boolean_mask(scores, counted)

        return self._read(texts, scores_of, tf.float64)

    def _probabilities(self, texts: Texts) -> tf.Tensor:
        """Probabilities of all characters' labels, float32 [T of all, C], 0 where a word is too long to be read."""
        starts, _ = texts.places()
        bounds = tf.concat([starts, tf.shape(texts.characters.flat_values)], axis=0)

        def probabilities_of(windows: Windows, _: Words, log_probs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            first, end = (tf.gather(bounds, words) for words in (windows.first_counted, windows.end_counted))
            counts = end - first
            step = (first - windows.first_char)[:, None] + tf.range(tf.reduce_max(counts))
            read = step < (windows.end_char - windows.first_char)[:, None]
            found = tf.gather(tf.exp(log_probs), tf.where(read, step, 0), batch_dims=1)
            return counts, tf.boolean_mask(tf.where(read[..., None], found, 0.0), tf.sequence_mask(counts))

        return self._read(texts, probabilities_of, tf.float32)

    def _read(self, texts: Texts, function: _OfWindows, dtype: tf.DType) -> tf.Tensor:
        """What `function` makes of the log-probabilities of the characters of all windows, `dtype` [of all, C]."""
        char_ids, (starts, ends) = self._char_ids(texts), texts.places()
        windows = windows_of(texts)

        def read(rows: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
            batch = Windows(*(tf.gather(column, rows) for column in windows))
            ids = rows_of(char_ids, batch.first_char, batch.end_char - batch.first_char)  # [B, T]
            num_words = batch.end_word - batch.first_word
            real, origin = tf.sequence_mask(num_words), batch.first_char[:, None]
            first = tf.where(real, rows_of(starts, batch.first_word, num_words) - origin, 0)  # [B, W]
            end = tf.where(real, rows_of(ends, batch.first_word, num_words) - origin, 0)
            words = Words(first, tf.minimum(end, tf.shape(ids)[1]))  # the end of a word may be too far away to be read
            counts, values = function(batch, words, self.log_probs(ids, *words))
            return counts, [values]

        spec = tf.TensorSpec([None, len(self._labels)], dtype)
        return map_batches(windows.end_char - windows.first_char, MAX_BATCH_CHARACTERS, read, [spec])[0]

    def _token_outputs(self, labels: tf.RaggedTensor, confidences: tf.RaggedTensor) -> Outputs:
        return {
            "token_tags": labels.with_flat_values(tf.gather(self._labels.names, labels.flat_values)),
            "token_confidences": tf.cast(confidences, tf.float32),
        }


def _entity_outputs(entities: Entities) -> Outputs:
    return {"entity_types": entities.types, "entity_confidences": tf.cast(entities.confidences, tf.float32)}
