import sys
import ext

name = sys.intern("a name of %d letters" % 19)
made = [ext.Named("x") for _ in range(40)]
for one in made:
    one.name = name
for one in made:
    one.__init__("y")
class Holder: pass
holders = [Holder() for _ in range(30)]
for holder in holders:
    setattr(holder, name, 1)
    vars(holder)
held = [name, (name, 1), {name: 2}]
print("done", len(held))
