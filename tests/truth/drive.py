"""Exercises every function of the shapes module; prints the truth as lines "function increments decrements" if it counts."""
import shapes


class Callee:
    def __call__(self, argument):
        if argument is None:
            raise ValueError
        return [argument]


def boxes(rounds):
    for i in range(rounds):
        box = shapes.Box()
        assert box.first is None
        box.first = [i]
        box.first = (i, str(i))
        assert box.first == (i, str(i))
        box.replace({i: i})
        old = box.replace(str(i))
        assert old == {i: i}
        box.swap()
        assert box.first == str(i)
        if i % 3 == 0:
            del box.first
        if i % 2:
            box.replace(None)


def kinds(rounds):
    for i in range(rounds):
        try:
            shapes.by_kind(i % 10, [i], {i: None} if i % 4 else None)
        except ValueError:
            pass


def values(rounds):
    for i in range(rounds):
        item = ["item", i]
        assert shapes.identity(item) is item
        shapes.held_over_a_call("text%d" % i)
        try:
            shapes.held_over_a_call(item)
        except TypeError:
            pass
        shapes.temporaries(item)
        assert len(shapes.fill_a_list(1000 + i % 50)) == 1000 + i % 50
        assert shapes.sum_a_sequence(range(1000, 1020)) == 20190
        for wrong in (3, ["a"]):
            try:
                shapes.sum_a_sequence(wrong)
            except TypeError:
                pass
        shapes.invert_a_dict({"k%d" % n: "v%d" % (n % 5) for n in range(10)})
        shapes.rotate([[n] for n in range(8)])
        shapes.ladder(i + 1.5)
        try:
            shapes.ladder("no")
        except TypeError:
            pass
        shapes.nest(i % 12)
        assert shapes.the_type() is shapes.Box
        shapes.call_back(Callee())
        shapes.call_back(None)


boxes(300)
kinds(300)
values(100)
for row in shapes.truth() or ():
    print(*row)
