"""Mutants of decoding: the biases of types, and the sentences of a document."""

from tests.benchmarks.mutants.mutant import Mutant

DECODING = (
    Mutant(
        "the biases of types are not kept",
        "ner/training/validation.py",
        "DecodingParameters(tagger.type_biases, tagger",
        "DecodingParameters((0.0,) * len(tagger.type_biases), tagger",
        "tests/training/test_chosen_decoding.py::test_a_run_finds_more_entities_with_the_biases_that_it_chose_on_validation",
    ),
    Mutant(
        "the biases of types are not read",
        "ner/run_dir/trained_tagger.py",
        'state.get("type_biases", same)',
        "same",
        "tests/training/test_chosen_decoding.py::test_a_run_finds_more_entities_with_the_biases_that_it_chose_on_validation",
    ),
    Mutant(
        "biases of types are searched with the last ones in place",
        "ner/training/validation.py",
        "        tagger.type_biases, tagger.document_weight = (0.0,) * len(tagger.labels.types), 0.0\n",
        "",
        "tests/training/test_chosen_decoding.py::test_each_validation_searches_its_own_biases_and_computes_each_batch_once",
    ),
    Mutant(
        "the chief alone has the biases of types",
        "ner/training/validation.py",
        "self._workers.broadcast(found)",
        "found or DecodingParameters(tagger.type_biases)",
        "tests/programs/test_several_workers.py::test_two_workers_that_make_several_updates_a_call_learn_what_one_learns",
    ),
    Mutant(
        "types have the same bias",
        "ner/evaluation/decoding_search.py",
        "            found = self._with_own_biases(found)\n",
        "",
        "tests/evaluation/test_decoding_search.py",
    ),
    Mutant(
        "a step of a type's bias that gains little is made",
        "ner/evaluation/decoding_search.py",
        "self._f1(found) + MIN_GAIN",
        "self._f1(found) + 1e-9",
        "tests/evaluation/test_decoding_search.py",
    ),
    Mutant(
        "the weight of a document's other sentences is not kept",
        "ner/training/validation.py",
        "tagger.document_weight)",
        "0.0)",
        "tests/training/test_chosen_decoding.py::test_a_run_uses_the_document_weight_that_it_chose_on_validation",
    ),
    Mutant(
        "a word's own sentence informs it",
        "ner/text/document_evidence.py",
        "self._sums[rows] - own_sums[pair]",
        "self._sums[rows]",
        "tests/text/test_document_evidence.py",
    ),
    Mutant(
        "sentences of all documents inform each other",
        "ner/text/document_evidence.py",
        "(document, text[start:end].casefold())",
        "(0, text[start:end].casefold())",
        "tests/text/test_document_evidence.py",
    ),
    Mutant(
        "sentences of a document are tagged one by one",
        "ner/inference/tagging.py",
        "batch_size=batch_size, documents=documents)",
        "batch_size=batch_size)",
        "tests/inference/test_tagging.py",
    ),
    Mutant(
        "documents end with the window that is read",
        "ner/inference/tagging.py",
        "with_whole_documents(windows) if nlp.uses_documents else windows",
        "windows",
        "tests/inference/test_tagging.py",
    ),
    Mutant(
        "raw text is scored without the sentences of its document",
        "ner/inference/raw_text.py",
        "annotator.tag(texts, batch_size, self._documents)",
        "annotator.tag(texts, batch_size)",
        "tests/inference/test_raw_text.py",
    ),
    Mutant(
        "what a model said is kept when its weights change",
        "ner/evaluation/output_memory.py",
        "            self._found = None\n",
        "            pass\n",
        "tests/evaluation/test_evaluator.py::test_a_batch_is_computed_once_while_weights_stay_the_same",
    ),
    Mutant(
        "a validation computes batches again to score them",
        "ner/training/validation.py",
        "with self._step.eval_weights(), self._evaluator.same_weights():",
        "with self._step.eval_weights():",
        "tests/training/test_chosen_decoding.py::test_each_validation_searches_its_own_biases_and_computes_each_batch_once",
    ),
)
