import ext


class Thing:
    def __init__(self, name):
        self.name = name


class Name(list):
    def upper(self):
        return "X"


print(sum(ext.title(Thing(Name("y" * (n % 2)))) == "X" for n in range(40)))
