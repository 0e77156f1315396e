import weakref
import ext


class Thing:
    def __str__(self):
        return "thing"


things = [Thing() for n in range(8)]
for thing in things:
    print(ext.text_of(weakref.ref(thing)))
del thing
things.clear()
