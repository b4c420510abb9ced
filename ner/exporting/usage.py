"""How an export of each format is called: what `ner.export` prints, and what its model card says."""

USAGE = {
    "saved_model": """\
With TensorFlow alone:

    import tensorflow as tf
    model = tf.saved_model.load("FOLDER/1")
    found = model.tag(tf.constant(["Ada Lovelace lived in London."]))
    print(found["entity_types"], found["entity_starts"], found["entity_ends"], found["entity_confidences"])

The same with this project: `ner.Tagger.load("FOLDER")`. It can also find the sentences of a paragraph
(`split_sentences=True`); elsewhere give each sentence as a text of its own, if the training data had single ones.

With TensorFlow Serving:

    tensorflow_model_server --rest_api_port=8501 --model_name=ner --model_base_path=FOLDER
    curl -d '{"inputs": {"texts": ["Ada Lovelace lived in London."]}}' localhost:8501/v1/models/ner:predict

The signature `serving_default` takes strings `texts` [N]; `tokens` takes `tokens` [N, W], "" at padding, and
`space_after` [N, W]; `characters` gives the probabilities of each character of `texts`. Positions count characters
(code points) or tokens from 0, ends are exclusive, and `num_tokens` and `num_entities` say how much of a row is no
padding.""",
    "onnx": """\
With this project, without TensorFlow (`pip install onnxruntime`):

    from ner import Tagger
    nlp = Tagger.load("FOLDER")
    for ent in nlp("Ada Lovelace lived in London.").ents:
        print(ent.text, ent.label, ent.start, ent.end, ent.confidence)

`model.onnx` alone takes `char_ids` [sentences, characters] (positions in `vocabulary` of `tagger.json` plus 2, 1 for
other characters, 0 at padding), `starts` and `ends` [sentences, words] of words in characters, and gives `log_probs`
of the labels of each character.""",
}
