"""All mutants, and those that may survive."""

from tests.benchmarks.mutants.data_mutants import DATA
from tests.benchmarks.mutants.decoding_mutants import DECODING
from tests.benchmarks.mutants.evaluation_mutants import EVALUATION
from tests.benchmarks.mutants.head_mutants import HEADS
from tests.benchmarks.mutants.inference_mutants import INFERENCE
from tests.benchmarks.mutants.model_mutants import MODEL
from tests.benchmarks.mutants.readers_mutants import READERS
from tests.benchmarks.mutants.records_mutants import RECORDS
from tests.benchmarks.mutants.run_mutants import RUNS
from tests.benchmarks.mutants.tab_mutants import TAB
from tests.benchmarks.mutants.tables_mutants import TABLES
from tests.benchmarks.mutants.training_mutants import TRAINING
from tests.benchmarks.mutants.updates_mutants import UPDATES
from tests.benchmarks.mutants.vectors_mutants import VECTORS

MUTANTS = (
    *TRAINING,
    *UPDATES,
    *TABLES,
    *MODEL,
    *VECTORS,
    *HEADS,
    *EVALUATION,
    *INFERENCE,
    *DATA,
    *READERS,
    *RECORDS,
    *RUNS,
    *DECODING,
    *TAB,
)

# Name of a mutant -> why no test has to notice it.
KNOWN_SURVIVORS: dict[str, str] = {}
