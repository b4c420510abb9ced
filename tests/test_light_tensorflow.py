import gc

import tensorflow as tf


def graphs_are_optimized():
    return not tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer")


def test_what_was_imported_is_not_searched_for_garbage():
    assert gc.get_freeze_count() > 100_000


def test_graphs_of_tests_are_left_as_they_are_unless_a_test_wants_what_users_run():
    assert not graphs_are_optimized()
    from tests.light_tensorflow import with_graph_optimizer  # not above: that alone would do what is tested here

    try:
        with_graph_optimizer()
        assert graphs_are_optimized()
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
