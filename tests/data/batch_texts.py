"""The texts of training batches."""


def texts_of(dataset, batches):
    """The sentences of each batch, in its order."""
    return [[dataset.vocabulary.decode(row) for row in char_ids.numpy()] for char_ids, *_ in batches]
