"""What is saved: functions for Python, with ragged results, and signatures for everything else, with padded ones."""

import tensorflow as tf

from ner import files
from ner.inference.models.thresholds import Thresholds
from ner.model.tagger import Tagger
from ner.saved_model.graph import Outputs, TaggingGraph

_PLAIN = {"autograph": False, "jit_compile": False}
_TEXTS = tf.TensorSpec([None], tf.string, name="texts")
_RAGGED = (
    tf.RaggedTensorSpec([None, None], tf.string, ragged_rank=1, row_splits_dtype=tf.int64),
    tf.RaggedTensorSpec([None, None], tf.bool, ragged_rank=1, row_splits_dtype=tf.int64),
)
_PADDED = (
    tf.TensorSpec([None, None], tf.string, name="tokens"),
    tf.TensorSpec([None, None], tf.bool, name="space_after"),
)


def save(tagger: Tagger, spacing: str, folder: str, thresholds: Thresholds | None = None, lone_marks: str = "") -> None:
    """Writes a SavedModel; `spacing`, `thresholds` and `lone_marks` as in `text_module`."""
    module = text_module(tagger, spacing, thresholds, lone_marks)
    signatures = {
        "serving_default": module.serve,
        "tokens": module.serve_tokens,
        "characters": module.serve_characters,
    }
    # The export is not trained, and the gradient of an LSTM cannot be saved.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(module, folder, signatures=signatures, options=options)
    assets = files.join(folder, "assets")
    if files.exists(assets) and not files.list_folder(assets):
        files.remove_folder(assets)


def text_module(tagger: Tagger, spacing: str, thresholds: Thresholds | None = None, lone_marks: str = "") -> tf.Module:
    """A module for `tf.saved_model.save`; `spacing`, `thresholds` and `lone_marks` as in `TaggingGraph`.

    Its functions `tag`, `tag_tokens`, `tag_characters` and `log_probs` are those of `TaggingGraph`. `serve`,
    `serve_tokens` and `serve_characters`, which become the signatures `serving_default`, `tokens` and `characters`,
    have padded results, whose first dimension is N: -1, 0.0 or "" pads, and `num_tokens`, `num_entities` and
    `num_characters` int32 [N] count. Texts are UTF-8, and what is not counts as U+FFFD; any number of texts of any
    length goes through the tagger in batches of bounded size.
    """
    graph = TaggingGraph(tagger, spacing, thresholds, lone_marks)
    module = tf.Module(name="text_tagger")
    # What is not an attribute of the module is not saved with it.
    module.weights = [variable.value for variable in tagger.trainable_variables]
    tables = (network.encoder.word_vectors for network in tagger.networks)
    module.word_vectors = [table for table in tables if table]
    module.log_probs = graph.log_probs
    module.tag = tf.function(graph.tag, input_signature=[_TEXTS], **_PLAIN)
    module.tag_tokens = tf.function(graph.tag_tokens, input_signature=_RAGGED, **_PLAIN)
    module.tag_characters = tf.function(graph.tag_characters, input_signature=[_TEXTS], **_PLAIN)

    @tf.function(input_signature=[_TEXTS], **_PLAIN)
    def serve(texts: tf.Tensor) -> Outputs:
        return _padded(module.tag(texts))

    @tf.function(input_signature=_PADDED, **_PLAIN)
    def serve_tokens(tokens: tf.Tensor, space_after: tf.Tensor) -> Outputs:
        real = tokens != ""
        return _padded(
            graph.tag_tokens(tf.ragged.boolean_mask(tokens, real), tf.ragged.boolean_mask(space_after, real))
        )

    @tf.function(input_signature=[_TEXTS], **_PLAIN)
    def serve_characters(texts: tf.Tensor) -> Outputs:
        found = module.tag_characters(texts)
        return {"num_characters": _count(found["labels"]), **{name: _dense(ragged) for name, ragged in found.items()}}

    module.serve, module.serve_tokens, module.serve_characters = serve, serve_tokens, serve_characters
    return module


def _padded(found: Outputs) -> Outputs:
    return {
        "num_tokens": _count(found["token_tags"]),
        "num_entities": _count(found["entity_types"]),
        **{name: _dense(ragged) for name, ragged in found.items()},
    }


def _count(ragged: tf.RaggedTensor) -> tf.Tensor:
    return tf.cast(ragged.row_lengths(), tf.int32)


def _dense(ragged: tf.RaggedTensor) -> tf.Tensor:
    padding = {tf.string: "", tf.int32: -1}.get(ragged.dtype, 0.0)
    return ragged.to_tensor(padding)
