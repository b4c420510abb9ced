"""The entry point through which TensorBoard loads the NER tab.

TensorBoard imports all plugin entry points at start, and an exception here would stop it: so imports that can fail are
in `load`.
"""

from typing import Any

from tensorboard.plugins import base_plugin

from ner.tensorboard.plugin.steps_kept import STEPS_KEPT


class NerLoader(base_plugin.TBLoader):
    """Creates the plugin, and makes TensorBoard keep all of its steps."""

    def fix_flags(self, flags: Any) -> None:
        """Sets this plugin's sampling; TensorBoard calls this before it reads data."""
        flags.samples_per_plugin.setdefault("ner", STEPS_KEPT)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        """The plugin."""
        from ner.tensorboard.plugin.plugin import NerPlugin

        return NerPlugin(context)
