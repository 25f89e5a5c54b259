"""Rules that explain themselves: a tree over facts, judged three-valued, never cut short."""

from programs.rules.advice import needs, ways
from programs.rules.engine import Outcome, evaluate, truth_of
from programs.rules.nodes import Node, Requirements

__all__ = ["Node", "Outcome", "Requirements", "evaluate", "needs", "truth_of", "ways"]
