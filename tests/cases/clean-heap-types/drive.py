import gc
import weakref
import ext


class Sub(ext.Node):
    def __init__(self, *args):
        super().__init__(*args)
        self.more = [self]


for n in range(50):
    node = ext.make(["label", n])
    node.extra = node
    node.field = [n]
    del node.extra
    weak = weakref.ref(node)
    other = Sub(node, [n])
    print(repr(node), node == other, node == ext.make(["label", n]), weak() is node)
    node.label = other
    ext.registry.clear()
    del node, other
    gc.collect()
    assert weak() is None
ext.make([ext.registry])
