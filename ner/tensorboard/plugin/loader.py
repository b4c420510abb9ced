"""How TensorBoard finds the NER tab: the entry point of this package, or `ner.board`.

TensorBoard imports the entry points of all its plugins when it starts, and an error here would end it: so nothing that
can fail is imported before the tab is asked for.
"""

from typing import Any

from tensorboard.plugins import base_plugin

from ner.tensorboard.plugin.steps_kept import STEPS_KEPT


class NerLoader(base_plugin.TBLoader):
    """Makes the plugin; asks for every step of it to be kept, whichever way TensorBoard was started."""

    def fix_flags(self, flags: Any) -> None:
        """Called before the data are read."""
        flags.samples_per_plugin.setdefault("ner", STEPS_KEPT)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        """The plugin of this TensorBoard."""
        from ner.tensorboard.plugin.plugin import NerPlugin

        return NerPlugin(context)
