// Asking the processor for memory that will soon be used.
#pragma once

namespace mensura {

// GCC takes a function that does nothing but this for one without effect and leaves out the calls of it.
// It does not where there is a volatile statement, which is empty.
inline void fetch_soon(const void* address) {
    __builtin_prefetch(address);
    asm volatile("");
}

}  // namespace mensura
