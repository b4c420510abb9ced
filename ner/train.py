"""Trains a tagger: `python -m ner.train --records=DIR --workdir=DIR [--flagfile=launch/flags/PRESET.flags]`.

The same command again resumes a run that was killed. Exit status 75: the run was asked to stop (SIGTERM, SIGUSR1),
has saved, and wants to be started again; 0: it is finished.
"""

import os
import signal
from contextlib import ExitStack

from data_tools.readers import word_vector_files
from ner import files
from ner.cli import fail, leave, load_tensorflow, run_program
from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import Cluster, find_cluster
from ner.config import Config, ModelConfig
from ner.data.word_vectors import WordVectors
from ner.run_dir.lock import lock_for_training
from ner.run_dir.several_models import fingerprints
from ner.run_dir.workdir import WorkDir
from ner.signals import RUN_AGAIN
from ner.training.distributed.consistency import check_shared
from ner.training.instrumentation import profiled_steps
from ner.training.launch_config import ClusterConfig, LaunchConfig
from ner.version import code_fingerprint


def main(options: LaunchConfig, config: Config, cluster_options: ClusterConfig) -> int:
    """Checks all that can be checked and connects to the other workers before TensorFlow is imported; then trains."""
    for number in (signal.SIGTERM, signal.SIGUSR1):  # until the run listens to them; a container's first process, or
        signal.signal(number, lambda *_: leave(RUN_AGAIN))  # a job's, would ignore or not survive them
    cluster = find_cluster(cluster_options.cluster, os.environ)
    records, dataset = options.records, options.load_records()
    options.check(config, dataset)
    model, work = config.model, WorkDir(options.workdir)
    vectors = _word_vectors(model, work)
    notes = work.check(config, dataset, records, vectors)
    if cluster.num_workers > 1 and work.has_finished(config, dataset):
        if not cluster.is_chief:
            print("this run is finished already")
            return 0
        # the others may have ended before the report was written, and no scheduler starts them again
        cluster = Cluster.single_worker("the run is finished: no other worker is needed")
    seconds, startup_seconds = cluster_options.collective_timeout, cluster_options.startup_timeout
    must_match = {"code": code_fingerprint(), "records": dataset.fingerprint, "settings": config.to_settings()}
    if vectors:
        must_match["word vectors"] = vectors.fingerprint
    if teachers := options.teachers(config, dataset):
        must_match["weights of --teacher"] = " ".join(fingerprints(teachers))
    connected = ControlChannel.connect(cluster, must_match, startup_seconds, max(startup_seconds, seconds))
    with connected as channel, ExitStack() as stack:
        if cluster.is_chief and not options.dry_run:
            stack.enter_context(lock_for_training(work.path))
            work.prepare(config, dataset, records, vectors)
        if not options.dry_run:
            check_shared(work, channel, cluster.index, seconds)
        load_tensorflow(only_fatal=cluster.num_workers > 1)
        from ner.training import launch

        spec = launch.RunSpec(
            config,
            dataset,
            records,
            work,
            notes,
            cluster,
            channel,
            vectors,
            gpus=cluster_options.gpus,
            one_device=cluster_options.cluster == "none",
            startup_seconds=startup_seconds,
            collective_seconds=seconds,
            on_lost=fail,
            profiled=profiled_steps(options.profile_steps),
            reported=options.evaluate,
        )
        return launch.dry_run(spec) if options.dry_run else launch.train(spec)


def _word_vectors(model: ModelConfig, work: WorkDir) -> WordVectors | None:
    """The word vectors of a run; of a resumed one, whose file is gone since, those that its folder keeps."""
    if not model.word_vectors:
        return None
    if work.has_checkpoints and not files.exists(model.word_vectors) and work.config().model == model:
        return work.word_vectors()
    return word_vector_files.read(model.word_vectors, model.max_word_vectors)


def cli() -> None:
    """Entry point of the console script `ner-train`."""
    run_program(main, LaunchConfig, Config, ClusterConfig, at_once=True)


if __name__ == "__main__":
    cli()
