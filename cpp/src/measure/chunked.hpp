// An array that grows without moving what it holds.
//
// The number of regions is known only at the end. A vector would copy its elements at every doubling and
// touch twice the memory; this one adds chunks.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace mensura {

template <class T>
class Chunked {
public:
    T& operator[](std::size_t i) { return chunks_[i / chunk_size][i % chunk_size]; }
    const T& operator[](std::size_t i) const { return chunks_[i / chunk_size][i % chunk_size]; }

    // Makes room for `count` elements; new ones are as T{} makes them.
    void grow(std::size_t count) {
        while (chunks_.size() * chunk_size < count) {
            chunks_.push_back(std::make_unique<T[]>(chunk_size));
        }
    }

private:
    static constexpr std::size_t chunk_size = 1024;

    std::vector<std::unique_ptr<T[]>> chunks_;
};

}  // namespace mensura
