import tensorflow as tf

from ner.signals import RUN_AGAIN, StopRequests
from ner.training.distributed.stop_consensus import StopConsensus
from ner.training.distributed.workers import Replicas


class Workers:
    def __init__(self, count):
        self.count = count
        self.replicas = Replicas()
        self.started = False

    def end_startup(self):
        self.started = True


def votes(*numbers):
    return [tf.constant(number, tf.float64) for number in numbers]


def test_a_single_worker_stops_at_once():
    stop = StopRequests()
    agreement = StopConsensus(Workers(1), stop)
    assert not agreement.count(votes(0)[0])
    stop.exit_code = RUN_AGAIN
    assert agreement.own_vote == 1
    assert agreement.count(votes(1)[0])


def test_several_workers_stop_one_update_after_the_first_vote():
    workers = Workers(2)
    agreement = StopConsensus(workers, StopRequests())
    assert agreement.own_vote == 0
    assert [agreement.count(one) for one in votes(0, 0, 1, 2, 0)] == [False, False, False, True, True]


def test_the_startup_ends_when_the_first_update_is_made_on_all_workers():
    workers = Workers(2)
    consensus = StopConsensus(workers, StopRequests())
    [first, second] = votes(0, 0)
    consensus.count(first)  # a GPU may still compute it
    assert not workers.started
    consensus.count(second)
    assert workers.started
