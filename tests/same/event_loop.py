# uses: busy
# asyncio with a subprocess, threads and timeouts.
import asyncio
import sys

import busy


async def child(n):
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(%d)" % n, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out, process.returncode


async def main():
    loop = asyncio.get_running_loop()
    jobs = [loop.run_in_executor(None, busy.spin, ["a", "b"], 1000) for _ in range(5)]
    print(await asyncio.gather(*jobs))
    print(await asyncio.gather(*(child(n) for n in range(3))))
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.05)
    except asyncio.TimeoutError:
        print("timeout")


asyncio.run(main())
