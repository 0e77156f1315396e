# merged
# Unbuffered output and errors arrive in the order of writing.
import os
import sys

for n in range(50):
    os.write(1, b"out %d\n" % n)
    os.write(2, b"err %d\n" % n)
    print("print", n, flush=True)
sys.exit("text as status")
