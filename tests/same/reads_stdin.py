# stdin: first line\nsecond line\nno newline at the end
# Standard input passes through.
import os
import sys

print(repr(sys.stdin.readline()))
print(repr(sys.stdin.read()))
print(os.isatty(0), os.isatty(1), os.isatty(2))
