// How targets fail, and the digest; see target.hpp.
#include "target.hpp"

#include <cstdio>

namespace mensura::fuzz {
namespace {

std::uint64_t state = 0xcbf29ce484222325;  // Fowler, Noll and Vo's hash, FNV-1a

}  // namespace

void fail(const char* what) {
    std::fprintf(stderr, "WRONG: %s\n", what);
    std::fflush(stderr);
    __builtin_trap();
}

std::uint64_t digest() { return state; }

void add_to_digest(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) state = (state ^ bytes[i]) * 0x100000001b3;
}

}  // namespace mensura::fuzz
