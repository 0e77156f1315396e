# uses: busy
# A list nested half a million deep is freed, recursion ends in its own error.
import busy

deep = []
for _ in range(500000):
    deep = [deep]
print(busy.spin([deep], 3))
del deep


def down(n):
    return busy.each([n], lambda k: down(k + 1))


try:
    down(0)
except RecursionError as error:
    print(type(error).__name__)
