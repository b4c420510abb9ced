"""Parts of a split: samples, shares that are nested, folds that divide it."""

import itertools

import numpy as np
import pytest

from ner.data.subset import Subset


def test_shares_of_a_seed_are_nested_and_as_large_as_said():
    shares = [Subset.to_train_on(1000, share, seed=3) for share in (0.001, 0.1, 0.25, 0.5)]
    assert [one.num_sentences for one in shares] == [1, 100, 250, 500]
    for smaller, larger in itertools.pairwise(shares):
        assert (smaller.chosen <= larger.chosen).all()
    assert Subset.to_train_on(1000, 1.0, seed=3) is None
    assert (Subset.to_train_on(1000, 0.5, seed=4).chosen != shares[-1].chosen).any()
    np.testing.assert_array_equal(Subset.to_train_on(1000, 0.5, seed=3).chosen, shares[-1].chosen)
    assert Subset.to_train_on(3, 0.01, seed=0).num_sentences == 1


def test_folds_have_every_sentence_once_and_training_has_the_others():
    folds = [Subset.fold(103, number, 5) for number in range(5)]
    np.testing.assert_array_equal(sum(one.chosen.astype(int) for one in folds), 1)
    assert {one.num_sentences for one in folds} == {20, 21}
    for number, fold in enumerate(folds):
        trained = Subset.to_train_on(103, 1.0, seed=number, folds=5, fold=number)
        np.testing.assert_array_equal(trained.chosen, ~fold.chosen)
    half = Subset.to_train_on(103, 0.5, seed=0, folds=5, fold=2)
    assert half.num_sentences == pytest.approx(41, abs=1)
    assert not (half.chosen & folds[2].chosen).any()


def test_a_sample_is_of_what_is_trained_on():
    trained = Subset.to_train_on(100, 0.3, seed=1)
    sample = Subset.sample(100, 10, within=trained)
    assert sample.num_sentences == 10
    assert (sample.chosen <= trained.chosen).all()
    assert Subset.sample(100, 50, within=trained).num_sentences == 30
