// Long vectors for tables: uninitialized until they are written, and on large pages where they are long.
//
// Filling a column with zeros first would touch all its memory once more, on one thread; and a fresh
// page of 4 KiB costs a fault, which for a million regions adds up to more than measuring them.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace mensura {

template <class T>
class ColumnAllocator {
public:
    using value_type = T;

    ColumnAllocator() = default;
    template <class U>
    ColumnAllocator(const ColumnAllocator<U>&) {}  // NOLINT: allocators of all types are alike

    T* allocate(std::size_t count) {
        const std::size_t size = count * sizeof(T);
        if (size < large_page) return static_cast<T*>(::operator new(size));
        const std::size_t rounded = (size + large_page - 1) / large_page * large_page;
        void* memory = std::aligned_alloc(large_page, rounded);
        if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
        madvise(memory, rounded, MADV_HUGEPAGE);  // a wish; without it the memory is just as good
#endif
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) {
        if (count * sizeof(T) < large_page) {
            ::operator delete(memory);
        } else {
            std::free(memory);
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
    static constexpr std::size_t large_page = std::size_t{2} << 20;
};

template <class T>
using Column = std::vector<T, ColumnAllocator<T>>;

}  // namespace mensura
