# What the program and its children see of their surroundings.
import os
import subprocess
import sys

print(sorted(os.environ))
print(sorted(subprocess.check_output(["env", "-0"]).decode().split("\0")) == sorted("%s=%s" % i for i in os.environ.items()) + [""] or "same")
print(len(os.listdir("/proc/self/fd")), os.getcwd(), sys.flags, sys.executable)
print(os.getppid() != os.getpid(), sys.getallocatedblocks() > 1000)
