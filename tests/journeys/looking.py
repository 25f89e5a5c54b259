"""What a machine can find wrong with a page that is open in a browser."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Pages and rules that are let off. None.
EXEMPT: frozenset[tuple[str, str]] = frozenset()


def faults(page) -> list[str]:
    """One line per fault: an accessibility rule with its place, or a page wider than the screen."""
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        # Reading style sheets again, axe itself would put styles into the page, which the policy
        # refuses.
        "preload": False,
    }
    answer = Axe().run(page, options=options).response
    found = [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found
