import ext

things = []
for n in range(60):
    ext.push(float(n))
    ext.keep("name number %d" % n)
    ext.grow()
    things.append(ext.thing())
    ext.thing()
print(len(things))
