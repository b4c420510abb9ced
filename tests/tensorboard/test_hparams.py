import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

from ner.config import Config
from ner.tensorboard import hparams
from ner.training_config import TrainingConfig


def test_settings_are_a_trial_of_their_own(tmp_path):
    for trial in ("a/work", "b/work"):
        writer = tf.summary.create_file_writer(str(tmp_path / trial))
        with writer.as_default():
            hparams.write(Config(training=TrainingConfig(seed=7)), trial)
        writer.close()
    names = set()
    for trial in ("a/work", "b/work"):
        events = EventAccumulator(str(tmp_path / trial))
        events.Reload()
        content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
        start = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
        names.add(start.group_name)
        assert start.hparams["seed"].number_value == 7
        assert start.hparams["schedule"].string_value == "cosine"
        assert start.hparams["bidirectional"].bool_value is True
    assert names == {"a/work", "b/work"}
