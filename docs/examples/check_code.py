"""Check the signed code of a letter without a connection and without Chucheon.

    pip install pycose
    python check_code.py keys.cbor code.txt

`keys.cbor` is what https://SITE/verify/keys.cbor gave, once, over a connection you trust.
`code.txt` holds what any reader of QR codes makes of the right code on the paper.
Exits with 0 when a published key signed it, and prints what the paper must say; else with 4.
"""

import sys
from pathlib import Path

import cbor2
from pycose.headers import KID
from pycose.keys import CoseKey
from pycose.messages import Sign1Message

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
KEY_ID, NUMBER, LETTER = 2, 2, -65537


def base45(text: str) -> bytes:
    """RFC 9285."""
    out = bytearray()
    for at in range(0, len(text), 3):
        group = [DIGITS.index(digit) for digit in text[at : at + 3]]
        value = sum(digit * 45**place for place, digit in enumerate(group))
        out += value.to_bytes(len(group) - 1, "big")
    return bytes(out)


def claims(keys: list[dict], code: str) -> dict | None:
    """What the code says, if one of these keys signed it."""
    message = Sign1Message.decode(base45(code.removeprefix("CWT1:")))
    named = [key for key in keys if key[KEY_ID] == message.phdr[KID]]
    for key in named:
        message.key = CoseKey.from_dict(key)
        if message.verify_signature():
            return cbor2.loads(message.payload)
    return None


def main() -> int:
    keys = cbor2.loads(Path(sys.argv[1]).read_bytes())
    try:
        said = claims(keys, Path(sys.argv[2]).read_text("utf-8").strip("\r\n"))
    except Exception as damage:  # noqa: BLE001 - a damaged code fails in many ways
        print(f"not a code of a letter ({type(damage).__name__})")
        return 4
    if said is None:
        print("not signed by any of these keys")
        return 4
    if said[LETTER].get("specimen"):
        print("SPECIMEN: without any effect")
    for name, value in {"number": said[NUMBER], **said[LETTER]}.items():
        print(f"{name}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
