"""A tree of pools as plain data, as a catalogue file names it."""

import hashlib
import json
from typing import Any

from programs.manifest import Manifest
from programs.quota.sizes import walk

Tree = dict[str, Any]


def named_tree(manifest: Manifest) -> Tree:
    """The pools a manifest names, parents first."""
    if manifest.quota is None or manifest.period.to is None:
        raise ValueError("This programme has no quota.")
    return {
        "from": manifest.period.from_.isoformat(),
        "to": manifest.period.to.isoformat(),
        "pools": [
            {"path": path, "ko": node.names.ko, "en": node.names.en, "size": node.size}
            for path, node in walk(manifest.quota)
        ],
    }


def tree_hash(tree: Tree) -> str:
    """What tells one tree from another: SHA-256 over the data."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()
