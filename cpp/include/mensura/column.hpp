// Long vectors for tables: uninitialized until they are written, in memory that is used again.
//
// Filling a column with zeros first would touch all its memory once more, on one thread.
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#include "mensura/memory.hpp"

namespace mensura {

template <class T>
class ColumnAllocator {
public:
    using value_type = T;

    ColumnAllocator() = default;
    template <class U>
    ColumnAllocator(const ColumnAllocator<U>&) {}  // NOLINT: allocators of all types are alike

    T* allocate(std::size_t count, Pages pages) {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
            throw std::bad_array_new_length();
        const std::size_t bytes = count * sizeof(T);
        return static_cast<T*>(bytes < least_kept ? ::operator new(bytes, alignment)
                                                  : take_memory(bytes, pages).data);
    }
    T* allocate(std::size_t count) { return allocate(count, Pages::at_once); }
    void deallocate(T* memory, std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        if (bytes < least_kept) {
            ::operator delete(memory, alignment);
        } else {
            give_memory(memory, bytes);
        }
    }

    template <class U>
    void construct(U* place) noexcept {
        ::new (static_cast<void*>(place)) U;
    }
    template <class U, class... Arguments>
    void construct(U* place, Arguments&&... arguments) {
        ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
    }

    bool operator==(const ColumnAllocator&) const = default;

private:
    static constexpr std::align_val_t alignment{alignof(T)};
};

template <class T>
using Column = std::vector<T, ColumnAllocator<T>>;

}  // namespace mensura
