# uses: busy
# multiprocessing with spawned workers, a queue and a shared array.
import multiprocessing

import busy


def work(numbers, queue):
    for n in range(len(numbers)):
        numbers[n] = busy.spin(["x"] * n, 3)
    queue.put("done")


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    numbers, queue = context.Array("l", 10), context.Queue()
    process = context.Process(target=work, args=(numbers, queue))
    process.start()
    print(queue.get())
    process.join()
    print(list(numbers), process.exitcode)
