import ext


class Holder:
    label = ["the label"]


label = Holder.label
boxes = [ext.Box(label) for n in range(20)]
for n in range(40):
    boxes.append(ext.Box(label))
    for m in range(3):
        assert ext.mark(Holder) == 1
    del boxes[0]
del boxes
print("done")
