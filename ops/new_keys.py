"""Make the secrets of a new installation in a folder: `python ops/new_keys.py FOLDER`.

Standard library only, so that it runs before anything is installed. It never replaces a file:
what was sealed with a lost key stays sealed. Keep a copy of the folder, apart from the data.
"""

import base64
import json
import os
import secrets
import sys
from pathlib import Path


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def contents() -> dict[str, str]:
    """File name -> text, in the forms that config/secrets.py and audit/keyring.py read."""
    data = {"current": "k1", "keys": {"k1": key()}, "index": key()}
    heads = {"current": "h1", "keys": {"h1": key()}}
    return {
        "secret_key": secrets.token_urlsafe(50),
        "data_keys.json": json.dumps(data, indent=1),
        "head_keys.json": json.dumps(heads, indent=1),
    }


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in contents().items():
        path = folder / name
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            print(f"{path} exists and stays as it is", file=sys.stderr)
            continue
        with os.fdopen(handle, "w") as file:
            file.write(text)
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
