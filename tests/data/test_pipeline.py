from ner.data.batches import evaluation_batches, training_batches
from ner.data.replica_batches import global_batches


def test_no_pipeline_waits_for_the_autotuner_when_it_is_deleted(records):
    folder, dataset = records
    made = (
        training_batches(dataset, folder, batch_size=4, seed=0),
        training_batches(dataset, folder, batch_size=4, seed=0).take(2).cache(),
        global_batches(dataset, folder, num_parts=2, own=[0], batch_size=4, seed=0),
        evaluation_batches(dataset, folder, "train", 4),
    )
    assert [batches.options().autotune.enabled for batches in made] == [False] * len(made)
