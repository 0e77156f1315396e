import ext

boxes = [ext.Box() for n in range(6)]
for box in boxes:
    print(bytes(box))
del box
boxes.clear()
