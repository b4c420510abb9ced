"""Event files after a kill: only what came up to the checkpoint stays, whatever was written after it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from ner import files
from ner.data.tfrecord import frame, read_records
from ner.run_dir.event_files import remove_step, rewind
from ner.tensorboard.writer import make_writer, write_scalars

NUMBERS = itertools.count()
NAME = "events.out.tfevents.17000000{:02d}.host.{}.v2"


def framed(*steps):
    """An event file's bytes: what each start writes at step 0, and a record of each step."""
    events = [Event(step=step, wall_time=1.5, summary=Summary()) for step in (0, *steps)]
    return b"".join(frame(event.SerializeToString()) for event in (Event(file_version="brain.Event:2"), *events))


def steps_in(folder):
    """Name -> the step of each record, for every event file."""
    return {
        name: [Event.FromString(payload).step for payload in read_records(files.join(str(folder), name))]
        for name in files.list_folder(str(folder))
    }


def curves_of(folder):
    """(tag, step) of each value in the order of TensorBoard."""
    events = (
        Event.FromString(payload)
        for name in files.list_folder(str(folder))
        for payload in read_records(files.join(str(folder), name))
    )
    return [(value.tag, event.step) for event in events for value in event.summary.value]


def write_start(logs, steps):
    """What a start of a run writes."""
    writer = make_writer(str(logs), "train")
    for step in steps:
        write_scalars(writer, step, {"loss": 0.5 * step, "learning_rate": 0.1})
    writer.close()


def test_what_tensorflow_wrote_after_the_checkpoint_goes(tmp_path):
    write_start(tmp_path, range(2, 12, 2))
    assert rewind(str(tmp_path / "train"), 6) == 4  # two values at steps 8 and 10
    layout, *curves = curves_of(tmp_path / "train")
    assert layout[1] == 0
    assert curves == [(tag, step) for step in (2, 4, 6) for tag in ("loss", "learning_rate")]


@pytest.mark.parametrize("place", ["local", "ram://"])
def test_resuming_from_older_and_older_checkpoints(tmp_path, place):
    folder = str(tmp_path) if place == "local" else f"ram://{next(NUMBERS)}-rewound"
    files.make_folders(folder)
    first, second = NAME.format(1, 7), NAME.format(2, 3)
    with files.open_file(files.join(folder, first), "wb") as file:
        file.write(framed(10, 20, 30, 40, 50))
    assert rewind(folder, 40) == 1
    with files.open_file(files.join(folder, second), "wb") as file:
        file.write(framed(50, 60, 70))
    assert rewind(folder, 60) == 1
    assert steps_in(folder) == {first: [0, 0, 10, 20, 30, 40], second: [0, 0, 50, 60]}
    assert rewind(folder, 30) == 3  # the checkpoints after it were damaged
    assert steps_in(folder) == {first: [0, 0, 10, 20, 30], second: [0, 0]}
    assert rewind(folder, -1) == 7
    assert files.list_folder(folder) == []


@pytest.mark.parametrize("place", ["local", "ram://"])
def test_records_of_one_step_go_and_others_stay(tmp_path, place):
    folder = str(tmp_path) if place == "local" else f"ram://{next(NUMBERS)}-removed"
    assert remove_step(files.join(folder, "none"), 5) == 0
    files.make_folders(folder)
    first, second = NAME.format(1, 7), NAME.format(2, 3)
    for name, steps in ((first, (10, 10)), (second, (10, 20, 10, 30))):
        with files.open_file(files.join(folder, name), "wb") as file:
            file.write(framed(*steps) + b"\3")  # a killed writer's
    assert remove_step(folder, 15) == 0
    assert remove_step(folder, 10) == 4
    assert steps_in(folder) == {second: [0, 0, 20, 30]}
    assert remove_step(folder, 0) == 1
    assert steps_in(folder) == {second: [0, 20, 30]}


def test_an_evaluation_of_step_0_goes(tmp_path):
    for number in range(2):
        (tmp_path / NAME.format(number, 1)).write_bytes(framed(0))
    assert remove_step(str(tmp_path), 0) == 4
    assert list(tmp_path.iterdir()) == []


DAMAGED = {"cut": frame(b"unfinished")[:-1], "byte": b"\3", "zeros": bytes(64), "other": frame(b"\xff no event")}


@pytest.mark.parametrize("end", DAMAGED.values(), ids=DAMAGED)
def test_an_end_that_cannot_be_read_goes(tmp_path, end):
    path = tmp_path / NAME.format(1, 1)
    path.write_bytes(framed(1, 2) + end)
    assert rewind(str(tmp_path), 2) == 1
    assert path.read_bytes() == framed(1, 2)


def test_other_files_stay_and_there_may_be_no_folder(tmp_path):
    (tmp_path / "projector_config.pbtxt").write_text("no record")
    assert rewind(str(tmp_path), -1) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["projector_config.pbtxt"]
    assert rewind(str(tmp_path / "none"), 5) == 0


def test_all_that_stands_after_a_later_step_goes(tmp_path):
    path = tmp_path / NAME.format(1, 1)
    path.write_bytes(framed(1, 5, 2))
    assert rewind(str(tmp_path), 2) == 2
    assert steps_in(tmp_path) == {path.name: [0, 0, 1]}


def test_what_a_killed_cut_left_goes(tmp_path):
    path = tmp_path / NAME.format(1, 1)
    path.write_bytes(framed(1, 2))
    (tmp_path / f"{path.name}.tmp").write_bytes(framed(1))
    assert rewind(str(tmp_path), 2) == 0
    assert steps_in(tmp_path) == {path.name: [0, 0, 1, 2]}


@given(
    kills=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30), st.integers(0, 99)), max_size=6),
    every=st.integers(1, 5),
)
def test_a_run_killed_at_any_step_has_the_records_of_one_that_was_not(tmp_path_factory, kills, every):
    """A kill: steps after the start, bytes that were written of the next record, and a host name for the next file."""
    folder = tmp_path_factory.mktemp("run")
    step = 0
    for number, (steps, rest, host) in enumerate([*kills, (20, 0, 0)]):
        rewind(str(folder), step)
        content = framed(*range(step + 1, step + steps + 1)) + framed(step + steps + 1)[-30:][:rest]
        (folder / NAME.format(1, host * 10 + number)).write_bytes(content)  # all of one second
        step = (step + steps) // every * every
    rewind(str(folder), step)
    written = [one for steps in steps_in(folder).values() for one in steps if one]
    assert sorted(written) == list(range(1, step + 1))
