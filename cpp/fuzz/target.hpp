// What targets have in common: how they fail, and the digest of what they found.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Takes bytes, and does not return where something is wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mensura::fuzz {

// Prints what is wrong and ends the process.
[[noreturn]] void fail(const char* what);

inline void require(bool holds, const char* what) {
    if (!holds) fail(what);
}

// Of the results of all inputs so far: the same for every instruction set.
std::uint64_t digest();
void add_to_digest(const void* data, std::size_t size);

template <class Vector>
void digest_column(const Vector& column) {
    add_to_digest(column.data(), column.size() * sizeof(typename Vector::value_type));
}

// Results as bits, to compare those of several calls.
template <class Vector>
void append(std::string& all, const Vector& column) {
    all.append(reinterpret_cast<const char*>(column.data()),
               column.size() * sizeof(typename Vector::value_type));
}

// Whether a number is as expected but for rounding, of sums with terms up to `scale`.
inline bool is_near(double found, long double expected, long double scale) {
    if (std::isnan(found) || expected != expected) return std::isnan(found) && expected != expected;
    return std::abs(static_cast<long double>(found) - expected) <= 1e-12L * scale + 1e-300L;
}

}  // namespace mensura::fuzz
