"""What a worker does before its first letter, so that no letter pays for it."""

import gc
import logging

from letters import designs, fonts, rendering

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Load fonts and styles and draw each bundled design once; opens no database and no key.

    What is in memory then stays for the life of the process: the garbage collector need not look
    at it again with every letter.
    """
    if missing := fonts.missing_files():
        log.error("Letter fonts are missing, letters will wait: %s", ", ".join(missing))
        return
    for code in designs.bundled():
        designs.sample(*designs.read(code))
    rendering.load_marks()
    gc.collect()
    gc.freeze()
