"""What a trace of some steps shows: copies between host and GPU, kernels launched, and how long the GPU had none."""

import gzip
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LARGEST_BYTES = 12 << 20  # of a trace that is kept


def trace_steps(step: Callable[[int], None], wait: Callable[[], object], steps: int, kept: Path) -> dict[str, Any]:
    """Figures of `steps` calls of `step`; the trace itself, gzipped for TensorBoard's profiler, as `kept`.

    `host_to_device`, `device_to_host` and `kernels` are numbers a step, `gpu_busy` the share of the time from the first
    to the last event on the GPU in which it computed or copied. Where there is no GPU, all are 0.
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for number in range(steps):
            with tf.profiler.experimental.Trace("train", step_num=number, _r=1):
                step(number)
        wait()
        tf.profiler.experimental.stop()
        [path] = Path(folder).rglob("*.xplane.pb")
        content = path.read_bytes()
    packed = gzip.compress(content, 6)
    if len(packed) <= _LARGEST_BYTES:
        kept.write_bytes(packed)
    return _figures(content, steps)


def _figures(content: bytes, steps: int) -> dict[str, Any]:
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace.FromString(content)
    names: Counter[str] = Counter()
    spans: list[tuple[int, int]] = []  # begin and end of events on the GPU, picoseconds
    for plane in space.planes:
        if not plane.name.startswith("/device:GPU"):
            continue
        for line in plane.lines:
            if not line.name.startswith("Stream"):  # other lines say the same again, by op or by module
                continue
            for event in line.events:
                names[plane.event_metadata[event.metadata_id].name] += 1
                begin = line.timestamp_ns * 1000 + event.offset_ps
                spans.append((begin, begin + event.duration_ps))
    copies = {word: sum(n for name, n in names.items() if word in name) / steps for word in ("MemcpyH2D", "MemcpyD2H")}
    other = sum(n for name, n in names.items() if not name.startswith(("Memcpy", "Memset"))) / steps
    return {
        "host_to_device": copies["MemcpyH2D"],
        "device_to_host": copies["MemcpyD2H"],
        "kernels": other,
        "gpu_busy": busy_share(spans),
        "most_frequent": [f"{n / steps:.1f} {name[:60]}" for name, n in names.most_common(12)],
    }


def busy_share(spans: list[tuple[int, int]]) -> float:
    """Share of the time between the first begin and the last end that the spans cover together."""
    if not spans:
        return 0.0
    spans.sort()
    covered, end = 0, spans[0][0]
    for begin, stop in spans:
        covered += max(0, stop - max(begin, end))
        end = max(end, stop)
    return covered / max(1, end - spans[0][0])
