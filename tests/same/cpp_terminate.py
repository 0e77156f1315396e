# uses: throwing
# An exception that nobody catches: std::terminate, SIGABRT.
import throwing

print("before", flush=True)
throwing.fall("text")
