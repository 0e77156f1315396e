"""Changes the fingerprint of the contract table in a library: another_table.py FILE."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "..", "..", "src", "contract", "table.inc")) as f:
    fingerprint = int(re.search(r"FINGERPRINT = (0x[0-9a-f]+)", f.read()).group(1), 16).to_bytes(4, "little")
with open(sys.argv[1], "rb") as f:
    library = f.read()
if fingerprint not in library:
    sys.exit("%s has no fingerprint" % sys.argv[1])
with open(sys.argv[1], "wb") as f:
    f.write(library.replace(fingerprint, bytes(b ^ 1 for b in fingerprint)))
