"""CPython's map of tiny items: reads a count and a chunksize from each line of stdin, and answers each with items a second."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor


def noop(n):
    return n


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        pool.submit(noop, 1).result()
        for line in sys.stdin:
            count, chunksize = map(int, line.split())
            started = time.perf_counter()
            done = sum(1 for _ in pool.map(noop, range(count), chunksize=chunksize))
            if done != count:
                sys.exit(f"{done} results of {count}")
            print(count / (time.perf_counter() - started), flush=True)
