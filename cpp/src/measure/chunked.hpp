// An array that grows without moving what it holds.
//
// The number of regions is known only at the end. A vector would copy its elements at every doubling and
// touch twice the memory; this one adds chunks, each twice as long as the one before, whose pages are
// there as far as there are elements. Long chunks lie on large pages (see column.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include "memory/fetch.hpp"
#include "mensura/column.hpp"

namespace mensura {

template <class T>
class Chunked {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    T& operator[](std::size_t i) { return *place(i); }
    const T& operator[](std::size_t i) const { return *place(i); }

    // Asks for the memory of an element that is soon to be used, line by line.
    void ask_for(std::size_t i) const {
        const auto* first = reinterpret_cast<const char*>(place(i));
        for (std::size_t at = 0; at < sizeof(T); at += 64) fetch_soon(first + at);
        fetch_soon(first + sizeof(T) - 1);
    }

    // Makes room for `count` elements; new ones are as T{} makes them.
    void grow(std::size_t count) {
        while (room_ < count) add_chunk();
        for (; size_ < count; ++size_) std::construct_at(place(size_));
    }

private:
    static constexpr std::size_t first_chunk = 1024;

    struct Release {
        std::size_t count = 0;
        void operator()(T* memory) const { ColumnAllocator<T>().deallocate(memory, count); }
    };

    // Chunk c holds elements from (2^c - 1) x first_chunk on.
    T* place(std::size_t i) const {
        const auto chunk = static_cast<std::size_t>(std::bit_width(i / first_chunk + 1)) - 1;
        return chunks_[chunk].get() + (i - ((std::size_t{1} << chunk) - 1) * first_chunk);
    }

    void add_chunk() {
        const std::size_t count = first_chunk << chunks_.size();
        chunks_.reserve(chunks_.size() + 1);
        chunks_.emplace_back(ColumnAllocator<T>().allocate(count, Pages::when_touched), Release{count});
        room_ += count;
    }

    std::size_t size_ = 0;
    std::size_t room_ = 0;
    std::vector<std::unique_ptr<T[], Release>> chunks_;
};

}  // namespace mensura
