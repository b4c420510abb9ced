"""Mutants of tagging, ensembles and exports."""

from tests.benchmarks.mutants.mutant import Mutant

_RENDERING = "tests/inference/test_rendering.py"
_SAVED_MODEL = "tests/saved_model/test_module.py"
_ONNX = "tests/onnx_model/test_network.py"

INFERENCE = (
    Mutant(
        "other fields of JSON lines are lost",
        "ner/inference/outputs/rendering.py",
        '({"fields": source.fields} if source.fields else {})',
        "{}",
        "tests/inference/test_input_json.py",
    ),
    Mutant(
        "half of a surrogate pair ends the program while it writes",
        "ner/inference/inputs/input_json.py",
        "ensure_ascii=False",
        "ensure_ascii=True",
        "tests/inference/test_input_json.py",
    ),
    Mutant(
        "character offsets of an entity end a token early",
        "ner/inference/doc.py",
        "ends[span.end - 1]",
        "ends[span.start]",
        _RENDERING,
    ),
    Mutant(
        "confidence of the first token alone",
        "ner/inference/doc.py",
        "self.confidences[span.start : span.end]",
        "self.confidences[span.start : span.start + 1]",
        _RENDERING,
    ),
    Mutant(
        "tagged texts come out by length",
        "ner/inference/annotator.py",
        "evidence[numbers] = values",
        "evidence[:] = values",
        "tests/inference/test_annotator.py",
    ),
    Mutant(
        "decoding of ner.tag ignored",
        "ner/inference/pipeline.py",
        "self._annotator = Annotator(model, decoding)",
        'self._annotator = Annotator(model, "viterbi")',
        "tests/inference/test_pipeline.py",
    ),
    Mutant(
        "text is read with spaces that the model was not trained on",
        "ner/inference/annotator.py",
        "as_trained(TextBatch.from_texts(texts), self.model.spacing)",
        "TextBatch.from_texts(texts)",
        "tests/inference/test_pipeline.py",
    ),
    Mutant(
        "words of a window count without context",
        "ner/inference/text_windows.py",
        "ends[last - 1] - context",
        "ends[last - 1]",
        "tests/inference/test_text_windows.py",
    ),
    Mutant(
        "escape codes of a text reach the terminal",
        "ner/inference/outputs/printable.py",
        'return _CONTROL.sub("\\N{REPLACEMENT CHARACTER}", text)',
        "return text",
        _RENDERING,
    ),
    Mutant(
        "an unknown character of an export is padding",
        "ner/saved_model/graph.py",
        "tf.gather(self._ids, place), UNKNOWN)",
        "tf.gather(self._ids, place), 0)",
        _SAVED_MODEL,
    ),
    Mutant(
        "an export reads text with the spaces that it has, whatever it was trained on",
        "ner/saved_model/graph.py",
        "texts.spaced(None if self._spacing == BETWEEN_TOKENS else gaps)",
        "texts.spaced(gaps)",
        _SAVED_MODEL,
    ),
    Mutant(
        "padding words change the best path of an export",
        "ner/saved_model/decoding.py",
        "total = tf.where(is_real, tf.reduce_max(candidates, axis=1) + scores[word], total)",
        "total = tf.reduce_max(candidates, axis=1) + scores[word]",
        "tests/saved_model/test_decoding.py",
    ),
    Mutant(
        "one long text makes all of a request as long",
        "ner/saved_model/batching.py",
        "tf.math.count_nonzero(padded <= max_size, dtype=tf.int32)",
        "tf.size(candidates)",
        "tests/saved_model/test_batching.py",
    ),
    Mutant(
        "gates of an ONNX LSTM in Keras' order",
        "ner/onnx_model/recurrent.py",
        "_LSTM_GATES = (0, 3, 1, 2)",
        "_LSTM_GATES = (0, 1, 2, 3)",
        _ONNX,
    ),
    Mutant(
        "an ONNX network reads words by the wrong end",
        "ner/onnx_model/hierarchical.py",
        "batch.last(forward, units), batch.first(backward, units)",
        "batch.first(forward, units), batch.last(backward, units)",
        _ONNX,
    ),
    Mutant(
        "reports on other weights count for an export",
        "ner/exporting/model_card.py",
        "if report.step == step and",
        "if report.step and",
        "tests/exporting/test_model_card.py",
    ),
    Mutant(
        "an export is kept whatever it answers",
        "ner/exporting/comparison.py",
        "if not one.agrees(other):",
        "if one.tags and one.agrees(other) is None:",
        "tests/exporting/test_comparison.py",
    ),
    Mutant(
        "ner.evaluate without its ensemble",
        "ner/evaluate.py",
        "        ensemble=works[1:],\n",
        "",
        "tests/inference/test_split_evaluation.py::test_the_programs_take_an_ensemble_from_their_flag_and_warn_of_a_gpu",
    ),
    Mutant(
        "ner.tag without its ensemble",
        "ner/tag.py",
        "        *ensemble,\n",
        "",
        "tests/inference/test_split_evaluation.py::test_the_programs_take_an_ensemble_from_their_flag_and_warn_of_a_gpu",
    ),
    Mutant(
        "temperature ignored by tagging",
        "ner/run_dir/trained_tagger.py",
        "tagger.temperature = calibration.temperature",
        "tagger.temperature = 1.0",
        "tests/inference/test_split_evaluation.py::test_the_first_evaluation_calibrates_confidences_for_reports_and_tagging",
    ),
    Mutant(
        "calibration of other weights counts",
        "ner/run_dir/workdir.py",
        "if found is None or found.step != step:",
        "if found is None:",
        "tests/run_dir/test_confidence_calibration.py",
    ),
    Mutant(
        "a calibration is fitted on top of an earlier one",
        "ner/inference/split_evaluation.py",
        "    tagger.temperature = 1.0\n",
        "",
        "tests/inference/test_split_evaluation.py::test_a_calibration_on_other_records_is_replaced_by_one_on_the_own_and_"
        "kept_from_then_on",
    ),
    Mutant(
        "calibration of other weights of the step counts",
        "ner/run_dir/workdir.py",
        'found if found.weights in ("", checkpoints.fingerprint(self.best)) else None',
        "found",
        "tests/inference/test_split_evaluation.py::test_other_weights_of_the_same_step_are_calibrated_again",
    ),
    Mutant(
        "reports on other weights of the step are in the model card",
        "ner/exporting/model_card.py",
        "report.step == step and report.members in accepted",
        "report.step == step",
        "tests/exporting/test_model_card.py",
    ),
    Mutant(
        "thresholds of a precision ignored",
        "ner/inference/pipeline.py",
        "docs if limits is None else [doc.confident(limits) for doc in docs]",
        "docs",
        "tests/inference/test_pipeline.py::test_entities_are_left_out_where_their_type_has_not_the_precision",
    ),
    Mutant(
        "an entity that is too long to be explained ends the tagging",
        "ner/inference/explaining.py",
        "except LongEntityError:",
        "except KeyError:",
        "tests/inference/test_explaining.py::"
        "test_an_entity_that_is_too_long_has_no_explanation_and_the_others_keep_theirs",
    ),
)
