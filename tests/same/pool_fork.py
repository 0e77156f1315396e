# uses: busy
# multiprocessing with forked workers.
import multiprocessing

import busy


def work(n):
    return busy.spin(["x%d" % k for k in range(n)], 20)


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(pool.map(work, range(40)))
