"""Carries the rules into the wheel, with their index made and marked as final.

A wheel has the folder `devopslint/rules/`: every rule file, and `_index/` with what a run reads of them. Its stamp says
`frozen`, so that an installed devopslint never looks at a rule file again. A rule file that is not sound stops the build.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesIntoWheel(BuildHookInterface):  # type: ignore[type-arg]  # the build needs no configuration of its own type
    """Adds rules and index to a wheel; leaves sdists and editable installs, which read the checkout, alone."""

    _index = ""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the index in a temporary folder and name all files to be added. Raises RuleFileError."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        from devopslint.engine.artifacts import subject_kinds
        from devopslint.policy.catalog import FROZEN, write_index
        from devopslint.policy.indexing import build_index, read_practices
        from devopslint.policy.rule_files import rule_files

        rules = os.path.join(self.root, "rules")
        self._index = tempfile.mkdtemp()
        write_index(build_index(rules, subject_kinds(), read_practices(rules), "rules"), self._index, FROZEN)
        files = [os.path.join(rules, "practices.yaml"), *(path for _, path in rule_files(rules))]
        added = {path: os.path.relpath(path, rules) for path in files}
        added.update({os.path.join(self._index, name): f"_index/{name}" for name in sorted(os.listdir(self._index))})
        for path, name in added.items():
            build_data["force_include"][path] = "devopslint/rules/" + name.replace(os.sep, "/")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if self._index:
            shutil.rmtree(self._index, ignore_errors=True)
