import gc
import ext

keep = [["shared", n] for n in range(10)]
for shared in keep:
    node, holder = ext.Node(), [shared]
    holder.append(node)
    node.link(holder)
    del node, holder
    gc.collect()
print(len(keep))
