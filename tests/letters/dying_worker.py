"""A worker process that kills itself at a named place of a letter's making.

python -m tests.letters.dying_worker ROW PLACE KEYS FILES
"""

import os
import signal
import sys
from pathlib import Path


def main(row: str, place: str, keys_folder: str, files_folder: str) -> str:
    import django

    django.setup()
    from django.conf import settings
    from django.core.files.storage import storages

    from audit import keyring
    from letters import making
    from notifications import outbox
    from tests.letters import samples  # noqa: F401 - registers how its letters are released

    keyring.data_keys()
    settings.KEYS_DIR = Path(keys_folder)
    storages.backends["sealed"]["OPTIONS"] = {"location": files_folder}

    def die(sender, **reached):
        if reached["place"] == place:
            os.kill(os.getpid(), signal.SIGKILL)

    making.reached.connect(die)
    return outbox.run(int(row))


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
