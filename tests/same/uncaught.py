# uses: busy
# A traceback through the extension, status 1.
import busy


def wrong(item):
    return item / 2


print("before")
busy.each(["a", "b"], wrong)
