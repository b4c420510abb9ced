"""Records made for the purpose: sentences of given lengths, and a small invented corpus."""

from tests.benchmarks.gpu.context import Context


def build_records(context: Context, name: str, **columns: str) -> str:
    """A folder with the records of column files that are given as texts by split; made once."""
    folder = context.scratch / f"records-{name}"
    if not folder.exists():
        flags = []
        for split, text in columns.items():
            path = context.scratch / f"{name}-{split}.txt"
            path.write_text(text, encoding="utf-8")
            flags.append(f"--{split}={path}")
        context.run_program("data_tools.build", *flags, f"--output_dir={folder}", cpu_only=True)
    return str(folder)


def sentence_of(characters: int) -> str:
    """A sentence of exactly `characters` characters in CoNLL columns: words of nine letters, every fifth one a name."""
    last = (characters - 1) % 10 + 1
    words = [9] * ((characters - last) // 10) + [last]
    letters = ["".join("abcdefgh"[(i + j) % 8] for j in range(size)) for i, size in enumerate(words)]
    return "".join(f"{word} {'O' if i % 5 else 'B-PER'}\n" for i, word in enumerate(letters)) + "\n"


def small_records(context: Context) -> str:
    """Records of some hundred invented sentences: of the smoke forms, and of runs that need no real text."""
    folder = context.scratch / "sample"
    if not folder.exists():
        sentences = 4000 if context.gpus else 600
        context.run_program("data_tools.sample", f"--output_dir={folder}", f"--sentences={sentences}", cpu_only=True)
    texts = {split: (folder / f"{split}.txt").read_text(encoding="utf-8") for split in ("train", "validation", "test")}
    return build_records(context, "small", **texts)
