"""A tagger that takes text and gives label names, as one graph that needs nothing of this project to run."""

import tensorflow as tf

from ner.data.padding import true_positions
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import UNKNOWN, Vocabulary

_SPACE = ord(" ")


def string_tagger(tagger: Tagger, vocabulary: Vocabulary, labels: Labels) -> tf.Module:
    """A module for `tf.saved_model.save` with one function, `tag(sentences)`, of UTF-8 strings [B].

    `tag` gives `labels` string [B, T], the likeliest of each character, empty at padding; `probabilities` float32
    [B, T, C] over `label_names` string [C], 0 at padding; and `lengths` int32 [B], the characters of each sentence,
    T at most. What is not UTF-8 counts as U+FFFD.
    """
    module = tf.Module(name="string_tagger")
    # What is not an attribute of the module is not saved with it.
    module.weights = [variable.value for variable in tagger.trainable_variables]
    code_points = tf.constant([ord(character) for character in vocabulary.characters], tf.int32)
    ids = tf.constant(vocabulary.encode("".join(vocabulary.characters)), tf.int32)
    module.ids = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(code_points, ids), UNKNOWN)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="sentences")], jit_compile=False)
    def tag(sentences: tf.Tensor) -> dict[str, tf.Tensor]:
        characters = tf.strings.unicode_decode(sentences, "UTF-8")  # ragged [B, T]
        lengths = tf.cast(characters.row_lengths(), tf.int32)
        char_ids = tf.ragged.map_flat_values(module.ids.lookup, characters).to_tensor()
        # An LSTM needs at least one step, and a batch of empty sentences has none: one of padding comes and goes.
        spaced = tf.pad(characters.to_tensor(), [[0, 0], [0, 1]], constant_values=_SPACE)
        log_probs = tagger.log_probs(tf.pad(char_ids, [[0, 0], [0, 1]]), _words_between_spaces(spaced))[:, :-1]
        real = tf.sequence_mask(lengths)  # [B, T]
        names = tf.constant(labels.names)
        return {
            "labels": tf.where(real, tf.gather(names, tf.argmax(log_probs, axis=-1)), ""),
            "probabilities": tf.where(real[..., None], tf.exp(log_probs), 0.0),
            "lengths": lengths,
            "label_names": names,
        }

    module.tag = tag
    return module


def _words_between_spaces(characters: tf.Tensor) -> Words:
    """The runs of characters that are no spaces, of code points int32 [B, T], of which 0 pads."""
    inside = tf.cast((characters != _SPACE) & (characters != 0), tf.int32)
    before, after = tf.pad(inside[:, :-1], [[0, 0], [1, 0]]), tf.pad(inside[:, 1:], [[0, 0], [0, 1]])
    starts, ends = (true_positions(inside > beside, plus) for beside, plus in ((before, 0), (after, 1)))
    return Words(starts, ends)
