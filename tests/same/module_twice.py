# uses: busy
# The same extension under two names, reloaded, and one that cannot be loaded.
import importlib.machinery
import importlib.util
import os
import shutil
import sys
import tempfile

import busy

with tempfile.TemporaryDirectory() as folder:
    other = os.path.join(folder, os.path.basename(busy.__file__))
    shutil.copy(busy.__file__, other)
    loader = importlib.machinery.ExtensionFileLoader("busy", other)
    spec = importlib.util.spec_from_loader("busy", loader)
    second = importlib.util.module_from_spec(spec)
    loader.exec_module(second)
    print(second is not busy, second.spin(["a"], 3), busy.spin(["b"], 3))
    with open(os.path.join(folder, "broken.so"), "w") as f:
        f.write("no module")
    try:
        loader = importlib.machinery.ExtensionFileLoader("broken", f.name)
        importlib.util.module_from_spec(importlib.util.spec_from_loader("broken", loader))
    except ImportError as error:
        print("ImportError", "invalid ELF header" in str(error) or "file too short" in str(error))
