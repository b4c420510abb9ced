"""PyTorch's half of the step stage: reads a case a line, measures it, answers with a line.

python -m tests.benchmarks.gpu.torch_worker BATCHES.npz
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ner.config import ModelConfig
from tests.benchmarks import torch_step


def measure(job: dict[str, Any], batches: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Real characters a second of a step on the batches."""
    import torch

    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = job["tf32"]
    on_gpu = torch.cuda.is_available()
    num_chars, outputs = (1 + max(int(pair[i].max()) for pair in batches) for i in range(2))
    step = torch_step.make_step(ModelConfig(**job["model"]), num_chars, outputs, job["precision"], job["clip_norm"])
    wait: Callable[[], object] = torch.cuda.synchronize if on_gpu else lambda: None

    def seconds(times: int) -> float:
        wait()
        start = time.perf_counter()
        for _ in range(times):
            for char_ids, labels in batches:
                step(char_ids, labels)
        wait()
        return time.perf_counter() - start

    seconds(1)
    times = 1 if job["smoke"] else max(2, int(0.7 / seconds(1)))
    characters = sum(int(np.count_nonzero(char_ids)) for char_ids, _ in batches)
    return {"characters": times * characters / seconds(times)}


def main() -> None:
    """Answers until the standard input ends."""
    for line in sys.stdin:
        with np.load(sys.argv[1]) as arrays:
            batches = [(arrays[f"{i}-0"], arrays[f"{i}-1"]) for i in range(len(arrays.files) // 2)]
        try:
            answer: dict[str, Any] = measure(json.loads(line), batches)
        except Exception as error:  # one case that PyTorch cannot do is no reason to leave the others out
            answer = {"error": repr(error)[:300]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
